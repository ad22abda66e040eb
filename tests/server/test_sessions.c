/* test_sessions.c - refresh, limits, caps and logout, where walks are too short to reach. */
#include "kit.h"

#include "session/follower.h"

#define THIEF "203.0.113.9"
#define HOME6 "2001:db8:1::7"

static void refresh_rotates_and_moves_only_the_idle_limit(void **state)
{
    srv_kit *kit = *state;
    session_grant first;
    session_grant second;
    srv_error error = { 0 };

    kit_user(kit, "ada", HOME, &first);
    kit->clock.now += SRV_HOUR;
    assert_ok(kit_refresh(kit, first.refresh, HOME, &second, &error));
    assert_string_not_equal(first.refresh, second.refresh);
    assert_true(second.idle_expires == first.idle_expires + SRV_HOUR);
    assert_true(second.abs_expires == first.abs_expires);
    assert_int_equal(second.auth_time, first.auth_time);
    assert_int_equal(second.exp - second.iat, 900);
    assert_string_equal(second.roles, "user");
}

static void refresh_gives_the_same_bytes_within_grace(void **state)
{
    srv_kit *kit = *state;
    session_grant first;
    session_grant second;
    session_grant again;
    srv_error error = { 0 };

    kit_user(kit, "ada", HOME, &first);
    assert_ok(kit_refresh(kit, first.refresh, HOME, &second, &error));
    kit->clock.now += 30 * SRV_SECOND;
    assert_ok(kit_refresh(kit, first.refresh, HOME, &again, &error));
    assert_string_equal(second.refresh, again.refresh);
    assert_true(again.idle_expires == second.idle_expires);
    assert_int_equal(again.iat, second.iat + 30);
}

static void refresh_ends_the_session_one_microsecond_after_grace(void **state)
{
    srv_kit *kit = *state;
    session_grant first;
    session_grant second;
    srv_error error = { 0 };

    kit_user(kit, "ada", HOME, &first);
    assert_ok(kit_refresh(kit, first.refresh, HOME, &second, &error));
    kit->clock.now += 30 * SRV_SECOND + 1;
    assert_srv(kit_refresh(kit, first.refresh, HOME, &first, &error), SRV_E_REFRESH_REUSED);
    assert_string_equal(error.reason, "reuse");
    assert_srv(kit_refresh(kit, second.refresh, HOME, &second, &error), SRV_E_SESSION_ENDED);
    assert_string_equal(error.reason, "reuse");
    assert_true(error.at == kit->clock.now);
}

static void refresh_says_which_limit_passed(void **state)
{
    srv_kit *kit = *state;
    session_grant grant;
    srv_error error = { 0 };

    kit_user(kit, "ada", HOME, &grant);
    for (int day = 0; day < 28; day += 7) {
        kit->clock.now += 7 * SRV_DAY - 1;
        assert_ok(kit_refresh(kit, grant.refresh, HOME, &grant, &error));
    }
    kit->clock.now = grant.abs_expires;
    assert_srv(kit_refresh(kit, grant.refresh, HOME, &grant, &error), SRV_E_SESSION_EXPIRED);
    assert_string_equal(error.reason, "absolute");
    kit_user(kit, "bob", HOME, &grant);
    kit->clock.now = grant.idle_expires;
    assert_srv(kit_refresh(kit, grant.refresh, HOME, &grant, &error), SRV_E_SESSION_EXPIRED);
    assert_string_equal(error.reason, "idle");
}

static void refresh_never_outlives_the_absolute_limit(void **state)
{
    srv_kit *kit = *state;
    session_grant grant;
    srv_error error = { 0 };

    kit_user(kit, "ada", HOME, &grant);
    for (int i = 0; i < 4; i++) {
        kit->clock.now += 7 * SRV_DAY - 1;
        assert_ok(kit_refresh(kit, grant.refresh, HOME, &grant, &error));
    }
    kit->clock.now = grant.abs_expires - 100 * SRV_SECOND;
    assert_ok(kit_refresh(kit, grant.refresh, HOME, &grant, &error));
    assert_int_equal(grant.exp, grant.abs_expires / SRV_SECOND);
}

