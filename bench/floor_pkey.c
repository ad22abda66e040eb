/* floor_pkey.c - the bare asymmetric calls, contexts prepared outside; see floor.h. */
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "fail.h"
#include "floor.h"

typedef struct pkey_floor {
    const bench_subject *subject;
    EVP_PKEY *key;
    EVP_MD *md; /* NULL: the algorithm hashes by itself */
    EVP_MD_CTX *hash;
    EVP_PKEY_CTX *verify; /* over a digest */
    EVP_PKEY_CTX *sign;
    bool starts_anew;           /* libcrypto takes a handle for messages once only */
    EVP_MD_CTX *verify_message; /* over the message */
    EVP_MD_CTX *sign_message;
    EVP_PKEY_CTX *import;
    OSSL_PARAM *numbers;
    lanyard_bytes signatures[BENCH_TOKENS]; /* as libcrypto wants them: of ECDSA in DER */
    uint8_t out[8192];
} pkey_floor;

static bool pkey_has(const pkey_floor *self, const char *kty)
{
    return strcmp(self->subject->alg->kty, kty) == 0;
}

static EVP_PKEY *pkey_read(const bench_subject *subject)
{
    lanyard_buf der;
    const uint8_t *at = NULL;
    EVP_PKEY *key = NULL;

    lanyard_buf_init(&der, NULL, 65536);
    bench_must(lanyard_key_write_der(subject->key, LANYARD_KEY_PRIVATE, &der, NULL), NULL,
               "writing a key");
    at = (const uint8_t *)der.ptr;
    key = d2i_AutoPrivateKey(NULL, &at, (long)der.len);
    lanyard_buf_done(&der);
    if (!key)
        bench_fail("reading a private key");
    return key;
}

/* The digits of the name are the bits of the hash, but for ES256K and the ones that hash alone. */
static EVP_MD *pkey_hash(const char *alg)
{
    const char *name = strstr(alg, "256") ? "SHA256" : strstr(alg, "384") ? "SHA384" : "SHA512";

    return EVP_MD_fetch(NULL, name, NULL);
}

static EVP_PKEY_CTX *pkey_prepare(pkey_floor *self, int (*init)(EVP_PKEY_CTX *context))
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(self->key, NULL);

    bench_must_be_one(init(context), "preparing a context");
    bench_must_be_one(EVP_PKEY_CTX_set_signature_md(context, self->md), "choosing a hash");
    if (self->subject->alg->name[0] == 'P') {
        bench_must_be_one(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING), "PSS");
        bench_must_be_one(EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST), "PSS");
    }
    return context;
}

static EVP_MD_CTX *pkey_prepare_message(pkey_floor *self, bool is_sign)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    bench_must_be_one((is_sign ? EVP_DigestSignInit_ex : EVP_DigestVerifyInit_ex)(
                          context, NULL, NULL, NULL, NULL, self->key, NULL),
                      "preparing a context");
    return context;
}

/* R and S side by side to DER. */
static lanyard_bytes pkey_to_der(const lanyard_buf *raw)
{
    ECDSA_SIG *signature = ECDSA_SIG_new();
    int half = (int)(raw->len / 2);
    const uint8_t *bytes = (const uint8_t *)raw->ptr;
    uint8_t *der = NULL;

    bench_must_be_one(ECDSA_SIG_set0(signature, BN_bin2bn(bytes, half, NULL),
                                     BN_bin2bn(bytes + half, half, NULL)),
                      "a signature");

    int len = i2d_ECDSA_SIG(signature, &der);

    ECDSA_SIG_free(signature);
    if (len <= 0)
        bench_fail("a signature");
    return (lanyard_bytes){ der, (size_t)len };
}

static size_t pkey_digest(pkey_floor *self, size_t number, uint8_t *digest)
{
    lanyard_bytes message = self->subject->signing_inputs[number];
    unsigned int len = 0;

    bench_must_be_one(EVP_DigestInit_ex2(self->hash, self->md, NULL), "hashing");
    bench_must_be_one(EVP_DigestUpdate(self->hash, message.ptr, message.len), "hashing");
    bench_must_be_one(EVP_DigestFinal_ex(self->hash, digest, &len), "hashing");
    return len;
}

static void pkey_verify(void *state, size_t turn)
{
    pkey_floor *self = state;
    size_t number = turn % BENCH_TOKENS;
    lanyard_bytes signature = self->signatures[number];
    uint8_t digest[EVP_MAX_MD_SIZE];
    size_t len = pkey_digest(self, number, digest);

    bench_must_be_one(EVP_PKEY_verify(self->verify, signature.ptr, signature.len, digest, len),
                      "the bare EVP_PKEY_verify");
}

