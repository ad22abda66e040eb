/* workers.h - threads for handlers that wait, and the place where parked requests wait for news.
 *
 * Shared by all threads. One more starts when a request would wait for one, as long as there are
 * fewer than most; one that had nothing to do for 30 s ends, all but two. A parked request is
 * looked at again after workers_wake() or at its time; a wake between the handler's look and the
 * parking is not lost: wakes are counted.
 */
#ifndef SERVER_HTTP_WORKERS_H
#define SERVER_HTTP_WORKERS_H

#include <pthread.h>
#include "http/exchange.h"

#define WORKERS_QUEUE_MAX 1024

/* Runs the handler; gives the exchange back when it is answered. */
typedef void workers_run(void *ctx, http_exchange *exchange, lanyard_worker *worker);
typedef void workers_done(void *ctx, http_exchange *exchange);

typedef struct workers_list {
    http_exchange *first;
    http_exchange *last;
    unsigned count;
} workers_list;

typedef struct http_workers {
    pthread_mutex_t lock;
    pthread_cond_t news; /* a request is queued, or it is_ending */
    pthread_cond_t gone; /* the last thread has ended */
    unsigned most;       /* 0: never started */
    unsigned count;      /* of threads */
    unsigned idle;       /* of them wait for a request, or are about to */
    workers_list queue;
    workers_list parked;
    uint64_t wakes;
    bool is_last_look; /* nothing is parked any more */
    bool is_ending;
    workers_run *run;
    workers_done *done;
    void *ctx;
} http_workers;

SRV_CHECK srv_status workers_start(http_workers *workers, unsigned most, srv_error *error);
/* Ends the threads; the queue is empty by then. Nothing to do when they never started. */
void workers_stop(http_workers *workers);

/* A request is in a handler, or waits for one. */
bool workers_are_busy(http_workers *workers);

/* false: too many are waiting. */
bool workers_add(http_workers *workers, http_exchange *exchange);
/* Queues every parked request; for good: none is parked from now on. */
void workers_wake(http_workers *workers, bool for_good);
/* Queues the parked requests whose time has come. */
void workers_tick(http_workers *workers, int64_t now);

#endif
