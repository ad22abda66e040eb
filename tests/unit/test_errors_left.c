/* test_errors_left.c - what a caller left in libcrypto's queue of errors is neither taken for ours
 * nor lost. */
#include "keys.h"
#include <openssl/err.h>

/* A failure that a careless caller did not clear. */
static void leave_no_memory(void)
{
    ERR_clear_error();
    ERR_raise(ERR_LIB_EVP, ERR_R_MALLOC_FAILURE);
}

static void assert_left_alone(void)
{
    assert_int_equal(ERR_GET_REASON(ERR_peek_error()), ERR_R_MALLOC_FAILURE);
    assert_int_equal(ERR_peek_error(), ERR_peek_last_error());
    ERR_get_error();
    assert_int_equal(ERR_peek_error(), 0);
}

static void signature_is_refused_for_what_it_is(void **state)
{
    const lanyard_alg_info *alg = NULL;
    lanyard_bytes message = { (const uint8_t *)"message", 7 };
    uint8_t zeros[8192] = { 0 };

    (void)state;
    for (size_t i = 0; (alg = lanyard_alg_at(i)) != NULL; i++) {
        if (!lanyard_alg_is_available(alg->name))
            continue;

        lanyard_key *key = key_of_alg(alg);
        lanyard_buf good;

        lanyard_buf_init(&good, NULL, sizeof zeros);
        leave_no_memory();
        assert_status(lanyard_sign_bytes(key, NULL, message, NULL, &good, NULL), LANYARD_OK);
        assert_left_alone();
        leave_no_memory();
        assert_status(
            lanyard_check_bytes(key, NULL, message, (lanyard_bytes){ zeros, good.len }, NULL, NULL),
            LANYARD_E_SIGNATURE);
        assert_left_alone();
        leave_no_memory();
        assert_status(lanyard_check_bytes(key, NULL, message,
                                          (lanyard_bytes){ (const uint8_t *)good.ptr, good.len },
                                          NULL, NULL),
                      LANYARD_OK);
        assert_left_alone();
        lanyard_buf_done(&good);
        lanyard_key_free(key);
    }
}

static void key_is_refused_for_what_it_is(void **state)
{
    static const struct {
        const char *text;
        lanyard_status status;
    } rows[] = {
        { "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" P256_X "\",\"y\":\"" P256_X "\"}",
          LANYARD_E_KEY_INVALID },
        { "-----BEGIN PUBLIC KEY-----\nMAMwAQA=\n-----END PUBLIC KEY-----\n",
          LANYARD_E_KEY_FORMAT },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        leave_no_memory();
        assert_status(refusal_of_text(rows[i].text).status, rows[i].status);
        assert_left_alone();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signature_is_refused_for_what_it_is),
        cmocka_unit_test(key_is_refused_for_what_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
