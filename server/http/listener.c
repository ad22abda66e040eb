/* listener.c - see listener.h.
 *
 * How it works:
 *
 *     accept (acceptor.h) -> listener_admit() -> listener_connection() -> a peer (peers.h)
 *     request line -> listener_uri() -> an exchange
 *     headers -> listener_take(), first call: judged; a fault is answered at once
 *     body -> listener_take(): kept, up to HTTP_BODY_MAX
 *     whole -> quick: handled here;  else: suspended, a worker handles it and resumes
 *     resumed -> listener_take(): sent
 *     sent or lost -> listener_completed(): the exchange ends, the peer owes the next one
 */
#include "http/listener.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "base/log.h"
#include "base/text.h"
#include "http/acceptor.h"
#include "http/era.h"
#include "http/exchange.h"
#include "http/peers.h"
#include "http/socket.h"
#include "http/workers.h"

#define WORKERS_DEFAULT     64u
#define CONNECTIONS_DEFAULT 4096u
#define TIMEOUT_DEFAULT     15u
#define TIMEOUTS_A_REQUEST  3
#define CONNECTION_MEMORY   ((intptr_t)32 * 1024)
#define EVENT_STACK         ((intptr_t)512 * 1024)
#define TICK_MS             250
#define CLASSES             6

typedef struct listener_event { /* what an event thread has for itself */
    lanyard_worker *worker;     /* NULL: everything works, only slower */
    http_exchange *spare;       /* that ended last; NULL: there is none */
    srv_id_pool ids;
} listener_event;

struct http_listener {
    _Atomic(http_era *) era; /* the present one */
    http_socket socket;
    http_acceptor acceptor;
    http_peers peers;
    http_workers workers;
    pthread_key_t event; /* a listener_event for each event thread */
    pthread_t ticker;
    bool has_ticker;
    pthread_mutex_t lock; /* of is_ending, with ended; of the daemons of eras that are over */
    pthread_cond_t ended;
    bool is_ending;
    atomic_bool is_draining;
    atomic_uint active; /* requests that are read, handled or sent */
    atomic_uint_fast64_t answers[CLASSES];
    atomic_uint_fast64_t spent_us;
    atomic_uint_fast64_t turned_away;
    char address[SOCKET_NAME_MAX + 8];
};

static const http_opts *listener_opts(http_listener *listener)
{
    return &atomic_load(&listener->era)->opts;
}

static http_peer *listener_peer(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info ? info->socket_context : NULL;
}

static void listener_connection(void *cls, struct MHD_Connection *connection, void **context,
                                enum MHD_ConnectionNotificationCode what)
{
    http_listener *listener = cls;
    const union MHD_ConnectionInfo *info;

    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        peers_remove(&listener->peers, *context);
        *context = NULL;
        return;
    }
    info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info)
        *context = peers_add(&listener->peers, info->connect_fd,
                             atomic_load(&listener->era)->number, srv_monotonic());
}

/* NULL: no memory. */
static listener_event *listener_here(http_listener *listener)
{
    listener_event *event = pthread_getspecific(listener->event);

    if (event)
        return event;
    event = calloc(1, sizeof *event);
    if (!event || pthread_setspecific(listener->event, event) != 0) {
        free(event);
        return NULL;
    }
    if (lanyard_worker_new(NULL, &event->worker, NULL) != LANYARD_OK)
        event->worker = NULL;
    return event;
}

static void listener_forget(void *context)
{
    listener_event *event = context;

    lanyard_worker_free(event->worker);
    free(event->spare);
    free(event);
}

static void *listener_uri(void *cls, const char *uri, struct MHD_Connection *connection)
{
    http_listener *listener = cls;
    listener_event *event = listener_here(listener);
    http_exchange *exchange = event ? exchange_new(&event->spare, uri) : NULL;

    (void)connection;
    if (exchange)
        atomic_fetch_add(&listener->active, 1);
    return exchange;
}

/* Of the event thread, or of the one that ends the daemon and keeps nothing. */
static void listener_completed(void *cls, struct MHD_Connection *connection, void **context,
                               enum MHD_RequestTerminationCode how)
{
    http_listener *listener = cls;
    listener_event *event = pthread_getspecific(listener->event);

    (void)how;
    peers_owe(listener_peer(connection), srv_monotonic());
    if (!*context)
        return;
    exchange_end(*context, event ? &event->spare : NULL);
    *context = NULL;
    atomic_fetch_sub(&listener->active, 1);
}

static void listener_count(http_listener *listener, const http_exchange *exchange)
{
    int class = exchange->response.status / 100;

    atomic_fetch_add_explicit(&listener->answers[class > 0 && class < CLASSES ? class : 5], 1,
                              memory_order_relaxed);
    atomic_fetch_add_explicit(&listener->spent_us, (uint64_t)(srv_monotonic() - exchange->started),
                              memory_order_relaxed);
}

