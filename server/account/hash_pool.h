/* hash_pool.h - Argon2id on a fixed number of workers, each with an arena of its own.
 *
 * A hash costs 19 MiB and tens of milliseconds, so both are bounded: as many at once as there are
 * workers, at most queue_max waiting, and everybody else is told to come back (E_HASH_QUEUE_FULL).
 * Arenas are mapped and touched once, and given back after idle_s without a login. Calls block the
 * caller's thread until its hash is done; they are made outside of every transaction.
 */
#ifndef SERVER_ACCOUNT_HASH_POOL_H
#define SERVER_ACCOUNT_HASH_POOL_H

#include <stdbool.h>
#include "base/status.h"
#include "store/rows.h"

typedef struct hash_pool hash_pool;

typedef struct hash_opts { /* zero: the default */
    uint32_t memory_kib;   /* 19456 */
    uint32_t passes;       /* 2 */
    uint32_t lanes;        /* 1 */
    unsigned workers;      /* as many as there are cores */
    unsigned queue_max;    /* 8 for each worker */
    unsigned idle_s;       /* 30 */
    int niceness;          /* of the workers; 0 is as the process: ADR-0014 */
} hash_opts;

/* A niceness above all others: idle, whatever nobody else wants. */
#define HASH_NICE_IDLE 20

/* Starts the workers and makes the hash that unknown users are compared with. E_NO_MEMORY,
 * E_CONFIG (parameters that Argon2 refuses). */
SRV_CHECK srv_status hash_pool_new(const hash_opts *opts, hash_pool **made, srv_error *error);
void hash_pool_free(hash_pool *pool); /* waits for what runs; NULL is fine */

/* A new salt and hash, as a PHC string. The password is any bytes. E_HASH_QUEUE_FULL (with
 * retry_after_s). */
SRV_CHECK srv_status hash_pool_make(hash_pool *pool, lanyard_bytes password, char phc[PHC_MAX],
                                    srv_error *error);

/* *is_right: the password fits. *is_old: it does, but under other parameters than today's. phc
 * NULL, for an unknown user: the same work, and never right. E_HASH_QUEUE_FULL; E_INVALID: a
 * string that is no argon2id PHC string, or costs more than the caps. */
SRV_CHECK srv_status hash_pool_check(hash_pool *pool, const char *phc, lanyard_bytes password,
                                     bool *is_right, bool *is_old, srv_error *error);

typedef struct hash_stats {
    unsigned workers;
    unsigned waiting;
    uint64_t done;
    uint64_t refused;
} hash_stats;
void hash_pool_stats(const hash_pool *pool, hash_stats *stats);

#endif
