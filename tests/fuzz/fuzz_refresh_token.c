/* fuzz_refresh_token.c - any bytes as a refresh token: what is read is written back to the very
 * same text, so a token has one spelling. To get behind the MAC, the input is also taken as
 * session, secret and generation of a token that is made, and one byte of it is changed. */
#include <string.h>
#include "check.h"
#include "session/refresh_token.h"

static const refresh_keys keys = {
    .keys = { { .kid = 1, .key = { 1, 2, 3, 4, 5, 6, 7, 8 } } },
    .count = 1,
};

static void check_text(lanyard_str text)
{
    refresh_token token;
    char again[REFRESH_TEXT_MAX];

    if (refresh_token_read(&keys, text, &token) != SRV_OK)
        return;
    check(refresh_token_write(&keys, &token, again) == SRV_OK);
    check(lanyard_str_equal(text, lanyard_str_of(again)));
}

static void check_made(const uint8_t *data, size_t len)
{
    refresh_token token = { .gen = 0 };
    refresh_token back;
    char text[REFRESH_TEXT_MAX];
    int64_t gen = 0;

    if (len < SRV_ID_LEN + REFRESH_SECRET_LEN + sizeof gen + 2)
        return;
    memcpy(token.sid.bytes, data, SRV_ID_LEN);
    memcpy(token.secret, data + SRV_ID_LEN, REFRESH_SECRET_LEN);
    memcpy(&gen, data + SRV_ID_LEN + REFRESH_SECRET_LEN, sizeof gen);
    token.gen = gen & INT64_MAX;
    check(refresh_token_write(&keys, &token, text) == SRV_OK);
    check(refresh_token_read(&keys, lanyard_str_of(text), &back) == SRV_OK);
    check(back.gen == token.gen && memcmp(back.sid.bytes, token.sid.bytes, SRV_ID_LEN) == 0);
    check(memcmp(back.secret, token.secret, REFRESH_SECRET_LEN) == 0);

    char *changed = &text[data[len - 1] % strlen(text)];

    if (*changed == (char)data[len - 2] || data[len - 2] == 0)
        return;
    *changed = (char)data[len - 2];
    check(refresh_token_read(&keys, lanyard_str_of(text), &back) == SRV_E_INVALID_TOKEN);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    check_text((lanyard_str){ (const char *)data, len });
    check_made(data, len);
    return 0;
}
