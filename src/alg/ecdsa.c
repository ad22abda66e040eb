/* ecdsa.c - ES256, ES384, ES512 (RFC 7518, 3.4) and ES256K (RFC 8812, 3.2). */
#include "key/key.h"

static lanyard_status ecdsa_sign(const lan_alg *alg, const lanyard_key *key, lan_bytes message,
                                 lanyard_worker *worker, uint8_t *signature, lanyard_error *err)
{
    return lan_pkey_sign(key->pkey, (lan_scheme){ .hash = alg->hash }, message, worker, signature,
                         err);
}

static lanyard_status ecdsa_verify(const lan_alg *alg, const lanyard_key *key, lan_bytes message,
                                   lan_bytes signature, lanyard_worker *worker, lanyard_error *err)
{
    return lan_pkey_verify(key->pkey, (lan_scheme){ .hash = alg->hash }, message, signature, worker,
                           err);
}

#define ECDSA_ROW(name, crv, standing, rfc, bits, signature_len)                                   \
    {                                                                                              \
        .info = { name, "EC", crv, standing, rfc, 0, signature_len }, .kty = LAN_KTY_EC,           \
        .hash = LANYARD_SHA##bits, .sign = ecdsa_sign, .verify = ecdsa_verify                      \
    }

const lan_alg lan_alg_ecdsa[] = {
    ECDSA_ROW("ES256", "P-256", "recommended", "RFC 7518, 3.4", 256, 64),
    ECDSA_ROW("ES384", "P-384", "accepted", "RFC 7518, 3.4", 384, 96),
    ECDSA_ROW("ES512", "P-521", "accepted", "RFC 7518, 3.4", 512, 132),
    ECDSA_ROW("ES256K", "secp256k1", "accepted", "RFC 8812, 3.2", 256, 64),
    { .sign = NULL },
};
