/* listener.c - see listener.h.
 *
 * How it works:
 *
 *     listening socket -> accepted (acceptor.h) -> listener_admit() -> the daemon of the present
 *     era (era.h), which calls for each request what service.h has
 *
 *     a reload begins an era; the ticker ends the daemons of those before when they are idle
 */
#include "http/listener.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "base/time.h"
#include "http/acceptor.h"
#include "http/era.h"
#include "http/service.h"
#include "http/socket.h"

#define WORKERS_DEFAULT     64u
#define CONNECTIONS_DEFAULT 4096u
#define TIMEOUT_DEFAULT     15u
#define TICK_MS             250

struct http_listener {
    http_service service; /* of the present era, and what it serves with */
    http_socket socket;
    http_acceptor acceptor;
    pthread_t ticker;
    bool has_ticker;
    pthread_mutex_t lock; /* of is_ending, with ended; of the daemons of eras that are over */
    pthread_cond_t ended;
    bool is_ending;
    char address[SOCKET_NAME_MAX + 8];
};

/* --- the ticker --- */

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
    for (http_era *era = atomic_load(&listener->service.era)->older; era && !idle;
         era = era->older) {
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
    struct timespec until;

    service_tick(&listener->service, now);
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

/* --- starting --- */

static unsigned listener_threads(const http_opts *opts)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    if (opts->threads > 0)
        return opts->threads;
    return cores > 2 ? (unsigned)cores / 2 : 1;
}

static void listener_name(http_listener *listener)
{
    const char *scheme = service_opts(&listener->service)->cert_path ? "https://" : "http://";

    snprintf(listener->address, sizeof listener->address, "%s%s",
             listener->socket.is_unix ? "" : scheme, listener->socket.name);
}

static bool listener_has_room(void *ctx)
{
    http_listener *listener = ctx;

    return peers_count(&listener->service.peers) <
           service_opts(&listener->service)->connections_max;
}

/* The lock keeps the era's daemon from ending meanwhile. What cannot be added is closed. */
static void listener_admit(void *ctx, int fd, const struct sockaddr *from, socklen_t len)
{
    http_listener *listener = ctx;

    pthread_mutex_lock(&listener->lock);
    (void)MHD_add_connection(atomic_load(&listener->service.era)->daemon, fd, from, len);
    pthread_mutex_unlock(&listener->lock);
}

/* The acceptor comes last: from then on requests arrive. */
static srv_status listener_prepare(http_listener *listener, srv_error *error)
{
    const http_opts *opts = service_opts(&listener->service);

    TRY(http_socket_open(opts->listen, opts->ports_tried, opts->socket_mode, &listener->socket,
                         error));
    listener_name(listener);
    TRY(workers_start(&listener->service.workers, opts->workers, error));
    TRY(service_serve(&listener->service, listener->service.era, error));
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
    http_era *era = listener->service.era;

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
    service_done(&listener->service);
    http_socket_close(&listener->socket);
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

static void listener_init(http_listener *listener)
{
    pthread_condattr_t attr;

    listener->socket.fd = listener->acceptor.fd = -1;
    listener->acceptor.has_room = listener_has_room;
    listener->acceptor.take = listener_admit;
    listener->acceptor.ctx = listener;
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

    if (!listener || !service_init(&listener->service, era)) {
        free(listener);
        era_free(era);
        return srv_fail(error, SRV_E_NO_MEMORY, "no memory");
    }
    listener_init(listener);

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
    TRY(service_serve(&listener->service, fresh, error));
    fresh->number++;
    older->over_at = srv_monotonic();
    return SRV_OK;
}

srv_status http_reload(http_listener *listener, const http_opts *opts, bool *is_new_tls,
                       srv_error *error)
{
    http_era *older = listener->service.era;
    http_era *fresh = NULL;

    TRY(era_after(older, opts, &fresh, error));

    bool is_alike = era_is_alike(fresh, older);
    bool is_tls = fresh->cert &&
                  (strcmp(fresh->cert, older->cert) != 0 || strcmp(fresh->key, older->key) != 0);

    pthread_mutex_lock(&listener->lock);

    srv_status status = SRV_OK;

    if (atomic_load(&listener->service.is_draining))
        status = srv_fail(error, SRV_E_UNAVAILABLE, "the server is ending");
    else if (is_alike)
        era_inherit(fresh, older);
    else
        status = listener_replace(listener, fresh, older, error);
    if (status == SRV_OK)
        atomic_store(&listener->service.era, fresh);
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
    workers_wake(&listener->service.workers, false);
}

void http_read_stats(http_listener *listener, http_stats *stats)
{
    service_read_stats(&listener->service, stats);
}

void http_shut(http_listener *listener)
{
    if (!listener)
        return;
    pthread_mutex_lock(&listener->lock);
    atomic_store(&listener->service.is_draining, true);
    pthread_mutex_unlock(&listener->lock);
    acceptor_end(&listener->acceptor);
    workers_wake(&listener->service.workers, true);
}

bool http_close(http_listener *listener, unsigned drain_ms)
{
    int64_t until = srv_monotonic() + (int64_t)drain_ms * 1000;
    struct timespec nap = { .tv_nsec = 5000000 };

    if (!listener)
        return true;
    http_shut(listener);
    while (service_is_busy(&listener->service) && srv_monotonic() < until)
        nanosleep(&nap, NULL);
    if (workers_are_busy(&listener->service.workers))
        return false;
    listener_free(listener);
    return true;
}
