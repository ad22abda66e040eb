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
    srv_kit *kit = *state;
    lanyard_key *key = key_of("EdDSA", "from elsewhere");
    char kid[KID_MAX];

    kit_open_ring(kit, &(keyring_opts){ .alg = NULL });
    assert_srv(keyring_import(kit->ring, key, 0, false, NULL), SRV_OK);
    assert_int_equal(kit_count_published(kit), 2);
    kit_tick_ring(kit, SRV_HOUR - 1);
    kit_active_kid(kit, kid);
    assert_string_not_equal(kid, "from elsewhere");
    kit_tick_ring(kit, 1);
    kit_active_kid(kit, kid);
    assert_string_equal(kid, "from elsewhere");
    lanyard_key_free(key);
}

static void import_makes_a_key_the_active_one_when_told_to(void **state)
{
    srv_kit *kit = *state;
    lanyard_key *key = key_of("EdDSA", "from elsewhere");
    char kid[KID_MAX];

    kit_open_ring(kit, &(keyring_opts){ .alg = NULL });

    lanyard_buf before = kit_sign_now(kit);

    assert_srv(keyring_import(kit->ring, key, 0, true, NULL), SRV_OK);
    kit_active_kid(kit, kid);
    assert_string_equal(kid, "from elsewhere");
    assert_int_equal(kit_verify_now(kit, &before), LANYARD_OK);
    assert_srv(keyring_import(kit->ring, key, 0, true, NULL), SRV_E_CONFLICT);
    lanyard_buf_done(&before);
    lanyard_key_free(key);
}

static void import_to_verify_only_ends_at_its_time(void **state)
{
    srv_kit *kit = *state;
    lanyard_key *key = key_of("RS256", "old issuer");
    lanyard_issuer *issuer = NULL;
    lanyard_buf token;
    char before[KID_MAX];
    char after[KID_MAX];

    kit_open_ring(kit, &(keyring_opts){ .alg = NULL });
    kit_active_kid(kit, before);
    assert_srv(keyring_import(kit->ring, key, kit->clock.now + SRV_DAY, false, NULL), SRV_OK);
    kit_active_kid(kit, after);
    assert_string_equal(before, after);
    lanyard_buf_init(&token, NULL, 4096);
    assert_int_equal(lanyard_issuer_new(LANYARD_ISSUER(.key = key, .lifetime_s = 7 * 86400), NULL,
                                        &issuer, NULL),
                     LANYARD_OK);
    assert_int_equal(
        lanyard_issue(issuer, NULL, srv_time_seconds(kit->clock.now), NULL, &token, NULL),
        LANYARD_OK);
    kit_tick_ring(kit, SRV_DAY - 1);
    assert_int_equal(kit_verify_now(kit, &token), LANYARD_OK);
    kit_tick_ring(kit, 1);
    assert_int_equal(kit_verify_now(kit, &token), LANYARD_E_KEY_NOT_FOUND);
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
    srv_kit *kit = *state;
    lanyard_key *private = key_of("EdDSA", NULL);
    lanyard_key *public = public_of(private);
    lanyard_key *other = key_of("ES256", NULL);

    kit_open_ring(kit, &(keyring_opts){ .alg = NULL });
    assert_srv(keyring_import(kit->ring, public, 0, true, NULL), SRV_E_INVALID);
    assert_srv(keyring_import(kit->ring, other, 0, true, NULL), SRV_E_INVALID);
    assert_srv(keyring_import(kit->ring, private, kit->clock.now, false, NULL), SRV_E_INVALID);
    assert_srv(keyring_import(kit->ring, public, kit->clock.now + 1, false, NULL), SRV_OK);
    assert_int_equal(kit_count_published(kit), 2);
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