static void refresh_stops_after_a_hundred_of_one_generation(void **state)
{
    srv_kit *kit = *state;
    session_grant first;
    session_grant grant;
    srv_error error = { 0 };

    kit_user(kit, "ada", HOME, &first);
    assert_ok(kit_refresh(kit, first.refresh, HOME, &grant, &error));
    for (int i = 0; i < 100; i++)
        assert_ok(kit_refresh(kit, first.refresh, HOME, &grant, &error));
    assert_srv(kit_refresh(kit, first.refresh, HOME, &grant, &error), SRV_E_REISSUED_TOO_OFTEN);
    assert_int_equal(error.retry_after_s, 30);
    kit->clock.now += 12 * SRV_SECOND + SRV_SECOND / 2;
    assert_srv(kit_refresh(kit, first.refresh, HOME, &grant, &error), SRV_E_REISSUED_TOO_OFTEN);
    assert_int_equal(error.retry_after_s, 18);
    assert_ok(kit_refresh(kit, grant.refresh, HOME, &grant, &error));
}

/* Owner rotates, then somebody shows the parent from another address. The last answer. */
static srv_status follow(srv_kit *kit, session_grant *owner, const char *from, int generations)
{
    srv_status status = SRV_OK;
    session_grant followed;
    srv_error error = { 0 };

    for (int i = 0; i < generations && status == SRV_OK; i++) {
        char parent[REFRESH_TEXT_MAX];

        memcpy(parent, owner->refresh, sizeof parent);
        kit->clock.now += SRV_MINUTE;
        assert_ok(kit_refresh(kit, parent, HOME, owner, &error));
        status = kit_refresh(kit, parent, from, &followed, &error);
    }
    if (status != SRV_OK)
        assert_string_equal(error.reason, "follower");
    return status;
}

static void refresh_ends_a_follower_at_the_third_generation(void **state)
{
    srv_kit *kit = *state;
    session_grant grant;

    kit_user(kit, "ada", HOME, &grant);
    assert_ok(follow(kit, &grant, THIEF, 2));
    assert_srv(follow(kit, &grant, THIEF, 1), SRV_E_REFRESH_REUSED);
}

static void refresh_forgets_a_follower_that_missed_a_generation(void **state)
{
    srv_kit *kit = *state;
    session_grant grant;
    srv_error error = { 0 };

    kit_user(kit, "ada", HOME, &grant);
    assert_ok(follow(kit, &grant, THIEF, 2));
    kit->clock.now += SRV_MINUTE;
    assert_ok(kit_refresh(kit, grant.refresh, HOME, &grant, &error));
    assert_ok(follow(kit, &grant, THIEF, 2));
}

static void refresh_leaves_a_browser_with_two_addresses_alone(void **state)
{
    srv_kit *kit = *state;
    session_grant grant;
    srv_error error = { 0 };

    kit_user(kit, "ada", HOME, &grant);
    assert_ok(follow(kit, &grant, HOME6, 2));
    kit->clock.now += SRV_MINUTE;
    assert_ok(kit_refresh(kit, grant.refresh, HOME6, &grant, &error));
    assert_ok(follow(kit, &grant, HOME6, 10));
}

static void refresh_finds_a_follower_among_others(void **state)
{
    srv_kit *kit = *state;
    session_grant grant;
    session_grant other;
    srv_error error = { 0 };

    kit_user(kit, "ada", HOME, &grant);
    for (int i = 0; i < 3; i++) {
        char parent[REFRESH_TEXT_MAX];
        char once[32];

        memcpy(parent, grant.refresh, sizeof parent);
        snprintf(once, sizeof once, "192.0.%d.1", i);
        kit->clock.now += SRV_MINUTE;
        assert_ok(kit_refresh(kit, parent, HOME, &grant, &error));
        assert_ok(kit_refresh(kit, parent, once, &other, &error));
        assert_srv(kit_refresh(kit, parent, THIEF, &other, &error),
                   i < 2 ? SRV_OK : SRV_E_REFRESH_REUSED);
    }
}

static void refresh_refuses_a_foreign_family_and_ends_nothing(void **state)
{
    srv_kit *kit = *state;
    session_grant grant;
    refresh_token token;
    char forged[REFRESH_TEXT_MAX];
    srv_error error = { 0 };

    kit_user(kit, "ada", HOME, &grant);
    assert_ok(refresh_token_read(&kit->sessions.keys, lanyard_str_of(grant.refresh), &token));
    token.secret[3] ^= 1;
    assert_ok(refresh_token_write(&kit->sessions.keys, &token, forged));
    assert_srv(kit_refresh(kit, forged, THIEF, &grant, &error), SRV_E_SESSION_ENDED);
    assert_ok(kit_refresh(kit, grant.refresh, HOME, &grant, &error));
}

