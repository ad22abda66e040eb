/* cjose.c - verification with cjose: the key is read once; claims are the caller's business. */
#include <cjose/cjose.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "../fail.h"
#include "peers.h"

typedef struct cjose_state {
    const bench_subject *subject;
    cjose_jwk_t *key;
} cjose_state;

static int cjose_knows(const char *alg)
{
    static const char *const known[] = { "HS256", "HS384", "HS512", "RS256", "RS384", "RS512",
                                         "PS256", "PS384", "PS512", "ES256", "ES384", "ES512" };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i], alg) == 0)
            return 1;
    return 0;
}

static void *cjose_prepare(const bench_subject *subject)
{
    cjose_state *self = bench_alloc(sizeof *self);
    cjose_err err;

    self->subject = subject;
    self->key = strcmp(subject->alg->kty, "oct") == 0
                    ? cjose_jwk_create_oct_spec((const uint8_t *)subject->import.ptr,
                                                subject->import.len, &err)
                    : cjose_jwk_import(subject->import.ptr, subject->import.len, &err);
    if (!self->key)
        bench_fail("preparing cjose");
    return self;
}

static int cjose_claim_is(const json_t *claims, const char *name, const char *value)
{
    const char *text = json_string_value(json_object_get(claims, name));

    return text && strcmp(text, value) == 0;
}

static void cjose_check_claims(const uint8_t *payload, size_t len)
{
    json_t *claims = json_loadb((const char *)payload, len, JSON_REJECT_DUPLICATES, NULL);

    if (!claims || !cjose_claim_is(claims, "iss", BENCH_ISSUER) ||
        !cjose_claim_is(claims, "aud", BENCH_AUDIENCE) ||
        json_integer_value(json_object_get(claims, "exp")) <= BENCH_NOW)
        bench_fail("the claims with jansson");
    json_decref(claims);
}

static void cjose_verify(void *state, size_t turn)
{
    const cjose_state *self = state;
    const lanyard_buf *token = &self->subject->tokens[turn % BENCH_TOKENS];
    cjose_err err;
    uint8_t *payload = NULL;
    size_t len = 0;
    cjose_jws_t *jws = cjose_jws_import(token->ptr, token->len, &err);

    if (!jws || !cjose_jws_verify(jws, self->key, &err) ||
        !cjose_jws_get_plaintext(jws, &payload, &len, &err))
        bench_fail("verifying with cjose");
    cjose_check_claims(payload, len);
    cjose_jws_release(jws);
}

static void cjose_done(void *state)
{
    cjose_state *self = state;

    cjose_jwk_release(self->key);
    free(self);
}

const bench_peer bench_peer_cjose = { "cjose", cjose_knows, cjose_prepare, cjose_verify,
                                      cjose_done };
