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

static void pool_close(const store_pool *pool, store_conn *conn)
{
    while (conn) {
        store_conn *next = conn->next;

        pool->driver->close(conn);
        conn = next;
    }
}

void store_pool_done(store_pool *pool)
{
    pool_close(pool, pool->idle);
    pthread_cond_destroy(&pool->given);
    pthread_mutex_destroy(&pool->lock);
}

/* Waits until that monotonic time or a connection is given back. */
static void pool_wait(store_pool *pool, int64_t until)
{
    struct timespec at = { .tv_sec = until / SRV_SECOND, .tv_nsec = until % SRV_SECOND * 1000 };

    pthread_cond_timedwait(&pool->given, &pool->lock, &at);
}

/* Known to be away, and it is not this caller's turn to look again: waiting would only keep its
 * thread from those who need no database. */
static bool pool_is_away(const store_pool *pool, int64_t now)
{
    return pool->backoff > 0 && (pool->is_probing || now < pool->retry_at);
}

/* A place for a connection: an idle one, or NULL for one to be opened. false: none in time, or
 * the database is known to be away and the caller is not patient. */
static bool pool_place(store_pool *pool, int64_t deadline, bool is_patient, store_conn **conn)
{
    for (;;) {
        int64_t now = srv_monotonic();
        bool is_away = pool_is_away(pool, now);

        if (pool->idle) {
            *conn = pool->idle;
            pool->idle = (*conn)->next;
            pool->lent++;
            return true;
        }
        if (pool->lent < pool->max && !is_away) {
            *conn = NULL;
            pool->lent++;
            pool->is_probing = pool->backoff > 0;
            return true;
        }
        if (now >= deadline || (is_away && !is_patient))
            return false;

        bool is_backing_off = now < pool->retry_at && pool->retry_at < deadline;

        pool_wait(pool, is_backing_off ? pool->retry_at : deadline);
    }
}

/* Opening failed: nobody tries again for a while, longer each time. */
static void pool_back_off(store_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->lent--;
    pool->is_probing = false;
    pool->backoff = pool->backoff ? pool->backoff * 2 : POOL_BACKOFF_MIN;
    if (pool->backoff > POOL_BACKOFF_MAX)
        pool->backoff = POOL_BACKOFF_MAX;
    pool->retry_at = srv_monotonic() + pool->backoff;
    pthread_cond_broadcast(&pool->given);
    pthread_mutex_unlock(&pool->lock);
}

static void pool_connected(store_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->backoff = 0;
    pool->is_probing = false;
    pthread_cond_broadcast(&pool->given);
    pthread_mutex_unlock(&pool->lock);
}

static srv_status pool_take(store_pool *pool, bool is_patient, store_conn **conn, srv_error *error)
{
    int64_t deadline = srv_monotonic() + (int64_t)pool->opts->wait_ms * 1000;
    srv_status status = SRV_E_UNAVAILABLE;

    for (;;) {
        store_conn *found = NULL;

        pthread_mutex_lock(&pool->lock);
        bool has_place = pool_place(pool, deadline, is_patient, &found);
        pthread_mutex_unlock(&pool->lock);
        if (!has_place)
            return srv_fail(error, status,
                            "no connection to the database: it is away, or all are busy");
        if (!found) {
            status = pool->driver->open(pool->opts, pool->is_reader, &found, error);
            if (found)
                pool_connected(pool);
        }
        if (found) {
            found->fault = FAULT_NONE;
            *conn = found;
            return SRV_OK;
        }
        pool_back_off(pool);
        if (status != SRV_E_UNAVAILABLE)
            return status;
    }
}

srv_status store_pool_take(store_pool *pool, store_conn **conn, srv_error *error)
{
    return pool_take(pool, false, conn, error);
}

srv_status store_pool_first(store_pool *pool, store_conn **conn, srv_error *error)
{
    return pool_take(pool, true, conn, error);
}

void store_pool_give(store_pool *pool, store_conn *conn)
{
    store_conn *closing = NULL;

    pthread_mutex_lock(&pool->lock);
    pool->lent--;
    if (conn->fault >= FAULT_LOST) {
        /* What took this one took the idle ones, too: each would cost a request its answer. */
        closing = conn;
        closing->next = pool->idle;
        pool->idle = NULL;
    } else {
        conn->next = pool->idle;
        pool->idle = conn;
    }
    pthread_cond_signal(&pool->given);
    pthread_mutex_unlock(&pool->lock);
    pool_close(pool, closing);
}
