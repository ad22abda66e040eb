/* test_bundle.c - rotations of many callers in one transaction of PostgreSQL: each gets its own
 * result, and what one of them does wrong is its own affair. */
#include "kit.h"

#include <pthread.h>
#include <semaphore.h>

#define CALLERS 24
#define ROUNDS  30

typedef struct caller {
    srv_kit *kit;
    session_step step;
    session_row row;
    int rounds; /* that were answered with SRV_OK */
    srv_status last;
} caller;

typedef struct held_row {
    srv_store *store;
    srv_id sid;
    sem_t is_held;
    sem_t may_end;
} held_row;

static void on_postgresql(const srv_kit *kit)
{
    if (strcmp(store_kind(kit->store), "postgresql") != 0)
        skip();
}

/* A session of a user of its own, and the step that rotates it. */
static caller new_caller(srv_kit *kit, int number)
{
    caller one = { .kit = kit, .step = { .idle_life = SRV_DAY, .from = kit_from("192.0.2.1") } };
    session_grant grant;
    refresh_token token;
    char name[16];

    snprintf(name, sizeof name, "user%d", number);
    kit_user(kit, name, "192.0.2.1", &grant);
    assert_ok(refresh_token_read(&kit->sessions.keys, lanyard_str_of(grant.refresh), &token));
    assert_ok(refresh_token_family(&token, one.step.fam_hash));
    one.step.id = token.sid;
    one.step.gen = token.gen;
    return one;
}

static srv_status rotate(store_txn *txn, void *ctx, srv_error *error)
{
    caller *one = ctx;

    (void)error;
    return store_session_rotate(txn, &one->step, &one->row);
}

static srv_status rotate_alone(caller *one)
{
    bool is_lost = true;
    srv_status status = store_alone(one->kit->store, rotate, one, &is_lost, NULL);

    if (status == SRV_OK && one->row.gen != one->step.gen + 1)
        return SRV_E_INTERNAL;
    return is_lost ? SRV_E_INTERNAL : status;
}

static void *call(void *arg)
{
    caller *one = arg;

    for (int i = 0; i < ROUNDS; i++) {
        one->last = rotate_alone(one);
        if (one->last != SRV_OK)
            break;
        one->step.gen = one->row.gen;
        one->rounds++;
    }
    return NULL;
}

static void *call_once(void *arg)
{
    caller *one = arg;

    one->last = rotate_alone(one);
    return NULL;
}

/* All at once, each its own session again and again. */
static void call_all(caller callers[CALLERS])
{
    pthread_t threads[CALLERS];

    for (int i = 0; i < CALLERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, call, &callers[i]), 0);
    for (int i = 0; i < CALLERS; i++)
        pthread_join(threads[i], NULL);
}

static void new_callers(srv_kit *kit, caller callers[CALLERS])
{
    for (int i = 0; i < CALLERS; i++)
        callers[i] = new_caller(kit, i);
}

/* All but the one of that number came through. */
static void assert_others_came_through(const caller callers[CALLERS], int but)
{
    for (int i = 0; i < CALLERS; i++) {
        if (i == but)
            continue;
        assert_srv(callers[i].last, SRV_OK);
        assert_int_equal(callers[i].rounds, ROUNDS);
    }
}

static void bundle_gives_each_caller_the_row_of_its_own(void **state)
{
    caller callers[CALLERS];

    on_postgresql(*state);
    new_callers(*state, callers);
    call_all(callers);
    assert_others_came_through(callers, -1);
    for (int i = 0; i < CALLERS; i++) {
        assert_memory_equal(&callers[i].row.id, &callers[i].step.id, sizeof(srv_id));
        callers[i].step.gen--; /* what was spent stays spent */
        assert_srv(rotate_alone(&callers[i]), SRV_E_NOT_FOUND);
    }
}

static void bundle_lets_a_statement_that_fails_fail_alone(void **state)
{
    caller callers[CALLERS];

    on_postgresql(*state);
    new_callers(*state, callers);
    snprintf(callers[5].step.from.user_agent, sizeof callers[5].step.from.user_agent, "\xff");
    call_all(callers);
    assert_others_came_through(callers, 5);
    assert_int_equal(callers[5].rounds, 0);
    assert_int_not_equal(callers[5].last, SRV_E_NOT_FOUND);
}

