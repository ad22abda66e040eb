/* listener.h - sockets, TLS, limits and threads: the only part that knows libmicrohttpd.
 *
 * Few event threads read and write; a handler that says it may wait (database, hash) runs on a
 * pool of workers with its connection suspended, so that verification goes on beside it.
 */
#ifndef SERVER_HTTP_LISTENER_H
#define SERVER_HTTP_LISTENER_H

#include "http/message.h"

/* Fills the response; must not fail: what goes wrong is a response too. */
typedef void http_handler(void *ctx, const http_request *request, http_response *response);
/* true: the handler never waits, run it on the event thread. Looks at method and path only. */
typedef bool http_is_quick(void *ctx, lanyard_str method, lanyard_str path);

typedef struct http_opts {
    const char *listen;    /* "127.0.0.1:8080", "[::1]:0", "unix:PATH" */
    unsigned ports_tried;  /* 0: that port or nothing; else the first free of so many */
    const char *cert_path; /* TLS when both are given */
    const char *key_path;
    const srv_block *trusted; /* proxies whose X-Forwarded-For and -Proto count */
    size_t trusted_count;
    unsigned threads;         /* event threads; 0: one for two cores */
    unsigned workers;         /* 0: 64 */
    unsigned connections_max; /* 0: 4096 */
    unsigned timeout_s;       /* of an idle or slow connection; 0: 15 */
    unsigned socket_mode;     /* of a Unix socket; 0: 0600 */
    http_handler *handler;
    http_is_quick *is_quick;
    void *ctx;
} http_opts;

typedef struct http_listener http_listener;

/* Binds and listens. E_CONFIG (address, certificate), E_UNAVAILABLE (in use). */
SRV_CHECK srv_status http_listen(const http_opts *opts, http_listener **made, srv_error *error);
/* "http://127.0.0.1:8081", "unix:PATH". Borrowed. */
const char *http_address(const http_listener *listener);
/* No new connections; waits for running requests up to that long; closes. NULL is fine. */
void http_close(http_listener *listener, unsigned drain_ms);

#endif
