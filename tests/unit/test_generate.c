/* test_generate.c - new keys, and signatures over bare bytes with them. */
#include "keys.h"

static lanyard_status generate(const char *alg, const char *kid, uint32_t bits, lanyard_key **key,
                               lanyard_error *err)
{
    return lanyard_key_generate(LANYARD_KEYGEN(.alg = alg, .kid = kid, .bits = bits), NULL, key,
                                err);
}

static void generate_makes_a_key_for_every_algorithm(void **state)
{
    const lanyard_alg_info *alg = NULL;

    (void)state;
    for (size_t i = 0; (alg = lanyard_alg_at(i)) != NULL; i++) {
        lanyard_key *key = NULL;

        if (!lanyard_alg_is_available(alg->name)) {
            assert_status(generate(alg->name, NULL, 0, &key, NULL), LANYARD_E_ALG_UNAVAILABLE);
            continue;
        }
        assert_status(generate(alg->name, NULL, 0, &key, NULL), LANYARD_OK);
        assert_string_equal(lanyard_key_kty(key), alg->kty);
        assert_string_equal(lanyard_key_alg(key), alg->name);
        assert_int_equal(lanyard_key_is_private(key), 1);
        assert_int_equal(lanyard_key_fits(key, alg->name), 1);
        assert_true(lanyard_key_bits(key) >= alg->key_bits_min);
        lanyard_key_free(key);
    }
}

static void generated_kid_is_the_thumbprint_or_random(void **state)
{
    lanyard_key *key = NULL;
    lanyard_key *other = NULL;
    lanyard_buf thumbprint;

    (void)state;
    lanyard_buf_init(&thumbprint, NULL, 100);
    assert_status(generate("ES256", NULL, 0, &key, NULL), LANYARD_OK);
    assert_status(lanyard_key_write_thumbprint(key, LANYARD_SHA256, 0, &thumbprint, NULL),
                  LANYARD_OK);
    assert_true(
        lanyard_str_equal(lanyard_key_kid(key), (lanyard_str){ thumbprint.ptr, thumbprint.len }));
    lanyard_buf_done(&thumbprint);
    lanyard_key_free(key);
    assert_status(generate("HS256", NULL, 0, &key, NULL), LANYARD_OK);
    assert_status(generate("HS256", NULL, 0, &other, NULL), LANYARD_OK);
    assert_int_equal(lanyard_key_kid(key).len, 22);
    assert_false(lanyard_str_equal(lanyard_key_kid(key), lanyard_key_kid(other)));
    lanyard_key_free(key);
    lanyard_key_free(other);
    assert_status(generate("HS256", "mine", 0, &key, NULL), LANYARD_OK);
    assert_str(lanyard_key_kid(key), "mine");
    lanyard_key_free(key);
}

static void generate_checks_the_bits(void **state)
{
    static const struct {
        const char *alg;
        uint32_t bits;
        lanyard_status status;
    } rows[] = {
        { "HS256", 256, LANYARD_OK },
        { "HS256", 248, LANYARD_E_ARGUMENT },
        { "HS256", 257, LANYARD_E_ARGUMENT },
        { "HS256", 524288, LANYARD_OK },
        { "HS256", 524296, LANYARD_E_ARGUMENT },
        { "HS512", 504, LANYARD_E_ARGUMENT },
        { "HS512", 512, LANYARD_OK },
        { "RS256", 2048, LANYARD_OK },
        { "RS256", 2040, LANYARD_E_ARGUMENT },
        { "RS256", 1024, LANYARD_E_ARGUMENT },
        { "RS256", 16392, LANYARD_E_ARGUMENT },
        { "ES256", 256, LANYARD_E_ARGUMENT },
        { "EdDSA", 256, LANYARD_E_ARGUMENT },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        lanyard_key *key = NULL;

        assert_status(generate(rows[i].alg, NULL, rows[i].bits, &key, NULL), rows[i].status);
        if (key)
            assert_int_equal(lanyard_key_bits(key), rows[i].bits);
        lanyard_key_free(key);
    }
}

static void generate_refuses_what_it_cannot_make(void **state)
{
    lanyard_key *key = NULL;

    (void)state;
    assert_status(generate(NULL, NULL, 0, &key, NULL), LANYARD_E_ARGUMENT);
    assert_status(generate("none", NULL, 0, &key, NULL), LANYARD_E_ALG_UNKNOWN);
    assert_status(generate("hs256", NULL, 0, &key, NULL), LANYARD_E_ALG_UNKNOWN);
    assert_status(generate("HS256", "\xff", 0, &key, NULL), LANYARD_E_ARGUMENT);
    assert_status(lanyard_key_generate(NULL, NULL, &key, NULL), LANYARD_E_ARGUMENT);
    assert_null(key);
}

