/* hmac.c - HS256, HS384, HS512 (RFC 7518, 3.2). */
#include "key/key.h"

static lanyard_status hmac_sign(const lan_alg *alg, const lanyard_key *key, lan_bytes message,
                                lanyard_worker *worker, uint8_t *signature, lanyard_error *err)
{
    (void)worker;
    (void)err;
    lan_mac(lan_key_mac(key, alg->hash), message, signature);
    return LANYARD_OK;
}

static lanyard_status hmac_verify(const lan_alg *alg, const lanyard_key *key, lan_bytes message,
                                  lan_bytes signature, lanyard_worker *worker, lanyard_error *err)
{
    uint8_t mac[LANYARD_HASH_MAX];
    lan_bytes expected = { mac, lan_hash_len(alg->hash) };

    (void)worker;
    lan_mac(lan_key_mac(key, alg->hash), message, mac);

    bool is_same = lan_ct_equal(expected, signature);

    lan_cleanse(mac, sizeof mac);
    return is_same ? LANYARD_OK : lan_fail(err, LANYARD_E_SIGNATURE, "signature", 0);
}

/* RFC 7518, 3.2: a key at least as long as the hash. */
#define HMAC_ROW(bits)                                                                             \
    {                                                                                              \
        .info = { "HS" #bits, "oct", "", "accepted", "RFC 7518, 3.2", bits, (bits) / 8 },          \
        .kty = LAN_KTY_OCT, .hash = LANYARD_SHA##bits, .sign = hmac_sign, .verify = hmac_verify    \
    }

const lan_alg lan_alg_hmac[] = { HMAC_ROW(256), HMAC_ROW(384), HMAC_ROW(512), { .sign = NULL } };