/* The log tells every request but those that a load balancer repeats all day long. */
static enum MHD_Result listener_send(http_listener *listener, http_exchange *exchange,
                                     bool is_quick)
{
    const http_era *era = atomic_load(&listener->era);
    const http_peer *peer = listener_peer(exchange->connection);

    if (atomic_load(&listener->is_draining) || (peer && peer->era != era->number))
        exchange->must_close = true;
    listener_count(listener, exchange);
    if (!era->opts.is_silent && !(is_quick && exchange->response.status < 300))
        exchange_log(exchange);
    return exchange_send(exchange);
}

static enum MHD_Result listener_refuse(http_listener *listener, http_exchange *exchange)
{
    const http_opts *opts = listener_opts(listener);
    srv_error error = { .status = exchange->fault };

    if (opts->refuse)
        opts->refuse(opts->ctx, &exchange->request, &exchange->response, exchange->fault);
    else
        http_problem(&exchange->request, &exchange->response, exchange->fault, &error);
    exchange->state = EXCHANGE_HANDLED;
    return listener_send(listener, exchange, false);
}

static void listener_run(void *ctx, http_exchange *exchange, lanyard_worker *worker)
{
    const http_opts *opts = listener_opts(ctx);

    exchange->request.worker = worker;
    http_reset(&exchange->response, 500);
    opts->handler(opts->ctx, &exchange->request, &exchange->response);
}

/* Of the worker: the exchange is the event thread's again, and may be gone at once. */
static void listener_done(void *ctx, http_exchange *exchange)
{
    (void)ctx;
    exchange->state = EXCHANGE_HANDLED;
    MHD_resume_connection(exchange->connection);
}

static enum MHD_Result listener_dispatch(http_listener *listener, http_exchange *exchange,
                                         const listener_event *event)
{
    const http_opts *opts = listener_opts(listener);

    peers_owe(listener_peer(exchange->connection), 0);
    exchange_close_body(exchange);
    if (exchange->fault != SRV_OK)
        return listener_refuse(listener, exchange);
    if (exchange->body.len == 0 && opts->is_quick &&
        opts->is_quick(opts->ctx, &exchange->request)) {
        listener_run(listener, exchange, event->worker);
        exchange->state = EXCHANGE_HANDLED;
        return listener_send(listener, exchange, true);
    }
    MHD_suspend_connection(exchange->connection);
    if (workers_add(&listener->workers, exchange))
        return MHD_YES;
    MHD_resume_connection(exchange->connection);
    atomic_fetch_add(&listener->turned_away, 1);
    exchange->fault = SRV_E_UNAVAILABLE;
    return MHD_YES; /* called again at once, and refused then */
}

static enum MHD_Result listener_take(void *cls, struct MHD_Connection *connection, const char *url,
                                     const char *method, const char *version, const char *data,
                                     size_t *data_len, void **context)
{
    http_listener *listener = cls;
    http_exchange *exchange = *context;
    listener_event *event = listener_here(listener);

    (void)url;
    if (!exchange || !event)
        return MHD_NO;
    if (exchange->state == EXCHANGE_HANDLED)
        return listener_send(listener, exchange, false);
    if (exchange->state == EXCHANGE_NEW) {
        exchange_open(exchange, listener_opts(listener), connection, &event->ids, method, version);
        return exchange->fault == SRV_OK ? MHD_YES : listener_refuse(listener, exchange);
    }
    if (*data_len > 0) {
        bool goes_on = exchange_feed(exchange, data, *data_len);

        *data_len = 0;
        return goes_on ? MHD_YES : MHD_NO;
    }
    return listener_dispatch(listener, exchange, event);
}

/* --- starting and ending --- */

/* Who was accepted at the last moment is not counted at once. */
static bool listener_is_idle(const http_era *era, int64_t now)
{
    const union MHD_DaemonInfo *info =
        era->daemon && now - era->over_at > SRV_SECOND
            ? MHD_get_daemon_info(era->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS)
            : NULL;

    return info && info->num_connections == 0;
}

/* Ends the daemon of an era that is over, and that nobody is connected to. false: there is none. */
static bool listener_end_idle(http_listener *listener, int64_t now)
{
    struct MHD_Daemon *idle = NULL;

    pthread_mutex_lock(&listener->lock);
    for (http_era *era = atomic_load(&listener->era)->older; era && !idle; era = era->older) {
        if (listener_is_idle(era, now)) {
            idle = era->daemon;
            era->daemon = NULL;
        }
    }
    pthread_mutex_unlock(&listener->lock);
    if (idle)
        MHD_stop_daemon(idle);
    return idle != NULL;
}

