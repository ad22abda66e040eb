/* libjwt.c - verification with libjwt 1 and 2: it takes the key as text, each time. */
#include <jwt.h>
#include <stdlib.h>
#include <string.h>
#include "../fail.h"
#include "peers.h"

typedef struct libjwt_state {
    const bench_subject *subject;
    lanyard_buf key; /* the secret, or the public key in PEM */
    jwt_alg_t alg;
} libjwt_state;

static int libjwt_knows(const char *alg)
{
    return jwt_str_alg(alg) != JWT_ALG_INVAL;
}

static void *libjwt_prepare(const bench_subject *subject)
{
    libjwt_state *self = bench_alloc(sizeof *self);

    self->subject = subject;
    lanyard_buf_init(&self->key, NULL, 65536);
    if (strcmp(subject->alg->kty, "oct") == 0)
        bench_must(lanyard_buf_add(&self->key, subject->import.ptr, subject->import.len), NULL,
                   "a secret");
    else
        bench_must(lanyard_key_write_pem(subject->key, LANYARD_KEY_PUBLIC, NULL, &self->key, NULL),
                   NULL, "writing a key");
    self->alg = jwt_str_alg(subject->alg->name);
    return self;
}

static int libjwt_grant_is(jwt_t *jwt, const char *name, const char *value)
{
    const char *text = jwt_get_grant(jwt, name);

    return text && strcmp(text, value) == 0;
}

/* Its first releases leave the algorithm and the claims to the caller. */
static int libjwt_accepts(jwt_t *jwt, jwt_alg_t alg)
{
    return jwt_get_alg(jwt) == alg && libjwt_grant_is(jwt, "iss", BENCH_ISSUER) &&
           libjwt_grant_is(jwt, "aud", BENCH_AUDIENCE) && jwt_get_grant_int(jwt, "exp") > BENCH_NOW;
}

static void libjwt_verify(void *state, size_t turn)
{
    const libjwt_state *self = state;
    const lanyard_buf *token = &self->subject->tokens[turn % BENCH_TOKENS];
    jwt_t *jwt = NULL;
    char text[2048];

    /* It wants a NUL at the end. */
    memcpy(text, token->ptr, token->len);
    text[token->len] = '\0';
    if (jwt_decode(&jwt, text, (const unsigned char *)self->key.ptr, (int)self->key.len) != 0 ||
        !libjwt_accepts(jwt, self->alg))
        bench_fail("verifying with libjwt");
    jwt_free(jwt);
}

static void libjwt_done(void *state)
{
    libjwt_state *self = state;

    lanyard_buf_done(&self->key);
    free(self);
}

const bench_peer bench_peer_libjwt = { "libjwt", libjwt_knows, libjwt_prepare, libjwt_verify,
                                       libjwt_done };