static void pkey_sign(void *state, size_t turn)
{
    pkey_floor *self = state;
    uint8_t digest[EVP_MAX_MD_SIZE];
    size_t len = pkey_digest(self, turn % BENCH_TOKENS, digest);
    size_t out_len = sizeof self->out;

    bench_must_be_one(EVP_PKEY_sign(self->sign, self->out, &out_len, digest, len),
                      "the bare EVP_PKEY_sign");
}

static void pkey_verify_message(void *state, size_t turn)
{
    pkey_floor *self = state;
    size_t number = turn % BENCH_TOKENS;
    lanyard_bytes message = self->subject->signing_inputs[number];
    lanyard_bytes signature = self->signatures[number];

    if (self->starts_anew)
        bench_must_be_one(
            EVP_DigestVerifyInit_ex(self->verify_message, NULL, NULL, NULL, NULL, NULL, NULL),
            "starting anew");
    bench_must_be_one(EVP_DigestVerify(self->verify_message, signature.ptr, signature.len,
                                       message.ptr, message.len),
                      "the bare EVP_DigestVerify");
}

static void pkey_sign_message(void *state, size_t turn)
{
    pkey_floor *self = state;
    lanyard_bytes message = self->subject->signing_inputs[turn % BENCH_TOKENS];
    size_t out_len = sizeof self->out;

    if (self->starts_anew)
        bench_must_be_one(
            EVP_DigestSignInit_ex(self->sign_message, NULL, NULL, NULL, NULL, NULL, NULL),
            "starting anew");
    bench_must_be_one(
        EVP_DigestSign(self->sign_message, self->out, &out_len, message.ptr, message.len),
        "the bare EVP_DigestSign");
}

static void pkey_import(void *state, size_t turn)
{
    pkey_floor *self = state;
    EVP_PKEY *key = NULL;

    (void)turn;
    bench_must_be_one(EVP_PKEY_fromdata_init(self->import), "preparing an import");
    bench_must_be_one(EVP_PKEY_fromdata(self->import, &key, EVP_PKEY_PUBLIC_KEY, self->numbers),
                      "the bare EVP_PKEY_fromdata");
    EVP_PKEY_free(key);
}

static void pkey_floor_free(void *state)
{
    pkey_floor *self = state;

    for (size_t i = 0; i < BENCH_TOKENS && pkey_has(self, "EC"); i++)
        OPENSSL_free((void *)(uintptr_t)self->signatures[i].ptr);
    EVP_MD_CTX_free(self->hash);
    EVP_MD_CTX_free(self->verify_message);
    EVP_MD_CTX_free(self->sign_message);
    EVP_PKEY_CTX_free(self->verify);
    EVP_PKEY_CTX_free(self->sign);
    EVP_PKEY_CTX_free(self->import);
    OSSL_PARAM_free(self->numbers);
    EVP_MD_free(self->md);
    EVP_PKEY_free(self->key);
    free(self);
}

bench_floor bench_floor_pkey(const bench_subject *subject)
{
    pkey_floor *self = bench_alloc(sizeof *self);

    self->subject = subject;
    self->key = pkey_read(subject);
    for (size_t i = 0; i < BENCH_TOKENS; i++)
        self->signatures[i] = pkey_has(self, "EC")
                                  ? pkey_to_der(&subject->signatures[i])
                                  : (lanyard_bytes){ (const uint8_t *)subject->signatures[i].ptr,
                                                     subject->signatures[i].len };
    self->import = EVP_PKEY_CTX_new_from_pkey(NULL, self->key, NULL);
    bench_must_be_one(EVP_PKEY_todata(self->key, EVP_PKEY_PUBLIC_KEY, &self->numbers),
                      "taking a key apart");
    if (!pkey_has(self, "RSA") && !pkey_has(self, "EC")) {
        self->starts_anew = OpenSSL_version_num() >= 0x30400000UL;
        self->verify_message = pkey_prepare_message(self, false);
        self->sign_message = pkey_prepare_message(self, true);
        return (bench_floor){ { pkey_verify_message, self },
                              { pkey_sign_message, self },
                              { pkey_import, self },
                              pkey_floor_free };
    }
    self->md = pkey_hash(subject->alg->name);
    self->hash = EVP_MD_CTX_new();
    self->verify = pkey_prepare(self, EVP_PKEY_verify_init);
    self->sign = pkey_prepare(self, EVP_PKEY_sign_init);
    return (bench_floor){
        { pkey_verify, self }, { pkey_sign, self }, { pkey_import, self }, pkey_floor_free
    };
}
