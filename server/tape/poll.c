/* poll.c - the thread that follows the store, and those who wait for it; see tape.h. */
#include "tape/tape_own.h"

#include <string.h>

#define TRIM_EVERY (60 * SRV_SECOND)
#define TRIM_LIMIT 100

typedef struct poll_clock {
    srv_time wall; /* when the thread began */
    int64_t monotonic;
} poll_clock;

typedef struct poll_trim_work {
    srv_time before;
    int64_t removed;
} poll_trim_work;

/* The time, but never further than time has passed: a clock that was ahead for a while and steps
 * back must not have made anybody forget what had ended. */
static srv_time poll_time(const poll_clock *began, srv_time now)
{
    srv_time passed = began->wall + (srv_monotonic() - began->monotonic);

    return now < passed ? now : passed;
}

static srv_status poll_trim_job(store_txn *txn, void *ctx, srv_error *error)
{
    poll_trim_work *work = ctx;
    srv_time now = store_now(txn);

    (void)error;
    return store_tape_trim(txn, now < work->before ? now : work->before, TRIM_LIMIT,
                           &work->removed);
}

/* What fails now is tried again in a minute. */
static void poll_trim(srv_tape *tape, const poll_clock *began)
{
    poll_trim_work work = { .before = poll_time(began, srv_now()), .removed = TRIM_LIMIT };

    pthread_rwlock_wrlock(&tape->lock);
    tape_set_expire(&tape->set, work.before);
    pthread_rwlock_unlock(&tape->lock);
    while (work.removed == TRIM_LIMIT && !atomic_load(&tape->is_stopping))
        if (store_write(tape->store, poll_trim_job, &work, NULL) != SRV_OK)
            return;
}

static void *poll_thread(void *arg)
{
    srv_tape *tape = arg;
    poll_clock began = { srv_now(), srv_monotonic() };
    int64_t trim_at = began.monotonic + TRIM_EVERY;

    while (!atomic_load(&tape->is_stopping)) {
        store_wait(tape->store, TAPE_POLL_MS);
        /* A failure shows in tape_lag(); the next turn tries again. */
        if (tape_poll(tape, NULL) != SRV_OK || srv_monotonic() < trim_at)
            continue;
        poll_trim(tape, &began);
        trim_at = srv_monotonic() + TRIM_EVERY;
    }
    return NULL;
}

srv_status tape_start(srv_tape *tape, srv_error *error)
{
    if (pthread_create(&tape->thread, NULL, poll_thread, tape) != 0)
        return srv_fail(error, SRV_E_NO_MEMORY, "no thread for the tape");
    tape->has_thread = true;
    return SRV_OK;
}

void tape_stop(srv_tape *tape)
{
    if (!tape->has_thread)
        return;
    atomic_store(&tape->is_stopping, true);
    store_wake(tape->store);
    pthread_join(tape->thread, NULL);
    tape->has_thread = false;
}

void tape_position(const srv_tape *tape, tape_epoch *epoch, int64_t *seq)
{
    pthread_mutex_t *lock = (pthread_mutex_t *)(uintptr_t)&tape->news_lock;

    pthread_mutex_lock(lock);
    *epoch = tape->epoch;
    *seq = tape->seq;
    pthread_mutex_unlock(lock);
}

bool tape_await(srv_tape *tape, const tape_epoch *epoch, int64_t seq, unsigned timeout_ms)
{
    int64_t until = srv_monotonic() + (int64_t)timeout_ms * 1000;
    struct timespec at = { .tv_sec = until / SRV_SECOND, .tv_nsec = until % SRV_SECOND * 1000 };
    bool has_news = false;

    pthread_mutex_lock(&tape->news_lock);
    for (;;) {
        has_news = tape->seq > seq || memcmp(&tape->epoch, epoch, sizeof *epoch) != 0;
        if (has_news || tape->is_shut || srv_monotonic() >= until)
            break;
        pthread_cond_timedwait(&tape->news, &tape->news_lock, &at);
    }
    pthread_mutex_unlock(&tape->news_lock);
    return has_news;
}

void tape_shut(srv_tape *tape)
{
    pthread_mutex_lock(&tape->news_lock);
    tape->is_shut = true;
    pthread_cond_broadcast(&tape->news);
    pthread_mutex_unlock(&tape->news_lock);
}
