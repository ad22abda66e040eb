/* crypto.h - the server's seam to libcrypto: the only files of server/ that include it.
 *
 * Tokens are signed and verified by the library; here is what the server needs for itself:
 * randomness, digests of secrets, the MAC of refresh tokens, and the sealing of keys at rest.
 */
#ifndef SERVER_BASE_CRYPTO_H
#define SERVER_BASE_CRYPTO_H

#include <stdbool.h>
#include "base/status.h"

#define SRV_SHA256_LEN 32
#define SRV_KEY_LEN    32 /* of every symmetric key */
#define SRV_SEAL_COST  28 /* a nonce of 12 bytes before, a tag of 16 behind */

/* The only source of randomness (RAND_bytes). E_INTERNAL: there is none; nothing is written. */
SRV_CHECK srv_status srv_random(void *out, size_t len);

SRV_CHECK srv_status srv_sha256(lanyard_bytes data, uint8_t out[SRV_SHA256_LEN]);

/* HMAC-SHA256 (RFC 2104). */
SRV_CHECK srv_status srv_hmac(const uint8_t key[SRV_KEY_LEN], lanyard_bytes data,
                              uint8_t out[SRV_SHA256_LEN]);

/* HKDF-SHA256 (RFC 5869) of a master key for one purpose, no salt. One purpose, one key: "refresh
 * mac 1", "seal signing keys", "csrf". */
SRV_CHECK srv_status srv_derive(lanyard_bytes master, const char *purpose,
                                uint8_t out[SRV_KEY_LEN]);

/* AES-256-GCM with a random nonce. out: plain.len + SRV_SEAL_COST bytes. bound: what the sealed
 * bytes belong to (kid, purpose); must be the same to open. */
SRV_CHECK srv_status srv_seal(const uint8_t key[SRV_KEY_LEN], lanyard_bytes plain,
                              lanyard_bytes bound, uint8_t *out);
/* out: sealed.len - SRV_SEAL_COST bytes. E_INVALID: another key, or bytes that were changed. */
SRV_CHECK srv_status srv_open(const uint8_t key[SRV_KEY_LEN], lanyard_bytes sealed,
                              lanyard_bytes bound, uint8_t *out);

/* In a time that depends on len alone. For every secret, MAC and digest of a secret. */
bool srv_equal(const void *left, const void *right, size_t len);

/* Overwrites in a way that the compiler keeps. */
void srv_wipe(void *ptr, size_t len);

#endif
