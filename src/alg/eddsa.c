/* eddsa.c - Ed25519 and Ed448 (RFC 9864, 2.2), and EdDSA (RFC 8037, 3.1), which leaves to the key
 * which of the two it is and is deprecated for that (RFC 9864, 4.1.2).
 */
#include "key/key.h"

static lanyard_status eddsa_sign(const lan_alg *alg, const lanyard_key *key, lan_bytes message,
                                 lanyard_worker *worker, uint8_t *signature, lanyard_error *err)
{
    return lan_pkey_sign(key->pkey, (lan_scheme){ .hash = alg->hash }, message, worker, signature,
                         err);
}

static lanyard_status eddsa_verify(const lan_alg *alg, const lanyard_key *key, lan_bytes message,
                                   lan_bytes signature, lanyard_worker *worker, lanyard_error *err)
{
    return lan_pkey_verify(key->pkey, (lan_scheme){ .hash = alg->hash }, message, signature, worker,
                           err);
}

#define EDDSA_ROW(name, crv, standing, rfc, signature_len)                                         \
    {                                                                                              \
        .info = { name, "OKP", crv, standing, rfc, 0, signature_len }, .kty = LAN_KTY_OKP,         \
        .sign = eddsa_sign, .verify = eddsa_verify                                                 \
    }

const lan_alg lan_alg_eddsa[] = {
    EDDSA_ROW("Ed25519", "Ed25519", "recommended", "RFC 9864, 2.2", 64),
    EDDSA_ROW("Ed448", "Ed448", "accepted", "RFC 9864, 2.2", 114),
    EDDSA_ROW("EdDSA", "", "deprecated", "RFC 8037, 3.1", 0),
    { .sign = NULL },
};