static bool listener_tick(http_listener *listener)
{
    int64_t now = srv_monotonic();
    int64_t timeout = listener_opts(listener)->timeout_s * SRV_SECOND;
    struct timespec until;

    workers_tick(&listener->workers, now);
    peers_end_slow(&listener->peers, now - TIMEOUTS_A_REQUEST * timeout);
    while (listener_end_idle(listener, now)) {
    }
    now += (int64_t)TICK_MS * 1000;
    until = (struct timespec){ .tv_sec = now / SRV_SECOND, .tv_nsec = now % SRV_SECOND * 1000 };
    pthread_mutex_lock(&listener->lock);
    if (!listener->is_ending)
        pthread_cond_timedwait(&listener->ended, &listener->lock, &until);

    bool goes_on = !listener->is_ending;

    pthread_mutex_unlock(&listener->lock);
    return goes_on;
}

static void *listener_ticker(void *ctx)
{
    while (listener_tick(ctx)) {
    }
    return NULL;
}

static unsigned listener_threads(const http_opts *opts)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    if (opts->threads > 0)
        return opts->threads;
    return cores > 2 ? (unsigned)cores / 2 : 1;
}

#define OPTIONS_MAX 10

static void listener_options(const http_era *era, struct MHD_OptionItem *items)
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

static srv_status listener_serve(http_listener *listener, http_era *era, srv_error *error)
{
    struct MHD_OptionItem items[OPTIONS_MAX];
    unsigned flags =
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET;

    TRY(era_check(era, error));
    listener_options(era, items);
    if (era->cert)
        flags |= MHD_USE_TLS;
    era->daemon =
        MHD_start_daemon(flags, 0, NULL, NULL, listener_take, listener, MHD_OPTION_URI_LOG_CALLBACK,
                         listener_uri, listener, MHD_OPTION_NOTIFY_COMPLETED, listener_completed,
                         listener, MHD_OPTION_NOTIFY_CONNECTION, listener_connection, listener,
                         MHD_OPTION_ARRAY, items, MHD_OPTION_END);
    return era->daemon ? SRV_OK : srv_fail(error, SRV_E_CONFIG, "libmicrohttpd does not start");
}

static void listener_name(http_listener *listener)
{
    const char *scheme = listener_opts(listener)->cert_path ? "https://" : "http://";

    snprintf(listener->address, sizeof listener->address, "%s%s",
             listener->socket.is_unix ? "" : scheme, listener->socket.name);
}

static bool listener_has_room(void *ctx)
{
    http_listener *listener = ctx;

    return peers_count(&listener->peers) < listener_opts(listener)->connections_max;
}

/* The lock keeps the era's daemon from ending meanwhile. What cannot be added is closed. */
static void listener_admit(void *ctx, int fd, const struct sockaddr *from, socklen_t len)
{
    http_listener *listener = ctx;

    pthread_mutex_lock(&listener->lock);
    (void)MHD_add_connection(atomic_load(&listener->era)->daemon, fd, from, len);
    pthread_mutex_unlock(&listener->lock);
}

/* The acceptor comes last: from then on requests arrive. */
static srv_status listener_prepare(http_listener *listener, srv_error *error)
{
    const http_opts *opts = listener_opts(listener);

    TRY(http_socket_open(opts->listen, opts->ports_tried, opts->socket_mode, &listener->socket,
                         error));
    listener_name(listener);
    TRY(workers_start(&listener->workers, opts->workers, error));
    TRY(listener_serve(listener, listener->era, error));
    listener->has_ticker = pthread_create(&listener->ticker, NULL, listener_ticker, listener) == 0;
    listener->acceptor.fd = listener->socket.fd;
    return listener->has_ticker && acceptor_start(&listener->acceptor)
               ? SRV_OK
               : srv_fail(error, SRV_E_NO_MEMORY, "cannot start a thread");
}

static void listener_end_ticker(http_listener *listener)
{
    pthread_mutex_lock(&listener->lock);
    listener->is_ending = true;
    pthread_cond_signal(&listener->ended);
    pthread_mutex_unlock(&listener->lock);
    if (listener->has_ticker)
        pthread_join(listener->ticker, NULL);
}

static void listener_end_eras(http_listener *listener)
{
    http_era *era = listener->era;

    while (era) {
        http_era *older = era->older;

        if (era->daemon)
            MHD_stop_daemon(era->daemon);
        era_free(era);
        era = older;
    }
}

static void listener_free(http_listener *listener)
{
    acceptor_end(&listener->acceptor);
    listener_end_ticker(listener);
    listener_end_eras(listener);
    workers_stop(&listener->workers);
    http_socket_close(&listener->socket);
    peers_done(&listener->peers);
    pthread_key_delete(listener->event);
    pthread_cond_destroy(&listener->ended);
    pthread_mutex_destroy(&listener->lock);
    free(listener);
}

