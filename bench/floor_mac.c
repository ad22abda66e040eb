/* floor_mac.c - the bare HMAC; see floor.h. Deprecated calls, as in src/crypto/mac.c: ADR-0004. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>
#include "fail.h"
#include "floor.h"

typedef union mac_state {
    SHA256_CTX sha256;
    SHA512_CTX sha512;
} mac_state;

typedef struct mac_floor {
    const bench_subject *subject;
    lanyard_hash hash;
    mac_state inner;
    mac_state outer;
    mac_state scratch; /* where imports go */
} mac_floor;

static void mac_init(lanyard_hash hash, mac_state *state)
{
    if (hash == LANYARD_SHA256)
        SHA256_Init(&state->sha256);
    else if (hash == LANYARD_SHA384)
        SHA384_Init(&state->sha512);
    else
        SHA512_Init(&state->sha512);
}

static void mac_start(const mac_floor *self, uint8_t pad, mac_state *state)
{
    const lanyard_buf *secret = &self->subject->import;
    size_t block_len = self->hash == LANYARD_SHA256 ? SHA256_CBLOCK : SHA512_CBLOCK;
    uint8_t block[SHA512_CBLOCK];

    for (size_t i = 0; i < block_len; i++)
        block[i] = pad ^ (i < secret->len ? (uint8_t)secret->ptr[i] : 0);
    mac_init(self->hash, state);
    if (self->hash == LANYARD_SHA256)
        SHA256_Update(&state->sha256, block, block_len);
    else
        SHA512_Update(&state->sha512, block, block_len);
}

static void mac_sha256(const mac_floor *self, lanyard_bytes message, uint8_t *out)
{
    SHA256_CTX state = self->inner.sha256;

    SHA256_Update(&state, message.ptr, message.len);
    SHA256_Final(out, &state);
    state = self->outer.sha256;
    SHA256_Update(&state, out, SHA256_DIGEST_LENGTH);
    SHA256_Final(out, &state);
}

static void mac_sha512(const mac_floor *self, lanyard_bytes message, uint8_t *out)
{
    SHA512_CTX state = self->inner.sha512;

    SHA512_Update(&state, message.ptr, message.len);
    SHA512_Final(out, &state);
    state = self->outer.sha512;
    SHA512_Update(&state, out, (size_t)self->hash / 8);
    SHA512_Final(out, &state);
}

static void mac_compute(const mac_floor *self, size_t number, uint8_t *out)
{
    if (self->hash == LANYARD_SHA256)
        mac_sha256(self, self->subject->signing_inputs[number], out);
    else
        mac_sha512(self, self->subject->signing_inputs[number], out);
}

static void mac_verify(void *state, size_t turn)
{
    const mac_floor *self = state;
    size_t number = turn % BENCH_TOKENS;
    uint8_t mac[LANYARD_HASH_MAX];

    mac_compute(self, number, mac);
    if (memcmp(mac, self->subject->signatures[number].ptr, self->subject->signatures[number].len))
        bench_fail("the bare HMAC");
}

static void mac_import(void *state, size_t turn)
{
    mac_floor *self = state;

    (void)turn;
    mac_start(self, 0x36, &self->scratch);
    mac_start(self, 0x5c, &self->scratch);
}

bench_floor bench_floor_mac(const bench_subject *subject)
{
    mac_floor *self = bench_alloc(sizeof *self);

    self->subject = subject;
    self->hash = (lanyard_hash)subject->alg->key_bits_min;
    mac_start(self, 0x36, &self->inner);
    mac_start(self, 0x5c, &self->outer);
    /* Signing takes the same HMAC; the comparison of a few bytes does not count. */
    return (bench_floor){ { mac_verify, self }, { mac_verify, self }, { mac_import, self }, free };
}