static void refresh_ends_a_session_whose_token_is_ahead(void **state)
{
    srv_kit *kit = *state;
    session_grant grant;
    refresh_token token;
    char ahead[REFRESH_TEXT_MAX];
    srv_error error = { 0 };

    kit_user(kit, "ada", HOME, &grant);
    assert_ok(refresh_token_read(&kit->sessions.keys, lanyard_str_of(grant.refresh), &token));
    token.gen++;
    assert_ok(refresh_token_write(&kit->sessions.keys, &token, ahead));
    assert_srv(kit_refresh(kit, ahead, HOME, &grant, &error), SRV_E_SESSION_ENDED);
    assert_string_equal(error.reason, "generation_ahead");
    assert_srv(kit_refresh(kit, grant.refresh, HOME, &grant, &error), SRV_E_SESSION_ENDED);
}

/* --- the text --- */

static void refresh_token_survives_writing_and_reading(void **state)
{
    srv_kit *kit = *state;
    const int64_t gens[] = { 0, 1, 127, 128, 16383, 16384, INT64_MAX };

    for (size_t i = 0; i < sizeof gens / sizeof *gens; i++) {
        refresh_token token = { .sid = { { 1, 2, 3 } }, .secret = { 4, 5 }, .gen = gens[i] };
        refresh_token read;
        char text[REFRESH_TEXT_MAX];

        assert_ok(refresh_token_write(&kit->sessions.keys, &token, text));
        assert_ok(refresh_token_read(&kit->sessions.keys, lanyard_str_of(text), &read));
        assert_memory_equal(&read.sid, &token.sid, sizeof read.sid);
        assert_memory_equal(read.secret, token.secret, sizeof read.secret);
        assert_true(read.gen == token.gen);
    }
}

static void refresh_token_refuses_every_changed_character(void **state)
{
    srv_kit *kit = *state;
    refresh_token token = { .sid = { { 1, 2, 3 } }, .gen = 7 };
    char text[REFRESH_TEXT_MAX];

    assert_ok(refresh_token_write(&kit->sessions.keys, &token, text));

    lanyard_str whole = lanyard_str_of(text);

    for (size_t len = 0; len < whole.len; len++)
        assert_srv(refresh_token_read(&kit->sessions.keys, (lanyard_str){ text, len }, &token),
                   SRV_E_INVALID_TOKEN);
    for (size_t at = 0; at < whole.len; at++) {
        char kept = text[at];

        text[at] = kept == 'A' ? 'B' : 'A';
        assert_srv(refresh_token_read(&kit->sessions.keys, whole, &token), SRV_E_INVALID_TOKEN);
        text[at] = kept;
    }
    assert_ok(refresh_token_read(&kit->sessions.keys, whole, &token));
}

/* --- many sessions of one user --- */

static session_grant log_in(srv_kit *kit, const srv_id *user_id)
{
    session_start start = { .from = kit_from(HOME) };
    credential_row credential;
    user_row user;
    session_grant grant;
    srv_error error = { 0 };

    assert_ok(account_read_password(&kit->accounts, user_id, &user, &credential, &error));
    assert_ok(
        account_commit_login(&kit->accounts, &credential, NULL, &start, &user, &grant, &error));
    return grant;
}

static bool count_one(void *ctx, const session_row *session)
{
    (void)session;
    (*(int *)ctx)++;
    return true;
}

static int live(srv_kit *kit, const srv_id *user_id)
{
    int count = 0;
    srv_error error = { 0 };

    assert_ok(sessions_list(&kit->sessions, user_id, count_one, &count, &error));
    return count;
}

static void login_ends_the_oldest_beyond_the_cap(void **state)
{
    srv_kit *kit = *state;
    session_grant oldest;
    session_grant grant;
    srv_error error = { 0 };
    srv_id user_id = kit_user(kit, "ada", HOME, &oldest);

    for (int i = 0; i < 99; i++) {
        kit->clock.now += SRV_SECOND;
        grant = log_in(kit, &user_id);
    }
    assert_int_equal(live(kit, &user_id), 100);
    assert_int_equal(tape_count(kit->tape), 0);
    kit->clock.now += SRV_SECOND;
    grant = log_in(kit, &user_id);
    assert_int_equal(live(kit, &user_id), 100);
    assert_srv(kit_refresh(kit, oldest.refresh, HOME, &oldest, &error), SRV_E_SESSION_ENDED);
    assert_string_equal(error.reason, "cap");
    assert_int_equal(tape_count(kit->tape), 1);
    assert_ok(kit_refresh(kit, grant.refresh, HOME, &grant, &error));
    kit->sessions.rules.cap = 3; /* a lower one, by a reload */
    kit->clock.now += SRV_SECOND;
    log_in(kit, &user_id);
    assert_int_equal(live(kit, &user_id), 3);
    assert_ok(kit_refresh(kit, grant.refresh, HOME, &grant, &error));
}

