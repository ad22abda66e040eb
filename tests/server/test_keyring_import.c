/* test_keyring_import.c - keys that were made elsewhere. */
#include "keyring_kit.h"

static lanyard_key *key_of(const char *alg, const char *kid)
{
    lanyard_key *key = NULL;

    assert_int_equal(lanyard_key_generate(LANYARD_KEYGEN(.alg = alg, .kid = kid), NULL, &key, NULL),
                     LANYARD_OK);
    return key;
}

static void import_publishes_a_key_an_hour_before_it_signs(void **state)
{
    fixture *test = *state;
    lanyard_key *key = key_of("EdDSA", "from elsewhere");
    char kid[KID_MAX];

    fixture_open(test, &(keyring_opts){ .alg = NULL });
    assert_srv(keyring_import(test->ring, key, 0, false, NULL), SRV_OK);
    assert_int_equal(fixture_published(test), 2);
    fixture_tick(test, SRV_HOUR - 1);
    fixture_kid(test, kid);
    assert_string_not_equal(kid, "from elsewhere");
    fixture_tick(test, 1);
    fixture_kid(test, kid);
    assert_string_equal(kid, "from elsewhere");
    lanyard_key_free(key);
}

static void import_makes_a_key_the_active_one_when_told_to(void **state)
{
    fixture *test = *state;
    lanyard_key *key = key_of("EdDSA", "from elsewhere");
    char kid[KID_MAX];

    fixture_open(test, &(keyring_opts){ .alg = NULL });

    lanyard_buf before = fixture_sign(test);

    assert_srv(keyring_import(test->ring, key, 0, true, NULL), SRV_OK);
    fixture_kid(test, kid);
    assert_string_equal(kid, "from elsewhere");
    assert_int_equal(fixture_verify(test, &before), LANYARD_OK);
    assert_srv(keyring_import(test->ring, key, 0, true, NULL), SRV_E_CONFLICT);
    lanyard_buf_done(&before);
    lanyard_key_free(key);
}

static void import_to_verify_only_ends_at_its_time(void **state)
{
    fixture *test = *state;
    lanyard_key *key = key_of("RS256", "old issuer");
    lanyard_issuer *issuer = NULL;
    lanyard_buf token;
    char before[KID_MAX];
    char after[KID_MAX];

    fixture_open(test, &(keyring_opts){ .alg = NULL });
    fixture_kid(test, before);
    assert_srv(keyring_import(test->ring, key, test->now + SRV_DAY, false, NULL), SRV_OK);
    fixture_kid(test, after);
    assert_string_equal(before, after);
    lanyard_buf_init(&token, NULL, 4096);
    assert_int_equal(lanyard_issuer_new(LANYARD_ISSUER(.key = key, .lifetime_s = 7 * 86400), NULL,
                                        &issuer, NULL),
                     LANYARD_OK);
    assert_int_equal(lanyard_issue(issuer, NULL, srv_time_seconds(test->now), NULL, &token, NULL),
                     LANYARD_OK);
    fixture_tick(test, SRV_DAY - 1);
    assert_int_equal(fixture_verify(test, &token), LANYARD_OK);
    fixture_tick(test, 1);
    assert_int_equal(fixture_verify(test, &token), LANYARD_E_KEY_NOT_FOUND);
    lanyard_issuer_free(issuer);
    lanyard_buf_done(&token);
    lanyard_key_free(key);
}

static lanyard_key *public_of(const lanyard_key *key)
{
    lanyard_key *public = NULL;
    lanyard_buf jwk;

    lanyard_buf_init(&jwk, NULL, 4096);
    assert_int_equal(lanyard_key_write_jwk(key, LANYARD_KEY_PUBLIC, &jwk, NULL), LANYARD_OK);
    assert_int_equal(lanyard_key_read(jwk.ptr, jwk.len, NULL, NULL, &public, NULL), LANYARD_OK);
    lanyard_buf_done(&jwk);
    return public;
}

static void import_refuses_what_cannot_be_used(void **state)
{
    fixture *test = *state;
    lanyard_key *private = key_of("EdDSA", NULL);
    lanyard_key *public = public_of(private);
    lanyard_key *other = key_of("ES256", NULL);

    fixture_open(test, &(keyring_opts){ .alg = NULL });
    assert_srv(keyring_import(test->ring, public, 0, true, NULL), SRV_E_INVALID);
    assert_srv(keyring_import(test->ring, other, 0, true, NULL), SRV_E_INVALID);
    assert_srv(keyring_import(test->ring, private, test->now, false, NULL), SRV_E_INVALID);
    assert_srv(keyring_import(test->ring, public, test->now + 1, false, NULL), SRV_OK);
    assert_int_equal(fixture_published(test), 2);
    lanyard_key_free(private);
    lanyard_key_free(public);
    lanyard_key_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RING_TEST(import_publishes_a_key_an_hour_before_it_signs),
        RING_TEST(import_makes_a_key_the_active_one_when_told_to),
        RING_TEST(import_to_verify_only_ends_at_its_time),
        RING_TEST(import_refuses_what_cannot_be_used),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
