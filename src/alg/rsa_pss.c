/* rsa_pss.c - PS256, PS384, PS512 (RFC 7518, 3.5). */
#include "key/key.h"

static lan_scheme rsa_pss_scheme(const lan_alg *alg)
{
    return (lan_scheme){ .padding = LAN_PADDING_PSS, .hash = alg->hash };
}

static lanyard_status rsa_pss_sign(const lan_alg *alg, const lanyard_key *key, lan_bytes message,
                                   lanyard_worker *worker, uint8_t *signature, lanyard_error *err)
{
    return lan_pkey_sign(key->pkey, rsa_pss_scheme(alg), message, worker, signature, err);
}

static lanyard_status rsa_pss_verify(const lan_alg *alg, const lanyard_key *key, lan_bytes message,
                                     lan_bytes signature, lanyard_worker *worker,
                                     lanyard_error *err)
{
    return lan_pkey_verify(key->pkey, rsa_pss_scheme(alg), message, signature, worker, err);
}

/* RFC 7518, 3.5: a modulus of 2048 bits or more. */
#define RSA_PSS_ROW(bits, standing)                                                                \
    {                                                                                              \
        .info = { "PS" #bits, "RSA", "", standing, "RFC 7518, 3.5", 2048, 0 }, .kty = LAN_KTY_RSA, \
        .hash = LANYARD_SHA##bits, .sign = rsa_pss_sign, .verify = rsa_pss_verify                  \
    }

const lan_alg lan_alg_rsa_pss[] = { RSA_PSS_ROW(256, "recommended"),
                                    RSA_PSS_ROW(384, "accepted"),
                                    RSA_PSS_ROW(512, "accepted"),
                                    { .sign = NULL } };
