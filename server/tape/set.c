/* set.c - see set.h. */
#include "tape/set.h"

#include <stdlib.h>
#include <string.h>

#define SET_SIZE_MIN 64

srv_status tape_set_init(tape_set *set)
{
    *set = (tape_set){ .slots = NULL };
    return srv_random(&set->seed, sizeof set->seed);
}

void tape_set_done(tape_set *set)
{
    free(set->slots);
    *set = (tape_set){ .seed = set->seed };
}

/* An id is its own key; anything else is hashed. false: it cannot be. */
static bool set_key(lanyard_bytes bytes, uint8_t key[TAPE_SET_KEY])
{
    uint8_t hash[SRV_SHA256_LEN];

    if (bytes.len == TAPE_SET_KEY) {
        memcpy(key, bytes.ptr, TAPE_SET_KEY);
        return true;
    }
    if (srv_sha256(bytes, hash) != SRV_OK)
        return false;
    memcpy(key, hash, TAPE_SET_KEY);
    return true;
}

static size_t set_place(const tape_set *set, tape_kind kind, const uint8_t key[TAPE_SET_KEY])
{
    uint64_t halves[2];

    memcpy(halves, key, sizeof halves);

    /* Ids begin with the time: what spreads is in the second half, and the seed. */
    uint64_t mixed = (halves[0] ^ set->seed) * 0x9e3779b97f4a7c15u;

    mixed = (mixed ^ (mixed >> 32) ^ halves[1] ^ (uint64_t)kind) * 0xd6e8feb86659fd93u;
    return (size_t)(mixed ^ (mixed >> 32)) & (set->size - 1);
}

/* The slot that holds it, or the free one where it would be. */
static tape_slot *set_slot(const tape_set *set, tape_kind kind, const uint8_t key[TAPE_SET_KEY])
{
    size_t at = set_place(set, kind, key);

    while (set->slots[at].kind != 0 &&
           (set->slots[at].kind != kind || memcmp(set->slots[at].key, key, TAPE_SET_KEY) != 0))
        at = (at + 1) & (set->size - 1);
    return &set->slots[at];
}

/* Moves everything that lives after now into a table of that size. */
static srv_status set_move(tape_set *set, size_t size, srv_time now)
{
    tape_set moved = { .size = size, .seed = set->seed };

    moved.slots = calloc(size, sizeof *moved.slots);
    if (!moved.slots)
        return SRV_E_NO_MEMORY;
    for (size_t i = 0; i < set->size; i++) {
        const tape_slot *slot = &set->slots[i];

        if (slot->kind == 0 || slot->expires_at <= now)
            continue;
        *set_slot(&moved, slot->kind, slot->key) = *slot;
        moved.count++;
    }
    free(set->slots);
    *set = moved;
    return SRV_OK;
}

srv_status tape_set_add(tape_set *set, const tape_row *entry)
{
    uint8_t key[TAPE_SET_KEY];

    if (!set_key((lanyard_bytes){ entry->key, entry->key_len }, key))
        return SRV_E_NO_MEMORY;
    if (set->size == 0 || set->count >= set->size / 2)
        TRY(set_move(set, set->size ? set->size * 2 : SET_SIZE_MIN, INT64_MIN));

    tape_slot *slot = set_slot(set, entry->kind, key);

    if (slot->kind == 0) {
        *slot = (tape_slot){ .kind = entry->kind };
        memcpy(slot->key, key, sizeof key);
        set->count++;
    }
    if (entry->not_before > slot->not_before)
        slot->not_before = entry->not_before;
    if (entry->expires_at > slot->expires_at)
        slot->expires_at = entry->expires_at;
    return SRV_OK;
}

const tape_slot *tape_set_find(const tape_set *set, tape_kind kind, lanyard_bytes bytes)
{
    uint8_t key[TAPE_SET_KEY];

    if (set->count == 0 || !set_key(bytes, key))
        return NULL;

    const tape_slot *slot = set_slot(set, kind, key);

    return slot->kind != 0 ? slot : NULL;
}

void tape_set_expire(tape_set *set, srv_time now)
{
    size_t live = 0;
    size_t size = SET_SIZE_MIN;

    for (size_t i = 0; i < set->size; i++)
        live += set->slots[i].kind != 0 && set->slots[i].expires_at > now;
    if (live == set->count)
        return;
    while (size < live * 4)
        size *= 2;
    /* Without memory the dead stay: a token they name has expired as well. */
    if (set_move(set, size, now) != SRV_OK)
        return;
}
