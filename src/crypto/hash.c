/* hash.c - SHA over bytes at hand.
 *
 * The low-level calls on a state of ours neither fetch nor allocate nor fail; they are deprecated
 * but exported, in 3.x throughout (ADR-0004). SHA256() and its like are not used: since 3.0 they
 * fetch and allocate at each call, which costs more than hashing a token does. States are wiped: a
 * long HMAC key is hashed here, too.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/hash.h"
#include <openssl/sha.h>

static void hash_sha256(lan_bytes message, uint8_t *out)
{
    SHA256_CTX context;

    SHA256_Init(&context);
    SHA256_Update(&context, message.ptr, message.len);
    SHA256_Final(out, &context);
    lan_cleanse(&context, sizeof context);
}

static void hash_sha512(lanyard_hash hash, lan_bytes message, uint8_t *out)
{
    SHA512_CTX context;

    if (hash == LANYARD_SHA384)
        SHA384_Init(&context);
    else
        SHA512_Init(&context);
    SHA512_Update(&context, message.ptr, message.len);
    SHA512_Final(out, &context);
    lan_cleanse(&context, sizeof context);
}

void lan_hash_bytes(lanyard_hash hash, lan_bytes message, uint8_t out[LANYARD_HASH_MAX])
{
    if (hash == LANYARD_SHA256)
        hash_sha256(message, out);
    else
        hash_sha512(hash, message, out);
}

void lan_sha1(lan_bytes message, uint8_t out[LAN_SHA1_LEN])
{
    SHA_CTX context;

    SHA1_Init(&context);
    SHA1_Update(&context, message.ptr, message.len);
    SHA1_Final(out, &context);
}
