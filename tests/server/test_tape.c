/* test_tape.c - what was ended is known: here at once, next door soon, and after a restart. */
#include "kit.h"

#include <pthread.h>
#include <unistd.h>
#include "tape/tape_own.h"

/* Two processes on one database: two of everything in memory. */
typedef struct pair {
    srv_kit here;
    srv_kit there;
} pair;

static int open_pair(void **state)
{
    pair *two = malloc(sizeof *two);

    kit_open(&two->here, false, NULL);
    two->there = two->here;
    two->there.path[0] = '\0';
    kit_open_store(&two->there, false);
    kit_start(&two->there, NULL);
    *state = two;
    return 0;
}

static int close_pair(void **state)
{
    pair *two = *state;

    kit_close(&two->there);
    kit_close(&two->here);
    free(two);
    return 0;
}

static srv_status asks(const srv_kit *kit, const session_grant *grant)
{
    tape_question question = { .sid = grant->sid, .sub = grant->user_id, .iat = grant->iat };

    return tape_check(kit->tape, &question);
}

static void tape_refuses_here_before_the_answer_and_there_after_a_poll(void **state)
{
    pair *two = *state;
    session_grant grant;
    srv_error error = { 0 };

    kit_user(&two->here, "ada", HOME, &grant);
    assert_ok(asks(&two->here, &grant));
    kit_log_out(&two->here, &grant);
    assert_srv(asks(&two->here, &grant), SRV_E_SESSION_ENDED);
    assert_ok(asks(&two->there, &grant));
    assert_ok(tape_poll(two->there.tape, &error));
    assert_srv(asks(&two->there, &grant), SRV_E_SESSION_ENDED);
    kit_stop(&two->here);
    kit_start(&two->here, NULL);
    assert_srv(asks(&two->here, &grant), SRV_E_SESSION_ENDED);
}

/* --- what others ended before --- */

static void end_all(srv_kit *kit, const session_grant *grant)
{
    session_logout logout = { .user_id = grant->user_id, .scope = LOGOUT_ALL };
    unsigned revoked = 0;
    int64_t seq = 0;
    srv_error error = { 0 };

    assert_ok(sessions_logout(&kit->sessions, &logout, &revoked, &seq, &error));
}

static void end_again(srv_kit *kit, const session_grant *grant)
{
    session_logout logout = { .sid = grant->sid, .from = kit_from(HOME) };
    unsigned revoked = 1;
    int64_t seq = 0;
    srv_error error = { 0 };

    assert_ok(sessions_logout(&kit->sessions, &logout, &revoked, &seq, &error));
    assert_int_equal(revoked, 0);
}

static void disable(srv_kit *kit, const session_grant *grant)
{
    srv_error error = { 0 };

    assert_ok(account_set_disabled(&kit->accounts, &grant->user_id, true, &error));
}

static void make_admin(srv_kit *kit, const session_grant *grant)
{
    const account_change change = { .roles = SRV_STR("admin") };
    user_row user;
    srv_error error = { 0 };

    assert_ok(account_update(&kit->accounts, &grant->user_id, &change, &user, &error));
}

static void change_password(srv_kit *kit, const session_grant *grant)
{
    session_start start = { .from = kit_from(HOME) };
    credential_row credential;
    user_row user;
    session_grant fresh;
    srv_error error = { 0 };

    assert_ok(account_read_password(&kit->accounts, &grant->user_id, &user, &credential, &error));
    assert_ok(account_commit_password(&kit->accounts, &credential, "another", &start, &user, &fresh,
                                      &error));
}

static void log_in_again(srv_kit *kit, const srv_id *user_id, session_grant *grant)
{
    session_start start = { .from = kit_from(HOME) };
    credential_row credential;
    user_row user;
    srv_error error = { 0 };

    assert_ok(account_read_password(&kit->accounts, user_id, &user, &credential, &error));
    assert_ok(
        account_commit_login(&kit->accounts, &credential, NULL, &start, &user, grant, &error));
}