static const lanyard_bytes message = { (const uint8_t *)"a message", 9 };

static lanyard_status check_changed(const lanyard_key *key, const lanyard_buf *signature,
                                    size_t byte)
{
    lanyard_bytes bytes = { (const uint8_t *)signature->ptr, signature->len };
    lanyard_status status = LANYARD_OK;

    signature->ptr[byte] ^= 1;
    status = lanyard_check_bytes(key, NULL, message, bytes, NULL, NULL);
    signature->ptr[byte] ^= 1;
    return status;
}

static void bytes_signed_by_every_algorithm_are_checked(void **state)
{
    const lanyard_alg_info *alg = NULL;

    (void)state;
    for (size_t i = 0; (alg = lanyard_alg_at(i)) != NULL; i++) {
        if (!lanyard_alg_is_available(alg->name))
            continue;

        lanyard_key *key = key_of_alg(alg);
        lanyard_buf out;

        lanyard_buf_init(&out, NULL, 8192);
        assert_status(lanyard_sign_bytes(key, NULL, message, NULL, &out, NULL), LANYARD_OK);
        if (alg->signature_len)
            assert_int_equal(out.len, alg->signature_len);

        lanyard_bytes signature = { (const uint8_t *)out.ptr, out.len };

        assert_status(lanyard_check_bytes(key, alg->name, message, signature, NULL, NULL),
                      LANYARD_OK);
        assert_status(check_changed(key, &out, 0), LANYARD_E_SIGNATURE);
        assert_status(check_changed(key, &out, out.len - 1), LANYARD_E_SIGNATURE);
        signature.len--;
        assert_status(lanyard_check_bytes(key, NULL, message, signature, NULL, NULL),
                      LANYARD_E_SIGNATURE);
        signature.len = 0;
        assert_status(lanyard_check_bytes(key, NULL, message, signature, NULL, NULL),
                      LANYARD_E_SIGNATURE);
        lanyard_buf_done(&out);
        lanyard_key_free(key);
    }
}

static void bytes_are_not_signed_with_a_key_that_does_not_fit(void **state)
{
    lanyard_key *public = read_key(ED25519_PUBLIC);
    lanyard_key *private = read_key(ED25519_PRIVATE);
    lanyard_key *weak = read_key("{\"kty\":\"oct\",\"k\":\"AAECAwQ\"}");
    lanyard_error err = { 0 };
    lanyard_buf out;

    (void)state;
    lanyard_buf_init(&out, NULL, 8192);
    assert_status(lanyard_sign_bytes(public, "EdDSA", message, NULL, &out, NULL),
                  LANYARD_E_KEY_USE);
    assert_status(lanyard_sign_bytes(private, "ES256", message, NULL, &out, NULL),
                  LANYARD_E_KEY_USE);
    assert_status(lanyard_sign_bytes(private, "HS256", message, NULL, &out, NULL),
                  LANYARD_E_KEY_USE);
    assert_status(lanyard_sign_bytes(private, "none", message, NULL, &out, NULL),
                  LANYARD_E_ALG_UNKNOWN);
    assert_status(lanyard_sign_bytes(private, NULL, message, NULL, &out, NULL), LANYARD_E_ARGUMENT);
    assert_status(lanyard_sign_bytes(weak, "HS256", message, NULL, &out, &err),
                  LANYARD_E_KEY_SHORT);
    assert_string_equal(err.detail, "a secret of 40 bits where HS256 needs 256");
    assert_int_equal(out.len, 0);
    assert_status(lanyard_sign_bytes(private, "EdDSA", message, NULL, &out, NULL), LANYARD_OK);
    lanyard_buf_done(&out);
    lanyard_key_free(public);
    lanyard_key_free(private);
    lanyard_key_free(weak);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(generate_makes_a_key_for_every_algorithm),
        cmocka_unit_test(generated_kid_is_the_thumbprint_or_random),
        cmocka_unit_test(generate_checks_the_bits),
        cmocka_unit_test(generate_refuses_what_it_cannot_make),
        cmocka_unit_test(bytes_signed_by_every_algorithm_are_checked),
        cmocka_unit_test(bytes_are_not_signed_with_a_key_that_does_not_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
