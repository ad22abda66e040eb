/* test_account.c - accounts with real hashes. */
#include "kit.h"

#define ANOTHER "an even longer swim in the sea"

static int open_kit(void **state)
{
    kit_setup_walk(state);
    kit_add_hashes(*state, 2);
    return 0;
}

static srv_status sign_up(srv_kit *kit, const char *name, const char *email, const char *password,
                          user_row *user, session_grant *grant)
{
    account_new wanted = { .username = lanyard_str_of(name),
                           .email = lanyard_str_of(email),
                           .password = bytes_of(password),
                           .session = { .from = kit_from(HOME) } };
    unsigned faults = 0;
    srv_error error = { 0 };

    return account_register(&kit->accounts, &wanted, user, grant, &faults, &error);
}

static void login_works_by_name_and_by_address(void **state)
{
    srv_kit *kit = *state;
    user_row user;
    session_grant grant;

    assert_ok(sign_up(kit, "Ada", "Ada@Example.org", PASSWORD, &user, &grant));
    assert_string_equal(user.username, "ada");
    assert_string_equal(user.email, "Ada@Example.org");
    assert_ok(kit_log_in(kit, "ADA", PASSWORD, &user, &grant));
    assert_ok(kit_log_in(kit, "ada@example.ORG", PASSWORD, &user, &grant));
    assert_string_equal(user.username, "ada");
}

static void login_refuses_wrong_unknown_and_senseless_alike(void **state)
{
    srv_kit *kit = *state;
    static const char *const logins[] = { "ada", "bob", "ada@example.org", "", "no name at all" };
    user_row user;
    session_grant grant;
    hash_stats before;
    hash_stats after;

    assert_ok(sign_up(kit, "ada", "", PASSWORD, &user, &grant));
    hash_pool_stats(kit->hashes, &before);
    for (size_t i = 0; i < COUNT(logins); i++)
        assert_srv(kit_log_in(kit, logins[i], "not the password", &user, &grant),
                   SRV_E_INVALID_CREDENTIALS);
    hash_pool_stats(kit->hashes, &after);
    assert_int_equal(after.done - before.done, COUNT(logins)); /* the same work each time */
}

static void register_refuses_what_is_taken(void **state)
{
    srv_kit *kit = *state;
    user_row user;
    session_grant grant;

    assert_ok(sign_up(kit, "ada", "ada@example.org", PASSWORD, &user, &grant));
    assert_srv(sign_up(kit, "ADA", "", PASSWORD, &user, &grant), SRV_E_USERNAME_TAKEN);
    assert_srv(sign_up(kit, "", "ADA@example.org", PASSWORD, &user, &grant), SRV_E_EMAIL_TAKEN);
    assert_srv(sign_up(kit, "bob", "ADA@example.org", PASSWORD, &user, &grant), SRV_E_EMAIL_TAKEN);
    assert_srv(kit_log_in(kit, "bob", PASSWORD, &user, &grant), SRV_E_INVALID_CREDENTIALS);
}

static void register_refuses_bad_names_and_passwords(void **state)
{
    srv_kit *kit = *state;
    user_row user;
    session_grant grant;
    char longest[66];

    memset(longest, 'a', 65);
    longest[65] = '\0';
    assert_srv(sign_up(kit, "a b", "", PASSWORD, &user, &grant), SRV_E_INVALID_USERNAME);
    assert_srv(sign_up(kit, "\xc3\xa4", "", PASSWORD, &user, &grant), SRV_E_INVALID_USERNAME);
    assert_srv(sign_up(kit, longest, "", PASSWORD, &user, &grant), SRV_E_INVALID_USERNAME);
    assert_ok(sign_up(kit, longest + 1, "", PASSWORD, &user, &grant));
    assert_srv(sign_up(kit, "", "a@b@c", PASSWORD, &user, &grant), SRV_E_INVALID_EMAIL);
    assert_srv(sign_up(kit, "", "@b", PASSWORD, &user, &grant), SRV_E_INVALID_EMAIL);
    assert_srv(sign_up(kit, "", "", PASSWORD, &user, &grant), SRV_E_INVALID);
    assert_srv(sign_up(kit, "ada", "", "short", &user, &grant), SRV_E_WEAK_PASSWORD);
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
    srv_kit *kit = *state;
    session_start start = { .from = kit_from(HOME) };
    user_row user;
    session_grant old;
    session_grant fresh;
    unsigned faults = 0;
    srv_error error = { 0 };

    assert_ok(sign_up(kit, "ada", "", PASSWORD, &user, &old));
    assert_srv(account_password(&kit->accounts, &user.id, bytes_of("wrong"), bytes_of(ANOTHER),
                                &start, &user, &fresh, &faults, &error),
               SRV_E_INVALID_CREDENTIALS);
    assert_ok(account_password(&kit->accounts, &user.id, bytes_of(PASSWORD), bytes_of(ANOTHER),
                               &start, &user, &fresh, &faults, &error));
    assert_srv(kit_refresh(kit, old.refresh, HOME, &old, &error), SRV_E_SESSION_ENDED);
    assert_ok(kit_refresh(kit, fresh.refresh, HOME, &fresh, &error));
    assert_srv(kit_log_in(kit, "ada", PASSWORD, &user, &old), SRV_E_INVALID_CREDENTIALS);
    assert_ok(kit_log_in(kit, "ada", ANOTHER, &user, &old));
}