/* Told to end what the neighbor has just ended, or only the rest of it, and before any poll. */
static void tape_refuses_what_others_ended_before_the_answer(void **state)
{
    typedef void ending(srv_kit * kit, const session_grant *grant);
    static const struct {
        ending *here;
        ending *there;
        bool has_rest; /* another session is still alive */
    } cases[] = {
        { kit_log_out, end_again, false },
        { kit_log_out, end_all, false },
        { kit_log_out, end_all, true },
        { end_all, end_all, false },
        { disable, disable, false },
        { kit_log_out, disable, true },
        { make_admin, make_admin, false },
        { kit_log_out, change_password, true },
        { kit_log_out, change_password, false },
    };
    pair *two = *state;
    session_grant grant;
    session_grant rest;

    for (size_t i = 0; i < COUNT(cases); i++) {
        char name[16];

        snprintf(name, sizeof name, "user%zu", i);
        kit_user(&two->here, name, HOME, &grant);
        if (cases[i].has_rest)
            log_in_again(&two->here, &grant.user_id, &rest);
        cases[i].here(&two->here, &grant);
        assert_ok(asks(&two->there, &grant));
        cases[i].there(&two->there, &grant);
        if (asks(&two->there, &grant) != SRV_E_SESSION_ENDED)
            fail_msg("case %zu", i);
    }
}

/* --- lives that the neighbor does not know of yet --- */

/* Whether it is refused in the last second of its life, by who has forgotten what has expired. */
static void assert_refused_to_the_last(srv_kit *kit, const session_grant *grant, bool is_named)
{
    tape_question question = { .sub = grant->user_id, .iat = grant->iat };
    srv_error error = { 0 };

    if (is_named)
        question.sid = grant->sid;
    kit->clock.now = (grant->exp - 1) * SRV_SECOND;
    assert_ok(tape_load(kit->tape, &error));
    assert_srv(tape_check(kit->tape, &question), SRV_E_SESSION_ENDED);
}

/* Tokens of two hours are made here; there they are believed to live for 900 seconds. */
static void tape_entry_of_a_neighbor_lives_as_long_as_our_tokens(void **state)
{
    const session_rules longer = { .access_life = 2 * SRV_HOUR };
    pair *two = *state;
    session_grant ended;
    session_grant disabled;
    srv_error error = { 0 };

    assert_ok(sessions_take_rules(&two->here.sessions, &longer, &error));
    kit_user(&two->here, "ada", HOME, &ended);
    kit_user(&two->here, "bob", HOME, &disabled);
    assert_int_equal(ended.exp - ended.iat, 7200);
    assert_true(two->there.sessions.rules.longest_life == 900 * SRV_SECOND);
    kit_log_out(&two->there, &ended);
    disable(&two->there, &disabled);
    assert_refused_to_the_last(&two->there, &ended, true);
    assert_refused_to_the_last(&two->there, &disabled, false);
}

/* No token has the longer life before the database knows of it. */
static void rules_that_the_database_does_not_know_are_not_taken(void **state)
{
    const session_rules longer = { .access_life = 2 * SRV_HOUR };
    pair *two = *state;
    srv_error error = { 0 };

    kit_script(two->here.url, "ALTER TABLE meta RENAME TO away");
    assert_true(sessions_take_rules(&two->here.sessions, &longer, &error) != SRV_OK);
    assert_true(two->here.sessions.rules.access_life == 900 * SRV_SECOND);
    kit_script(two->here.url, "ALTER TABLE away RENAME TO meta");
    assert_ok(sessions_take_rules(&two->here.sessions, &longer, &error));
    assert_true(two->here.sessions.rules.access_life == 2 * SRV_HOUR);
}

static void tape_that_was_never_loaded_accepts_nothing(void **state)
{
    pair *two = *state;
    srv_tape *fresh = NULL;
    tape_question question = { .iat = 1 };
    srv_error error = { 0 };

    assert_ok(tape_new(two->here.store, &fresh, &error));
    assert_srv(tape_check(fresh, &question), SRV_E_UNAVAILABLE);
    assert_ok(tape_load(fresh, &error));
    assert_ok(tape_check(fresh, &question));
    tape_free(fresh);
}

/* How long until the neighbor's thread knows, in milliseconds. */
static double visible_after(pair *two, const session_grant *grant)
{
    int64_t ended = srv_monotonic();

    kit_log_out(&two->here, grant);
    while (asks(&two->there, grant) == SRV_OK && srv_monotonic() - ended < 10 * SRV_SECOND)
        usleep(200);
    assert_srv(asks(&two->there, grant), SRV_E_SESSION_ENDED);
    return (double)(srv_monotonic() - ended) / 1000;
}

/* SQLite is asked four times a second: enough ends to meet it at any moment of its turn. */
#define ENDS 8

static void tape_follows_by_itself(void **state)
{
    pair *two = *state;
    srv_error error = { 0 };
    double worst = 0;

    assert_ok(tape_start(two->there.tape, &error));
    usleep(300000); /* it listens by now */
    for (int i = 0; i < ENDS; i++) {
        session_grant grant;
        char name[16];

        snprintf(name, sizeof name, "user%d", i);
        kit_user(&two->here, name, HOME, &grant);

        double took = visible_after(two, &grant);

        worst = took > worst ? took : worst;
    }
    printf("%s: %d ends seen next door after %.1f ms at most\n", store_kind(two->here.store), ENDS,
           worst);
    assert_true(worst < 2000);
}

