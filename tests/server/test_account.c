/* test_account.c - accounts with real hashes, and access tokens with real keys. */
#include "base/text.h"
#include "kit.h"

#include "account/password_policy.h"
#include "session/access.h"

#define HOME     "198.51.100.7"
#define PASSWORD "a long walk on the beach"
#define ANOTHER  "an even longer swim in the sea"
#define ISSUER   "https://id.example"

typedef struct fixture {
    srv_kit kit;
    char folder[64];
    char master[96];
    hash_pool *pool;
    keyring *ring;
    access_tokens *tokens;
} fixture;

static int open_fixture(void **state)
{
    fixture *test = calloc(1, sizeof *test);
    const hash_opts cheap = { .memory_kib = 64, .passes = 1, .lanes = 1, .workers = 2 };
    const access_opts access = { .issuer = ISSUER, .audience = "api", .client_id = "first-party" };
    keyring_opts keys = { .token_life = 900 * SRV_SECOND };
    srv_error error = { 0 };

    assert_non_null(test);
    kit_open(&test->kit, true, NULL);
    snprintf(test->folder, sizeof test->folder, "/tmp/lanyard-account-XXXXXX");
    assert_non_null(mkdtemp(test->folder));
    snprintf(test->master, sizeof test->master, "%s/master.key", test->folder);
    keys.master_path = test->master;
    assert_ok(hash_pool_new(&cheap, &test->pool, &error));
    assert_ok(keyring_open(&keys, test->kit.store, &test->ring, &error));
    assert_ok(access_new(&access, test->ring, test->kit.tape, &test->tokens, &error));
    test->kit.accounts.hashes = test->pool;
    *state = test;
    return 0;
}

static int close_fixture(void **state)
{
    fixture *test = *state;

    access_free(test->tokens);
    keyring_close(test->ring);
    hash_pool_free(test->pool);
    unlink(test->master);
    rmdir(test->folder);
    kit_close(&test->kit);
    free(test);
    return 0;
}

static srv_status sign_up(fixture *test, const char *name, const char *email, const char *password,
                          user_row *user, session_grant *grant)
{
    account_new wanted = { .username = lanyard_str_of(name),
                           .email = lanyard_str_of(email),
                           .password = bytes_of(password),
                           .session = { .from = kit_from(HOME) } };
    unsigned faults = 0;
    srv_error error = { 0 };

    return account_register(&test->kit.accounts, &wanted, user, grant, &faults, &error);
}

static srv_status log_in(fixture *test, const char *login, const char *password, user_row *user,
                         session_grant *grant)
{
    account_login wanted = { .login = lanyard_str_of(login),
                             .password = bytes_of(password),
                             .session = { .from = kit_from(HOME) } };
    srv_error error = { 0 };

    return account_log_in(&test->kit.accounts, &wanted, user, grant, &error);
}

static void login_works_by_name_and_by_address(void **state)
{
    fixture *test = *state;
    user_row user;
    session_grant grant;

    assert_ok(sign_up(test, "Ada", "Ada@Example.org", PASSWORD, &user, &grant));
    assert_string_equal(user.username, "ada");
    assert_string_equal(user.email, "Ada@Example.org");
    assert_ok(log_in(test, "ADA", PASSWORD, &user, &grant));
    assert_ok(log_in(test, "ada@example.ORG", PASSWORD, &user, &grant));
    assert_string_equal(user.username, "ada");
}

static void login_refuses_wrong_unknown_and_senseless_alike(void **state)
{
    fixture *test = *state;
    static const char *const logins[] = { "ada", "bob", "ada@example.org", "", "no name at all" };
    user_row user;
    session_grant grant;
    hash_stats before;
    hash_stats after;

    assert_ok(sign_up(test, "ada", "", PASSWORD, &user, &grant));
    hash_pool_stats(test->pool, &before);
    for (size_t i = 0; i < COUNT(logins); i++)
        assert_srv(log_in(test, logins[i], "not the password", &user, &grant),
                   SRV_E_INVALID_CREDENTIALS);
    hash_pool_stats(test->pool, &after);
    assert_int_equal(after.done - before.done, COUNT(logins)); /* the same work each time */
}

static void register_refuses_what_is_taken(void **state)
{
    fixture *test = *state;
    user_row user;
    session_grant grant;

    assert_ok(sign_up(test, "ada", "ada@example.org", PASSWORD, &user, &grant));
    assert_srv(sign_up(test, "ADA", "", PASSWORD, &user, &grant), SRV_E_USERNAME_TAKEN);
    assert_srv(sign_up(test, "", "ADA@example.org", PASSWORD, &user, &grant), SRV_E_EMAIL_TAKEN);
    assert_srv(sign_up(test, "bob", "ADA@example.org", PASSWORD, &user, &grant), SRV_E_EMAIL_TAKEN);
    assert_srv(log_in(test, "bob", PASSWORD, &user, &grant), SRV_E_INVALID_CREDENTIALS);
}

