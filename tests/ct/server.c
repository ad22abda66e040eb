/* server.c - T53: a comparison with a secret takes the same way wherever the two differ.
 *
 * Under valgrind (tests/ct/run) secrets are marked as undefined, and what branches on one is
 * counted; see secrets.c. The verdict itself is a branch, and allowed. Without valgrind
 * only the verdicts are looked at.
 */
#include "asserts.h"

#include <stdio.h>
#include <stdlib.h>
#include <valgrind/memcheck.h>
#include "api/caller.h"
#include "api/csrf.h"
#include "base/text.h"
#include "session/refresh_token.h"

#define VERDICTS 2 /* one where it is made, one where TRY() hands it on */

static srv_status judged(srv_status status, unsigned long before)
{
    unsigned long seen = VALGRIND_COUNT_ERRORS - before;

    (void)VALGRIND_MAKE_MEM_DEFINED(&status, sizeof status);
    if (RUNNING_ON_VALGRIND)
        assert_in_range(seen, 1, VERDICTS); /* 0: nothing secret was looked at */
    return status;
}

static void bytes_are_compared_in_constant_time(void **unused)
{
    static const size_t places[] = { 64, 0, 31, 63 }; /* 64: they are the same */
    unsigned long before = VALGRIND_COUNT_ERRORS;

    (void)unused;
    for (size_t i = 0; i < COUNT(places); i++) {
        uint8_t left[64] = { 0 };
        uint8_t right[64] = { 0 };

        if (places[i] < sizeof left)
            left[places[i]] ^= 1;
        (void)VALGRIND_MAKE_MEM_UNDEFINED(left, sizeof left);

        bool is_same = srv_equal(left, right, sizeof left);

        (void)VALGRIND_MAKE_MEM_DEFINED(&is_same, sizeof is_same);
        assert_true(is_same == (places[i] == 64));
    }
    assert_int_equal(VALGRIND_COUNT_ERRORS - before, 0);
}

/* An "A" becomes "B" and everything else "A": the first and the last character of the MAC differ.
 */
static void change(char *at)
{
    *at = *at == 'A' ? 'B' : 'A';
}

static void a_refresh_tokens_mac_is_checked_in_constant_time(void **unused)
{
    refresh_keys keys = { .keys = { { .kid = 1, .key = "a key of 32 bytes for one test.." } },
                          .count = 1 };
    const refresh_token token = { .sid = { "0123456789abcde" }, .secret = "fedcba987654321" };
    char texts[3][REFRESH_TEXT_MAX];

    (void)unused;
    for (int i = 0; i < 3; i++)
        assert_srv(refresh_token_write(&keys, &token, texts[i]), SRV_OK);

    size_t len = strlen(texts[0]);

    change(&texts[1][len - 20]);
    change(&texts[2][len - 3]);
    for (int i = 0; i < 3; i++) {
        refresh_token read;
        unsigned long before = VALGRIND_COUNT_ERRORS;

        (void)VALGRIND_MAKE_MEM_UNDEFINED(keys.keys[0].key, sizeof keys.keys[0].key);
        assert_srv(judged(refresh_token_read(&keys, (lanyard_str){ texts[i], len }, &read), before),
                   i == 0 ? SRV_OK : SRV_E_INVALID_TOKEN);
    }
}

static void a_double_submit_token_is_checked_in_constant_time(void **unused)
{
    srv_api *api = calloc(1, sizeof *api);
    http_request *request = calloc(1, sizeof *request);
    const srv_id sid = { "0123456789abcde" };
    const size_t places[] = { CSRF_TEXT_MAX, CSRF_TEXT_MAX - 3, 24 }; /* the first: nowhere */
    char text[CSRF_TEXT_MAX];

    (void)unused;
    assert_true(api && request);
    assert_srv(csrf_write(api, &sid, text), SRV_OK);
    for (size_t i = 0; i < COUNT(places); i++) {
        char sent[CSRF_TEXT_MAX];
        char cookie[128];
        srv_error error = { 0 };
        const api_call call = { .api = api, .request = request };

        memcpy(sent, text, sizeof sent);
        if (places[i] < sizeof sent)
            change(&sent[places[i]]);
        snprintf(cookie, sizeof cookie, COOKIE_CSRF "=%s", sent);
        request->headers[0] = (http_field){ SRV_STR("Sec-Fetch-Site"), SRV_STR("same-origin") };
        request->headers[1] = (http_field){ SRV_STR(HEADER_CSRF), lanyard_str_of(sent) };
        request->headers[2] = (http_field){ SRV_STR("Cookie"), lanyard_str_of(cookie) };
        request->headers_count = 3;

        unsigned long before = VALGRIND_COUNT_ERRORS;

        (void)VALGRIND_MAKE_MEM_UNDEFINED(api->csrf_key, sizeof api->csrf_key);
        assert_srv(judged(csrf_check(&call, SRV_STR("POST"), &sid, &error), before),
                   i == 0 ? SRV_OK : SRV_E_CROSS_SITE);
    }
    free(request);
    free(api);
}

/* That the method sees anything. */
static void a_branch_on_a_secret_is_seen(void **unused)
{
    volatile uint8_t secret = 1;
    volatile unsigned taken = 0;
    unsigned long before = VALGRIND_COUNT_ERRORS;

    (void)unused;
    if (!RUNNING_ON_VALGRIND)
        skip();
    (void)VALGRIND_MAKE_MEM_UNDEFINED((void *)(uintptr_t)&secret, sizeof secret);
    if (secret)
        taken = 1;
    assert_true(VALGRIND_COUNT_ERRORS > before && taken < 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_compared_in_constant_time),
        cmocka_unit_test(a_refresh_tokens_mac_is_checked_in_constant_time),
        cmocka_unit_test(a_double_submit_token_is_checked_in_constant_time),
        cmocka_unit_test(a_branch_on_a_secret_is_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
