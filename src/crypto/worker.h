/* worker.h - what a thread keeps between calls, from the inside; see lanyard/worker.h. */
#ifndef LAN_CRYPTO_WORKER_H
#define LAN_CRYPTO_WORKER_H

#include <lanyard/worker.h>
#include "base/arena.h"

#define WORKER_POOL_LEN 256u

struct lanyard_worker {
    lanyard_alloc alloc;
    uint8_t pool[WORKER_POOL_LEN]; /* random bytes not yet given out, at the end of it */
    size_t pool_left;
    int64_t pool_pid; /* the process that drew them: after a fork they are drawn anew */
};

#endif
