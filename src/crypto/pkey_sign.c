/* pkey_sign.c - signing and verifying with any key; see pkey.h.
 *
 * How it works: where the scheme has a hash, the message goes through lan_hash_bytes(), which
 * neither fetches nor allocates, and libcrypto sees the hash alone. EdDSA and ML-DSA take the whole
 * message; their handle must be started anew for each (30 ns), or libcrypto 3.4 and later refuse.
 */
#include "crypto/ecdsa_der.h"
#include "crypto/pkey_type.h"
#include "crypto/prepared.h"
#include "crypto/worker.h"

static bool sign_hash(const lan_pkey *pkey, EVP_PKEY_CTX *context, lan_bytes hash,
                      uint8_t *signature)
{
    uint8_t der[LAN_ECDSA_DER_MAX];
    bool is_ec = pkey->type->kind == LAN_PKEY_EC;
    size_t len = is_ec ? sizeof der : pkey->signature_len;

    if (EVP_PKEY_sign(context, is_ec ? der : signature, &len, hash.ptr, hash.len) != 1)
        return false;
    if (is_ec)
        return lan_ecdsa_der_read((lan_bytes){ der, len }, pkey->type->number_len, signature);
    return len == pkey->signature_len;
}

static bool sign_message(const lan_pkey *pkey, EVP_MD_CTX *context, lan_bytes message,
                         uint8_t *signature)
{
    size_t len = pkey->signature_len;

    return EVP_DigestSignInit_ex(context, NULL, NULL, NULL, NULL, NULL, NULL) == 1 &&
           EVP_DigestSign(context, signature, &len, message.ptr, message.len) == 1 &&
           len == pkey->signature_len;
}

static lanyard_status sign_prepared(const lan_pkey *pkey, const lan_prepared *prepared,
                                    lan_scheme scheme, lan_bytes message, uint8_t *signature,
                                    lanyard_error *err)
{
    uint8_t hash[LANYARD_HASH_MAX];
    bool is_signed = false;

    if (scheme.hash) {
        lan_hash_bytes(scheme.hash, message, hash);
        is_signed = sign_hash(pkey, prepared->of_hash,
                              (lan_bytes){ hash, lan_hash_len(scheme.hash) }, signature);
    } else {
        is_signed = sign_message(pkey, prepared->of_message, message, signature);
    }
    return is_signed ? LANYARD_OK : lan_crypto_fail(err, LANYARD_E_CRYPTO, "signature");
}

static bool verify_hash(const lan_pkey *pkey, EVP_PKEY_CTX *context, lan_bytes hash,
                        lan_bytes signature)
{
    uint8_t der[LAN_ECDSA_DER_MAX];

    if (pkey->type->kind == LAN_PKEY_EC) {
        size_t len = lan_ecdsa_der_write(signature.ptr, pkey->type->number_len, der);
        signature = (lan_bytes){ der, len };
    }
    return EVP_PKEY_verify(context, signature.ptr, signature.len, hash.ptr, hash.len) == 1;
}

static bool verify_message(EVP_MD_CTX *context, lan_bytes message, lan_bytes signature)
{
    return EVP_DigestVerifyInit_ex(context, NULL, NULL, NULL, NULL, NULL, NULL) == 1 &&
           EVP_DigestVerify(context, signature.ptr, signature.len, message.ptr, message.len) == 1;
}

static lanyard_status verify_prepared(const lan_pkey *pkey, const lan_prepared *prepared,
                                      lan_scheme scheme, lan_bytes message, lan_bytes signature,
                                      bool is_alone, lanyard_error *err)
{
    uint8_t hash[LANYARD_HASH_MAX];
    bool is_valid = false;

    if (scheme.hash) {
        lan_hash_bytes(scheme.hash, message, hash);
        is_valid = verify_hash(pkey, prepared->of_hash,
                               (lan_bytes){ hash, lan_hash_len(scheme.hash) }, signature);
    } else {
        is_valid = verify_message(prepared->of_message, message, signature);
    }
    if (is_valid)
        return LANYARD_OK;
    /* Where it tells at all, libcrypto tells first that it had no memory, then what came of it. */
    if (is_alone && ERR_GET_REASON(ERR_peek_error()) == ERR_R_MALLOC_FAILURE)
        return lan_fail(err, LANYARD_E_NO_MEMORY, "memory", 0);
    return lan_crypto_fail(err, LANYARD_E_SIGNATURE, "signature");
}

/* The worker's handle, or one for this call, which own then holds. */
static lanyard_status sign_find(lan_pkey *pkey, lan_scheme scheme, lan_direction direction,
                                lanyard_worker *worker, lan_prepared *own,
                                const lan_prepared **prepared, lanyard_error *err)
{
    if (worker)
        return lan_worker_prepared(worker, pkey, scheme, direction, prepared, err);
    TRY(lan_prepare(pkey, scheme, direction, own, err));
    *prepared = own;
    return LANYARD_OK;
}

lanyard_status lan_pkey_sign(lan_pkey *pkey, lan_scheme scheme, lan_bytes message,
                             lanyard_worker *worker, uint8_t *signature, lanyard_error *err)
{
    lan_prepared own = { NULL, NULL };
    const lan_prepared *prepared = NULL;

    lan_errors_begin();

    lanyard_status status = sign_find(pkey, scheme, LAN_SIGN, worker, &own, &prepared, err);

    if (status == LANYARD_OK)
        status = sign_prepared(pkey, prepared, scheme, message, signature, err);
    lan_prepared_done(&own);
    lan_errors_end();
    return status;
}

lanyard_status lan_pkey_verify(lan_pkey *pkey, lan_scheme scheme, lan_bytes message,
                               lan_bytes signature, lanyard_worker *worker, lanyard_error *err)
{
    lan_prepared own = { NULL, NULL };
    const lan_prepared *prepared = NULL;

    if (signature.len != pkey->signature_len)
        return lan_fail(err, LANYARD_E_SIGNATURE, "signature", 0);
    lan_errors_begin();

    bool is_alone = ERR_peek_error() == 0;
    lanyard_status status = sign_find(pkey, scheme, LAN_VERIFY, worker, &own, &prepared, err);

    if (status == LANYARD_OK)
        status = verify_prepared(pkey, prepared, scheme, message, signature, is_alone, err);
    lan_prepared_done(&own);
    lan_errors_end();
    return status;
}
