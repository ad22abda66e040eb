/* test_headers.c - what is judged of a request's header before its body is read. */
#include "asserts.h"

#include <stdlib.h>
#include "base/text.h"
#include "http/headers.h"

#define LEN_MAX 64

static srv_status check_value(lanyard_str value)
{
    http_request request = { .headers = { { SRV_STR("Host"), SRV_STR("a") },
                                          { SRV_STR("X-Value"), value } },
                             .headers_count = 2 };

    return headers_check(&request);
}

static bool is_plain(int byte)
{
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

/* Of memory that ends where the value does, so that the sanitizers see a byte too many. */
static void check_judges_each_byte_of_a_value_at_each_place(void **unused)
{
    (void)unused;
    for (size_t len = 0; len <= LEN_MAX; len++) {
        char *text = malloc(len + (len == 0));

        memset(text, 'a', len);
        assert_srv(check_value((lanyard_str){ text, len }), SRV_OK);
        for (size_t i = 0; i < len * 256; i++) {
            text[i / 256] = (char)(i % 256);
            assert_srv(check_value((lanyard_str){ text, len }),
                       is_plain((int)(i % 256)) ? SRV_OK : SRV_E_MALFORMED);
            text[i / 256] = 'a';
        }
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_judges_each_byte_of_a_value_at_each_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
