/* test_group_commit.c - SQLite: what waits together is flushed together, and fails alone. */
#include "faulty_vfs.h"
#include "kit.h"

#include <semaphore.h>

#define JOBS    65 /* one more than a batch holds */
#define FAILING 7
#define ROUNDS  20

typedef struct commit_round {
    srv_kit *kit;
    int number;
    sem_t is_running; /* the slow job has begun, and with it a batch of its own */
    sem_t may_end;
    sem_t is_asking; /* one for each job that is about to wait */
    srv_status status;
} commit_round;

typedef struct commit_job {
    commit_round *round;
    int number;
    srv_status status;
} commit_job;

/* Of each round another value: SQLite does not write the same again. */
static srv_status job_write(store_txn *txn, const commit_round *round, const char *name)
{
    return store_meta_set(txn, name, SRV_BYTES(round->number));
}

static srv_status job_slow(store_txn *txn, void *ctx, srv_error *error)
{
    commit_round *round = ctx;

    (void)error;
    TRY(job_write(txn, round, "slow"));
    sem_post(&round->is_running);
    sem_wait(&round->may_end);
    return SRV_OK;
}

static srv_status job_quick(store_txn *txn, void *ctx, srv_error *error)
{
    const commit_job *job = ctx;
    char name[16];

    (void)error;
    snprintf(name, sizeof name, "job%d", job->number);
    TRY(job_write(txn, job->round, name));
    return job->number == FAILING ? SRV_E_INVALID : SRV_OK;
}

static void *write_slow(void *arg)
{
    commit_round *round = arg;

    round->status = store_write(round->kit->store, job_slow, round, NULL);
    return NULL;
}

static void *write_quick(void *arg)
{
    commit_job *job = arg;

    sem_post(&job->round->is_asking);
    job->status = store_write(job->round->kit->store, job_quick, job, NULL);
    return NULL;
}

static srv_status count_jobs(store_txn *txn, void *ctx, srv_error *error)
{
    uint8_t value[META_VALUE_MAX];
    char name[16];
    size_t len;
    int *count = ctx;

    (void)error;
    *count = 0;
    for (int i = 0; i < JOBS; i++) {
        snprintf(name, sizeof name, "job%d", i);
        *count += store_meta_get(txn, name, value, &len) == SRV_OK;
    }
    return SRV_OK;
}

/* Flushes of the log after the slow job's own, while so many jobs wait behind it. */
static unsigned flushes_of_a_crowd(commit_round *round, commit_job jobs[JOBS])
{
    const struct timespec moment = { .tv_nsec = 20000000 };
    pthread_t slow;
    pthread_t threads[JOBS];

    assert_int_equal(pthread_create(&slow, NULL, write_slow, round), 0);
    sem_wait(&round->is_running);
    for (int i = 0; i < JOBS; i++) {
        jobs[i] = (commit_job){ .round = round, .number = i };
        assert_int_equal(pthread_create(&threads[i], NULL, write_quick, &jobs[i]), 0);
    }
    for (int i = 0; i < JOBS; i++)
        sem_wait(&round->is_asking);
    nanosleep(&moment, NULL); /* from asking to waiting */

    unsigned before = faulty_calls(FAULTY_SYNC);

    sem_post(&round->may_end);
    pthread_join(slow, NULL);
    for (int i = 0; i < JOBS; i++)
        pthread_join(threads[i], NULL);
    return faulty_calls(FAULTY_SYNC) - before - 1;
}

static void assert_one_failed(srv_kit *kit, const commit_job jobs[JOBS])
{
    int count = 0;

    for (int i = 0; i < JOBS; i++)
        assert_srv(jobs[i].status, i == FAILING ? SRV_E_INVALID : SRV_OK);
    assert_ok(store_read(kit->store, count_jobs, &count, NULL));
    assert_int_equal(count, JOBS - 1);
}

/* A batch is over after 2 ms as well, and a busy machine may take its processor away for longer: a
 * round counts when the jobs were in time. */
static void writer_flushes_once_for_up_to_64_jobs(void **unused)
{
    commit_job jobs[JOBS];
    commit_round round;
    srv_kit kit;
    unsigned least = JOBS;

    (void)unused;
    kit_open(&kit, false, NULL);
    round = (commit_round){ .kit = &kit };
    sem_init(&round.is_running, 0, 0);
    sem_init(&round.may_end, 0, 0);
    sem_init(&round.is_asking, 0, 0);
    for (int i = 0; i < ROUNDS && least > 2; i++) {
        round.number = i;

        unsigned flushes = flushes_of_a_crowd(&round, jobs);

        assert_ok(round.status);
        assert_one_failed(&kit, jobs);
        assert_true(flushes >= 2); /* 64, and one more */
        least = flushes < least ? flushes : least;
    }
    assert_int_equal(least, 2);
    kit_close(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writer_flushes_once_for_up_to_64_jobs),
    };

    faulty_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
