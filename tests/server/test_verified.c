/* test_verified.c - remembered tokens while keys rotate and sessions end beside them (T11, T18). */
#include "kit.h"

#include <pthread.h>
#include <stdatomic.h>

#define READERS  4
#define SESSIONS 48

typedef struct live_token {
    session_grant grant;
    char text[KIT_TEXT_MAX];
    atomic_bool is_ending; /* from here on a refusal is right */
    atomic_bool is_ended;  /* acknowledged: from here on it is wrong to accept */
} live_token;

typedef struct fixture {
    srv_kit kit;
    live_token live[SESSIONS];
    atomic_bool is_over;
    atomic_uint accepted;
    atomic_uint refused;
    atomic_uint wrong;
} fixture;

static int open_fixture(void **state)
{
    fixture *test = calloc(1, sizeof *test);

    assert_non_null(test);
    kit_open(&test->kit, false, NULL);
    kit_add_tokens(&test->kit);
    *state = test;
    return 0;
}

static int close_fixture(void **state)
{
    fixture *test = *state;

    kit_close(&test->kit);
    free(test);
    return 0;
}

static void open_sessions(fixture *test)
{
    char name[16];

    for (int i = 0; i < SESSIONS; i++) {
        snprintf(name, sizeof name, "user%d", i);
        kit_user(&test->kit, name, HOME, &test->live[i].grant);
        kit_write_access(&test->kit, &test->live[i].grant, test->live[i].text);
    }
}

static srv_status ask(fixture *test, live_token *live)
{
    access_identity identity;
    srv_error error = { 0 };
    srv_status status = access_check(test->kit.tokens, lanyard_str_of(live->text), live->grant.iat,
                                     NULL, &identity, &error);

    if (status == SRV_OK && !srv_id_equal(&identity.sid, &live->grant.sid))
        return SRV_E_INTERNAL; /* another's identity */
    return status;
}

/* What was acknowledged before the question must show in the answer; what nobody began to end is
 * accepted. In between either is right. */
static void judge(fixture *test, live_token *live)
{
    bool was_ended = atomic_load(&live->is_ended);
    srv_status status = ask(test, live);
    bool is_right = status == SRV_OK
                        ? !was_ended
                        : status == SRV_E_SESSION_ENDED && atomic_load(&live->is_ending);

    atomic_fetch_add(status == SRV_OK ? &test->accepted : &test->refused, 1);
    if (!is_right)
        atomic_fetch_add(&test->wrong, 1);
}

static void *read_on(void *ctx)
{
    fixture *test = ctx;

    while (!atomic_load(&test->is_over))
        for (int i = 0; i < SESSIONS; i++)
            judge(test, &test->live[i]);
    return NULL;
}

static void end_one(fixture *test, live_token *live)
{
    atomic_store(&live->is_ending, true);
    kit_log_out(&test->kit, &live->grant);
    atomic_store(&live->is_ended, true);
}

/* Each rotation makes another key set, and every reader fills the table for it anew. */
static void end_all_but_one(fixture *test)
{
    srv_error error = { 0 };

    for (int i = 1; i < SESSIONS; i++) {
        end_one(test, &test->live[i]);
        if (i % 8 == 0)
            assert_ok(keyring_rotate(test->kit.ring, true, &error));
        if (i % 16 == 0)
            assert_ok(tape_load(test->kit.tape, &error));
    }
}

static void remembered_tokens_end_while_others_ask_and_keys_rotate(void **state)
{
    fixture *test = *state;
    pthread_t readers[READERS];

    open_sessions(test);
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&readers[i], NULL, read_on, test), 0);
    while (atomic_load(&test->accepted) < 2 * SESSIONS)
        usleep(1000);
    end_all_but_one(test);
    atomic_store(&test->is_over, true);
    for (int i = 0; i < READERS; i++)
        pthread_join(readers[i], NULL);
    assert_int_equal(atomic_load(&test->wrong), 0);
    assert_ok(ask(test, &test->live[0]));
    for (int i = 1; i < SESSIONS; i++)
        assert_srv(ask(test, &test->live[i]), SRV_E_SESSION_ENDED);
}

/* Only the tape can refuse here: the key that signed verifies on. */
static void remembered_token_is_refused_by_a_tape_that_was_loaded_anew(void **state)
{
    fixture *test = *state;
    srv_error error = { 0 };

    kit_user(&test->kit, "ada", HOME, &test->live[0].grant);
    kit_write_access(&test->kit, &test->live[0].grant, test->live[0].text);
    assert_ok(ask(test, &test->live[0]));
    end_one(test, &test->live[0]);
    assert_ok(tape_load(test->kit.tape, &error));
    assert_srv(ask(test, &test->live[0]), SRV_E_SESSION_ENDED);
}

#define OVER(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OVER(remembered_tokens_end_while_others_ask_and_keys_rotate),
        OVER(remembered_token_is_refused_by_a_tape_that_was_loaded_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
