/* keyset.h - a set of keys from the inside; see lanyard/keyset.h. */
#ifndef LAN_KEY_KEYSET_H
#define LAN_KEY_KEYSET_H

#include <lanyard/keyset.h>
#include <lanyard/limits.h>
#include "key/key.h"

/* A key of a JWK Set that cannot be used (RFC 7517, 5). */
typedef struct lan_skipped {
    size_t position; /* in "keys" */
    lanyard_error why;
} lan_skipped;

struct lanyard_keyset {
    lan_refs refs;
    lan_arena arena;    /* the set is its first object */
    lanyard_key **keys; /* one reference each; in the order of the set */
    size_t count;
    lan_skipped *skipped;
    size_t skipped_count;
};

/* An empty set with room for `room` keys, and for as many skipped ones when with_skipped. */
lanyard_status lan_keyset_new(const lanyard_mem *mem, size_t room, bool with_skipped,
                              lanyard_keyset **set, lanyard_error *err);

#endif
