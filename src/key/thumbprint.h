/* thumbprint.h - RFC 7638, for who makes a key ID of one. */
#ifndef LAN_KEY_THUMBPRINT_H
#define LAN_KEY_THUMBPRINT_H

#include "key/key.h"

/* Writes lan_hash_len(hash) bytes. */
lanyard_status lan_key_thumbprint(const lanyard_key *key, lanyard_hash hash,
                                  uint8_t out[LANYARD_HASH_MAX], lanyard_error *err);

#endif
