/* test_compat.c - the tutorial's tokens over a clock of their own: how long they live, whose they
 * are.
 */
#include "kit.h"

#include "api/compat.h"

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

static void write_token(fixture *test, const session_grant *grant, const char *name,
                        char text[KIT_TEXT_MAX])
{
    lanyard_buf out;
    srv_error error = { 0 };

    lanyard_buf_init(&out, NULL, KIT_TEXT_MAX);
    assert_ok(compat_write(test->tokens, grant, name, NULL, &out, &error));
    kit_take_text(&out, text);
}

static srv_status check(fixture *test, const char *text, access_identity *identity)
{
    srv_error error = { 0 };

    return compat_check(test->tokens, lanyard_str_of(text), srv_time_seconds(test->kit.clock.now),
                        NULL, identity, &error);
}

static void compat_token_never_outlives_its_tape_entry(void **state)
{
    fixture *test = *state;
    access_identity identity;
    session_grant grant;
    char text[KIT_TEXT_MAX];
    srv_error error = { 0 };

    kit_user(&test->kit, "ada", HOME, &grant);
    write_token(test, &grant, "ada", text);
    assert_ok(check(test, text, &identity));
    assert_int_equal(identity.exp - grant.iat, COMPAT_LIFE_S);
    kit_log_out(&test->kit, &grant);
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
    char text[KIT_TEXT_MAX];
    srv_error error = { 0 };

    kit_user(&test->kit, "ada", HOME, &grant);
    test->kit.clock.now = grant.abs_expires - 100 * SRV_SECOND;
    assert_ok(kit_refresh(&test->kit, grant.refresh, HOME, &grant, &error));
    write_token(test, &grant, "ada", text);
    assert_ok(check(test, text, &identity));
    assert_int_equal(identity.exp, srv_time_seconds(grant.abs_expires));
    test->kit.clock.now = grant.abs_expires;
    assert_srv(check(test, text, &identity), SRV_E_INVALID_TOKEN);
}

/* --- whose it is --- */

/* As the tutorial makes them: without a session. */
static void write_elsewhere(fixture *test, const char *name, char text[KIT_TEXT_MAX])
{
    int64_t exp = srv_time_seconds(test->kit.clock.now) + COMPAT_LIFE_S;
    const lanyard_claim claims[] = {
        { "user", LANYARD_CLAIM_STR, lanyard_str_of(name), 0 },
        { "exp", LANYARD_CLAIM_INT, { NULL, 0 }, exp },
    };
    lanyard_key *key = NULL;
    lanyard_issuer *issuer = NULL;
    lanyard_buf out;

    lanyard_buf_init(&out, NULL, KIT_TEXT_MAX);
    assert_int_equal(lanyard_key_read(SECRET, strlen(SECRET),
                                      LANYARD_KEY(.format = LANYARD_KEY_SECRET, .alg = "HS256",
                                                  .allow_short_key = 1),
                                      NULL, &key, NULL),
                     LANYARD_OK);
    assert_int_equal(
        lanyard_issuer_new(LANYARD_ISSUER(.key = key, .alg = "HS256"), NULL, &issuer, NULL),
        LANYARD_OK);
    assert_int_equal(
        lanyard_issue(issuer, LANYARD_CLAIMS(.list = claims, .list_len = 2), exp, NULL, &out, NULL),
        LANYARD_OK);
    kit_take_text(&out, text);
    lanyard_issuer_free(issuer);
    lanyard_key_free(key);
}

static void update(fixture *test, const srv_id *user_id, const char *name, const char *email)
{
    account_change change = { .actor = *user_id, .from = kit_from(HOME) };
    user_row user;
    srv_error error = { 0 };

    if (name)
        change.username = lanyard_str_of(name);
    if (email)
        change.email = lanyard_str_of(email);
    assert_ok(account_update(&test->kit.accounts, user_id, &change, &user, &error));
    test->kit.clock.now += 10 * SRV_SECOND;
}

static void compat_token_is_of_its_session_and_not_of_who_took_the_name(void **state)
{
    fixture *test = *state;
    access_identity identity;
    session_grant first;
    session_grant next;
    char text[KIT_TEXT_MAX];
    srv_id user_id = kit_user(&test->kit, "bob", HOME, &first);

    write_token(test, &first, "bob", text);
    assert_ok(check(test, text, &identity));
    update(test, &user_id, "rob", NULL);
    assert_srv(check(test, text, &identity), SRV_E_INVALID_TOKEN);
    kit_user(&test->kit, "bob", HOME, &next);
    assert_srv(check(test, text, &identity), SRV_E_INVALID_TOKEN);
    write_token(test, &next, "bob", text);
    assert_ok(check(test, text, &identity));
    assert_true(srv_id_equal(&identity.user_id, &next.user_id));
}

/* Who takes a name or an address that was given up does not get its tokens. */
static void compat_token_made_elsewhere_is_not_of_who_took_the_name(void **state)
{
    static const char *const names[] = { "bob", "bob@example.org" };
    fixture *test = *state;
    access_identity identity;
    session_grant grant;
    char texts[2][KIT_TEXT_MAX];
    srv_id bob = kit_user(&test->kit, "bob", HOME, &grant);
    srv_id eve = kit_user(&test->kit, "eve", HOME, &grant);

    update(test, &bob, NULL, names[1]);
    for (int i = 0; i < 2; i++) {
        write_elsewhere(test, names[i], texts[i]);
        assert_ok(check(test, texts[i], &identity));
        assert_true(srv_id_equal(&identity.user_id, &bob));
    }
    update(test, &bob, "rob", "rob@example.org");
    update(test, &eve, names[0], NULL);
    assert_srv(check(test, texts[0], &identity), SRV_E_SESSION_ENDED);
    write_elsewhere(test, names[0], texts[0]);
    assert_ok(check(test, texts[0], &identity));
    update(test, &eve, NULL, names[1]);
    assert_srv(check(test, texts[1], &identity), SRV_E_SESSION_ENDED);
}

static void compat_token_made_elsewhere_survives_a_change_of_nothing(void **state)
{
    fixture *test = *state;
    access_identity identity;
    session_grant grant;
    char text[KIT_TEXT_MAX];
    srv_id bob = kit_user(&test->kit, "bob", HOME, &grant);

    update(test, &bob, NULL, "bob@example.org");
    write_elsewhere(test, "bob", text);
    update(test, &bob, "BOB", "bob@example.org");
    assert_ok(check(test, text, &identity));
}

#define OVER(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OVER(compat_token_never_outlives_its_tape_entry),
        OVER(compat_token_never_outlives_the_absolute_limit),
        OVER(compat_token_is_of_its_session_and_not_of_who_took_the_name),
        OVER(compat_token_made_elsewhere_is_not_of_who_took_the_name),
        OVER(compat_token_made_elsewhere_survives_a_change_of_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
