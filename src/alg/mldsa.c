/* mldsa.c - ML-DSA-44, ML-DSA-65, ML-DSA-87 (RFC 9964): pure, with an empty context. */
#include "key/key.h"

static lanyard_status mldsa_sign(const lan_alg *alg, const lanyard_key *key, lan_bytes message,
                                 lanyard_worker *worker, uint8_t *signature, lanyard_error *err)
{
    return lan_pkey_sign(key->pkey, (lan_scheme){ .hash = alg->hash }, message, worker, signature,
                         err);
}

static lanyard_status mldsa_verify(const lan_alg *alg, const lanyard_key *key, lan_bytes message,
                                   lan_bytes signature, lanyard_worker *worker, lanyard_error *err)
{
    return lan_pkey_verify(key->pkey, (lan_scheme){ .hash = alg->hash }, message, signature, worker,
                           err);
}

static bool mldsa_is_available(const lan_alg *alg)
{
    return lan_pkey_is_available(LAN_PKEY_AKP, alg->info.name);
}

#define MLDSA_ROW(name, signature_len)                                                             \
    {                                                                                              \
        .info = { name, "AKP", name, "accepted", "RFC 9964", 0, signature_len },                   \
        .kty = LAN_KTY_AKP, .sign = mldsa_sign, .verify = mldsa_verify,                            \
        .is_available = mldsa_is_available                                                         \
    }

const lan_alg lan_alg_mldsa[] = { MLDSA_ROW("ML-DSA-44", 2420),
                                  MLDSA_ROW("ML-DSA-65", 3309),
                                  MLDSA_ROW("ML-DSA-87", 4627),
                                  { .sign = NULL } };
