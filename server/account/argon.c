/* argon.c - see argon.h. */
#include "account/argon.h"

#include <argon2.h>
#include <sys/mman.h>
#include "base/defense.h"

#define ARGON_PAGE   4096
#define ARGON_BCRYPT 72 /* what a hash that cuts passwords would look at */

/* Argon2 asks for memory through a call-back that takes no context, so the arena of the running
 * computation is handed over beside it, one for each thread. */
static _Thread_local argon_arena *argon_current;

void argon_arena_done(argon_arena *arena)
{
    if (arena->memory)
        munmap(arena->memory, arena->len);
    *arena = (argon_arena){ .memory = NULL };
}

static srv_status argon_arena_fit(argon_arena *arena, size_t len)
{
    if (len <= arena->len)
        return SRV_OK;
    argon_arena_done(arena);

    void *memory = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        return SRV_E_NO_MEMORY;
    /* Advice: where there are no large pages it is merely slower. And no core dump shows them. */
    (void)madvise(memory, len, MADV_HUGEPAGE);
    (void)madvise(memory, len, MADV_DONTDUMP);
    for (size_t at = 0; at < len; at += ARGON_PAGE)
        ((volatile uint8_t *)memory)[at] = 0;
    *arena = (argon_arena){ .memory = memory, .len = len };
    return SRV_OK;
}

static int argon_alloc(uint8_t **memory, size_t len)
{
    if (argon_arena_fit(argon_current, len) != SRV_OK)
        return ARGON2_MEMORY_ALLOCATION_ERROR;
    *memory = argon_current->memory;
    return ARGON2_OK;
}

/* Argon2 has wiped it; it stays for the next computation. */
static void argon_free(uint8_t *memory, size_t len)
{
    (void)memory;
    (void)len;
}

srv_status argon_tag(argon_arena *arena, const phc_hash *hash, lanyard_bytes password,
                     uint8_t tag[PHC_TAG_MAX])
{
    argon2_context context = {
        .out = tag,
        .outlen = (uint32_t)hash->tag_len,
        .pwd = (uint8_t *)(uintptr_t)password.ptr,
        .pwdlen =
            (uint32_t)(DEFENDS(6) || password.len < ARGON_BCRYPT ? password.len : ARGON_BCRYPT),
        .salt = (uint8_t *)(uintptr_t)hash->salt,
        .saltlen = (uint32_t)hash->salt_len,
        .t_cost = hash->cost.passes,
        .m_cost = hash->cost.memory_kib,
        .lanes = hash->cost.lanes,
        .threads = 1,
        .version = ARGON2_VERSION_13,
        .allocate_cbk = argon_alloc,
        .free_cbk = argon_free,
    };

    argon_current = arena;

    int result = argon2_ctx(&context, Argon2_id);

    argon_current = NULL;
    if (result == ARGON2_MEMORY_ALLOCATION_ERROR)
        return SRV_E_NO_MEMORY;
    return result == ARGON2_OK ? SRV_OK : SRV_E_INTERNAL;
}
