/* peers.c - see peers.h. */
#include "http/peers.h"

#include <stdlib.h>
#include <sys/socket.h>

void peers_init(http_peers *peers)
{
    *peers = (http_peers){ .count = 0 };
    pthread_mutex_init(&peers->lock, NULL);
}

void peers_done(http_peers *peers)
{
    pthread_mutex_destroy(&peers->lock);
}

http_peer *peers_add(http_peers *peers, int fd, unsigned era, int64_t now)
{
    http_peer *peer = calloc(1, sizeof *peer);

    if (!peer)
        return NULL;
    peer->fd = fd;
    peer->era = era;
    atomic_init(&peer->since, now);
    pthread_mutex_lock(&peers->lock);
    peer->next = peers->first;
    if (peers->first)
        peers->first->previous = peer;
    peers->first = peer;
    peers->count++;
    pthread_mutex_unlock(&peers->lock);
    return peer;
}

void peers_remove(http_peers *peers, http_peer *peer)
{
    if (!peer)
        return;
    pthread_mutex_lock(&peers->lock);
    if (peer->previous)
        peer->previous->next = peer->next;
    else
        peers->first = peer->next;
    if (peer->next)
        peer->next->previous = peer->previous;
    peers->count--;
    pthread_mutex_unlock(&peers->lock);
    free(peer);
}

unsigned peers_count(http_peers *peers)
{
    pthread_mutex_lock(&peers->lock);

    unsigned count = peers->count;

    pthread_mutex_unlock(&peers->lock);
    return count;
}

void peers_owe(http_peer *peer, int64_t since)
{
    if (peer)
        atomic_store_explicit(&peer->since, since, memory_order_relaxed);
}

/* Under the lock a descriptor is still the connection's: it is closed after peers_remove(). */
void peers_end_slow(http_peers *peers, int64_t before)
{
    pthread_mutex_lock(&peers->lock);
    for (http_peer *peer = peers->first; peer; peer = peer->next) {
        int64_t since = atomic_load_explicit(&peer->since, memory_order_relaxed);

        if (since == 0 || since >= before)
            continue;
        shutdown(peer->fd, SHUT_RDWR);
        atomic_store_explicit(&peer->since, 0, memory_order_relaxed);
        peers->ended++;
    }
    pthread_mutex_unlock(&peers->lock);
}
