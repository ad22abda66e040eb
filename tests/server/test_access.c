/* test_access.c - access tokens with real keys: who they speak for, when they are refused, and what
 * of them is remembered. */
#include "kit.h"

static int open_kit(void **state)
{
    kit_setup_walk(state);
    kit_add_tokens(*state);
    return 0;
}

/* A session of a user who has just signed up, and its token. */
static session_grant session_with_token(srv_kit *kit, char text[KIT_TEXT_MAX])
{
    session_grant grant;

    kit_user(kit, "ada", HOME, &grant);
    snprintf(grant.roles, sizeof grant.roles, "admin user");
    kit_write_access(kit, &grant, text);
    return grant;
}

static void access_token_says_who_and_what(void **state)
{
    srv_kit *kit = *state;
    access_identity identity;
    char text[KIT_TEXT_MAX];
    session_grant grant = session_with_token(kit, text);
    srv_error error = { 0 };

    assert_ok(access_check(kit->tokens, lanyard_str_of(text), grant.iat, NULL, &identity, &error));
    assert_true(srv_id_equal(&identity.user_id, &grant.user_id));
    assert_true(srv_id_equal(&identity.sid, &grant.sid));
    assert_string_equal(identity.roles, "admin user");
    assert_string_equal(identity.client_id, "first-party");
    assert_int_equal(identity.exp - identity.iat, 900);
    assert_int_equal(identity.auth_time, grant.auth_time);
    assert_int_equal(strlen(identity.jti), SRV_ID_TEXT_LEN);
}

static void access_token_is_refused_when_changed_expired_or_ended(void **state)
{
    srv_kit *kit = *state;
    access_identity identity;
    char text[KIT_TEXT_MAX];
    session_grant grant = session_with_token(kit, text);
    lanyard_str token = lanyard_str_of(text);
    char *middle = strchr(text, '.') + 10;
    srv_error error = { 0 };

    assert_srv(access_check(kit->tokens, token, grant.exp, NULL, &identity, &error),
               SRV_E_INVALID_TOKEN);
    assert_string_equal(error.reason, "expired");
    assert_ok(access_check(kit->tokens, token, grant.exp - 1, NULL, &identity, &error));
    *middle ^= 1;
    assert_srv(access_check(kit->tokens, token, grant.iat, NULL, &identity, &error),
               SRV_E_INVALID_TOKEN);
    assert_srv(access_check_signature(kit->tokens, token, NULL, &identity, &error),
               SRV_E_INVALID_TOKEN);
    *middle ^= 1;
    kit_log_out(kit, &grant);
    assert_srv(access_check(kit->tokens, token, grant.iat, NULL, &identity, &error),
               SRV_E_SESSION_ENDED);
    assert_ok(access_check_signature(kit->tokens, token, NULL, &identity, &error));
    assert_true(srv_id_equal(&identity.sid, &grant.sid));
}

/* Cold, and remembered; and the other end: ADR-0015. */
static void access_token_is_given_the_leeway_and_no_more(void **state)
{
    srv_kit *kit = *state;
    access_identity identity;
    char text[KIT_TEXT_MAX];
    session_grant grant = session_with_token(kit, text);
    lanyard_str token = lanyard_str_of(text);
    srv_error error = { 0 };

    access_set_leeway(kit->tokens, 10);
    for (int i = 0; i < 2; i++) {
        assert_srv(access_check(kit->tokens, token, grant.exp + 10, NULL, &identity, &error),
                   SRV_E_INVALID_TOKEN);
        assert_ok(access_check(kit->tokens, token, grant.exp + 9, NULL, &identity, &error));
        assert_ok(access_check(kit->tokens, token, grant.iat - 60, NULL, &identity, &error));
        assert_srv(access_check(kit->tokens, token, grant.iat - 61, NULL, &identity, &error),
                   SRV_E_INVALID_TOKEN);
    }
    access_set_leeway(kit->tokens, 0);
    assert_srv(access_check(kit->tokens, token, grant.exp, NULL, &identity, &error),
               SRV_E_INVALID_TOKEN);
}

