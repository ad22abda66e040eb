/* arena.h - memory that belongs to one object and goes with it.
 *
 * How it works: chunks in a list, the newest first; each allocation is cut off the newest. Nothing
 * is freed singly. The owner's struct is the arena's first allocation and holds the arena itself,
 * so lan_arena_done() copies the arena out before the chunks go.
 *
 *   newest chunk            older
 *   [head|used......|free]  [head|used.....]  [first: the caller's, never freed]
 */
#ifndef LAN_BASE_ARENA_H
#define LAN_BASE_ARENA_H

#include <lanyard/mem.h>
#include "base/status.h"

#define LAN_ALIGN ((size_t)16)

typedef struct lan_chunk lan_chunk;

typedef struct lan_arena {
    lanyard_alloc alloc;
    lan_chunk *newest;
    uint8_t *next; /* where the next allocation goes */
    uint8_t *end;
    size_t total; /* bytes taken in chunks so far */
    size_t max;
} lan_arena;

/* Where an arena stood: everything made after it can be given back at once. */
typedef struct lan_mark {
    lan_chunk *newest;
    uint8_t *next;
} lan_mark;

/* Starts with the caller's first chunk when first_len bytes fit into it behind its head, else with
 * one of its own in which they do. Never takes more than max, heads included. */
lanyard_status lan_arena_init(lan_arena *arena, const lanyard_mem *mem, size_t first_len,
                              size_t max, lanyard_error *err);

/* Aligned to LAN_ALIGN, not cleared; NULL when there is no memory or the ceiling is met. */
void *lan_arena_alloc(lan_arena *arena, size_t len);

/* A copy with a NUL behind it, which does not count. */
lanyard_status lan_arena_copy(lan_arena *arena, lan_str text, lan_str *copy, lanyard_error *err);

/* The failure of an allocation. */
lanyard_status lan_no_memory(lanyard_error *err);

lan_mark lan_arena_mark(const lan_arena *arena);

/* Wipes and gives back what was made since the mark. */
void lan_arena_rewind(lan_arena *arena, lan_mark mark);

/* Wipes everything and gives it back. The arena may lie within itself. */
void lan_arena_done(lan_arena *arena);

/* Bytes that lan_arena_alloc(len) takes. */
#define LAN_ARENA_COST(len) (((len) + (LAN_ALIGN - 1)) & ~(size_t)(LAN_ALIGN - 1))
#define LAN_ARENA_HEAD      32u /* bytes of a chunk's head */

/* Memory outside any arena: for buffers. */
void *lan_alloc(const lanyard_alloc *alloc, size_t len);
void lan_alloc_free(const lanyard_alloc *alloc, void *ptr, size_t len);

#endif
