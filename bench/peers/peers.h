/* peers.h - another library that verifies tokens, measured beside this one. */
#ifndef BENCH_PEERS_H
#define BENCH_PEERS_H

#include "../measure.h"
#include "../subject.h"

typedef struct bench_peer {
    const char *name;
    int (*knows)(const char *alg); /* 1 or 0 */
    /* Everything that can be prepared before the first token: the key, above all. */
    void *(*prepare)(const bench_subject *subject);
    /* One verification: signature, iss, aud and exp. Ends the program when it is refused. */
    void (*verify)(void *state, size_t turn);
    void (*done)(void *state);
} bench_peer;

/* One a file. */
extern const bench_peer bench_peer_cjose;
extern const bench_peer bench_peer_libjwt;

#endif