static void reauth_makes_another_session(void **state)
{
    srv_kit *kit = *state;
    session_start start = { .from = kit_from(HOME) };
    user_row user;
    session_grant old;
    session_grant fresh;
    srv_error error = { 0 };

    assert_ok(sign_up(kit, "ada", "", PASSWORD, &user, &old));
    kit->clock.now += SRV_HOUR;
    assert_ok(account_reauth(&kit->accounts, &user.id, &old.sid, bytes_of(PASSWORD), &start, &user,
                             &fresh, &error));
    assert_false(srv_id_equal(&old.sid, &fresh.sid));
    assert_int_equal(fresh.auth_time, old.auth_time + 3600);
    assert_srv(kit_refresh(kit, old.refresh, HOME, &old, &error), SRV_E_SESSION_ENDED);
    assert_string_equal(error.reason, "reauthenticated");
    assert_srv(account_reauth(&kit->accounts, &user.id, &old.sid, bytes_of(PASSWORD), &start, &user,
                              &fresh, &error),
               SRV_E_SESSION_ENDED);
}

static void disabled_account_is_told_only_after_the_right_password(void **state)
{
    srv_kit *kit = *state;
    user_row user;
    session_grant grant;
    srv_error error = { 0 };

    assert_ok(sign_up(kit, "ada", "", PASSWORD, &user, &grant));
    assert_ok(account_set_disabled(&kit->accounts, &user.id, true, &error));
    assert_srv(kit_refresh(kit, grant.refresh, HOME, &grant, &error), SRV_E_SESSION_ENDED);
    assert_srv(kit_log_in(kit, "ada", "not the password", &user, &grant),
               SRV_E_INVALID_CREDENTIALS);
    assert_srv(kit_log_in(kit, "ada", PASSWORD, &user, &grant), SRV_E_ACCOUNT_DISABLED);
    assert_ok(account_set_disabled(&kit->accounts, &user.id, false, &error));
    assert_ok(kit_log_in(kit, "ada", PASSWORD, &user, &grant));
}

static void deleted_account_leaves_its_name_and_no_way_in(void **state)
{
    srv_kit *kit = *state;
    session_origin from = kit_from(HOME);
    user_row user;
    user_row next;
    session_grant grant;
    srv_error error = { 0 };

    assert_ok(sign_up(kit, "ada", "ada@example.org", PASSWORD, &user, &grant));
    assert_ok(account_delete(&kit->accounts, &user.id, &user.id, &from, &error));
    assert_srv(kit_refresh(kit, grant.refresh, HOME, &grant, &error), SRV_E_SESSION_ENDED);
    assert_srv(kit_log_in(kit, "ada", PASSWORD, &next, &grant), SRV_E_INVALID_CREDENTIALS);
    assert_ok(sign_up(kit, "ada", "ada@example.org", ANOTHER, &next, &grant));
    assert_false(srv_id_equal(&user.id, &next.id));
    assert_true(next.tokens_not_before == kit->clock.now);
}

static void update_changes_what_is_given_and_keeps_the_rest(void **state)
{
    srv_kit *kit = *state;
    account_change change = { .email = SRV_STR("new@example.org"),
                              .profile = SRV_STR("{\"a\":1}") };
    user_row user;
    session_grant grant;
    srv_error error = { 0 };

    assert_ok(sign_up(kit, "ada", "old@example.org", PASSWORD, &user, &grant));
    assert_ok(account_update(&kit->accounts, &user.id, &change, &user, &error));
    assert_string_equal(user.username, "ada");
    assert_string_equal(user.email, "new@example.org");
    assert_string_equal(user.profile, "{\"a\":1}");
    assert_ok(kit_refresh(kit, grant.refresh, HOME, &grant, &error));
    change = (account_change){ .roles = SRV_STR("admin") };
    assert_ok(account_update(&kit->accounts, &user.id, &change, &user, &error));
    assert_srv(kit_refresh(kit, grant.refresh, HOME, &grant, &error), SRV_E_SESSION_ENDED);
    assert_ok(kit_log_in(kit, "new@example.org", PASSWORD, &user, &grant));
    assert_string_equal(grant.roles, "admin");
    change = (account_change){ .email = SRV_STR("") };
    assert_srv(account_update(&kit->accounts, &user.id, &change, &user, &error),
               SRV_E_INVALID_EMAIL);
    change = (account_change){ .removes_email = true };
    assert_ok(account_update(&kit->accounts, &user.id, &change, &user, &error));
    assert_string_equal(user.email, "");
    change = (account_change){ .profile = SRV_STR("[1]") };
    assert_srv(account_update(&kit->accounts, &user.id, &change, &user, &error), SRV_E_INVALID);
}

#define OVER(test) cmocka_unit_test_setup_teardown(test, open_kit, kit_teardown)

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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