static void register_refuses_bad_names_and_passwords(void **state)
{
    fixture *test = *state;
    user_row user;
    session_grant grant;
    char longest[66];

    memset(longest, 'a', 65);
    longest[65] = '\0';
    assert_srv(sign_up(test, "a b", "", PASSWORD, &user, &grant), SRV_E_INVALID_USERNAME);
    assert_srv(sign_up(test, "\xc3\xa4", "", PASSWORD, &user, &grant), SRV_E_INVALID_USERNAME);
    assert_srv(sign_up(test, longest, "", PASSWORD, &user, &grant), SRV_E_INVALID_USERNAME);
    assert_ok(sign_up(test, longest + 1, "", PASSWORD, &user, &grant));
    assert_srv(sign_up(test, "", "a@b@c", PASSWORD, &user, &grant), SRV_E_INVALID_EMAIL);
    assert_srv(sign_up(test, "", "@b", PASSWORD, &user, &grant), SRV_E_INVALID_EMAIL);
    assert_srv(sign_up(test, "", "", PASSWORD, &user, &grant), SRV_E_INVALID);
    assert_srv(sign_up(test, "ada", "", "short", &user, &grant), SRV_E_WEAK_PASSWORD);
}

static void roles_are_names_with_one_space_between(void **unused)
{
    static const char *const bad[] = { " a", "a ", "a  b", "a a", "A", "a,b" };
    char roles[ROLES_MAX];
    srv_error error = { 0 };

    (void)unused;
    assert_ok(account_roles(lanyard_str_of("admin orders:read"), roles, &error));
    assert_string_equal(roles, "admin orders:read");
    assert_ok(account_roles(lanyard_str_of(""), roles, &error));
    assert_string_equal(roles, "");
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_srv(account_roles(lanyard_str_of(bad[i]), roles, &error), SRV_E_INVALID);
}

static void password_change_ends_all_and_makes_a_session(void **state)
{
    fixture *test = *state;
    session_start start = { .from = kit_from(HOME) };
    user_row user;
    session_grant old;
    session_grant fresh;
    unsigned faults = 0;
    srv_error error = { 0 };

    assert_ok(sign_up(test, "ada", "", PASSWORD, &user, &old));
    assert_srv(account_password(&test->kit.accounts, &user.id, bytes_of("wrong"), bytes_of(ANOTHER),
                                &start, &user, &fresh, &faults, &error),
               SRV_E_INVALID_CREDENTIALS);
    assert_ok(account_password(&test->kit.accounts, &user.id, bytes_of(PASSWORD), bytes_of(ANOTHER),
                               &start, &user, &fresh, &faults, &error));
    assert_srv(kit_refresh(&test->kit, old.refresh, HOME, &old, &error), SRV_E_SESSION_ENDED);
    assert_ok(kit_refresh(&test->kit, fresh.refresh, HOME, &fresh, &error));
    assert_srv(log_in(test, "ada", PASSWORD, &user, &old), SRV_E_INVALID_CREDENTIALS);
    assert_ok(log_in(test, "ada", ANOTHER, &user, &old));
}

static void reauth_makes_another_session(void **state)
{
    fixture *test = *state;
    session_start start = { .from = kit_from(HOME) };
    user_row user;
    session_grant old;
    session_grant fresh;
    srv_error error = { 0 };

    assert_ok(sign_up(test, "ada", "", PASSWORD, &user, &old));
    test->kit.clock.now += SRV_HOUR;
    assert_ok(account_reauth(&test->kit.accounts, &user.id, &old.sid, bytes_of(PASSWORD), &start,
                             &user, &fresh, &error));
    assert_false(srv_id_equal(&old.sid, &fresh.sid));
    assert_int_equal(fresh.auth_time, old.auth_time + 3600);
    assert_srv(kit_refresh(&test->kit, old.refresh, HOME, &old, &error), SRV_E_SESSION_ENDED);
    assert_string_equal(error.reason, "reauthenticated");
    assert_srv(account_reauth(&test->kit.accounts, &user.id, &old.sid, bytes_of(PASSWORD), &start,
                              &user, &fresh, &error),
               SRV_E_SESSION_ENDED);
}

