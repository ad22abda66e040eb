/* rsa_pkcs1.c - RS256, RS384, RS512 (RFC 7518, 3.3). */
#include "key/key.h"

static lan_scheme rsa_pkcs1_scheme(const lan_alg *alg)
{
    return (lan_scheme){ .padding = LAN_PADDING_PKCS1, .hash = alg->hash };
}

static lanyard_status rsa_pkcs1_sign(const lan_alg *alg, const lanyard_key *key, lan_bytes message,
                                     lanyard_worker *worker, uint8_t *signature, lanyard_error *err)
{
    return lan_pkey_sign(key->pkey, rsa_pkcs1_scheme(alg), message, worker, signature, err);
}

static lanyard_status rsa_pkcs1_verify(const lan_alg *alg, const lanyard_key *key,
                                       lan_bytes message, lan_bytes signature,
                                       lanyard_worker *worker, lanyard_error *err)
{
    return lan_pkey_verify(key->pkey, rsa_pkcs1_scheme(alg), message, signature, worker, err);
}

/* RFC 7518, 3.3: a modulus of 2048 bits or more. */
#define RSA_PKCS1_ROW(bits)                                                                        \
    {                                                                                              \
        .info = { "RS" #bits, "RSA", "", "accepted", "RFC 7518, 3.3", 2048, 0 },                   \
        .kty = LAN_KTY_RSA, .hash = LANYARD_SHA##bits, .sign = rsa_pkcs1_sign,                     \
        .verify = rsa_pkcs1_verify                                                                 \
    }

const lan_alg lan_alg_rsa_pkcs1[] = {
    RSA_PKCS1_ROW(256), RSA_PKCS1_ROW(384), RSA_PKCS1_ROW(512), { .sign = NULL }
};
