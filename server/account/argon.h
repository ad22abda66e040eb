/* argon.h - one Argon2id computation in memory that is kept between computations.
 *
 * CONFINED: an arena belongs to one thread. It is mapped and touched when it is first needed or
 * must grow, for faults in the middle of a hash cost more than the hash; argon_arena_done() gives
 * it back to the system.
 */
#ifndef SERVER_ACCOUNT_ARGON_H
#define SERVER_ACCOUNT_ARGON_H

#include "account/phc.h"

typedef struct argon_arena {
    uint8_t *memory;
    size_t len;
} argon_arena;

/* Gives the memory back; the arena is empty and usable again. */
void argon_arena_done(argon_arena *arena);

/* The tag of password under hash's cost and salt, hash->tag_len bytes. E_NO_MEMORY; E_INTERNAL:
 * Argon2 refused. */
SRV_CHECK srv_status argon_tag(argon_arena *arena, const phc_hash *hash, lanyard_bytes password,
                               uint8_t tag[PHC_TAG_MAX]);

#endif
