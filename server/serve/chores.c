/* chores.c - see chores.h. */
#include "serve/chores.h"

#include <time.h>
#include "base/log.h"

#define SWEEP_EVERY 60 /* seconds */
#define WATCH_MS    1000

/* Says what failed once a minute at most, and goes on. */
static void chores_do(server_chores *chores, unsigned second)
{
    srv_error error = { .status = SRV_OK };
    bool is_minute = second % SWEEP_EVERY == 0;
    srv_status keys = keyring_tick(chores->parts->ring, &error);
    srv_status mark = keys == SRV_OK ? parts_mark(chores->parts, &error) : keys;

    if (mark != SRV_OK && is_minute)
        log_error(LOG_WARNING, "chores_failed", &error);
    if (is_minute && parts_settle(chores->parts, &error) != SRV_OK)
        log_error(LOG_WARNING, "chores_failed", &error);
    if (is_minute && sessions_sweep(&chores->parts->sessions, &chores->swept, &error) != SRV_OK)
        log_error(LOG_WARNING, "sweep_failed", &error);
}

static bool chores_nap(server_chores *chores)
{
    int64_t until_us = srv_monotonic() + SRV_SECOND;
    struct timespec until = { .tv_sec = until_us / SRV_SECOND,
                              .tv_nsec = until_us % SRV_SECOND * 1000 };

    pthread_mutex_lock(&chores->lock);
    if (!chores->is_ending)
        pthread_cond_timedwait(&chores->ended, &chores->lock, &until);

    bool goes_on = !chores->is_ending;

    pthread_mutex_unlock(&chores->lock);
    return goes_on;
}

static void *chores_house(void *ctx)
{
    server_chores *chores = ctx;

    for (unsigned second = 1; chores_nap(chores); second++)
        chores_do(chores, second);
    return NULL;
}

static bool chores_is_ending(server_chores *chores)
{
    pthread_mutex_lock(&chores->lock);

    bool is_ending = chores->is_ending;

    pthread_mutex_unlock(&chores->lock);
    return is_ending;
}

static void *chores_watch(void *ctx)
{
    server_chores *chores = ctx;
    tape_epoch epoch;
    int64_t seq;

    while (!chores_is_ending(chores)) {
        tape_position(chores->parts->tape, &epoch, &seq);
        http_wake(chores->listener);
        while (!tape_await(chores->parts->tape, &epoch, seq, WATCH_MS) &&
               !chores_is_ending(chores)) {
        }
    }
    return NULL;
}

srv_status chores_start(server_chores *chores, server_parts *parts, http_listener *listener,
                        srv_error *error)
{
    pthread_condattr_t attr;

    *chores = (server_chores){ .parts = parts, .listener = listener };
    pthread_mutex_init(&chores->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&chores->ended, &attr);
    pthread_condattr_destroy(&attr);
    chores->has_house = pthread_create(&chores->house, NULL, chores_house, chores) == 0;
    chores->has_watch = pthread_create(&chores->watch, NULL, chores_watch, chores) == 0;
    if (chores->has_house && chores->has_watch)
        return SRV_OK;
    return srv_fail(error, SRV_E_NO_MEMORY, "cannot start a thread");
}

void chores_stop(server_chores *chores)
{
    pthread_mutex_lock(&chores->lock);
    chores->is_ending = true;
    pthread_cond_broadcast(&chores->ended);
    pthread_mutex_unlock(&chores->lock);
    tape_shut(chores->parts->tape);
    if (chores->has_watch)
        pthread_join(chores->watch, NULL);
    if (chores->has_house)
        pthread_join(chores->house, NULL);
    pthread_cond_destroy(&chores->ended);
    pthread_mutex_destroy(&chores->lock);
}
