/* refs.h - a reference count that threads may share. */
#ifndef LAN_BASE_REFS_H
#define LAN_BASE_REFS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct lan_refs {
    _Atomic(uint32_t) count;
} lan_refs;

static inline void lan_refs_init(lan_refs *refs)
{
    atomic_init(&refs->count, 1);
}

/* Saturates: an object referenced 2^31 times is never freed, rather than freed too early. */
static inline void lan_refs_take(lan_refs *refs)
{
    if (atomic_fetch_add_explicit(&refs->count, 1, memory_order_relaxed) >= UINT32_MAX / 2)
        atomic_store_explicit(&refs->count, UINT32_MAX / 2 + 1, memory_order_relaxed);
}

/* True when that was the last one. */
static inline bool lan_refs_drop(lan_refs *refs)
{
    if (atomic_load_explicit(&refs->count, memory_order_relaxed) > UINT32_MAX / 2)
        return false;
    return atomic_fetch_sub_explicit(&refs->count, 1, memory_order_acq_rel) == 1;
}

#endif
