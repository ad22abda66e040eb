/* subject.c - what is measured of one algorithm; see subject.h. */
#include "subject.h"
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fail.h"

#define LIFETIME_S 900
#define BUF_MAX    65536

/* Seven claims that a session server would write; iss, aud, exp and iat come from the issuer. */
static void subject_write_claims(lanyard_buf *claims, size_t number)
{
    char text[256];
    int len = snprintf(text, sizeof text,
                       "{\"sub\":\"user-%04zu\",\"sid\":\"c8a1f0%010zu\",\"scope\":\"read write\","
                       "\"admin\":false}",
                       number, number * 7919);

    lanyard_buf_init(claims, NULL, BUF_MAX);
    bench_must(lanyard_buf_add(claims, text, (size_t)len), NULL, "claims");
}

/* Signs, and looks at the parts as anybody could. */
static void subject_write_token(bench_subject *self, size_t number)
{
    lanyard_buf *token = &self->tokens[number];
    const lanyard_buf *claims = &self->claims[number];
    lanyard_untrusted *parts = NULL;
    lanyard_error err = { 0 };

    lanyard_buf_init(token, NULL, BUF_MAX);
    bench_must(lanyard_issue(self->issuer,
                             LANYARD_CLAIMS(.json = claims->ptr, .json_len = claims->len),
                             BENCH_NOW, self->worker, token, &err),
               &err, "signing");
    bench_must(lanyard_untrusted_read(NULL, token->ptr, token->len, NULL, &parts, &err), &err,
               "reading a token");

    lanyard_bytes signature = lanyard_untrusted_signature(parts);
    size_t last_dot = token->len - 1;

    while (token->ptr[last_dot] != '.')
        last_dot--;
    self->signing_inputs[number] = (lanyard_bytes){ (const uint8_t *)token->ptr, last_dot };
    lanyard_buf_init(&self->signatures[number], NULL, BUF_MAX);
    bench_must(lanyard_buf_add(&self->signatures[number], signature.ptr, signature.len), NULL,
               "signature");
    self->claims_len = lanyard_untrusted_payload(parts).len;
    self->token_len = token->len;
    lanyard_untrusted_free(parts);
}

static void subject_make_secret(bench_subject *self, lanyard_error *err)
{
    uint8_t secret[LANYARD_HASH_MAX];
    size_t len = self->alg->key_bits_min / 8;

    bench_must_be_one(RAND_bytes(secret, (int)len), "random bytes");
    bench_must(lanyard_buf_add(&self->import, secret, len), NULL, "secret");
    self->import_format = LANYARD_KEY_SECRET;
    bench_must(lanyard_key_read(secret, len, LANYARD_KEY(.format = LANYARD_KEY_SECRET), NULL,
                                &self->key, err),
               err, "reading a secret");
}

static void subject_make_pair(bench_subject *self, lanyard_error *err)
{
    bench_must(lanyard_key_generate(LANYARD_KEYGEN(.alg = self->alg->name), NULL, &self->key, err),
               err, "making a key");
    bench_must(lanyard_key_write_jwk(self->key, LANYARD_KEY_PUBLIC, &self->import, err), err,
               "writing a key");
    self->import_format = LANYARD_KEY_JWK;
}

static void subject_make_rules(bench_subject *self, lanyard_error *err)
{
    bench_must(lanyard_policy_new(LANYARD_POLICY(.algs = self->alg->name,
                                                 .issuers = LANYARD_LIST(BENCH_ISSUER),
                                                 .audiences = LANYARD_LIST(BENCH_AUDIENCE)),
                                  NULL, &self->policy, err),
               err, "making a policy");
    bench_must(lanyard_issuer_new(LANYARD_ISSUER(.key = self->key, .alg = self->alg->name,
                                                 .iss = BENCH_ISSUER,
                                                 .audiences = LANYARD_LIST(BENCH_AUDIENCE),
                                                 .lifetime_s = LIFETIME_S, .add_iat = 1),
                                  NULL, &self->issuer, err),
               err, "making an issuer");
    bench_must(lanyard_worker_new(NULL, &self->worker, err), err, "making a worker");
}

bench_subject *bench_subject_new(const lanyard_alg_info *alg)
{
    bench_subject *self = bench_alloc(sizeof *self);
    lanyard_error err = { 0 };

    self->alg = alg;
    lanyard_buf_init(&self->import, NULL, BUF_MAX);
    if (strcmp(alg->kty, "oct") == 0)
        subject_make_secret(self, &err);
    else
        subject_make_pair(self, &err);
    bench_must(lanyard_keyset_read(self->import.ptr, self->import.len,
                                   LANYARD_KEY(.format = self->import_format), NULL, &self->keys,
                                   &err),
               &err, "reading a key");
    subject_make_rules(self, &err);
    for (size_t i = 0; i < BENCH_TOKENS; i++) {
        subject_write_claims(&self->claims[i], i);
        subject_write_token(self, i);
    }
    return self;
}

void bench_subject_free(bench_subject *subject)
{
    for (size_t i = 0; i < BENCH_TOKENS; i++) {
        lanyard_buf_done(&subject->claims[i]);
        lanyard_buf_done(&subject->tokens[i]);
        lanyard_buf_done(&subject->signatures[i]);
    }
    lanyard_buf_done(&subject->import);
    lanyard_worker_free(subject->worker);
    lanyard_issuer_free(subject->issuer);
    lanyard_policy_free(subject->policy);
    lanyard_keyset_free(subject->keys);
    lanyard_key_free(subject->key);
    free(subject);
}
