/* peers.h - the connections that are open, and since when each owes us a request.
 *
 * libmicrohttpd's timeout starts anew with every byte, so a client that sends one each few seconds
 * would be served for hours. Here a request must be whole by a deadline, whatever it drips.
 */
#ifndef SERVER_HTTP_PEERS_H
#define SERVER_HTTP_PEERS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct http_peer {
    int fd;
    unsigned era;
    _Atomic int64_t since; /* monotonic; 0: it owes nothing */
    struct http_peer *next;
    struct http_peer *previous;
} http_peer;

typedef struct http_peers {
    pthread_mutex_t lock;
    http_peer *first;
    unsigned count;
    uint64_t ended;
} http_peers;

void peers_init(http_peers *peers);
void peers_done(http_peers *peers);

/* NULL: no memory; such a connection has the plain timeout only. */
http_peer *peers_add(http_peers *peers, int fd, unsigned era, int64_t now);
void peers_remove(http_peers *peers, http_peer *peer); /* NULL is fine */
unsigned peers_count(http_peers *peers);
/* A request is here whole (0), or the next one is awaited (now). NULL is fine. */
void peers_owe(http_peer *peer, int64_t since);
/* Shuts down what has owed a request since before then. */
void peers_end_slow(http_peers *peers, int64_t before);

#endif
