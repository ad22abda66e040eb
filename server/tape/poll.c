/* poll.c - the thread that follows the store, and those who wait for it; see tape.h. */
#include "tape/tape_own.h"

#include <string.h>

#define TRIM_EVERY (60 * SRV_SECOND)

typedef struct poll_trim_work {
    srv_time before;
    int64_t removed;
} poll_trim_work;

/* The time, but never further than time has passed: a clock that was ahead for a while and steps
 * back must not have made anybody forget what had ended. */
static srv_time poll_time(const tape_rounds *rounds, srv_time now)
{
    srv_time passed = rounds->wall + (srv_monotonic() - rounds->monotonic);

    return now < passed ? now : passed;
}

static srv_status poll_trim_job(store_txn *txn, void *ctx, srv_error *error)
{
    poll_trim_work *work = ctx;
    srv_time now = store_now(txn);

    (void)error;
    return store_tape_trim(txn, now < work->before ? now : work->before, TAPE_TRIM_LIMIT,
                           &work->removed);
}

static void poll_forget(srv_tape *tape, srv_time before)
{
    pthread_rwlock_wrlock(&tape->lock);
    tape_set_expire(&tape->set, before);
    pthread_rwlock_unlock(&tape->lock);
}

/* One batch: what is left comes with the next turns, for news of what has ended must not wait for
 * it. What fails now is tried again in a minute. */
static void poll_trim(srv_tape *tape, tape_rounds *rounds)
{
    poll_trim_work work = { .before = poll_time(rounds, srv_now()) };

    if (!rounds->is_trimming)
        poll_forget(tape, work.before);
    rounds->is_trimming = store_write(tape->store, poll_trim_job, &work, NULL) == SRV_OK &&
                          work.removed == TAPE_TRIM_LIMIT;
    if (!rounds->is_trimming)
        rounds->trim_at = srv_monotonic() + TRIM_EVERY;
}

tape_rounds tape_rounds_begin(void)
{
    int64_t monotonic = srv_monotonic();

    return (tape_rounds){ .wall = srv_now(),
                          .monotonic = monotonic,
                          .trim_at = monotonic + TRIM_EVERY };
}

void tape_round(srv_tape *tape, tape_rounds *rounds)
{
    /* A failure shows in tape_lag(); the next turn tries again. */
    if (tape_poll(tape, NULL) == SRV_OK && srv_monotonic() >= rounds->trim_at)
        poll_trim(tape, rounds);
}

static void *poll_thread(void *arg)
{
    srv_tape *tape = arg;
    tape_rounds rounds = tape_rounds_begin();

    while (!atomic_load(&tape->is_stopping)) {
        store_wait(tape->store, TAPE_POLL_MS);
        tape_round(tape, &rounds);
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