static void logout(srv_kit *kit, const session_grant *grant, logout_scope scope, unsigned expected)
{
    session_logout wanted = { .sid = grant->sid, .scope = scope, .from = kit_from(HOME) };
    unsigned revoked = 0;
    int64_t seq = 0;
    srv_error error = { 0 };

    assert_ok(sessions_logout(&kit->sessions, &wanted, &revoked, &seq, &error));
    assert_int_equal(revoked, expected);
    assert_int_equal(seq > 0, expected > 0);
}

/* Another process has ended it, and its tape entry was not read here yet. */
static void logout_of_what_had_ended_is_refused_here_too(void **state)
{
    srv_kit *kit = *state;
    session_grant grant;
    sessions other = kit->sessions;
    session_logout wanted = { .from = kit_from(HOME) };
    tape_question question;
    unsigned revoked = 0;
    int64_t seq = 0;
    srv_error error = { 0 };

    kit_user(kit, "ada", HOME, &grant);
    wanted.sid = grant.sid;
    question = (tape_question){ .sid = grant.sid, .iat = grant.iat };
    assert_ok(tape_new(kit->store, &other.tape, &error));
    assert_ok(tape_load(other.tape, &error));
    assert_ok(sessions_logout(&other, &wanted, &revoked, &seq, &error));
    assert_int_equal(revoked, 1);
    assert_ok(tape_check(kit->tape, &question));
    assert_ok(sessions_logout(&kit->sessions, &wanted, &revoked, &seq, &error));
    assert_int_equal(revoked, 0);
    assert_srv(tape_check(kit->tape, &question), SRV_E_SESSION_ENDED);
    tape_free(other.tape);
}

static void logout_ends_this_others_or_all(void **state)
{
    srv_kit *kit = *state;
    session_grant first;
    session_grant second;
    session_grant third;
    srv_error error = { 0 };
    srv_id user_id = kit_user(kit, "ada", HOME, &first);

    second = log_in(kit, &user_id);
    third = log_in(kit, &user_id);
    logout(kit, &first, LOGOUT_THIS, 1);
    logout(kit, &first, LOGOUT_THIS, 0);
    assert_int_equal(live(kit, &user_id), 2);
    logout(kit, &second, LOGOUT_OTHERS, 1);
    assert_srv(kit_refresh(kit, third.refresh, HOME, &third, &error), SRV_E_SESSION_ENDED);
    assert_string_equal(error.reason, "user_logout_others");
    third = log_in(kit, &user_id);
    logout(kit, &second, LOGOUT_ALL, 2);
    assert_int_equal(live(kit, &user_id), 0);
    logout(kit, &third, LOGOUT_THIS, 0);
}

/* "Log out everywhere" that ends nothing must not be answered with success. */
static void logout_of_more_is_refused_to_a_session_that_has_ended(void **state)
{
    const logout_scope scopes[] = { LOGOUT_OTHERS, LOGOUT_ALL };
    srv_kit *kit = *state;
    session_grant ended;
    session_grant alive;
    refresh_token token;
    unsigned revoked = 0;
    int64_t seq = 0;
    srv_error error = { 0 };
    srv_id user_id = kit_user(kit, "ada", HOME, &ended);

    alive = log_in(kit, &user_id);
    logout(kit, &ended, LOGOUT_THIS, 1);
    assert_ok(refresh_token_read(&kit->sessions.keys, lanyard_str_of(ended.refresh), &token));
    for (size_t i = 0; i < COUNT(scopes); i++) {
        session_logout wanted = { .scope = scopes[i], .from = kit_from(HOME) };

        assert_srv(sessions_logout_refresh(&kit->sessions, &token, &wanted, &revoked, &seq, &error),
                   SRV_E_SESSION_ENDED);
        wanted.sid = ended.sid;
        assert_srv(sessions_logout(&kit->sessions, &wanted, &revoked, &seq, &error),
                   SRV_E_SESSION_ENDED);
        wanted.sid.bytes[0] ^= 1; /* long gone */
        assert_srv(sessions_logout(&kit->sessions, &wanted, &revoked, &seq, &error),
                   SRV_E_SESSION_ENDED);
    }
    assert_int_equal(live(kit, &user_id), 1);
    assert_ok(kit_refresh(kit, alive.refresh, HOME, &alive, &error));
}