static void disabled_account_is_told_only_after_the_right_password(void **state)
{
    fixture *test = *state;
    user_row user;
    session_grant grant;
    srv_error error = { 0 };

    assert_ok(sign_up(test, "ada", "", PASSWORD, &user, &grant));
    assert_ok(account_set_disabled(&test->kit.accounts, &user.id, true, &error));
    assert_srv(kit_refresh(&test->kit, grant.refresh, HOME, &grant, &error), SRV_E_SESSION_ENDED);
    assert_srv(log_in(test, "ada", "not the password", &user, &grant), SRV_E_INVALID_CREDENTIALS);
    assert_srv(log_in(test, "ada", PASSWORD, &user, &grant), SRV_E_ACCOUNT_DISABLED);
    assert_ok(account_set_disabled(&test->kit.accounts, &user.id, false, &error));
    assert_ok(log_in(test, "ada", PASSWORD, &user, &grant));
}

static void deleted_account_leaves_its_name_and_no_way_in(void **state)
{
    fixture *test = *state;
    session_origin from = kit_from(HOME);
    user_row user;
    user_row next;
    session_grant grant;
    srv_error error = { 0 };

    assert_ok(sign_up(test, "ada", "ada@example.org", PASSWORD, &user, &grant));
    assert_ok(account_delete(&test->kit.accounts, &user.id, &user.id, &from, &error));
    assert_srv(kit_refresh(&test->kit, grant.refresh, HOME, &grant, &error), SRV_E_SESSION_ENDED);
    assert_srv(log_in(test, "ada", PASSWORD, &next, &grant), SRV_E_INVALID_CREDENTIALS);
    assert_ok(sign_up(test, "ada", "ada@example.org", ANOTHER, &next, &grant));
    assert_false(srv_id_equal(&user.id, &next.id));
    assert_true(next.tokens_not_before == test->kit.clock.now);
}

static void update_changes_what_is_given_and_keeps_the_rest(void **state)
{
    fixture *test = *state;
    account_change change = { .email = SRV_STR("new@example.org"),
                              .profile = SRV_STR("{\"a\":1}") };
    user_row user;
    session_grant grant;
    srv_error error = { 0 };

    assert_ok(sign_up(test, "ada", "old@example.org", PASSWORD, &user, &grant));
    assert_ok(account_update(&test->kit.accounts, &user.id, &change, &user, &error));
    assert_string_equal(user.username, "ada");
    assert_string_equal(user.email, "new@example.org");
    assert_string_equal(user.profile, "{\"a\":1}");
    assert_ok(kit_refresh(&test->kit, grant.refresh, HOME, &grant, &error));
    change = (account_change){ .roles = SRV_STR("admin") };
    assert_ok(account_update(&test->kit.accounts, &user.id, &change, &user, &error));
    assert_srv(kit_refresh(&test->kit, grant.refresh, HOME, &grant, &error), SRV_E_SESSION_ENDED);
    assert_ok(log_in(test, "new@example.org", PASSWORD, &user, &grant));
    assert_string_equal(grant.roles, "admin");
    change = (account_change){ .email = SRV_STR("") };
    assert_srv(account_update(&test->kit.accounts, &user.id, &change, &user, &error),
               SRV_E_INVALID_EMAIL);
    change = (account_change){ .removes_email = true };
    assert_ok(account_update(&test->kit.accounts, &user.id, &change, &user, &error));
    assert_string_equal(user.email, "");
    change = (account_change){ .profile = SRV_STR("[1]") };
    assert_srv(account_update(&test->kit.accounts, &user.id, &change, &user, &error),
               SRV_E_INVALID);
}

/* --- access tokens --- */

static void write_token(fixture *test, const session_grant *grant, char *text, size_t size)
{
    lanyard_buf out;
    srv_error error = { 0 };

    lanyard_buf_init(&out, NULL, 4096);
    assert_ok(access_write(test->tokens, grant, NULL, &out, &error));
    assert_true(srv_copy((lanyard_str){ out.ptr, out.len }, text, size));
    lanyard_buf_done(&out);
}

static void access_token_says_who_and_what(void **state)
{
    fixture *test = *state;
    access_identity identity;
    user_row user;
    session_grant grant;
    char text[4096];
    srv_error error = { 0 };

    assert_ok(sign_up(test, "ada", "", PASSWORD, &user, &grant));
    snprintf(grant.roles, sizeof grant.roles, "admin user");
    write_token(test, &grant, text, sizeof text);
    assert_ok(access_check(test->tokens, lanyard_str_of(text), grant.iat, NULL, &identity, &error));
    assert_true(srv_id_equal(&identity.user_id, &user.id));
    assert_true(srv_id_equal(&identity.sid, &grant.sid));
    assert_string_equal(identity.roles, "admin user");
    assert_string_equal(identity.client_id, "first-party");
    assert_int_equal(identity.exp - identity.iat, 900);
    assert_int_equal(identity.auth_time, grant.auth_time);
    assert_int_equal(strlen(identity.jti), SRV_ID_TEXT_LEN);
}

