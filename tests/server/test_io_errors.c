/* test_io_errors.c - SQLite on a failing disk (T47): what is answered, what is lost, how it
 * recovers.
 *
 * Each round lets one call of one kind fail, or that one and all after it, while a session is
 * refreshed and another one ended; the n-th call, for n from 1 until none is reached. */
#include "faulty_vfs.h"
#include "kit.h"

#define ROUNDS_MAX 400

typedef struct disk_round {
    srv_kit kit;
    session_grant kept;  /* of the session that is refreshed */
    session_grant ended; /* of the session that is ended */
    char spent[REFRESH_TEXT_MAX];
    bool is_refreshed; /* acknowledged */
    bool is_ended;     /* acknowledged */
} disk_round;

static srv_status round_log_out(disk_round *round, srv_error *error)
{
    session_logout wanted = { .sid = round->ended.sid, .from = kit_from(HOME) };
    unsigned revoked;
    int64_t seq;

    return sessions_logout(&round->kit.sessions, &wanted, &revoked, &seq, error);
}

static bool round_is_refused_here(const disk_round *round)
{
    tape_question question = { .sid = round->ended.sid, .iat = round->ended.iat };

    return tape_check(round->kit.tape, &question) == SRV_E_SESSION_ENDED;
}

/* An answer is a success, or 503. */
static bool round_judge(srv_status status)
{
    if (status != SRV_OK)
        assert_srv(status, SRV_E_UNAVAILABLE);
    return status == SRV_OK;
}

/* What the log will tell names the disk, or the database that cannot be opened. */
static void assert_told(const srv_error *error)
{
    if (!strstr(error->detail, "disk") && !strstr(error->detail, "opened"))
        fail_msg("the log would say: %s", error->detail);
}

static void round_steps(disk_round *round)
{
    session_grant next;
    srv_error error = { 0 };

    round->is_refreshed =
        round_judge(kit_refresh(&round->kit, round->kept.refresh, HOME, &next, NULL));
    if (round->is_refreshed)
        round->kept = next;
    round->is_ended = round_judge(round_log_out(round, &error));
    if (round->is_ended)
        assert_true(round_is_refused_here(round));
    else
        assert_told(&error);
    if (kit_refresh(&round->kit, round->ended.refresh, HOME, &next, NULL) == SRV_OK)
        assert_false(round->is_ended);
}

/* The disk is well again: the very next request is served, and what was said is true. */
static void round_recover(disk_round *round)
{
    session_grant next;

    assert_ok(kit_refresh(&round->kit, round->kept.refresh, HOME, &next, NULL));
    round->kept = next;
    assert_ok(round_log_out(round, NULL));
    assert_true(round_is_refused_here(round));
    assert_srv(kit_refresh(&round->kit, round->ended.refresh, HOME, &next, NULL),
               SRV_E_SESSION_ENDED);
}

static void round_restart(disk_round *round)
{
    kit_stop(&round->kit);
    store_close(round->kit.store);
    kit_open_store(&round->kit, false);
    kit_start(&round->kit, NULL);
}

/* All memory is gone: the file alone speaks. */
static void round_check_file(disk_round *round)
{
    session_grant next;

    assert_ok(store_check(round->kit.store, NULL));
    assert_true(round_is_refused_here(round));
    assert_srv(kit_refresh(&round->kit, round->ended.refresh, HOME, &next, NULL),
               SRV_E_SESSION_ENDED);
    assert_ok(kit_refresh(&round->kit, round->kept.refresh, HOME, &next, NULL));
    round->kit.clock.now += SRV_MINUTE;
    assert_srv(kit_refresh(&round->kit, round->spent, HOME, &next, NULL), SRV_E_REFRESH_REUSED);
}

/* false: the n-th call was not reached. A crash right after the failure, or a disk that is well
 * again: in turn. */
static bool round_run(faulty_kind kind, unsigned n, bool is_lasting, bool is_crash)
{
    disk_round *round = calloc(1, sizeof *round);

    assert_non_null(round);
    kit_open(&round->kit, false, NULL);
    kit_user(&round->kit, "ada", HOME, &round->kept);
    kit_user(&round->kit, "bob", HOME, &round->ended);
    snprintf(round->spent, sizeof round->spent, "%s", round->kept.refresh);
    faulty_arm(kind, n, is_lasting);
    round_steps(round);

    bool has_failed = faulty_disarm();

    if (is_crash) {
        round_restart(round);
        if (round->is_ended)
            assert_true(round_is_refused_here(round));
    }
    round_recover(round);
    round_restart(round);
    round_check_file(round);
    kit_close(&round->kit);
    free(round);
    return has_failed;
}

static void rounds_of(faulty_kind kind, bool is_lasting)
{
    unsigned n = 1;

    while (round_run(kind, n, is_lasting, true) | round_run(kind, n, is_lasting, false))
        assert_true(++n < ROUNDS_MAX);
    assert_true(n > 1 || kind == FAULTY_READ || kind == FAULTY_TRUNCATE || kind == FAULTY_OPEN);
}

static void one_failure_is_503_at_most_and_loses_nothing(void **state)
{
    (void)state;
    for (int kind = 0; kind < FAULTY_KINDS; kind++)
        rounds_of((faulty_kind)kind, false);
}

static void lasting_failure_is_503_at_most_and_loses_nothing(void **state)
{
    (void)state;
    for (int kind = 0; kind < FAULTY_KINDS; kind++)
        rounds_of((faulty_kind)kind, true);
}

/* Opening a database with a log to recover: it opens, or says why; then it opens. */
static void opening_over_a_failing_disk_says_why(void **state)
{
    (void)state;
    for (int kind = 0; kind < FAULTY_KINDS; kind++) {
        bool has_failed = true;

        for (unsigned n = 1; has_failed; n++) {
            srv_kit kit;
            session_grant grant;
            srv_error error = { 0 };
            store_opts opts = { .wait_ms = 50 };
            srv_store *store = NULL;

            kit_open(&kit, false, NULL);
            kit_user(&kit, "ada", HOME, &grant);
            opts.url = kit.url;
            faulty_arm((faulty_kind)kind, n, false);
            if (store_open(&opts, &store, &error) == SRV_OK)
                store_close(store);
            else
                assert_true(error.detail[0] != '\0');
            has_failed = faulty_disarm();
            round_judge(kit_refresh(&kit, grant.refresh, HOME, &grant, &error));
            kit_close(&kit);
            assert_true(n < ROUNDS_MAX);
        }
    }
}

static int set_up(void **state)
{
    (void)state;
    faulty_install();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_failure_is_503_at_most_and_loses_nothing),
        cmocka_unit_test(lasting_failure_is_503_at_most_and_loses_nothing),
        cmocka_unit_test(opening_over_a_failing_disk_says_why),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
