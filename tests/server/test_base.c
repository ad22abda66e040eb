/* test_base.c - comparing bytes. */
#include "asserts.h"

#include <stdlib.h>
#include "base/crypto.h"

#define LEN_MAX 64

/* Of memory that ends where they do, so that the sanitizers see a byte too many. */
static void equal_tells_every_bit_apart(void **unused)
{
    (void)unused;
    for (size_t len = 0; len <= LEN_MAX; len++) {
        uint8_t *left = malloc(len + (len == 0));
        uint8_t *right = malloc(len + (len == 0));

        memset(left, 0xa5, len);
        memset(right, 0xa5, len);
        assert_true(srv_equal(left, right, len));
        for (size_t bit = 0; bit < len * 8; bit++) {
            right[bit / 8] ^= (uint8_t)(1 << bit % 8);
            assert_false(srv_equal(left, right, len));
            right[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        free(left);
        free(right);
    }
}

static void equal_wants_no_alignment(void **unused)
{
    static const char bytes[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    char moved[sizeof bytes + 8];

    (void)unused;
    for (size_t at = 0; at < 8; at++) {
        memcpy(moved + at, bytes, sizeof bytes);
        assert_true(srv_equal(moved + at, bytes, sizeof bytes));
        assert_false(srv_equal(moved + at, bytes + 1, sizeof bytes - 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_tells_every_bit_apart),
        cmocka_unit_test(equal_wants_no_alignment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
