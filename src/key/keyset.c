/* keyset.c - a set of keys: made, counted, asked; see keyset.h. */
#include "key/keyset.h"

#define KEYSET_MAX 0x100000u /* bytes of arena: the limits of keys and skipped ones fit */

_Static_assert(LANYARD_KEYSET_KEYS_MAX *(sizeof(lan_skipped) + sizeof(void *)) < KEYSET_MAX / 2,
               "a full set fits in its arena");

lanyard_status lan_keyset_new(const lanyard_mem *mem, size_t room, bool with_skipped,
                              lanyard_keyset **set, lanyard_error *err)
{
    lanyard_mem plain = { .alloc = mem ? mem->alloc : (lanyard_alloc){ 0 } };
    size_t skipped_len = with_skipped ? room * sizeof(lan_skipped) : 0;
    size_t keys_len = room * sizeof(lanyard_key *);
    lan_arena arena = { 0 };

    if (room > LANYARD_KEYSET_KEYS_MAX)
        return lan_fail_saying(err, LANYARD_E_KEY_FORMAT, "keys", 0, "more than 1024 keys");
    TRY(lan_arena_init(&arena, &plain,
                       LAN_ARENA_HEAD + LAN_ARENA_COST(sizeof(lanyard_keyset)) +
                           LAN_ARENA_COST(keys_len) + LAN_ARENA_COST(skipped_len),
                       KEYSET_MAX, err));

    lanyard_keyset *self = lan_arena_alloc(&arena, sizeof *self);

    *self = (lanyard_keyset){ .keys = lan_arena_alloc(&arena, keys_len),
                              .skipped = lan_arena_alloc(&arena, skipped_len) };
    self->arena = arena;
    lan_refs_init(&self->refs);
    *set = self;
    return LANYARD_OK;
}

lanyard_status lanyard_keyset_new(lanyard_key *const *keys, size_t count, const lanyard_mem *mem,
                                  lanyard_keyset **set, lanyard_error *err)
{
    lanyard_keyset *self = NULL;

    if (!set || (!keys && count > 0))
        return lan_fail(err, LANYARD_E_ARGUMENT, "argument", 0);
    for (size_t i = 0; i < count; i++)
        if (!keys[i])
            return lan_fail_saying(err, LANYARD_E_ARGUMENT, "argument", i, "a key that is NULL");
    TRY(lan_keyset_new(mem, count, false, &self, err));
    for (; self->count < count; self->count++)
        self->keys[self->count] = lanyard_key_ref(keys[self->count]);
    *set = self;
    return LANYARD_OK;
}

lanyard_keyset *lanyard_keyset_ref(const lanyard_keyset *keys)
{
    /* The count is the one thing about a set that changes. */
    lanyard_keyset *counted = (lanyard_keyset *)(uintptr_t)keys;

    lan_refs_take(&counted->refs);
    return counted;
}

void lanyard_keyset_free(lanyard_keyset *keys)
{
    if (!keys || !lan_refs_drop(&keys->refs))
        return;
    for (size_t i = 0; i < keys->count; i++)
        lanyard_key_free(keys->keys[i]);
    lan_arena_done(&keys->arena);
}

const lanyard_key *lanyard_keyset_at(const lanyard_keyset *keys, size_t index)
{
    return index < keys->count ? keys->keys[index] : NULL;
}

const lanyard_key *lanyard_keyset_find(const lanyard_keyset *keys, lanyard_str kid)
{
    for (size_t i = 0; i < keys->count; i++)
        if (keys->keys[i]->has_kid && lan_str_eq(keys->keys[i]->kid, kid))
            return keys->keys[i];
    return NULL;
}

int lanyard_keyset_skipped(const lanyard_keyset *keys, size_t index, size_t *position,
                           lanyard_error *why)
{
    if (index >= keys->skipped_count)
        return 0;
    if (position)
        *position = keys->skipped[index].position;
    if (why)
        *why = keys->skipped[index].why;
    return 1;
}