static void bundle_lets_a_commit_that_fails_fail_alone(void **state)
{
    srv_kit *kit = *state;
    caller callers[CALLERS];

    on_postgresql(kit);
    kit_script(kit->url, "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
                         " $$BEGIN RAISE EXCEPTION 'on purpose'; END$$;"
                         " CREATE CONSTRAINT TRIGGER refuse AFTER UPDATE ON sessions"
                         " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
                         " WHEN (NEW.last_ip = '203.0.113.9') EXECUTE FUNCTION refuse()");
    new_callers(kit, callers);
    callers[7].step.from = kit_from("203.0.113.9");
    call_all(callers);
    assert_others_came_through(callers, 7);
    assert_int_equal(callers[7].rounds, 0);
    callers[7].step.from = kit_from("192.0.2.1"); /* nothing of what failed stands */
    assert_ok(rotate_alone(&callers[7]));
}

/* Two tabs of a browser, or a thief: in one set, and in sets beside each other. */
static void bundle_rotates_a_row_once_for_all_who_name_it(void **state)
{
    caller each = new_caller(*state, 0);
    caller callers[CALLERS];
    pthread_t threads[CALLERS];

    on_postgresql(*state);
    for (int round = 0; round < ROUNDS; round++) {
        int winners = 0;

        for (int i = 0; i < CALLERS; i++) {
            callers[i] = each;
            assert_int_equal(pthread_create(&threads[i], NULL, call_once, &callers[i]), 0);
        }
        for (int i = 0; i < CALLERS; i++) {
            pthread_join(threads[i], NULL);
            winners += callers[i].last == SRV_OK;
            assert_true(callers[i].last == SRV_OK || callers[i].last == SRV_E_NOT_FOUND);
        }
        assert_int_equal(winners, 1);
        each.step.gen++;
    }
}

static srv_status hold(store_txn *txn, void *ctx, srv_error *error)
{
    held_row *held = ctx;
    session_row row;

    (void)error;
    TRY(store_session_lock(txn, &held->sid, &row));
    sem_post(&held->is_held);
    sem_wait(&held->may_end);
    return SRV_OK;
}

static void *hold_row(void *arg)
{
    held_row *held = arg;

    return store_write(held->store, hold, held, NULL) == SRV_OK ? held : NULL;
}

static void bundle_waits_for_no_row_that_another_holds(void **state)
{
    srv_kit *kit = *state;
    caller busy = new_caller(kit, 1);
    caller free_one = new_caller(kit, 2);
    held_row held = { .store = kit->store, .sid = busy.step.id };
    pthread_t thread;
    void *ended = NULL;

    on_postgresql(kit);
    sem_init(&held.is_held, 0, 0);
    sem_init(&held.may_end, 0, 0);
    assert_int_equal(pthread_create(&thread, NULL, hold_row, &held), 0);
    sem_wait(&held.is_held);
    assert_srv(rotate_alone(&busy), SRV_E_NOT_FOUND);
    assert_ok(rotate_alone(&free_one));
    sem_post(&held.may_end);
    pthread_join(thread, &ended);
    assert_ptr_equal(ended, &held);
    assert_ok(rotate_alone(&busy));
    sem_destroy(&held.is_held);
    sem_destroy(&held.may_end);
}

/* A lock of the whole table holds up a bundle; who comes meanwhile is not kept for good. */
static void bundle_refuses_whom_nobody_takes_in_time(void **state)
{
    srv_kit *kit = *state;
    srv_store *patient = kit->store;
    caller held_up = new_caller(kit, 0);
    caller late = new_caller(kit, 1);
    store_opts opts = { .url = kit->url, .wait_ms = 1000, .clock = { kit_now, &kit->clock } };
    store_conn *locker = NULL;
    srv_store *impatient = NULL;
    pthread_t thread;

    on_postgresql(kit);
    assert_ok(store_open(&opts, &impatient, NULL));
    assert_ok(store_postgres.open(&opts, false, &locker, NULL));
    assert_ok(store_postgres.begin(locker, false, NULL));
    assert_ok(store_postgres.script(locker, "LOCK TABLE sessions", NULL));
    kit->store = impatient;
    assert_int_equal(pthread_create(&thread, NULL, call, &held_up), 0);
    usleep(300 * 1000);
    assert_srv(rotate_alone(&late), SRV_E_UNAVAILABLE);
    store_postgres.rollback(locker);
    pthread_join(thread, NULL);
    assert_int_equal(held_up.rounds, ROUNDS);
    assert_ok(rotate_alone(&late));
    store_postgres.close(locker);
    store_close(impatient);
    kit->store = patient;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OVER_A_KIT(bundle_gives_each_caller_the_row_of_its_own),
        OVER_A_KIT(bundle_lets_a_statement_that_fails_fail_alone),
        OVER_A_KIT(bundle_lets_a_commit_that_fails_fail_alone),
        OVER_A_KIT(bundle_rotates_a_row_once_for_all_who_name_it),
        OVER_A_KIT(bundle_waits_for_no_row_that_another_holds),
        OVER_A_KIT(bundle_refuses_whom_nobody_takes_in_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
