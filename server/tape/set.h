/* set.h - the entries of a tape by what they name: one probe a question.
 *
 * Open addressing over 16-byte keys with a random seed; a key that is no id is the head of its
 * SHA-256. CONFINED: the tape locks around it.
 */
#ifndef SERVER_TAPE_SET_H
#define SERVER_TAPE_SET_H

#include "store/rows.h"

#define TAPE_SET_KEY 16

typedef struct tape_slot {
    uint8_t key[TAPE_SET_KEY];
    tape_kind kind; /* 0: free */
    srv_time not_before;
    srv_time expires_at;
} tape_slot;

typedef struct tape_set {
    tape_slot *slots;
    size_t size; /* a power of two, or 0 */
    size_t count;
    uint64_t seed;
} tape_set;

SRV_CHECK srv_status tape_set_init(tape_set *set); /* E_INTERNAL: no randomness */
void tape_set_done(tape_set *set);

/* Twice is once; the later not_before and expiry stay. E_NO_MEMORY: the set is as it was. */
SRV_CHECK srv_status tape_set_add(tape_set *set, const tape_row *entry);

/* Borrowed; NULL: there is none. */
const tape_slot *tape_set_find(const tape_set *set, tape_kind kind, lanyard_bytes key);

/* Drops what expired; gives memory back when little is left. */
void tape_set_expire(tape_set *set, srv_time now);

#endif
