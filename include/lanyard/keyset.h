/* lanyard/keyset.h - the keys that may verify a token.
 *
 * ATOMIC: immutable, counted. Who replaces a set guards load-and-ref with a lock of its own, or
 * gives each thread its own reference: a bare pointer swap is a use after free.
 */
#ifndef LANYARD_KEYSET_H
#define LANYARD_KEYSET_H

#include <lanyard/key.h>

LANYARD_BEGIN

typedef struct lanyard_keyset lanyard_keyset;

/* Reads a JWK Set (RFC 7517, 5), or a single key in any format of lanyard_key_read(). Of the
 * options only allow_short_key, alg and passphrase count for a set.
 * A key of the set that cannot be used is skipped and reported by lanyard_keyset_skipped().
 * E_KEY_FORMAT when "keys" is no array; E_KEY_INVALID: two keys with one kid, type and algorithm,
 * or secrets mixed with public keys. */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_keyset_read(const void *data, size_t len,
                                                             const lanyard_key_opts *opts,
                                                             const lanyard_mem *mem,
                                                             lanyard_keyset **keys,
                                                             lanyard_error *err);

/* A set of keys you hold; each is referenced, the array is not kept. count may be 0. Nothing but
 * the count is checked. E_KEY_FORMAT (more than LANYARD_KEYSET_KEYS_MAX), E_ARGUMENT,
 * E_NO_MEMORY. */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_keyset_new(lanyard_key *const *keys, size_t count,
                                                            const lanyard_mem *mem,
                                                            lanyard_keyset **set,
                                                            lanyard_error *err);

LANYARD_API lanyard_keyset *lanyard_keyset_ref(const lanyard_keyset *keys); /* cannot fail */
LANYARD_API void lanyard_keyset_free(lanyard_keyset *keys);                 /* NULL is fine */

/* Borrowed from the set; iterate from 0; NULL past the end. */
LANYARD_API const lanyard_key *lanyard_keyset_at(const lanyard_keyset *keys, size_t index);

/* Borrowed; the first key of that ID; NULL when there is none. */
LANYARD_API const lanyard_key *lanyard_keyset_find(const lanyard_keyset *keys, lanyard_str kid);

/* 1 and why the index-th unusable key was skipped, or 0 past the end. *position: its place in
 * the set's "keys". */
LANYARD_API int lanyard_keyset_skipped(const lanyard_keyset *keys, size_t index, size_t *position,
                                       lanyard_error *why);

/* Appends {"keys":[...]}. With LANYARD_KEY_PUBLIC secrets are left out; with LANYARD_KEY_PRIVATE
 * a key that has no private part is written as it is. */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_keyset_write(const lanyard_keyset *keys,
                                                              lanyard_key_part part,
                                                              lanyard_buf *out, lanyard_error *err);

LANYARD_END
#endif
