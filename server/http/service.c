/* service.c - see service.h.
 *
 * How it works:
 *
 *     connected -> service_connection() -> a peer (peers.h)
 *     request line -> service_uri() -> an exchange
 *     headers -> service_take(), first call: judged; a fault is answered at once
 *     body -> service_take(): kept, up to HTTP_BODY_MAX
 *     whole -> quick: handled here;  else: suspended, a worker handles it and resumes
 *     resumed -> service_take(): sent
 *     sent or lost -> service_completed(): the exchange ends, the peer owes the next one
 */
#include "http/service.h"

#include <stdlib.h>
#include <string.h>
#include "base/time.h"
#include "http/exchange.h"

#define TIMEOUTS_A_REQUEST 3
#define CONNECTION_MEMORY  ((intptr_t)32 * 1024)
#define EVENT_STACK        ((intptr_t)512 * 1024)

typedef struct service_event { /* what an event thread has for itself */
    lanyard_worker *worker;    /* NULL: everything works, only slower */
    http_exchange *spare;      /* that ended last; NULL: there is none */
    srv_id_pool ids;
} service_event;

const http_opts *service_opts(http_service *service)
{
    return &atomic_load(&service->era)->opts;
}

static http_peer *service_peer(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info ? info->socket_context : NULL;
}

static void service_connection(void *cls, struct MHD_Connection *connection, void **context,
                               enum MHD_ConnectionNotificationCode what)
{
    http_service *service = cls;
    const union MHD_ConnectionInfo *info;

    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        peers_remove(&service->peers, *context);
        *context = NULL;
        return;
    }
    info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info)
        *context = peers_add(&service->peers, info->connect_fd, atomic_load(&service->era)->number,
                             srv_monotonic());
}

/* NULL: no memory. */
static service_event *service_here(http_service *service)
{
    service_event *event = pthread_getspecific(service->event);

    if (event)
        return event;
    event = calloc(1, sizeof *event);
    if (!event || pthread_setspecific(service->event, event) != 0) {
        free(event);
        return NULL;
    }
    if (lanyard_worker_new(NULL, &event->worker, NULL) != LANYARD_OK)
        event->worker = NULL;
    return event;
}

static void service_forget(void *context)
{
    service_event *event = context;

    lanyard_worker_free(event->worker);
    free(event->spare);
    free(event);
}

static void *service_uri(void *cls, const char *uri, struct MHD_Connection *connection)
{
    http_service *service = cls;
    service_event *event = service_here(service);
    http_exchange *exchange = event ? exchange_new(&event->spare, uri) : NULL;

    (void)connection;
    if (exchange)
        atomic_fetch_add(&service->active, 1);
    return exchange;
}

/* Of the event thread, or of the one that ends the daemon and keeps nothing. */
static void service_completed(void *cls, struct MHD_Connection *connection, void **context,
                              enum MHD_RequestTerminationCode how)
{
    http_service *service = cls;
    service_event *event = pthread_getspecific(service->event);

    (void)how;
    peers_owe(service_peer(connection), srv_monotonic());
    if (!*context)
        return;
    exchange_end(*context, event ? &event->spare : NULL);
    *context = NULL;
    atomic_fetch_sub(&service->active, 1);
}

static void service_count(http_service *service, const http_exchange *exchange)
{
    int class = exchange->response.status / 100;

    atomic_fetch_add_explicit(&service->answers[class > 0 && class < SERVICE_CLASSES ? class : 5],
                              1, memory_order_relaxed);
    atomic_fetch_add_explicit(&service->spent_us, (uint64_t)(srv_monotonic() - exchange->started),
                              memory_order_relaxed);
}

/* The log tells every request but those that a load balancer repeats all day long. */
static enum MHD_Result service_send(http_service *service, http_exchange *exchange, bool is_quick)
{
    const http_era *era = atomic_load(&service->era);
    const http_peer *peer = service_peer(exchange->connection);

    if (atomic_load(&service->is_draining) || (peer && peer->era != era->number))
        exchange->must_close = true;
    service_count(service, exchange);
    if (!era->opts.is_silent && !(is_quick && exchange->response.status < 300))
        exchange_log(exchange);
    return exchange_send(exchange);
}

static enum MHD_Result service_refuse(http_service *service, http_exchange *exchange)
{
    const http_opts *opts = service_opts(service);
    srv_error error = { .status = exchange->fault };

    if (opts->refuse)
        opts->refuse(opts->ctx, &exchange->request, &exchange->response, exchange->fault);
    else
        http_problem(&exchange->request, &exchange->response, exchange->fault, &error);
    exchange->state = EXCHANGE_HANDLED;
    return service_send(service, exchange, false);
}

static void service_run(void *ctx, http_exchange *exchange, lanyard_worker *worker)
{
    const http_opts *opts = service_opts(ctx);

    exchange->request.worker = worker;
    http_reset(&exchange->response, 500);
    opts->handler(opts->ctx, &exchange->request, &exchange->response);
}

/* Of the worker: the exchange is the event thread's again, and may be gone at once. */
static void service_handled(void *ctx, http_exchange *exchange)
{
    (void)ctx;
    exchange->state = EXCHANGE_HANDLED;
    MHD_resume_connection(exchange->connection);
}

