/* worker.h - what a thread keeps between calls, from the inside; see lanyard/worker.h. */
#ifndef LAN_CRYPTO_WORKER_H
#define LAN_CRYPTO_WORKER_H

#include <lanyard/worker.h>
#include "base/arena.h"
#include "crypto/prepared.h"

#define WORKER_POOL_LEN 256u

typedef struct lan_worker_slot {
    lan_pkey *pkey; /* referenced, so that its address stays its own; NULL: the slot is free */
    lan_scheme scheme;
    lan_direction direction;
    uint64_t used_at; /* by the worker's count of uses */
    lan_prepared prepared;
} lan_worker_slot;

struct lanyard_worker {
    lanyard_alloc alloc;
    uint8_t pool[WORKER_POOL_LEN]; /* random bytes not yet given out, at the end of it */
    size_t pool_left;
    int64_t pool_pid; /* the process that drew them: after a fork they are drawn anew */
    uint64_t uses;
    lan_worker_slot slots[LANYARD_WORKER_KEYS];
};

/* The handle for that use of the key, made when there is none; it takes the place of the one that
 * was not used for longest. Good until the next call. E_CRYPTO, E_NO_MEMORY. */
lanyard_status lan_worker_prepared(lanyard_worker *worker, lan_pkey *pkey, lan_scheme scheme,
                                   lan_direction direction, const lan_prepared **prepared,
                                   lanyard_error *err);

#endif