typedef struct waiter {
    srv_tape *tape;
    bool has_news;
} waiter;

static void *await_news(void *arg)
{
    waiter *one = arg;
    tape_epoch epoch;
    int64_t seq = 0;

    tape_position(one->tape, &epoch, &seq);
    one->has_news = tape_await(one->tape, &epoch, seq, 10000);
    return NULL;
}

static void tape_wakes_who_waits_for_it(void **state)
{
    pair *two = *state;
    waiter one = { .tape = two->there.tape };
    session_grant grant;
    pthread_t thread;
    srv_error error = { 0 };

    assert_int_equal(pthread_create(&thread, NULL, await_news, &one), 0);
    usleep(50000);
    kit_user(&two->here, "ada", HOME, &grant);
    kit_log_out(&two->here, &grant);
    assert_ok(tape_poll(two->there.tape, &error));
    pthread_join(thread, NULL);
    assert_true(one.has_news);
}

/* --- the late transaction --- */

typedef struct late {
    srv_kit *kit;
    tape_row entry;
    bool dawdles;
    pthread_mutex_t lock;
    pthread_cond_t begun;
    bool has_begun;
} late;

/* Takes its number, tells so, and commits much later. */
static srv_status write_late(store_txn *txn, void *ctx, srv_error *error)
{
    late *one = ctx;

    (void)error;
    one->entry.not_before = store_now(txn);
    one->entry.expires_at = store_now(txn) + SRV_HOUR;
    TRY(store_tape_add(txn, &one->entry));
    pthread_mutex_lock(&one->lock);
    one->has_begun = true;
    pthread_cond_signal(&one->begun);
    pthread_mutex_unlock(&one->lock);
    if (one->dawdles)
        usleep(300000);
    return SRV_OK;
}

static void *run_late(void *arg)
{
    late *one = arg;

    assert_ok(store_write(one->kit->store, write_late, one, NULL));
    return NULL;
}

static late make_late(srv_kit *kit, uint8_t id, bool dawdles)
{
    return (late){ .kit = kit,
                   .entry = { .kind = TAPE_SID, .key = { id }, .key_len = 16 },
                   .dawdles = dawdles,
                   .lock = PTHREAD_MUTEX_INITIALIZER,
                   .begun = PTHREAD_COND_INITIALIZER };
}

static void tape_never_passes_over_a_late_commit(void **state)
{
    pair *two = *state;
    late slow = make_late(&two->here, 1, true);
    late quick = make_late(&two->there, 2, false);
    tape_question question = { .sid = { { 1 } }, .iat = 1 };
    pthread_t threads[2];
    srv_error error = { 0 };

    assert_int_equal(pthread_create(&threads[0], NULL, run_late, &slow), 0);
    pthread_mutex_lock(&slow.lock);
    while (!slow.has_begun)
        pthread_cond_wait(&slow.begun, &slow.lock);
    pthread_mutex_unlock(&slow.lock);
    assert_int_equal(pthread_create(&threads[1], NULL, run_late, &quick), 0);
    for (int i = 0; i < 50; i++) { /* polls before, between and after the two commits */
        assert_ok(tape_poll(two->there.tape, &error));
        usleep(10000);
    }
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    assert_ok(tape_poll(two->there.tape, &error));
    assert_true(quick.entry.seq > slow.entry.seq);
    assert_srv(tape_check(two->there.tape, &question), SRV_E_SESSION_ENDED);
    question.sid.bytes[0] = 2;
    assert_srv(tape_check(two->there.tape, &question), SRV_E_SESSION_ENDED);
}

/* --- what has expired --- */

#define LEFTOVERS (2 * TAPE_TRIM_LIMIT + 1)

static srv_status write_leftovers(store_txn *txn, void *ctx, srv_error *error)
{
    tape_row entry = { .kind = TAPE_SID, .key_len = 16, .expires_at = KIT_START - SRV_HOUR };

    (void)error;
    for (uint32_t i = 0; i < LEFTOVERS; i++) {
        memcpy(entry.key, &i, sizeof i);
        TRY(store_tape_add(txn, &entry));
    }
    return store_tape_last(txn, ctx);
}

/* How many entries a trim of everything would find, without keeping what it does. */
static srv_status count_leftovers(store_txn *txn, void *ctx, srv_error *error)
{
    (void)error;
    TRY(store_tape_trim(txn, KIT_START, LEFTOVERS, ctx));
    return SRV_E_CONFLICT;
}

