/* test_jwk_write.c - keys become JWKs, and nothing private by mistake (CVE-2019-12423). */
#include "keys.h"

static void jwk_is_written_in_a_fixed_order(void **state)
{
    static const struct {
        const char *text;
        const char *public;
        const char *private;
    } rows[] = {
        { "{\"d\":\"" ED25519_D "\",\"x\":\"" ED25519_X
          "\",\"alg\":\"EdDSA\",\"key_ops\":[\"sign\"],\"use\":\"sig\",\"kid\":\"a\\\"b\",\"crv\":"
          "\"Ed25519\",\"kty\":\"OKP\",\"more\":1}",
          "{\"kty\":\"OKP\",\"kid\":\"a\\\"b\",\"use\":\"sig\",\"key_ops\":[\"verify\"],\"alg\":"
          "\"EdDSA\",\"crv\":\"Ed25519\",\"x\":\"" ED25519_X "\"}",
          "{\"kty\":\"OKP\",\"kid\":\"a\\\"b\",\"use\":\"sig\",\"key_ops\":[\"sign\"],\"alg\":"
          "\"EdDSA\",\"crv\":\"Ed25519\",\"x\":\"" ED25519_X "\",\"d\":\"" ED25519_D "\"}" },
        { P256_PRIVATE, P256_PUBLIC, P256_PRIVATE },
        { "{\"k\":\"" SECRET_32 "\",\"kty\":\"oct\",\"kid\":\"\"}", NULL,
          "{\"kty\":\"oct\",\"kid\":\"\",\"k\":\"" SECRET_32 "\"}" },
        { RSA_PUBLIC, RSA_PUBLIC, NULL },
        { "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED25519_X
          "\",\"key_ops\":[\"deriveKey\",\"other\"],\"use\":\"tls\"}",
          "{\"kty\":\"OKP\",\"use\":\"tls\",\"key_ops\":[],\"crv\":\"Ed25519\",\"x\":\"" ED25519_X
          "\"}",
          NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        lanyard_key *key = read_key(rows[i].text);

        for (int part = LANYARD_KEY_PUBLIC; part <= LANYARD_KEY_PRIVATE; part++) {
            const char *expected = part == LANYARD_KEY_PUBLIC ? rows[i].public : rows[i].private;
            char *found = expected ? jwk_of(key, (lanyard_key_part)part) : NULL;

            if (expected)
                assert_string_equal(found, expected);
            free(found);
        }
        lanyard_key_free(key);
    }
}

static void public_part_has_no_private_member_for_any_algorithm(void **state)
{
    static const char *const members[] = { "\"d\":",  "\"p\":",  "\"q\":", "\"dp\":",
                                           "\"dq\":", "\"qi\":", "\"k\":", "\"priv\":" };
    const lanyard_alg_info *alg = NULL;

    (void)state;
    for (size_t i = 0; (alg = lanyard_alg_at(i)) != NULL; i++) {
        if (strcmp(alg->kty, "oct") == 0 || !lanyard_alg_is_available(alg->name))
            continue;

        lanyard_key *key = key_of_alg(alg);
        char *text = jwk_of(key, LANYARD_KEY_PUBLIC);
        lanyard_key *again = NULL;

        for (size_t m = 0; m < COUNT(members); m++)
            assert_null(strstr(text, members[m]));
        again = read_key(text);
        assert_int_equal(lanyard_key_is_private(again), 0);
        assert_string_equal(lanyard_key_alg(again), alg->name);
        lanyard_key_free(again);
        free(text);
        text = jwk_of(key, LANYARD_KEY_PRIVATE);
        again = read_key(text);
        assert_same_key(key, again);
        lanyard_key_free(again);
        lanyard_key_free(key);
        free(text);
    }
}

static void jwk_that_does_not_fit_leaves_the_buffer_alone(void **state)
{
    lanyard_key *key = read_key(ED25519_PRIVATE);
    size_t len = strlen(ED25519_PRIVATE);
    lanyard_buf out;

    (void)state;
    lanyard_buf_init(&out, NULL, len + 1);
    assert_status(lanyard_buf_add(&out, "xy", 2), LANYARD_OK);
    assert_status(lanyard_key_write_jwk(key, LANYARD_KEY_PRIVATE, &out, NULL),
                  LANYARD_E_BUFFER_FULL);
    assert_str(((lanyard_str){ out.ptr, out.len }), "xy");
    lanyard_buf_cut(&out, 1);
    assert_status(lanyard_key_write_jwk(key, LANYARD_KEY_PRIVATE, &out, NULL), LANYARD_OK);
    assert_str(((lanyard_str){ out.ptr, out.len }), "x" ED25519_PRIVATE);
    lanyard_buf_done(&out);
    lanyard_key_free(key);
}

static void part_nobody_knows_is_refused(void **state)
{
    lanyard_key *key = read_key(ED25519_PRIVATE);
    lanyard_buf out;

    (void)state;
    lanyard_buf_init(&out, NULL, 1000);
    assert_status(lanyard_key_write_jwk(key, (lanyard_key_part)2, &out, NULL), LANYARD_E_ARGUMENT);
    lanyard_buf_done(&out);
    lanyard_key_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jwk_is_written_in_a_fixed_order),
        cmocka_unit_test(public_part_has_no_private_member_for_any_algorithm),
        cmocka_unit_test(jwk_that_does_not_fit_leaves_the_buffer_alone),
        cmocka_unit_test(part_nobody_knows_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
