/* hash.h - SHA-1 (for x5t alone), SHA-256, SHA-384, SHA-512 over bytes at hand. */
#ifndef LAN_CRYPTO_HASH_H
#define LAN_CRYPTO_HASH_H

#include <lanyard/key.h>
#include "base/bytes.h"

#define LAN_SHA1_LEN 20u

static inline size_t lan_hash_len(lanyard_hash hash)
{
    return (size_t)hash / 8;
}

/* Writes lan_hash_len(hash) bytes. Cannot fail. */
void lan_hash_bytes(lanyard_hash hash, lan_bytes message, uint8_t out[LANYARD_HASH_MAX]);

/* Of a certificate's fingerprint (RFC 7515, 4.1.7); nothing is signed with it. */
void lan_sha1(lan_bytes message, uint8_t out[LAN_SHA1_LEN]);

#endif
