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
    pthread_cond_init(&pool->away, &attributes);
    pthread_condattr_destroy(&attributes);
}

static void pool_close_all(store_pool *pool, store_conn *list)
{
    while (list) {
        store_conn *conn = list;

        list = conn->next;
        pool->driver->close(conn);
    }
}

void store_pool_done(store_pool *pool)
{
    if (pool->has_thread) {
        pthread_mutex_lock(&pool->lock);
        pool->is_closing = true;
        pthread_cond_signal(&pool->away);
        pthread_mutex_unlock(&pool->lock);
        pthread_join(pool->thread, NULL);
    }
    pool_close_all(pool, pool->idle);
    pthread_cond_destroy(&pool->away);
    pthread_cond_destroy(&pool->given);
    pthread_mutex_destroy(&pool->lock);
}

/* Until that monotonic time, or the condition. */
static void pool_wait(store_pool *pool, pthread_cond_t *condition, int64_t until)
{
    struct timespec at = { .tv_sec = until / SRV_SECOND, .tv_nsec = until % SRV_SECOND * 1000 };

    pthread_cond_timedwait(condition, &pool->lock, &at);
}

/* Opening failed: nobody tries again for a while, longer each time. */
static void pool_back_off(store_pool *pool)
{
    pool->backoff = pool->backoff ? pool->backoff * 2 : POOL_BACKOFF_MIN;
    if (pool->backoff > POOL_BACKOFF_MAX)
        pool->backoff = POOL_BACKOFF_MAX;
    pool->retry_at = srv_monotonic() + pool->backoff;
}

static void pool_connected(store_pool *pool)
{
    pool->was_connected = true;
    pool->is_away = false;
    pool->backoff = 0;
    pool->retry_at = 0;
}

/* One attempt to reach the database again, without the lock meanwhile. */
static void pool_reach(store_pool *pool)
{
    store_conn *conn = NULL;

    pthread_mutex_unlock(&pool->lock);

    srv_status status = pool->driver->open(pool->opts, pool->is_reader, &conn, NULL);

    pthread_mutex_lock(&pool->lock);
    if (status != SRV_OK) {
        pool_back_off(pool);
        return;
    }
    pool_connected(pool);
    conn->next = pool->idle;
    pool->idle = conn;
    pthread_cond_broadcast(&pool->given);
}

static void *pool_thread(void *arg)
{
    store_pool *pool = arg;

    pthread_mutex_lock(&pool->lock);
    while (!pool->is_closing) {
        if (!pool->is_away)
            pthread_cond_wait(&pool->away, &pool->lock);
        else if (srv_monotonic() < pool->retry_at)
            pool_wait(pool, &pool->away, pool->retry_at);
        else
            pool_reach(pool);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* From here on the thread alone tries. Without one each request does, as at the start. */
static void pool_goes_away(store_pool *pool)
{
    if (!pool->has_thread)
        pool->has_thread = pthread_create(&pool->thread, NULL, pool_thread, pool) == 0;
    pool->is_away = pool->has_thread;
    pthread_cond_signal(&pool->away);
    pthread_cond_broadcast(&pool->given); /* nobody has to wait until his time is up */
}

/* A place for a connection: an idle one, or NULL for one to be opened. false: none in time, or
 * the database is known to be away and nobody has a connection that could be given back. */
static bool pool_place(store_pool *pool, int64_t deadline, store_conn **conn)
{
    for (;;) {
        int64_t now = srv_monotonic();
        bool may_open = pool->lent < pool->max && !pool->is_away;

        if (pool->idle) {
            *conn = pool->idle;
            pool->idle = (*conn)->next;
            pool->lent++;
            return true;
        }
        if (may_open && now >= pool->retry_at) {
            *conn = NULL;
            pool->lent++;
            return true;
        }
        if (now >= deadline || (pool->is_away && pool->lent == 0))
            return false;

        bool is_backing_off = may_open && pool->retry_at < deadline;

        pool_wait(pool, &pool->given, is_backing_off ? pool->retry_at : deadline);
    }
}

static void pool_opened(store_pool *pool, bool is_open)
{
    pthread_mutex_lock(&pool->lock);
    if (is_open) {
        pool_connected(pool);
    } else {
        pool->lent--;
        pool_back_off(pool);
        if (pool->was_connected)
            pool_goes_away(pool);
    }
    pthread_cond_signal(&pool->given);
    pthread_mutex_unlock(&pool->lock);
}

srv_status store_pool_take(store_pool *pool, store_conn **conn, srv_error *error)
{
    int64_t deadline = srv_monotonic() + (int64_t)pool->opts->wait_ms * 1000;
    srv_status status = SRV_E_UNAVAILABLE;

    srv_fail(error, status, "no connection to the database in time");
    while (status == SRV_E_UNAVAILABLE) {
        store_conn *found = NULL;

        pthread_mutex_lock(&pool->lock);
        bool has_place = pool_place(pool, deadline, &found);
        pthread_mutex_unlock(&pool->lock);
        if (!has_place)
            return status;
        status = SRV_OK;
        if (!found) {
            status = pool->driver->open(pool->opts, pool->is_reader, &found, error);
            pool_opened(pool, status == SRV_OK);
        }
        *conn = found;
    }
    if (status == SRV_OK)
        (*conn)->fault = FAULT_NONE;
    return status;
}

void store_pool_give(store_pool *pool, store_conn *conn)
{
    bool is_lost = conn->fault >= FAULT_LOST;

    pthread_mutex_lock(&pool->lock);
    pool->lent--;
    conn->next = pool->idle;
    pool->idle = is_lost ? NULL : conn;
    pthread_cond_signal(&pool->given);
    pthread_mutex_unlock(&pool->lock);
    /* What ended one connection most likely ended those that waited: none is tried in its place. */
    if (is_lost)
        pool_close_all(pool, conn);
}
