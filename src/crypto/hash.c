/* hash.c - SHA over bytes at hand.
 *
 * The low-level calls of libcrypto neither fetch nor allocate nor fail; they are deprecated but
 * exported, in 3.x throughout (ADR-0004).
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/hash.h"
#include <openssl/sha.h>

void lan_hash_bytes(lanyard_hash hash, lan_bytes message, uint8_t out[LANYARD_HASH_MAX])
{
    if (hash == LANYARD_SHA256)
        SHA256(message.ptr, message.len, out);
    else if (hash == LANYARD_SHA384)
        SHA384(message.ptr, message.len, out);
    else
        SHA512(message.ptr, message.len, out);
}

void lan_sha1(lan_bytes message, uint8_t out[LAN_SHA1_LEN])
{
    SHA1(message.ptr, message.len, out);
}
