/* test_compat.c - the tutorial's tokens over a clock of their own: how long they live, whose they
 * are.
 */
#include "kit.h"

#include "api/compat.h"

#define HOME   "198.51.100.7"
#define SECRET "thisisthesecretkey"

typedef struct fixture {
    srv_kit kit;
    char path[64];
    compat_tokens *tokens;
} fixture;

/* Access tokens of a minute, so that the tutorial's live longer, and sessions of an hour. */
static int open_fixture(void **state)
{
    const session_rules rules = { .access_life = SRV_MINUTE,
                                  .other_life = COMPAT_LIFE_S * SRV_SECOND,
                                  .absolute_life = SRV_HOUR };
    fixture *test = calloc(1, sizeof *test);
    srv_error error = { 0 };
    int file = -1;

    assert_non_null(test);
    kit_open(&test->kit, false, &rules);
    snprintf(test->path, sizeof test->path, "/tmp/lanyard-compat-XXXXXX");
    file = mkstemp(test->path);
    assert_true(write(file, SECRET, strlen(SECRET)) == (ssize_t)strlen(SECRET));
    close(file);
    assert_ok(compat_new(test->path, &test->kit.accounts, test->kit.tape, &test->tokens, &error));
    *state = test;
    return 0;
}

static int close_fixture(void **state)
{
    fixture *test = *state;

    compat_free(test->tokens);
    unlink(test->path);
    kit_close(&test->kit);
    free(test);
    return 0;
}

static void write_token(fixture *test, const session_grant *grant, const char *name, char *text,
                        size_t size)
{
    lanyard_buf out;
    srv_error error = { 0 };

    lanyard_buf_init(&out, NULL, 4096);
    assert_ok(compat_write(test->tokens, grant, name, NULL, &out, &error));
    assert_true(srv_copy((lanyard_str){ out.ptr, out.len }, text, size));
    lanyard_buf_done(&out);
}

static srv_status check(fixture *test, const char *text, access_identity *identity)
{
    srv_error error = { 0 };

    return compat_check(test->tokens, lanyard_str_of(text), srv_time_seconds(test->kit.clock.now),
                        NULL, identity, &error);
}

static void end(fixture *test, const session_grant *grant)
{
    session_logout logout = { .sid = grant->sid, .from = kit_from(HOME) };
    unsigned revoked = 0;
    int64_t seq = 0;
    srv_error error = { 0 };

    assert_ok(sessions_logout(&test->kit.sessions, &logout, &revoked, &seq, &error));
    assert_int_equal(revoked, 1);
}

static void compat_token_never_outlives_its_tape_entry(void **state)
{
    fixture *test = *state;
    access_identity identity;
    session_grant grant;
    char text[4096];
    srv_error error = { 0 };

    kit_user(&test->kit, "ada", HOME, &grant);
    write_token(test, &grant, "ada", text, sizeof text);
    assert_ok(check(test, text, &identity));
    assert_int_equal(identity.exp - grant.iat, COMPAT_LIFE_S);
    end(test, &grant);
    test->kit.clock.now = (identity.exp - 1) * SRV_SECOND;
    assert_ok(tape_load(test->kit.tape, &error)); /* what has expired is gone */

    tape_question question = { .sid = grant.sid, .iat = grant.iat };

    assert_srv(tape_check(test->kit.tape, &question), SRV_E_SESSION_ENDED);
    assert_srv(check(test, text, &identity), SRV_E_SESSION_ENDED);
}

static void compat_token_never_outlives_the_absolute_limit(void **state)
{
    fixture *test = *state;
    access_identity identity;
    session_grant grant;
    char text[4096];
    srv_error error = { 0 };

    kit_user(&test->kit, "ada", HOME, &grant);
    test->kit.clock.now = grant.abs_expires - 100 * SRV_SECOND;
    assert_ok(kit_refresh(&test->kit, grant.refresh, HOME, &grant, &error));
    write_token(test, &grant, "ada", text, sizeof text);
    assert_ok(check(test, text, &identity));
    assert_int_equal(identity.exp, srv_time_seconds(grant.abs_expires));
    test->kit.clock.now = grant.abs_expires;
    assert_srv(check(test, text, &identity), SRV_E_INVALID_TOKEN);
}

#define OVER(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OVER(compat_token_never_outlives_its_tape_entry),
        OVER(compat_token_never_outlives_the_absolute_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