static enum MHD_Result service_dispatch(http_service *service, http_exchange *exchange,
                                        const service_event *event)
{
    const http_opts *opts = service_opts(service);

    peers_owe(service_peer(exchange->connection), 0);
    exchange_close_body(exchange);
    if (exchange->fault != SRV_OK)
        return service_refuse(service, exchange);
    if (exchange->body.len == 0 && opts->is_quick &&
        opts->is_quick(opts->ctx, &exchange->request)) {
        service_run(service, exchange, event->worker);
        exchange->state = EXCHANGE_HANDLED;
        return service_send(service, exchange, true);
    }
    MHD_suspend_connection(exchange->connection);
    if (workers_add(&service->workers, exchange))
        return MHD_YES;
    MHD_resume_connection(exchange->connection);
    atomic_fetch_add(&service->turned_away, 1);
    exchange->fault = SRV_E_UNAVAILABLE;
    return MHD_YES; /* called again at once, and refused then */
}

static enum MHD_Result service_take(void *cls, struct MHD_Connection *connection, const char *url,
                                    const char *method, const char *version, const char *data,
                                    size_t *data_len, void **context)
{
    http_service *service = cls;
    http_exchange *exchange = *context;
    service_event *event = service_here(service);

    (void)url;
    if (!exchange || !event)
        return MHD_NO;
    if (exchange->state == EXCHANGE_HANDLED)
        return service_send(service, exchange, false);
    if (exchange->state == EXCHANGE_NEW) {
        exchange_open(exchange, service_opts(service), connection, &event->ids, method, version);
        return exchange->fault == SRV_OK ? MHD_YES : service_refuse(service, exchange);
    }
    if (*data_len > 0) {
        bool goes_on = exchange_feed(exchange, data, *data_len);

        *data_len = 0;
        return goes_on ? MHD_YES : MHD_NO;
    }
    return service_dispatch(service, exchange, event);
}

/* --- the daemon that calls all this --- */

#define OPTIONS_MAX 10

static void service_options(const http_era *era, struct MHD_OptionItem *items)
{
    const http_opts *opts = &era->opts;
    struct MHD_OptionItem fixed[] = {
        { MHD_OPTION_CONNECTION_LIMIT, opts->connections_max, NULL },
        { MHD_OPTION_CONNECTION_TIMEOUT, opts->timeout_s, NULL },
        { MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, NULL },
        { MHD_OPTION_THREAD_STACK_SIZE, EVENT_STACK, NULL },
        { MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL },
        { MHD_OPTION_END, 0, NULL },
    };
    size_t last = sizeof fixed / sizeof *fixed - 1;

    memcpy(items, fixed, sizeof fixed);
    if (opts->threads > 1)
        items[last++] =
            (struct MHD_OptionItem){ MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)opts->threads, NULL };
    if (era->cert) {
        items[last++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_CERT, 0, era->cert };
        items[last++] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_KEY, 0, era->key };
    }
    items[last] = (struct MHD_OptionItem){ MHD_OPTION_END, 0, NULL };
}

srv_status service_serve(http_service *service, http_era *era, srv_error *error)
{
    struct MHD_OptionItem items[OPTIONS_MAX];
    unsigned flags =
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET;

    TRY(era_check(era, error));
    service_options(era, items);
    if (era->cert)
        flags |= MHD_USE_TLS;
    era->daemon =
        MHD_start_daemon(flags, 0, NULL, NULL, service_take, service, MHD_OPTION_URI_LOG_CALLBACK,
                         service_uri, service, MHD_OPTION_NOTIFY_COMPLETED, service_completed,
                         service, MHD_OPTION_NOTIFY_CONNECTION, service_connection, service,
                         MHD_OPTION_ARRAY, items, MHD_OPTION_END);
    return era->daemon ? SRV_OK : srv_fail(error, SRV_E_CONFIG, "libmicrohttpd does not start");
}

bool service_init(http_service *service, http_era *era)
{
    if (pthread_key_create(&service->event, service_forget) != 0)
        return false;
    atomic_store(&service->era, era);
    service->workers.run = service_run;
    service->workers.done = service_handled;
    service->workers.ctx = service;
    peers_init(&service->peers);
    return true;
}

void service_done(http_service *service)
{
    workers_stop(&service->workers);
    peers_done(&service->peers);
    pthread_key_delete(service->event);
}

void service_tick(http_service *service, int64_t now)
{
    int64_t timeout = service_opts(service)->timeout_s * SRV_SECOND;

    workers_tick(&service->workers, now);
    peers_end_slow(&service->peers, now - TIMEOUTS_A_REQUEST * timeout);
}

bool service_is_busy(http_service *service)
{
    return atomic_load(&service->active) > 0 || workers_are_busy(&service->workers);
}

void service_read_stats(http_service *service, http_stats *stats)
{
    *stats = (http_stats){ .spent_us = atomic_load(&service->spent_us),
                           .turned_away = atomic_load(&service->turned_away) };
    for (int i = 0; i < SERVICE_CLASSES; i++)
        stats->answers[i] = atomic_load(&service->answers[i]);
    pthread_mutex_lock(&service->peers.lock);
    stats->connections = service->peers.count;
    stats->too_slow = service->peers.ended;
    pthread_mutex_unlock(&service->peers.lock);
    pthread_mutex_lock(&service->workers.lock);
    stats->waiting = service->workers.queue.count;
    stats->parked = service->workers.parked.count;
    pthread_mutex_unlock(&service->workers.lock);
}
