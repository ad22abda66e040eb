/* mac.h - HMAC (RFC 2104) from a state prepared once for a key.
 *
 * The state is the hash after the padded key, inner and outer. Copying it saves two compressions
 * and every allocation: it is what makes HS256 fast. It is as secret as the key.
 */
#ifndef LAN_CRYPTO_MAC_H
#define LAN_CRYPTO_MAC_H

#include "crypto/hash.h"

#define LAN_MAC_STATE_LEN 224u

typedef struct lan_mac_state {
    _Alignas(16) uint8_t inner[LAN_MAC_STATE_LEN]; /* a SHA256_CTX or SHA512_CTX */
    _Alignas(16) uint8_t outer[LAN_MAC_STATE_LEN];
    lanyard_hash hash;
} lan_mac_state;

void lan_mac_prepare(lan_mac_state *state, lanyard_hash hash, lan_bytes key);

/* Writes lan_hash_len(state->hash) bytes. Reads the state only: threads may share it. */
void lan_mac(const lan_mac_state *state, lan_bytes message, uint8_t *out);

#endif
