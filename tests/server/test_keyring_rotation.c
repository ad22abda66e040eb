/* test_keyring_rotation.c - rotation and revocation, scheduled and on demand. */
#include "keyring_kit.h"

static void rotation_publishes_an_hour_before_use(void **state)
{
    srv_kit *kit = *state;
    char first[KID_MAX];
    char now[KID_MAX];

    kit_open_ring(kit, &(keyring_opts){ .alg = NULL });
    kit_active_kid(kit, first);
    kit_tick_ring(kit, 30 * SRV_DAY - SRV_HOUR - 1);
    assert_int_equal(kit_count_published(kit), 1);
    kit_tick_ring(kit, 1);
    assert_int_equal(kit_count_published(kit), 2);
    kit_tick_ring(kit, SRV_HOUR - 1);
    kit_active_kid(kit, now);
    assert_string_equal(first, now);

    lanyard_buf last = kit_sign_now(kit);

    kit_tick_ring(kit, 1);
    kit_active_kid(kit, now);
    assert_string_not_equal(first, now);
    /* Retired only after its last token. */
    kit_tick_ring(kit, TOKEN_LIFE - 2 * SRV_SECOND);
    assert_int_equal(kit_verify_now(kit, &last), LANYARD_OK);
    kit_tick_ring(kit, SRV_HOUR);
    assert_int_equal(kit_count_published(kit), 1);
    assert_int_equal(kit_verify_now(kit, &last), LANYARD_E_KEY_NOT_FOUND);
    lanyard_buf_done(&last);
}

static void rotation_on_demand_publishes_first_or_replaces_at_once(void **state)
{
    srv_kit *kit = *state;
    char first[KID_MAX];
    char now[KID_MAX];

    kit_open_ring(kit, &(keyring_opts){ .alg = NULL });
    kit_active_kid(kit, first);
    assert_srv(keyring_rotate(kit->ring, false, NULL), SRV_OK);
    kit_active_kid(kit, now);
    assert_string_equal(first, now);
    /* Asked twice, it is still one new key. */
    assert_srv(keyring_rotate(kit->ring, false, NULL), SRV_OK);
    assert_int_equal(kit_count_published(kit), 2);
    kit_tick_ring(kit, SRV_HOUR);
    kit_active_kid(kit, now);
    assert_string_not_equal(first, now);
    assert_srv(keyring_rotate(kit->ring, true, NULL), SRV_OK);
    kit_active_kid(kit, first);
    assert_string_not_equal(first, now);
}

/* T43: out of the JWKS, on the tape, replaced: all of it before the call returns. */
static void revocation_replaces_the_active_key_at_once(void **state)
{
    srv_kit *kit = *state;
    char stolen[KID_MAX];
    char now[KID_MAX];

    kit_open_ring(kit, &(keyring_opts){ .alg = NULL });
    kit_active_kid(kit, stolen);

    lanyard_buf token = kit_sign_now(kit);
    const tape_question question = { .kid = { stolen, strlen(stolen) },
                                     .iat = srv_time_seconds(kit->clock.now) };

    assert_srv(tape_check(kit->tape, &question), SRV_OK);
    assert_srv(keyring_revoke(kit->ring, stolen, kit->tape, NULL), SRV_OK);
    assert_srv(tape_check(kit->tape, &question), SRV_E_SESSION_ENDED);
    assert_int_equal(kit_verify_now(kit, &token), LANYARD_E_KEY_NOT_FOUND);
    assert_int_equal(kit_count_published(kit), 1);
    kit_active_kid(kit, now);
    assert_string_not_equal(stolen, now);
    lanyard_buf_done(&token);

    /* After a restart as well. */
    assert_srv(kit_reopen_ring(kit, NULL), SRV_OK);
    kit_active_kid(kit, stolen);
    assert_string_equal(stolen, now);
    assert_srv(tape_load(kit->tape, NULL), SRV_OK);
    assert_int_equal(tape_count(kit->tape), 1);
}

static void revocation_refuses_a_kid_that_nobody_uses(void **state)
{
    srv_kit *kit = *state;
    char kid[KID_MAX];

    kit_open_ring(kit, &(keyring_opts){ .alg = NULL });
    assert_srv(keyring_revoke(kit->ring, "nobody", kit->tape, NULL), SRV_E_NOT_FOUND);
    kit_active_kid(kit, kid);
    assert_srv(keyring_revoke(kit->ring, kid, kit->tape, NULL), SRV_OK);
    assert_srv(keyring_revoke(kit->ring, kid, kit->tape, NULL), SRV_E_NOT_FOUND);
    assert_int_equal(tape_count(kit->tape), 1);
}

static void revocation_of_a_published_key_leaves_the_active_one(void **state)
{
    srv_kit *kit = *state;
    char active[KID_MAX];
    char now[KID_MAX];
    keyring_view view;
    char next[KID_MAX] = "";

    kit_open_ring(kit, &(keyring_opts){ .alg = NULL });
    kit_active_kid(kit, active);
    assert_srv(keyring_rotate(kit->ring, false, NULL), SRV_OK);
    keyring_take(kit->ring, &view);

    lanyard_str kid = lanyard_key_kid(lanyard_keyset_at(view.verify, 1));

    snprintf(next, sizeof next, "%.*s", (int)kid.len, kid.ptr);
    keyring_give(&view);
    assert_srv(keyring_revoke(kit->ring, next, kit->tape, NULL), SRV_OK);
    kit_active_kid(kit, now);
    assert_string_equal(active, now);
    assert_int_equal(kit_count_published(kit), 1);
}

static void revocation_of_the_given_secret_asks_for_another_first(void **state)
{
    srv_kit *kit = *state;
    char old[KID_MAX];

    kit_write_file(kit->secret, "a secret of thirty-two bytes, or so", 0600);
    kit_open_ring(kit, &(keyring_opts){ .alg = "HS256", .secret_path = kit->secret });
    kit_active_kid(kit, old);

    lanyard_buf token = kit_sign_now(kit);

    assert_srv(keyring_revoke(kit->ring, old, kit->tape, NULL), SRV_E_INVALID);
    assert_int_equal(kit_verify_now(kit, &token), LANYARD_OK);
    kit_write_file(kit->secret, "another secret, of thirty-two bytes", 0600);
    assert_srv(keyring_rotate(kit->ring, true, NULL), SRV_OK);
    assert_srv(keyring_revoke(kit->ring, old, kit->tape, NULL), SRV_OK);
    assert_int_equal(kit_verify_now(kit, &token), LANYARD_E_KEY_NOT_FOUND);
    lanyard_buf_done(&token);

    /* A revoked secret never comes back. */
    kit_write_file(kit->secret, "a secret of thirty-two bytes, or so", 0600);
    assert_srv(keyring_rotate(kit->ring, true, NULL), SRV_E_CONFIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RING_TEST(rotation_publishes_an_hour_before_use),
        RING_TEST(rotation_on_demand_publishes_first_or_replaces_at_once),
        RING_TEST(revocation_replaces_the_active_key_at_once),
        RING_TEST(revocation_refuses_a_kid_that_nobody_uses),
        RING_TEST(revocation_of_a_published_key_leaves_the_active_one),
        RING_TEST(revocation_of_the_given_secret_asks_for_another_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
