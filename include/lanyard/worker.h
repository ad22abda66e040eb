/* lanyard/worker.h - what one thread may keep between calls.
 *
 * CONFINED: one for a thread, made after fork. Holds libcrypto handles prepared for the keys
 * used last (at most LANYARD_WORKER_KEYS; it holds a reference on each) and a pool of random
 * bytes (wiped as it is used, refilled after a fork). Everything works without one, only slower.
 */
#ifndef LANYARD_WORKER_H
#define LANYARD_WORKER_H

#include <lanyard/error.h>
#include <lanyard/mem.h>

LANYARD_BEGIN

#define LANYARD_WORKER_KEYS 16

/* E_NO_MEMORY. mem may be NULL. */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_worker_new(const lanyard_mem *mem,
                                                            lanyard_worker **worker,
                                                            lanyard_error *err);

/* NULL is fine. */
LANYARD_API void lanyard_worker_free(lanyard_worker *worker);

LANYARD_END
#endif
