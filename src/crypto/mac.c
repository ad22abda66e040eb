/* mac.c - HMAC from a prepared state; see mac.h. Deprecated calls: ADR-0004. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/mac.h"
#include <openssl/sha.h>

_Static_assert(sizeof(SHA256_CTX) <= LAN_MAC_STATE_LEN, "a SHA-256 state fits");
_Static_assert(sizeof(SHA512_CTX) <= LAN_MAC_STATE_LEN, "a SHA-512 state fits");

#define MAC_BLOCK_MAX SHA512_CBLOCK

static size_t mac_block_len(lanyard_hash hash)
{
    return hash == LANYARD_SHA256 ? SHA256_CBLOCK : SHA512_CBLOCK;
}

static void mac_start(lanyard_hash hash, const uint8_t *block, uint8_t *context)
{
    if (hash == LANYARD_SHA256) {
        SHA256_Init((SHA256_CTX *)context);
        SHA256_Update((SHA256_CTX *)context, block, SHA256_CBLOCK);
        return;
    }
    if (hash == LANYARD_SHA384)
        SHA384_Init((SHA512_CTX *)context);
    else
        SHA512_Init((SHA512_CTX *)context);
    SHA512_Update((SHA512_CTX *)context, block, SHA512_CBLOCK);
}

static void mac_pad(const uint8_t *key, uint8_t pad, size_t len, uint8_t *block)
{
    for (size_t i = 0; i < len; i++)
        block[i] = key[i] ^ pad;
}

void lan_mac_prepare(lan_mac_state *state, lanyard_hash hash, lan_bytes key)
{
    uint8_t padded[MAC_BLOCK_MAX] = { 0 };
    uint8_t block[MAC_BLOCK_MAX];
    size_t len = mac_block_len(hash);

    /* RFC 2104, 2: a key longer than a block is hashed first. */
    if (key.len > len)
        lan_hash_bytes(hash, key, padded);
    else if (key.len > 0)
        memcpy(padded, key.ptr, key.len);
    state->hash = hash;
    mac_pad(padded, 0x36, len, block);
    mac_start(hash, block, state->inner);
    mac_pad(padded, 0x5c, len, block);
    mac_start(hash, block, state->outer);
    lan_cleanse(padded, sizeof padded);
    lan_cleanse(block, sizeof block);
}

static void mac_sha256(const lan_mac_state *state, lan_bytes message, uint8_t *out)
{
    SHA256_CTX context = *(const SHA256_CTX *)state->inner;

    SHA256_Update(&context, message.ptr, message.len);
    SHA256_Final(out, &context);
    context = *(const SHA256_CTX *)state->outer;
    SHA256_Update(&context, out, SHA256_DIGEST_LENGTH);
    SHA256_Final(out, &context);
    lan_cleanse(&context, sizeof context);
}

static void mac_sha512(const lan_mac_state *state, lan_bytes message, uint8_t *out)
{
    SHA512_CTX context = *(const SHA512_CTX *)state->inner;

    SHA512_Update(&context, message.ptr, message.len);
    SHA512_Final(out, &context);
    context = *(const SHA512_CTX *)state->outer;
    SHA512_Update(&context, out, lan_hash_len(state->hash));
    SHA512_Final(out, &context);
    lan_cleanse(&context, sizeof context);
}

void lan_mac(const lan_mac_state *state, lan_bytes message, uint8_t *out)
{
    if (state->hash == LANYARD_SHA256)
        mac_sha256(state, message, out);
    else
        mac_sha512(state, message, out);
}