static void access_token_is_refused_when_changed_expired_or_ended(void **state)
{
    fixture *test = *state;
    session_logout logout = { .from = kit_from(HOME) };
    access_identity identity;
    user_row user;
    session_grant grant;
    char text[4096];
    unsigned revoked = 0;
    int64_t seq = 0;
    srv_error error = { 0 };

    assert_ok(sign_up(test, "ada", "", PASSWORD, &user, &grant));
    write_token(test, &grant, text, sizeof text);

    lanyard_str token = lanyard_str_of(text);
    char *middle = strchr(text, '.') + 10;

    assert_srv(access_check(test->tokens, token, grant.exp, NULL, &identity, &error),
               SRV_E_INVALID_TOKEN);
    assert_string_equal(error.reason, "expired");
    assert_ok(access_check(test->tokens, token, grant.exp - 1, NULL, &identity, &error));
    *middle ^= 1;
    assert_srv(access_check(test->tokens, token, grant.iat, NULL, &identity, &error),
               SRV_E_INVALID_TOKEN);
    assert_srv(access_check_signature(test->tokens, token, NULL, &identity, &error),
               SRV_E_INVALID_TOKEN);
    *middle ^= 1;
    logout.sid = grant.sid;
    assert_ok(sessions_logout(&test->kit.sessions, &logout, &revoked, &seq, &error));
    assert_srv(access_check(test->tokens, token, grant.iat, NULL, &identity, &error),
               SRV_E_SESSION_ENDED);
    assert_ok(access_check_signature(test->tokens, token, NULL, &identity, &error));
    assert_true(srv_id_equal(&identity.sid, &grant.sid));
}

/* Cold, and remembered; and the other end: ADR-0015. */
static void access_token_is_given_the_leeway_and_no_more(void **state)
{
    fixture *test = *state;
    access_identity identity;
    user_row user;
    session_grant grant;
    char text[4096];
    srv_error error = { 0 };

    assert_ok(sign_up(test, "ada", "", PASSWORD, &user, &grant));
    write_token(test, &grant, text, sizeof text);

    lanyard_str token = lanyard_str_of(text);

    access_set_leeway(test->tokens, 10);
    for (int i = 0; i < 2; i++) {
        assert_srv(access_check(test->tokens, token, grant.exp + 10, NULL, &identity, &error),
                   SRV_E_INVALID_TOKEN);
        assert_ok(access_check(test->tokens, token, grant.exp + 9, NULL, &identity, &error));
        assert_ok(access_check(test->tokens, token, grant.iat - 60, NULL, &identity, &error));
        assert_srv(access_check(test->tokens, token, grant.iat - 61, NULL, &identity, &error),
                   SRV_E_INVALID_TOKEN);
    }
    access_set_leeway(test->tokens, 0);
    assert_srv(access_check(test->tokens, token, grant.exp, NULL, &identity, &error),
               SRV_E_INVALID_TOKEN);
}

/* The largest leeway, on a machine whose clock is the most behind that ADR-0015 allows. */
static void access_token_that_is_given_leeway_still_meets_its_tape_entry(void **state)
{
    fixture *test = *state;
    session_logout logout = { .from = kit_from(HOME) };
    access_identity identity;
    user_row user;
    session_grant grant;
    char text[4096];
    unsigned revoked = 0;
    int64_t seq = 0;
    srv_error error = { 0 };

    assert_ok(sign_up(test, "ada", "", PASSWORD, &user, &grant));
    write_token(test, &grant, text, sizeof text);
    access_set_leeway(test->tokens, 60);
    logout.sid = grant.sid;
    assert_ok(sessions_logout(&test->kit.sessions, &logout, &revoked, &seq, &error));

    int64_t last = grant.exp + 60 - 1; /* when it is looked at for the last time */

    test->kit.clock.now = (last + 60) * SRV_SECOND;
    assert_ok(tape_load(test->kit.tape, &error)); /* what has expired is gone */
    assert_srv(access_check(test->tokens, lanyard_str_of(text), last + 1, NULL, &identity, &error),
               SRV_E_INVALID_TOKEN);
    assert_srv(access_check(test->tokens, lanyard_str_of(text), last, NULL, &identity, &error),
               SRV_E_SESSION_ENDED);
}

