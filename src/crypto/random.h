/* random.h - bytes from the operating system's randomness, by way of libcrypto. */
#ifndef LAN_CRYPTO_RANDOM_H
#define LAN_CRYPTO_RANDOM_H

#include <lanyard/worker.h>
#include "base/status.h"

/* A worker (or NULL) saves most of the cost of a small draw: one larger draw fills its pool. */
lanyard_status lan_random(lanyard_worker *worker, uint8_t *out, size_t len, lanyard_error *err);

#endif