static void logout_with_a_refresh_token_needs_its_family(void **state)
{
    srv_kit *kit = *state;
    session_logout wanted = { .from = kit_from(HOME) };
    session_grant grant;
    refresh_token token;
    unsigned revoked = 0;
    int64_t seq = 0;
    srv_error error = { 0 };

    srv_id user_id = kit_user(kit, "ada", HOME, &grant);

    assert_ok(refresh_token_read(&kit->sessions.keys, lanyard_str_of(grant.refresh), &token));
    token.secret[0] ^= 1;
    assert_srv(sessions_logout_refresh(&kit->sessions, &token, &wanted, &revoked, &seq, &error),
               SRV_E_SESSION_ENDED);
    assert_int_equal(live(kit, &user_id), 1);
    token.secret[0] ^= 1;
    assert_ok(sessions_logout_refresh(&kit->sessions, &token, &wanted, &revoked, &seq, &error));
    assert_int_equal(revoked, 1);
    assert_int_equal(live(kit, &user_id), 0);
}

static void password_change_ends_expired_sessions_too(void **state)
{
    srv_kit *kit = *state;
    session_start start = { .from = kit_from(HOME) };
    session_grant old;
    session_grant fresh;
    credential_row credential;
    user_row user;
    srv_error error = { 0 };
    srv_id user_id = kit_user(kit, "ada", HOME, &old);

    kit->clock.now = old.idle_expires;
    assert_ok(account_read_password(&kit->accounts, &user_id, &user, &credential, &error));
    assert_ok(account_commit_password(&kit->accounts, &credential, "another", &start, &user, &fresh,
                                      &error));
    kit->clock.now = old.idle_expires - SRV_SECOND; /* the clock was set back */
    assert_srv(kit_refresh(kit, old.refresh, HOME, &old, &error), SRV_E_SESSION_ENDED);
    assert_srv(account_commit_login(&kit->accounts, &credential, NULL, &start, &user, &old, &error),
               SRV_E_CONFLICT);
}

static void restore_ends_everything_and_renews_the_epoch(void **state)
{
    srv_kit *kit = *state;
    tape_question question = { .iat = kit->clock.now / SRV_SECOND };
    tape_epoch before;
    tape_epoch after;
    session_grant grant;
    int64_t seq = 0;
    unsigned count = 0;
    srv_error error = { 0 };

    kit_user(kit, "ada", HOME, &grant);
    tape_position(kit->tape, &before, &seq);
    assert_ok(tape_check(kit->tape, &question));
    assert_ok(sessions_end_everything(&kit->sessions, &count, &error));
    assert_int_equal(count, 1);
    assert_srv(tape_check(kit->tape, &question), SRV_E_SESSION_ENDED);
    assert_ok(tape_poll(kit->tape, &error));
    tape_position(kit->tape, &after, &seq);
    assert_memory_not_equal(&before, &after, sizeof before);
    assert_srv(tape_check(kit->tape, &question), SRV_E_SESSION_ENDED);
    question.iat++;
    assert_ok(tape_check(kit->tape, &question));
    assert_srv(kit_refresh(kit, grant.refresh, HOME, &grant, &error), SRV_E_SESSION_ENDED);
}

/* Tokens of two hours are about when their life is made shorter: what ends one must stay as long.
 */
static void longest_life_counts_until_its_last_token_is_gone(void **state)
{
    const session_rules before = { .access_life = 2 * SRV_HOUR };
    const session_rules after = { .access_life = SRV_MINUTE };
    srv_kit *kit = *state;
    srv_error error = { 0 };

    sessions_set_rules(&kit->sessions, &before);
    assert_ok(sessions_settle_life(&kit->sessions, 0, &error));
    sessions_set_rules(&kit->sessions, &after);
    assert_true(kit->sessions.rules.longest_life == 2 * SRV_HOUR);
    assert_ok(sessions_settle_life(&kit->sessions, 0, &error));
    kit->clock.now += 2 * SRV_HOUR;
    assert_ok(sessions_settle_life(&kit->sessions, 0, &error));
    assert_true(kit->sessions.rules.longest_life == 2 * SRV_HOUR);
    kit->clock.now += 1;
    assert_ok(sessions_settle_life(&kit->sessions, 0, &error));
    assert_true(kit->sessions.rules.longest_life == SRV_MINUTE);
}

