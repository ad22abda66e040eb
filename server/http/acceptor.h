/* acceptor.h - the thread that accepts connections.
 *
 * libmicrohttpd's event threads would all listen, and the first one to wake takes the whole of a
 * burst: the connections that a proxy keeps open would be served by one thread for good. Accepted
 * here, they are dealt out one by one.
 */
#ifndef SERVER_HTTP_ACCEPTOR_H
#define SERVER_HTTP_ACCEPTOR_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/socket.h>

typedef struct http_acceptor {
    int fd; /* it listens; borrowed */
    /* Who is not accepted waits in the kernel's queue. */
    bool (*has_room)(void *ctx);
    /* The descriptor is the callee's, which does not wait. */
    void (*take)(void *ctx, int fd, const struct sockaddr *from, socklen_t len);
    void *ctx;
    pthread_t thread;
    bool is_started;
    atomic_bool is_shut;
} http_acceptor;

/* false: no thread. */
bool acceptor_start(http_acceptor *acceptor);
/* Accepts nobody any more: who is in the kernel's queue is refused, and turns elsewhere. Nothing to
 * do when it never started, or has ended. */
void acceptor_end(http_acceptor *acceptor);

#endif