/* The largest leeway, on a machine whose clock is the most behind that ADR-0015 allows. */
static void access_token_that_is_given_leeway_still_meets_its_tape_entry(void **state)
{
    srv_kit *kit = *state;
    access_identity identity;
    char text[KIT_TEXT_MAX];
    session_grant grant = session_with_token(kit, text);
    srv_error error = { 0 };

    access_set_leeway(kit->tokens, 60);
    kit_log_out(kit, &grant);

    int64_t last = grant.exp + 60 - 1; /* when it is looked at for the last time */

    kit->clock.now = (last + 60) * SRV_SECOND;
    assert_ok(tape_load(kit->tape, &error)); /* what has expired is gone */
    assert_srv(access_check(kit->tokens, lanyard_str_of(text), last + 1, NULL, &identity, &error),
               SRV_E_INVALID_TOKEN);
    assert_srv(access_check(kit->tokens, lanyard_str_of(text), last, NULL, &identity, &error),
               SRV_E_SESSION_ENDED);
}

static void access_token_refuses_a_refresh_token(void **state)
{
    srv_kit *kit = *state;
    access_identity identity;
    session_grant grant;
    srv_error error = { 0 };

    kit_user(kit, "ada", HOME, &grant);
    assert_srv(access_check(kit->tokens, lanyard_str_of(grant.refresh), grant.iat, NULL, &identity,
                            &error),
               SRV_E_INVALID_TOKEN);
}

/* A token whose signature was found true is remembered; time, tape and keys still judge it. */
static void access_token_that_is_remembered_still_expires_and_ends(void **state)
{
    srv_kit *kit = *state;
    access_identity first;
    access_identity again;
    char text[KIT_TEXT_MAX];
    session_grant grant = session_with_token(kit, text);
    lanyard_str token = lanyard_str_of(text);
    srv_error error = { 0 };

    assert_ok(access_check(kit->tokens, token, grant.iat, NULL, &first, &error));
    assert_ok(access_check(kit->tokens, token, grant.iat, NULL, &again, &error));
    assert_true(srv_id_equal(&first.sid, &again.sid));
    assert_string_equal(first.roles, again.roles);
    assert_string_equal(first.client_id, again.client_id);
    assert_string_equal(first.jti, again.jti);
    assert_ok(access_check(kit->tokens, token, grant.exp - 1, NULL, &again, &error));
    assert_srv(access_check(kit->tokens, token, grant.exp, NULL, &again, &error),
               SRV_E_INVALID_TOKEN);
    assert_string_equal(error.reason, "expired");
    assert_srv(access_check(kit->tokens, token, grant.iat - 61, NULL, &again, &error),
               SRV_E_INVALID_TOKEN);
    for (size_t i = 0; i < token.len; i++) {
        text[i] ^= 1;
        assert_srv(access_check(kit->tokens, token, grant.iat, NULL, &again, &error),
                   SRV_E_INVALID_TOKEN);
        text[i] ^= 1;
    }
    assert_ok(access_check(kit->tokens, token, grant.iat, NULL, &again, &error));
}

/* T18: a key that is revoked takes its tokens along, remembered or not. */
static void access_token_that_is_remembered_falls_with_its_key(void **state)
{
    srv_kit *kit = *state;
    access_identity identity;
    keyring_view view;
    char text[KIT_TEXT_MAX];
    session_grant grant = session_with_token(kit, text);
    char kid[KID_MAX];
    lanyard_str token = lanyard_str_of(text);
    srv_error error = { 0 };

    assert_ok(access_check(kit->tokens, token, grant.iat, NULL, &identity, &error));
    assert_ok(keyring_rotate(kit->ring, true, &error));
    assert_ok(access_check(kit->tokens, token, grant.iat, NULL, &identity, &error));
    assert_ok(access_check(kit->tokens, token, grant.iat, NULL, &identity, &error));
    keyring_take(kit->ring, &view);
    assert_true(srv_copy(lanyard_key_kid(lanyard_keyset_at(view.verify, 0)), kid, sizeof kid));
    if (lanyard_str_equal(lanyard_str_of(kid), lanyard_key_kid(view.signer)))
        assert_true(srv_copy(lanyard_key_kid(lanyard_keyset_at(view.verify, 1)), kid, sizeof kid));
    keyring_give(&view);
    assert_ok(keyring_revoke(kit->ring, kid, kit->tape, &error));
    assert_true(access_check(kit->tokens, token, grant.iat, NULL, &identity, &error) != SRV_OK);
}

#define OVER(test) cmocka_unit_test_setup_teardown(test, open_kit, kit_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OVER(access_token_says_who_and_what),
        OVER(access_token_is_refused_when_changed_expired_or_ended),
        OVER(access_token_is_given_the_leeway_and_no_more),
        OVER(access_token_that_is_given_leeway_still_meets_its_tape_entry),
        OVER(access_token_refuses_a_refresh_token),
        OVER(access_token_that_is_remembered_still_expires_and_ends),
        OVER(access_token_that_is_remembered_falls_with_its_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
