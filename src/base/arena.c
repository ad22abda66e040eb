/* arena.c - memory that belongs to one object and goes with it; see arena.h. */
#include "base/arena.h"
#include <stdlib.h>

struct lan_chunk {
    lan_chunk *older;
    size_t len; /* of the whole chunk, head included */
    size_t is_borrowed;
    size_t used; /* of a chunk that is no longer the newest: how much of it to wipe */
};

_Static_assert(sizeof(lan_chunk) <= LAN_ARENA_HEAD, "the head of a chunk");

lanyard_status lan_no_memory(lanyard_error *err)
{
    return lan_fail(err, LANYARD_E_NO_MEMORY, "memory", 0);
}

void *lan_alloc(const lanyard_alloc *alloc, size_t len)
{
    return alloc->alloc ? alloc->alloc(alloc->ctx, len) : malloc(len);
}

void lan_alloc_free(const lanyard_alloc *alloc, void *ptr, size_t len)
{
    if (!ptr)
        return;
    if (alloc->alloc)
        alloc->free(alloc->ctx, ptr, len);
    else
        free(ptr);
}

static void arena_push(lan_arena *arena, void *memory, size_t len, bool is_borrowed)
{
    lan_chunk *chunk = memory;

    if (arena->newest)
        arena->newest->used = (size_t)(arena->next - (uint8_t *)arena->newest);
    *chunk = (lan_chunk){ .older = arena->newest, .len = len, .is_borrowed = is_borrowed };
    arena->newest = chunk;
    arena->next = (uint8_t *)chunk + LAN_ARENA_HEAD;
    arena->end = (uint8_t *)chunk + len;
    arena->total += len;
}

static bool arena_grow(lan_arena *arena, size_t len)
{
    size_t wanted = arena->newest ? arena->newest->len * 2 : len;

    if (wanted < len + LAN_ARENA_HEAD)
        wanted = len + LAN_ARENA_HEAD;
    if (wanted > arena->max - arena->total)
        wanted = arena->max - arena->total;
    if (wanted < len + LAN_ARENA_HEAD)
        return false;

    void *memory = lan_alloc(&arena->alloc, wanted);

    if (!memory)
        return false;
    arena_push(arena, memory, wanted, false);
    return true;
}

static bool arena_can_borrow(const lanyard_mem *mem, size_t len)
{
    return mem->first && mem->first_len >= LAN_ARENA_HEAD &&
           mem->first_len - LAN_ARENA_HEAD >= len && ((uintptr_t)mem->first & (LAN_ALIGN - 1)) == 0;
}

lanyard_status lan_arena_init(lan_arena *arena, const lanyard_mem *mem, size_t first_len,
                              size_t max, lanyard_error *err)
{
    /* Below half the address space no sum of lengths overflows. */
    *arena = (lan_arena){ .max = max < SIZE_MAX / 2 ? max : SIZE_MAX / 2 };
    if (mem)
        arena->alloc = mem->alloc;
    if (first_len > arena->max)
        return lan_no_memory(err);
    if (mem && arena_can_borrow(mem, first_len)) {
        arena_push(arena, mem->first, mem->first_len < arena->max ? mem->first_len : arena->max,
                   true);
        return LANYARD_OK;
    }
    return arena_grow(arena, first_len) ? LANYARD_OK : lan_no_memory(err);
}

void *lan_arena_alloc(lan_arena *arena, size_t len)
{
    if (len > arena->max)
        return NULL;

    size_t cost = LAN_ARENA_COST(len);

    if (cost > (size_t)(arena->end - arena->next) && !arena_grow(arena, cost))
        return NULL;

    void *memory = arena->next;

    arena->next += cost;
    return memory;
}

lanyard_status lan_arena_copy(lan_arena *arena, lan_str text, lan_str *copy, lanyard_error *err)
{
    char *memory = lan_arena_alloc(arena, text.len + 1);

    if (!memory)
        return lan_no_memory(err);
    if (text.len > 0)
        memcpy(memory, text.ptr, text.len);
    memory[text.len] = '\0';
    *copy = (lan_str){ memory, text.len };
    return LANYARD_OK;
}

lan_mark lan_arena_mark(const lan_arena *arena)
{
    return (lan_mark){ arena->newest, arena->next };
}

/* Wipes and frees the newest chunk; the one below becomes the newest. */
static void arena_pop(lan_arena *arena)
{
    lan_chunk *chunk = arena->newest;
    lan_chunk *older = chunk->older;
    bool is_borrowed = chunk->is_borrowed;
    size_t len = chunk->len;

    arena->total -= len;
    lan_cleanse(chunk, (size_t)(arena->next - (uint8_t *)chunk));
    if (!is_borrowed)
        lan_alloc_free(&arena->alloc, chunk, len);
    arena->newest = older;
    arena->next = older ? (uint8_t *)older + older->used : NULL;
    arena->end = older ? (uint8_t *)older + older->len : NULL;
}

void lan_arena_rewind(lan_arena *arena, lan_mark mark)
{
    while (arena->newest != mark.newest)
        arena_pop(arena);
    lan_cleanse(mark.next, (size_t)(arena->next - mark.next));
    arena->next = mark.next;
}

void lan_arena_done(lan_arena *arena)
{
    lan_arena self = *arena;

    while (self.newest)
        arena_pop(&self);
}
