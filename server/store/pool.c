/* pool.c - see pool.h. */
#include "store/pool.h"

#include <errno.h>
#include <time.h>

#define POOL_BACKOFF_MIN (SRV_SECOND / 20)
#define POOL_BACKOFF_MAX (2 * SRV_SECOND)

void store_pool_init(store_pool *pool, const store_driver *driver, const store_opts *opts,
                     bool is_reader, unsigned max)
{
    pthread_condattr_t attributes;

    *pool = (store_pool){ .driver = driver, .opts = opts, .is_reader = is_reader, .max = max };
    pthread_mutex_init(&pool->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&pool->given, &attributes);
    pthread_condattr_destroy(&attributes);
}

void store_pool_done(store_pool *pool)
{
    while (pool->idle) {
        store_conn *conn = pool->idle;

        pool->idle = conn->next;
        pool->driver->close(conn);
    }
    pthread_cond_destroy(&pool->given);
    pthread_mutex_destroy(&pool->lock);
}

/* Waits until that monotonic time or a connection is given back. */
static void pool_wait(store_pool *pool, int64_t until)
{
    struct timespec at = { .tv_sec = until / SRV_SECOND, .tv_nsec = until % SRV_SECOND * 1000 };

    pthread_cond_timedwait(&pool->given, &pool->lock, &at);
}

/* A place for a connection: an idle one, or NULL for one to be opened. false: none in time. */
static bool pool_place(store_pool *pool, int64_t deadline, store_conn **conn)
{
    for (;;) {
        int64_t now = srv_monotonic();

        if (pool->idle) {
            *conn = pool->idle;
            pool->idle = (*conn)->next;
            pool->lent++;
            return true;
        }
        if (pool->lent < pool->max && now >= pool->retry_at) {
            *conn = NULL;
            pool->lent++;
            return true;
        }
        if (now >= deadline)
            return false;

        bool is_backing_off = pool->lent < pool->max && pool->retry_at < deadline;

        pool_wait(pool, is_backing_off ? pool->retry_at : deadline);
    }
}

/* Opening failed: nobody tries again for a while, longer each time. */
static void pool_back_off(store_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->lent--;
    pool->backoff = pool->backoff ? pool->backoff * 2 : POOL_BACKOFF_MIN;
    if (pool->backoff > POOL_BACKOFF_MAX)
        pool->backoff = POOL_BACKOFF_MAX;
    pool->retry_at = srv_monotonic() + pool->backoff;
    pthread_cond_signal(&pool->given);
    pthread_mutex_unlock(&pool->lock);
}

srv_status store_pool_take(store_pool *pool, store_conn **conn, srv_error *error)
{
    int64_t deadline = srv_monotonic() + (int64_t)pool->opts->wait_ms * 1000;
    srv_status status = SRV_E_UNAVAILABLE;

    srv_fail(error, status, "no connection to the database in time");
    for (;;) {
        store_conn *found = NULL;

        pthread_mutex_lock(&pool->lock);
        bool has_place = pool_place(pool, deadline, &found);
        pthread_mutex_unlock(&pool->lock);
        if (!has_place)
            return status;
        if (!found)
            status = pool->driver->open(pool->opts, pool->is_reader, &found, error);
        if (found) {
            pool->backoff = 0;
            found->fault = FAULT_NONE;
            *conn = found;
            return SRV_OK;
        }
        pool_back_off(pool);
        if (status != SRV_E_UNAVAILABLE)
            return status;
    }
}

void store_pool_give(store_pool *pool, store_conn *conn)
{
    bool is_lost = conn->fault >= FAULT_LOST;

    if (is_lost)
        pool->driver->close(conn);
    pthread_mutex_lock(&pool->lock);
    pool->lent--;
    if (!is_lost) {
        conn->next = pool->idle;
        pool->idle = conn;
    }
    pthread_cond_signal(&pool->given);
    pthread_mutex_unlock(&pool->lock);
}
