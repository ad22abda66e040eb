/* pool.h - a bounded number of connections, lent to one thread at a time.
 *
 * A connection is opened when all others are lent; one that was lost is dropped when it is given
 * back, and with it those that are idle. When the next one cannot be opened, the database is away:
 * a thread of the pool tries again, ever less often, and until it succeeds nobody waits.
 */
#ifndef SERVER_STORE_POOL_H
#define SERVER_STORE_POOL_H

#include <pthread.h>
#include "store/driver.h"

typedef struct store_pool {
    const store_driver *driver;
    const store_opts *opts;
    bool is_reader;
    pthread_mutex_t lock;
    pthread_cond_t given;
    pthread_cond_t away; /* the thread sleeps on it */
    pthread_t thread;    /* of the first time that the database goes away */
    bool has_thread;
    bool was_connected;
    bool is_away;
    bool is_closing;
    store_conn *idle;
    unsigned lent;
    unsigned max;
    int64_t retry_at; /* monotonic; no attempt to connect before */
    int64_t backoff;
} store_pool;

/* Borrows driver and opts. Opens nothing. */
void store_pool_init(store_pool *pool, const store_driver *driver, const store_opts *opts,
                     bool is_reader, unsigned max);
void store_pool_done(store_pool *pool); /* all were given back */

/* E_UNAVAILABLE after opts->wait_ms; at once when the database is away. */
SRV_CHECK srv_status store_pool_take(store_pool *pool, store_conn **conn, srv_error *error);
void store_pool_give(store_pool *pool, store_conn *conn);

#endif
