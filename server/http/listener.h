/* listener.h - sockets, TLS, limits and threads: with what it is made of (era.h, service.h,
 * exchange.h) the only part that knows libmicrohttpd.
 *
 * Few event threads read and write; a handler that may wait (database, hash) runs on a pool of
 * workers with its connection suspended, so that verification goes on beside it. One more thread
 * ends what is too slow and looks after parked requests.
 */
#ifndef SERVER_HTTP_LISTENER_H
#define SERVER_HTTP_LISTENER_H

#include "http/message.h"

/* Fills the response; must not fail: what goes wrong is a response too. */
typedef void http_handler(void *ctx, const http_request *request, http_response *response);
/* The same for a request that no handler gets: its head or body is at fault, or nobody is free. */
typedef void http_refuser(void *ctx, const http_request *request, http_response *response,
                          srv_status fault);
/* true: the handler never waits for this request, whose body is empty; run it on the event
 * thread. */
typedef bool http_is_quick(void *ctx, const http_request *request);

typedef struct http_opts {
    const char *listen;    /* "127.0.0.1:8080", "[::1]:0", "unix:PATH" */
    unsigned ports_tried;  /* 0: that port or nothing; else the first free of so many */
    const char *cert_path; /* TLS when both are given */
    const char *key_path;
    const srv_block *trusted; /* proxies whose X-Forwarded-For and -Proto count; must outlive it */
    size_t trusted_count;
    bool trusts_local;        /* so does whoever reaches the Unix socket */
    unsigned threads;         /* event threads; 0: one for two cores */
    unsigned workers;         /* 0: 64 */
    unsigned connections_max; /* 0: 4096 */
    unsigned timeout_s;       /* of an idle connection; a request must be here whole three times
                               * as long after the one before; 0: 15 */
    unsigned socket_mode;     /* of a Unix socket; 0: 0600 */
    bool is_silent;           /* no log line a request */
    http_handler *handler;
    http_is_quick *is_quick; /* NULL: none is */
    http_refuser *refuse;    /* NULL: a problem (RFC 9457) */
    void *ctx;
} http_opts;

typedef struct http_listener http_listener;

/* Binds and listens. E_CONFIG (address, certificate), E_UNAVAILABLE (in use). */
SRV_CHECK srv_status http_listen(const http_opts *opts, http_listener **made, srv_error *error);
/* Takes over trusted, trusts_local, is_silent, timeout_s and, whose files are read again,
 * certificate and key; all else stays as it was at http_listen(). What is connected is served on; a
 * new certificate or timeout is for new connections, and the old ones are asked to close. Not from
 * two threads at once. E_CONFIG: these files cannot be used, and nothing has changed. */
SRV_CHECK srv_status http_reload(http_listener *listener, const http_opts *opts, bool *is_new_tls,
                                 srv_error *error);
/* "http://127.0.0.1:8081", "unix:PATH". Borrowed. */
const char *http_address(const http_listener *listener);

/* Looks at every parked request again. Any thread. */
void http_wake(http_listener *listener);

typedef struct http_stats {
    uint64_t answers[6];  /* by class: [2] is 2xx; [0] and [1] stay 0 */
    uint64_t spent_us;    /* that answers took in all */
    uint64_t too_slow;    /* connections ended because a request did not arrive */
    uint64_t turned_away; /* 503: more waiting than the queue holds */
    unsigned connections;
    unsigned waiting; /* for a worker */
    unsigned parked;
} http_stats;
void http_read_stats(http_listener *listener, http_stats *stats);

/* From now on who connects is refused, who waits is answered, and no http_reload() succeeds. NULL
 * is fine. */
void http_shut(http_listener *listener);
/* Shuts it; waits for running requests up to that long; closes. false: some still run, and what
 * they use must stay: end the process. NULL is fine, and true. */
bool http_close(http_listener *listener, unsigned drain_ms);

#endif
