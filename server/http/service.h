/* service.h - what is done for a request: the functions that libmicrohttpd calls, from the
 * connection to the answer, and the threads that handlers run on.
 *
 * It is a part of the listener, which starts and ends it, gives it connections and says which era
 * it is. Shared by all threads.
 */
#ifndef SERVER_HTTP_SERVICE_H
#define SERVER_HTTP_SERVICE_H

#include <pthread.h>
#include "http/era.h"
#include "http/peers.h"
#include "http/workers.h"

#define SERVICE_CLASSES 6

typedef struct http_service {
    _Atomic(http_era *) era; /* the present one */
    http_peers peers;
    http_workers workers;
    pthread_key_t event;     /* a service_event for each event thread */
    atomic_bool is_draining; /* every answer is the last one of its connection */
    atomic_uint active;      /* requests that are read, handled or sent */
    atomic_uint_fast64_t answers[SERVICE_CLASSES];
    atomic_uint_fast64_t spent_us;
    atomic_uint_fast64_t turned_away;
} http_service;

/* All else is zero. false: no memory. */
bool service_init(http_service *service, http_era *era);
/* The daemons of all eras have ended. */
void service_done(http_service *service);

/* Starts the daemon of an era: what is connected to it is served here. E_CONFIG. */
SRV_CHECK srv_status service_serve(http_service *service, http_era *era, srv_error *error);

/* Of the present era. */
const http_opts *service_opts(http_service *service);
/* Ends what is too slow, looks after what is parked. */
void service_tick(http_service *service, int64_t now);
/* A request is read, handled, waits for it, or is sent. */
bool service_is_busy(http_service *service);
void service_read_stats(http_service *service, http_stats *stats);

#endif