/* A restored database does not know of tokens that were made after the backup. */
static void longest_life_is_at_least_what_is_known(void **state)
{
    srv_kit *kit = *state;
    srv_error error = { 0 };

    assert_ok(sessions_settle_life(&kit->sessions, SRV_HOUR, &error));
    assert_true(kit->sessions.rules.longest_life == SRV_HOUR);
    kit_stop(kit);
    kit_start(kit, NULL);
    assert_ok(sessions_settle_life(&kit->sessions, 0, &error));
    assert_true(kit->sessions.rules.longest_life == SRV_HOUR);
}

static void sweep_removes_what_is_long_over(void **state)
{
    srv_kit *kit = *state;
    session_grant grant;
    srv_id after = { { 0 } };
    srv_error error = { 0 };

    kit_user(kit, "ada", HOME, &grant);
    logout(kit, &grant, LOGOUT_THIS, 1);
    assert_ok(sessions_sweep(&kit->sessions, &after, &error));
    assert_true(srv_id_is_nil(&after)); /* it saw all of them */
    assert_srv(kit_refresh(kit, grant.refresh, HOME, &grant, &error), SRV_E_SESSION_ENDED);
    assert_string_equal(error.reason, "user_logout");
    kit->clock.now += 31 * SRV_DAY;
    assert_ok(sessions_sweep(&kit->sessions, &after, &error));
    assert_srv(kit_refresh(kit, grant.refresh, HOME, &grant, &error), SRV_E_SESSION_ENDED);
    assert_null(error.reason);
}

static void list_shows_the_last_use_in_steps_of_five_minutes(void **unused)
{
    session_row session = { .rotated_at = KIT_START + 7 * SRV_MINUTE + 11 };

    (void)unused;
    assert_true(session_last_seen(&session) % (5 * SRV_MINUTE) == 0);
    assert_true(session.rotated_at - session_last_seen(&session) < 5 * SRV_MINUTE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OVER_A_WALK(refresh_rotates_and_moves_only_the_idle_limit),
        OVER_A_WALK(refresh_gives_the_same_bytes_within_grace),
        OVER_A_WALK(refresh_ends_the_session_one_microsecond_after_grace),
        OVER_A_WALK(refresh_says_which_limit_passed),
        OVER_A_WALK(refresh_never_outlives_the_absolute_limit),
        OVER_A_WALK(refresh_stops_after_a_hundred_of_one_generation),
        OVER_A_WALK(refresh_ends_a_follower_at_the_third_generation),
        OVER_A_WALK(refresh_forgets_a_follower_that_missed_a_generation),
        OVER_A_WALK(refresh_leaves_a_browser_with_two_addresses_alone),
        OVER_A_WALK(refresh_finds_a_follower_among_others),
        OVER_A_WALK(refresh_refuses_a_foreign_family_and_ends_nothing),
        OVER_A_WALK(refresh_ends_a_session_whose_token_is_ahead),
        OVER_A_WALK(refresh_token_survives_writing_and_reading),
        OVER_A_WALK(refresh_token_refuses_every_changed_character),
        OVER_A_WALK(login_ends_the_oldest_beyond_the_cap),
        OVER_A_WALK(logout_ends_this_others_or_all),
        OVER_A_WALK(logout_of_more_is_refused_to_a_session_that_has_ended),
        OVER_A_WALK(logout_with_a_refresh_token_needs_its_family),
        OVER_A_WALK(logout_of_what_had_ended_is_refused_here_too),
        OVER_A_WALK(password_change_ends_expired_sessions_too),
        OVER_A_WALK(restore_ends_everything_and_renews_the_epoch),
        OVER_A_WALK(longest_life_counts_until_its_last_token_is_gone),
        OVER_A_WALK(longest_life_is_at_least_what_is_known),
        OVER_A_WALK(sweep_removes_what_is_long_over),
        cmocka_unit_test(list_shows_the_last_use_in_steps_of_five_minutes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