static int64_t leftovers(const srv_kit *kit)
{
    int64_t count = -1;
    srv_error error = { 0 };

    assert_srv(store_write(kit->store, count_leftovers, &count, &error), SRV_E_CONFLICT);
    return count;
}

/* The end of very many sessions, expired all at once, does not hold up the news of another. */
static void tape_drops_one_batch_a_round_and_hears_news_between(void **state)
{
    pair *two = *state;
    tape_rounds rounds = tape_rounds_begin();
    session_grant grant;
    int64_t last = 0;
    srv_error error = { 0 };

    two->here.clock.now = two->there.clock.now = srv_now(); /* which is the thread's */
    assert_ok(store_write(two->here.store, write_leftovers, &last, &error));
    kit_user(&two->here, "ada", HOME, &grant);
    kit_log_out(&two->here, &grant); /* the last entry, which stays */
    tape_round(two->there.tape, &rounds);
    assert_int_equal(leftovers(&two->here), LEFTOVERS); /* it is not time */
    rounds.trim_at = 0;
    for (int64_t left = LEFTOVERS; left > 0;) {
        session_grant news;
        char name[24];

        snprintf(name, sizeof name, "user%d", (int)left);
        kit_user(&two->here, name, HOME, &news);
        kit_log_out(&two->here, &news);
        tape_round(two->there.tape, &rounds);
        assert_srv(asks(&two->there, &news), SRV_E_SESSION_ENDED);
        left = left > TAPE_TRIM_LIMIT ? left - TAPE_TRIM_LIMIT : 0;
        assert_int_equal(leftovers(&two->here), left);
    }
    assert_true(rounds.trim_at > srv_monotonic()); /* a minute later again */
}

/* --- the set --- */

static tape_row entry_of(uint64_t number, srv_time expires_at)
{
    tape_row entry = { .kind = TAPE_SID, .key_len = 16, .expires_at = expires_at };

    memcpy(entry.key + 8, &number, sizeof number);
    return entry;
}

static void set_finds_what_was_added_and_forgets_what_expired(void **unused)
{
    tape_set set;

    (void)unused;
    assert_ok(tape_set_init(&set));
    for (uint64_t i = 0; i < 10000; i++) {
        tape_row entry = entry_of(i, (srv_time)i);

        assert_ok(tape_set_add(&set, &entry));
        assert_ok(tape_set_add(&set, &entry));
    }
    assert_int_equal(set.count, 10000);
    tape_set_expire(&set, 9990);
    assert_int_equal(set.count, 9);
    for (uint64_t i = 0; i < 10000; i++) {
        tape_row entry = entry_of(i, 0);
        lanyard_bytes key = { entry.key, entry.key_len };

        assert_int_equal(tape_set_find(&set, TAPE_SID, key) != NULL, i > 9990);
        assert_null(tape_set_find(&set, TAPE_SUB, key));
    }
    tape_set_done(&set);
}

static void mark_is_read_as_it_was_written(void **unused)
{
    char folder[] = "/tmp/lanyard-mark-XXXXXX";
    char path[64];
    int64_t seq = -1;
    srv_error error = { 0 };

    (void)unused;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/mark", folder);
    assert_ok(tape_mark_read(path, &seq));
    assert_int_equal(seq, 0);
    assert_ok(tape_mark_write(path, 812, &error));
    assert_ok(tape_mark_write(path, 813, &error));
    assert_ok(tape_mark_read(path, &seq));
    assert_int_equal(seq, 813);
    unlink(path);
    rmdir(folder);
}

#define OVER_A_PAIR(test) cmocka_unit_test_setup_teardown(test, open_pair, close_pair)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OVER_A_PAIR(tape_refuses_here_before_the_answer_and_there_after_a_poll),
        OVER_A_PAIR(tape_refuses_what_others_ended_before_the_answer),
        OVER_A_PAIR(tape_entry_of_a_neighbor_lives_as_long_as_our_tokens),
        OVER_A_PAIR(rules_that_the_database_does_not_know_are_not_taken),
        OVER_A_PAIR(tape_that_was_never_loaded_accepts_nothing),
        OVER_A_PAIR(tape_follows_by_itself),
        OVER_A_PAIR(tape_wakes_who_waits_for_it),
        OVER_A_PAIR(tape_never_passes_over_a_late_commit),
        OVER_A_PAIR(tape_drops_one_batch_a_round_and_hears_news_between),
        cmocka_unit_test(set_finds_what_was_added_and_forgets_what_expired),
        cmocka_unit_test(mark_is_read_as_it_was_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
