/* mldsa.c - ML-DSA keys (RFC 9964), where libcrypto has them: 3.5 and later.
 *
 * Everything is asked by name, so that the same binary runs with 3.0 and says E_ALG_UNAVAILABLE.
 */
#include <openssl/core_names.h>
#include "crypto/pkey_type.h"

#define MLDSA_PUB_MAX  2592u
#define MLDSA_SEED_LEN 32u
#define MLDSA_SEED     "seed" /* OSSL_PKEY_PARAM_ML_DSA_SEED, which 3.0 does not define */

static OSSL_PARAM mldsa_param(const char *name, lan_bytes bytes)
{
    return OSSL_PARAM_construct_octet_string(name, (void *)(uintptr_t)bytes.ptr, bytes.len);
}

static bool mldsa_pub_is(const EVP_PKEY *evp, lan_bytes pub)
{
    uint8_t found[MLDSA_PUB_MAX];
    size_t len = 0;

    return EVP_PKEY_get_octet_string_param(evp, OSSL_PKEY_PARAM_PUB_KEY, found, sizeof found,
                                           &len) == 1 &&
           lan_str_eq(lan_str_of_bytes((lan_bytes){ found, len }), lan_str_of_bytes(pub));
}

lanyard_status lan_mldsa_build(const lan_pkey_type *type, const lan_numbers *numbers,
                               EVP_PKEY **evp, lanyard_error *err)
{
    bool is_private = numbers->seed.len != 0;

    if (numbers->pub.len != type->number_len)
        return lan_fail(err, LANYARD_E_KEY_INVALID, "key:pub", 0);
    if (is_private && numbers->seed.len != MLDSA_SEED_LEN)
        return lan_fail(err, LANYARD_E_KEY_INVALID, "key:priv", 0);

    OSSL_PARAM params[] = { is_private ? mldsa_param(MLDSA_SEED, numbers->seed)
                                       : mldsa_param(OSSL_PKEY_PARAM_PUB_KEY, numbers->pub),
                            OSSL_PARAM_construct_end() };

    TRY(lan_evp_from_params(type, params, is_private, evp, err));
    if (!mldsa_pub_is(*evp, numbers->pub))
        return lan_crypto_fail(err, LANYARD_E_KEY_INVALID, "key:pub");
    return LANYARD_OK;
}

/* A private key is its seed. Expanded keys without one come from DER alone, and JOSE cannot write
 * them (RFC 9964, 3). */
lanyard_status lan_mldsa_check(lan_pkey *pkey, lanyard_error *err)
{
    size_t seed_len = 0;
    size_t priv_len = 0;

    pkey->is_private =
        EVP_PKEY_get_octet_string_param(pkey->evp, MLDSA_SEED, NULL, 0, &seed_len) == 1 &&
        seed_len == MLDSA_SEED_LEN;
    if (!pkey->is_private && EVP_PKEY_get_octet_string_param(pkey->evp, OSSL_PKEY_PARAM_PRIV_KEY,
                                                             NULL, 0, &priv_len) == 1)
        return lan_fail_saying(err, LANYARD_E_KEY_UNSUPPORTED, "key", 0,
                               "an ML-DSA key without its seed");
    return LANYARD_OK;
}

static lanyard_status mldsa_number(const lan_pkey *pkey, const char *name, size_t len,
                                   lan_arena *arena, lan_bytes *bytes, lanyard_error *err)
{
    uint8_t *copy = lan_arena_alloc(arena, len);
    size_t found = 0;

    if (!copy)
        return lan_no_memory(err);
    if (EVP_PKEY_get_octet_string_param(pkey->evp, name, copy, len, &found) != 1 || found != len)
        return lan_crypto_fail(err, LANYARD_E_CRYPTO, "key");
    *bytes = (lan_bytes){ copy, len };
    return LANYARD_OK;
}

lanyard_status lan_mldsa_numbers(const lan_pkey *pkey, bool with_private, lan_arena *arena,
                                 lan_numbers *numbers, lanyard_error *err)
{
    TRY(mldsa_number(pkey, OSSL_PKEY_PARAM_PUB_KEY, pkey->type->number_len, arena, &numbers->pub,
                     err));
    if (!with_private)
        return LANYARD_OK;
    return mldsa_number(pkey, MLDSA_SEED, MLDSA_SEED_LEN, arena, &numbers->seed, err);
}
