/* fuzz_base64url.c - what is decoded is encoded to the same text again; what is refused, a
 * plain reference refuses at the same character. */
#include "check.h"
#include "codec/base64url.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static lanyard_status reference_foreign(lan_str text, size_t at, size_t *bad)
{
    size_t equals = at;

    *bad = at;
    while (equals < text.len && text.ptr[equals] == '=')
        equals++;
    return equals == text.len && equals - at <= 2 ? LANYARD_E_BASE64_PADDING
                                                  : LANYARD_E_BASE64_CHAR;
}

/* Bit by bit, as RFC 4648 tells it. */
static lanyard_status reference_decode(lan_str text, uint8_t *out, size_t *bad)
{
    uint32_t bits = 0;
    unsigned count = 0;

    for (size_t i = 0; i < text.len; i++) {
        const char *found = memchr(alphabet, text.ptr[i], 64);

        if (!found)
            return reference_foreign(text, i, bad);
        bits = bits << 6 | (uint32_t)(found - alphabet);
        count += 6;
        if (count < 8)
            continue;
        count -= 8;
        *out++ = (uint8_t)(bits >> count);
        bits &= (1u << count) - 1;
    }
    *bad = text.len - 1;
    if (count == 6)
        return LANYARD_E_BASE64_LENGTH;
    return bits == 0 ? LANYARD_OK : LANYARD_E_BASE64_BITS;
}

static void check_decoding(lan_str text)
{
    size_t room = lan_base64url_decoded_len(text.len);
    uint8_t *out = malloc(room + 1);
    uint8_t *want = malloc(room + 1);
    char *again = malloc(text.len + 1);
    size_t out_len = SIZE_MAX;
    size_t bad = SIZE_MAX;
    size_t want_bad = 0;
    lanyard_status status = lan_base64url_decode(text, out, &out_len, &bad);

    check(status == reference_decode(text, want, &want_bad));
    if (status == LANYARD_OK) {
        check(out_len == room && memcmp(out, want, room) == 0);
        check(lan_base64url_encoded_len(out_len) == text.len);
        lan_base64url_encode((lan_bytes){ out, out_len }, again);
        check(text.len == 0 || memcmp(again, text.ptr, text.len) == 0);
    } else {
        check(out_len == SIZE_MAX && bad == want_bad);
    }
    free(out);
    free(want);
    free(again);
}

static void check_encoding(lan_bytes bytes)
{
    size_t text_len = lan_base64url_encoded_len(bytes.len);
    char *text = malloc(text_len + 1);
    uint8_t *out = malloc(bytes.len + 1);
    size_t out_len = 0;
    size_t bad = 0;

    lan_base64url_encode(bytes, text);
    check(lan_base64url_decode((lan_str){ text, text_len }, out, &out_len, &bad) == LANYARD_OK);
    check(out_len == bytes.len && (out_len == 0 || memcmp(out, bytes.ptr, out_len) == 0));
    free(text);
    free(out);
}

/* Padded base64: taken when it is, without its padding and in the other alphabet, base64url. */
static void check_padded(lan_str text)
{
    uint8_t *out = malloc(text.len + 1);
    size_t out_len = 0;
    size_t bad = 0;
    lanyard_status status = lan_base64_decode(text, out, &out_len, &bad);

    check(status != LANYARD_OK || text.len % 4 == 0);
    check(status != LANYARD_OK || text.len / 4 * 3 - out_len <= 2);
    check(status == LANYARD_OK || bad <= text.len);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    lan_str text = { (const char *)data, len };

    check_decoding(text);
    check_encoding((lan_bytes){ data, len });
    check_padded(text);
    return 0;
}
