/* test_keyring_rotation.c - rotation and revocation, scheduled and on demand. */
#include "keyring_kit.h"

static void rotation_publishes_an_hour_before_use(void **state)
{
    fixture *test = *state;
    char first[KID_MAX];
    char now[KID_MAX];

    fixture_open(test, &(keyring_opts){ .alg = NULL });
    fixture_kid(test, first);
    fixture_tick(test, 30 * SRV_DAY - SRV_HOUR - 1);
    assert_int_equal(fixture_published(test), 1);
    fixture_tick(test, 1);
    assert_int_equal(fixture_published(test), 2);
    fixture_tick(test, SRV_HOUR - 1);
    fixture_kid(test, now);
    assert_string_equal(first, now);

    lanyard_buf last = fixture_sign(test);

    fixture_tick(test, 1);
    fixture_kid(test, now);
    assert_string_not_equal(first, now);
    /* Retired only after its last token. */
    fixture_tick(test, TOKEN_LIFE - 2 * SRV_SECOND);
    assert_int_equal(fixture_verify(test, &last), LANYARD_OK);
    fixture_tick(test, SRV_HOUR);
    assert_int_equal(fixture_published(test), 1);
    assert_int_equal(fixture_verify(test, &last), LANYARD_E_KEY_NOT_FOUND);
    lanyard_buf_done(&last);
}

static void rotation_on_demand_publishes_first_or_replaces_at_once(void **state)
{
    fixture *test = *state;
    char first[KID_MAX];
    char now[KID_MAX];

    fixture_open(test, &(keyring_opts){ .alg = NULL });
    fixture_kid(test, first);
    assert_srv(keyring_rotate(test->ring, false, NULL), SRV_OK);
    fixture_kid(test, now);
    assert_string_equal(first, now);
    /* Asked twice, it is still one new key. */
    assert_srv(keyring_rotate(test->ring, false, NULL), SRV_OK);
    assert_int_equal(fixture_published(test), 2);
    fixture_tick(test, SRV_HOUR);
    fixture_kid(test, now);
    assert_string_not_equal(first, now);
    assert_srv(keyring_rotate(test->ring, true, NULL), SRV_OK);
    fixture_kid(test, first);
    assert_string_not_equal(first, now);
}

/* T43: out of the JWKS, on the tape, replaced: all of it before the call returns. */
static void revocation_replaces_the_active_key_at_once(void **state)
{
    fixture *test = *state;
    char stolen[KID_MAX];
    char now[KID_MAX];

    fixture_open(test, &(keyring_opts){ .alg = NULL });
    fixture_kid(test, stolen);

    lanyard_buf token = fixture_sign(test);
    const tape_question question = { .kid = { stolen, strlen(stolen) },
                                     .iat = srv_time_seconds(test->now) };

    assert_srv(tape_check(test->tape, &question), SRV_OK);
    assert_srv(keyring_revoke(test->ring, stolen, test->tape, NULL), SRV_OK);
    assert_srv(tape_check(test->tape, &question), SRV_E_SESSION_ENDED);
    assert_int_equal(fixture_verify(test, &token), LANYARD_E_KEY_NOT_FOUND);
    assert_int_equal(fixture_published(test), 1);
    fixture_kid(test, now);
    assert_string_not_equal(stolen, now);
    lanyard_buf_done(&token);

    /* After a restart as well. */
    assert_srv(fixture_reopen(test, NULL), SRV_OK);
    fixture_kid(test, stolen);
    assert_string_equal(stolen, now);
    assert_srv(tape_load(test->tape, NULL), SRV_OK);
    assert_int_equal(tape_count(test->tape), 1);
}

static void revocation_refuses_a_kid_that_nobody_uses(void **state)
{
    fixture *test = *state;
    char kid[KID_MAX];

    fixture_open(test, &(keyring_opts){ .alg = NULL });
    assert_srv(keyring_revoke(test->ring, "nobody", test->tape, NULL), SRV_E_NOT_FOUND);
    fixture_kid(test, kid);
    assert_srv(keyring_revoke(test->ring, kid, test->tape, NULL), SRV_OK);
    assert_srv(keyring_revoke(test->ring, kid, test->tape, NULL), SRV_E_NOT_FOUND);
    assert_int_equal(tape_count(test->tape), 1);
}

static void revocation_of_a_published_key_leaves_the_active_one(void **state)
{
    fixture *test = *state;
    char active[KID_MAX];
    char now[KID_MAX];
    keyring_view view;
    char next[KID_MAX] = "";

    fixture_open(test, &(keyring_opts){ .alg = NULL });
    fixture_kid(test, active);
    assert_srv(keyring_rotate(test->ring, false, NULL), SRV_OK);
    keyring_take(test->ring, &view);

    lanyard_str kid = lanyard_key_kid(lanyard_keyset_at(view.verify, 1));

    snprintf(next, sizeof next, "%.*s", (int)kid.len, kid.ptr);
    keyring_give(&view);
    assert_srv(keyring_revoke(test->ring, next, test->tape, NULL), SRV_OK);
    fixture_kid(test, now);
    assert_string_equal(active, now);
    assert_int_equal(fixture_published(test), 1);
}

static void revocation_of_the_given_secret_asks_for_another_first(void **state)
{
    fixture *test = *state;
    char old[KID_MAX];

    fixture_write(test->secret, "a secret of thirty-two bytes, or so", 0600);
    fixture_open(test, &(keyring_opts){ .alg = "HS256", .secret_path = test->secret });
    fixture_kid(test, old);

    lanyard_buf token = fixture_sign(test);

    assert_srv(keyring_revoke(test->ring, old, test->tape, NULL), SRV_E_INVALID);
    assert_int_equal(fixture_verify(test, &token), LANYARD_OK);
    fixture_write(test->secret, "another secret, of thirty-two bytes", 0600);
    assert_srv(keyring_rotate(test->ring, true, NULL), SRV_OK);
    assert_srv(keyring_revoke(test->ring, old, test->tape, NULL), SRV_OK);
    assert_int_equal(fixture_verify(test, &token), LANYARD_E_KEY_NOT_FOUND);
    lanyard_buf_done(&token);

    /* A revoked secret never comes back. */
    fixture_write(test->secret, "a secret of thirty-two bytes, or so", 0600);
    assert_srv(keyring_rotate(test->ring, true, NULL), SRV_E_CONFIG);
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