static void access_token_refuses_a_refresh_token(void **state)
{
    fixture *test = *state;
    access_identity identity;
    user_row user;
    session_grant grant;
    srv_error error = { 0 };

    assert_ok(sign_up(test, "ada", "", PASSWORD, &user, &grant));
    assert_srv(access_check(test->tokens, lanyard_str_of(grant.refresh), grant.iat, NULL, &identity,
                            &error),
               SRV_E_INVALID_TOKEN);
}

/* A token whose signature was found true is remembered; time, tape and keys still judge it. */
static void access_token_that_is_remembered_still_expires_and_ends(void **state)
{
    fixture *test = *state;
    access_identity first;
    access_identity again;
    user_row user;
    session_grant grant;
    char text[4096];
    srv_error error = { 0 };

    assert_ok(sign_up(test, "ada", "", PASSWORD, &user, &grant));
    snprintf(grant.roles, sizeof grant.roles, "admin user");
    write_token(test, &grant, text, sizeof text);

    lanyard_str token = lanyard_str_of(text);

    assert_ok(access_check(test->tokens, token, grant.iat, NULL, &first, &error));
    assert_ok(access_check(test->tokens, token, grant.iat, NULL, &again, &error));
    assert_true(srv_id_equal(&first.sid, &again.sid));
    assert_string_equal(first.roles, again.roles);
    assert_string_equal(first.client_id, again.client_id);
    assert_string_equal(first.jti, again.jti);
    assert_ok(access_check(test->tokens, token, grant.exp - 1, NULL, &again, &error));
    assert_srv(access_check(test->tokens, token, grant.exp, NULL, &again, &error),
               SRV_E_INVALID_TOKEN);
    assert_string_equal(error.reason, "expired");
    assert_srv(access_check(test->tokens, token, grant.iat - 61, NULL, &again, &error),
               SRV_E_INVALID_TOKEN);
    for (size_t i = 0; i < token.len; i++) {
        text[i] ^= 1;
        assert_srv(access_check(test->tokens, token, grant.iat, NULL, &again, &error),
                   SRV_E_INVALID_TOKEN);
        text[i] ^= 1;
    }
    assert_ok(access_check(test->tokens, token, grant.iat, NULL, &again, &error));
}

/* T18: a key that is revoked takes its tokens along, remembered or not. */
static void access_token_that_is_remembered_falls_with_its_key(void **state)
{
    fixture *test = *state;
    access_identity identity;
    user_row user;
    session_grant grant;
    keyring_view view;
    char text[4096];
    char kid[KID_MAX];
    srv_error error = { 0 };

    assert_ok(sign_up(test, "ada", "", PASSWORD, &user, &grant));
    write_token(test, &grant, text, sizeof text);

    lanyard_str token = lanyard_str_of(text);

    assert_ok(access_check(test->tokens, token, grant.iat, NULL, &identity, &error));
    assert_ok(keyring_rotate(test->ring, true, &error));
    assert_ok(access_check(test->tokens, token, grant.iat, NULL, &identity, &error));
    assert_ok(access_check(test->tokens, token, grant.iat, NULL, &identity, &error));
    keyring_take(test->ring, &view);
    assert_true(srv_copy(lanyard_key_kid(lanyard_keyset_at(view.verify, 0)), kid, sizeof kid));
    if (lanyard_str_equal(lanyard_str_of(kid), lanyard_key_kid(view.signer)))
        assert_true(srv_copy(lanyard_key_kid(lanyard_keyset_at(view.verify, 1)), kid, sizeof kid));
    keyring_give(&view);
    assert_ok(keyring_revoke(test->ring, kid, test->kit.tape, &error));
    assert_true(access_check(test->tokens, token, grant.iat, NULL, &identity, &error) != SRV_OK);
}

#define OVER(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OVER(login_works_by_name_and_by_address),
        OVER(login_refuses_wrong_unknown_and_senseless_alike),
        OVER(register_refuses_what_is_taken),
        OVER(register_refuses_bad_names_and_passwords),
        cmocka_unit_test(roles_are_names_with_one_space_between),
        OVER(password_change_ends_all_and_makes_a_session),
        OVER(reauth_makes_another_session),
        OVER(disabled_account_is_told_only_after_the_right_password),
        OVER(deleted_account_leaves_its_name_and_no_way_in),
        OVER(update_changes_what_is_given_and_keeps_the_rest),
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
