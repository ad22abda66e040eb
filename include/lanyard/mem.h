/* lanyard/mem.h - where a creating call takes its memory.
 *
 * NULL instead of a lanyard_mem means malloc and free, everywhere. The struct is copied.
 */
#ifndef LANYARD_MEM_H
#define LANYARD_MEM_H

#include <lanyard/bytes.h>

LANYARD_BEGIN

typedef struct lanyard_worker lanyard_worker;

/* The only call-backs in the library. They must return (no longjmp). `ctx` must outlive every
 * object made with it, and be safe under threads for what is shared between threads. */
typedef struct lanyard_alloc {
    void *(*alloc)(void *ctx, size_t len); /* NULL for both: malloc and free. 16-byte aligned */
    void (*free)(void *ctx, void *ptr, size_t len);
    void *ctx;
} lanyard_alloc;

typedef struct lanyard_mem {
    lanyard_alloc alloc;
    void *first;      /* optional first chunk (stack, pool), 16-byte aligned, for one token at */
    size_t first_len; /*   a time; outlives the token. Used by the calls that make tokens only */
    lanyard_worker *worker; /* optional, CONFINED: see worker.h. Used by the same calls */
} lanyard_mem;

LANYARD_END
#endif
