/* pool.h - a bounded number of connections, lent to one thread at a time.
 *
 * A connection is opened when all others are lent; one that was lost is dropped when it is given
 * back, and the idle ones with it. While the database is away one caller at a time looks whether
 * it is back, ever less often, and all others are refused at once.
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
    store_conn *idle;
    unsigned lent;
    unsigned max;
    int64_t retry_at; /* monotonic; no attempt to connect before */
    int64_t backoff;  /* 0: the last attempt succeeded */
    bool is_probing;  /* somebody is looking whether the database is back */
} store_pool;

/* Borrows driver and opts. Opens nothing. */
void store_pool_init(store_pool *pool, const store_driver *driver, const store_opts *opts,
                     bool is_reader, unsigned max);
void store_pool_done(store_pool *pool); /* all were given back */

/* E_UNAVAILABLE: at once when the database is known to be away, after opts->wait_ms when all
 * connections are lent for so long. */
SRV_CHECK srv_status store_pool_take(store_pool *pool, store_conn **conn, srv_error *error);
/* The first one, of a process that starts: waits for a database that starts as well. */
SRV_CHECK srv_status store_pool_first(store_pool *pool, store_conn **conn, srv_error *error);
void store_pool_give(store_pool *pool, store_conn *conn);

#endif
