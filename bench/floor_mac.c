/* floor_mac.c - the bare HMAC; see floor.h.
 *
 * The low-level SHA-2 calls are looked up by name: they are the fastest that libcrypto has, and
 * deprecated, and only src/crypto may name them (ADR-0004).
 */
#include <dlfcn.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>
#include "fail.h"
#include "floor.h"

typedef union mac_state {
    SHA256_CTX sha256;
    SHA512_CTX sha512;
} mac_state;

typedef struct mac_calls {
    const char *init_name, *update_name, *final_name;
    size_t block_len;
    int (*init)(mac_state *state);
    int (*update)(mac_state *state, const void *data, size_t len);
    int (*final)(uint8_t *out, mac_state *state);
} mac_calls;

typedef struct mac_floor {
    const bench_subject *subject;
    size_t hash_len;
    mac_calls calls;
    mac_state inner;
    mac_state outer;
    mac_state scratch; /* where imports go */
} mac_floor;

static void *mac_look_up(const char *name)
{
    void *call = dlsym(RTLD_DEFAULT, name);

    if (!call)
        bench_fail(name);
    return call;
}

static mac_calls mac_find_calls(lanyard_hash hash)
{
    static const mac_calls sha256 = {
        "SHA256_Init", "SHA256_Update", "SHA256_Final", SHA256_CBLOCK, NULL, NULL, NULL
    };
    static const mac_calls sha384 = {
        "SHA384_Init", "SHA384_Update", "SHA384_Final", SHA512_CBLOCK, NULL, NULL, NULL
    };
    static const mac_calls sha512 = {
        "SHA512_Init", "SHA512_Update", "SHA512_Final", SHA512_CBLOCK, NULL, NULL, NULL
    };
    mac_calls calls = hash == LANYARD_SHA256 ? sha256 : hash == LANYARD_SHA384 ? sha384 : sha512;

    *(void **)&calls.init = mac_look_up(calls.init_name);
    *(void **)&calls.update = mac_look_up(calls.update_name);
    *(void **)&calls.final = mac_look_up(calls.final_name);
    return calls;
}

static void mac_start(const mac_floor *self, uint8_t pad, mac_state *state)
{
    const lanyard_buf *secret = &self->subject->import;
    uint8_t block[SHA512_CBLOCK];

    for (size_t i = 0; i < self->calls.block_len; i++)
        block[i] = pad ^ (i < secret->len ? (uint8_t)secret->ptr[i] : 0);
    self->calls.init(state);
    self->calls.update(state, block, self->calls.block_len);
}

static void mac_compute(const mac_floor *self, size_t number, uint8_t *out)
{
    lanyard_bytes message = self->subject->signing_inputs[number];
    mac_state state = self->inner;

    self->calls.update(&state, message.ptr, message.len);
    self->calls.final(out, &state);
    state = self->outer;
    self->calls.update(&state, out, self->hash_len);
    self->calls.final(out, &state);
}

static void mac_verify(void *state, size_t turn)
{
    const mac_floor *self = state;
    size_t number = turn % BENCH_TOKENS;
    uint8_t mac[LANYARD_HASH_MAX];

    mac_compute(self, number, mac);
    if (memcmp(mac, self->subject->signatures[number].ptr, self->subject->signatures[number].len) !=
        0)
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
    self->hash_len = subject->alg->key_bits_min / 8;
    self->calls = mac_find_calls((lanyard_hash)subject->alg->key_bits_min);
    mac_start(self, 0x36, &self->inner);
    mac_start(self, 0x5c, &self->outer);
    /* Signing takes the same HMAC; the comparison of a few bytes does not count. */
    return (bench_floor){ { mac_verify, self }, { mac_verify, self }, { mac_import, self }, free };
}