static http_opts listener_fill(const http_opts *opts)
{
    http_opts filled = *opts;

    filled.threads = listener_threads(opts);
    filled.workers = opts->workers ? opts->workers : WORKERS_DEFAULT;
    filled.connections_max = opts->connections_max ? opts->connections_max : CONNECTIONS_DEFAULT;
    filled.timeout_s = opts->timeout_s ? opts->timeout_s : TIMEOUT_DEFAULT;
    return filled;
}

static void listener_init(http_listener *listener, http_era *era)
{
    pthread_condattr_t attr;

    listener->era = era;
    listener->socket.fd = listener->acceptor.fd = -1;
    listener->acceptor.has_room = listener_has_room;
    listener->acceptor.take = listener_admit;
    listener->acceptor.ctx = listener;
    listener->workers.run = listener_run;
    listener->workers.done = listener_done;
    listener->workers.ctx = listener;
    peers_init(&listener->peers);
    pthread_mutex_init(&listener->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&listener->ended, &attr);
    pthread_condattr_destroy(&attr);
}

srv_status http_listen(const http_opts *opts, http_listener **made, srv_error *error)
{
    const http_opts filled = listener_fill(opts);
    http_era *era = NULL;

    TRY(era_new(&filled, &era, error));

    http_listener *listener = calloc(1, sizeof *listener);

    if (!listener || pthread_key_create(&listener->event, listener_forget) != 0) {
        free(listener);
        era_free(era);
        return srv_fail(error, SRV_E_NO_MEMORY, "no memory");
    }
    listener_init(listener, era);

    srv_status status = listener_prepare(listener, error);

    if (status != SRV_OK) {
        listener_free(listener);
        return status;
    }
    *made = listener;
    return SRV_OK;
}

/* Who is accepted from now on goes to the new daemon. */
static srv_status listener_replace(http_listener *listener, http_era *fresh, http_era *older,
                                   srv_error *error)
{
    TRY(listener_serve(listener, fresh, error));
    fresh->number++;
    older->over_at = srv_monotonic();
    return SRV_OK;
}

srv_status http_reload(http_listener *listener, const http_opts *opts, bool *is_new_tls,
                       srv_error *error)
{
    http_era *older = listener->era;
    http_era *fresh = NULL;

    TRY(era_after(older, opts, &fresh, error));

    bool is_alike = era_is_alike(fresh, older);
    bool is_tls = fresh->cert &&
                  (strcmp(fresh->cert, older->cert) != 0 || strcmp(fresh->key, older->key) != 0);

    pthread_mutex_lock(&listener->lock);

    srv_status status = SRV_OK;

    if (atomic_load(&listener->is_draining))
        status = srv_fail(error, SRV_E_UNAVAILABLE, "the server is ending");
    else if (is_alike)
        era_inherit(fresh, older);
    else
        status = listener_replace(listener, fresh, older, error);
    if (status == SRV_OK)
        atomic_store(&listener->era, fresh);
    pthread_mutex_unlock(&listener->lock);
    if (status != SRV_OK)
        era_free(fresh);
    else
        *is_new_tls = is_tls;
    return status;
}

const char *http_address(const http_listener *listener)
{
    return listener->address;
}

void http_wake(http_listener *listener)
{
    workers_wake(&listener->workers, false);
}

void http_read_stats(http_listener *listener, http_stats *stats)
{
    *stats = (http_stats){ .spent_us = atomic_load(&listener->spent_us),
                           .turned_away = atomic_load(&listener->turned_away) };
    for (int i = 0; i < CLASSES; i++)
        stats->answers[i] = atomic_load(&listener->answers[i]);
    pthread_mutex_lock(&listener->peers.lock);
    stats->connections = listener->peers.count;
    stats->too_slow = listener->peers.ended;
    pthread_mutex_unlock(&listener->peers.lock);
    pthread_mutex_lock(&listener->workers.lock);
    stats->waiting = listener->workers.queue.count;
    stats->parked = listener->workers.parked.count;
    pthread_mutex_unlock(&listener->workers.lock);
}

void http_shut(http_listener *listener)
{
    if (!listener)
        return;
    pthread_mutex_lock(&listener->lock);
    atomic_store(&listener->is_draining, true);
    pthread_mutex_unlock(&listener->lock);
    acceptor_end(&listener->acceptor);
    workers_wake(&listener->workers, true);
}

bool http_close(http_listener *listener, unsigned drain_ms)
{
    int64_t until = srv_monotonic() + (int64_t)drain_ms * 1000;
    struct timespec nap = { .tv_nsec = 5000000 };

    if (!listener)
        return true;
    http_shut(listener);
    while ((atomic_load(&listener->active) > 0 || workers_are_busy(&listener->workers)) &&
           srv_monotonic() < until)
        nanosleep(&nap, NULL);
    if (workers_are_busy(&listener->workers))
        return false;
    listener_free(listener);
    return true;
}
