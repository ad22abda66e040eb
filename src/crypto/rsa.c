/* rsa.c - RSA keys (RFC 7518, 6.3). */
#include <openssl/core_names.h>
#include <stddef.h>
#include "crypto/pkey_type.h"
#include "crypto/rsa_check.h"

typedef struct rsa_member {
    const char *name; /* libcrypto's */
    size_t offset;    /* in lan_numbers */
} rsa_member;

static const rsa_member rsa_members[LAN_RSA_PARTS] = {
    [LAN_RSA_N] = { OSSL_PKEY_PARAM_RSA_N, offsetof(lan_numbers, n) },
    [LAN_RSA_E] = { OSSL_PKEY_PARAM_RSA_E, offsetof(lan_numbers, e) },
    [LAN_RSA_D] = { OSSL_PKEY_PARAM_RSA_D, offsetof(lan_numbers, d) },
    [LAN_RSA_P] = { OSSL_PKEY_PARAM_RSA_FACTOR1, offsetof(lan_numbers, p) },
    [LAN_RSA_Q] = { OSSL_PKEY_PARAM_RSA_FACTOR2, offsetof(lan_numbers, q) },
    [LAN_RSA_DP] = { OSSL_PKEY_PARAM_RSA_EXPONENT1, offsetof(lan_numbers, dp) },
    [LAN_RSA_DQ] = { OSSL_PKEY_PARAM_RSA_EXPONENT2, offsetof(lan_numbers, dq) },
    [LAN_RSA_QI] = { OSSL_PKEY_PARAM_RSA_COEFFICIENT1, offsetof(lan_numbers, qi) },
};

static lan_bytes *rsa_bytes(lan_numbers *numbers, size_t part)
{
    return (lan_bytes *)((char *)numbers + rsa_members[part].offset);
}

static lan_bytes rsa_bytes_of(const lan_numbers *numbers, size_t part)
{
    return *(const lan_bytes *)((const char *)numbers + rsa_members[part].offset);
}

static lanyard_status rsa_read(const lan_numbers *numbers, lan_rsa *rsa, lanyard_error *err)
{
    for (size_t i = 0; i < LAN_RSA_PARTS; i++) {
        lan_bytes bytes = rsa_bytes_of(numbers, i);

        if (bytes.len > LAN_RSA_BITS_MAX / 8)
            return lan_fail(err, LANYARD_E_KEY_UNSUPPORTED, "key:n", 0);
        if (bytes.len == 0)
            continue;
        rsa->part[i] = BN_bin2bn(bytes.ptr, (int)bytes.len, NULL);
        if (!rsa->part[i])
            return lan_fail(err, LANYARD_E_NO_MEMORY, "memory", 0);
    }
    if (!rsa->part[LAN_RSA_N])
        return lan_fail(err, LANYARD_E_KEY_INVALID, "key:n", 0);
    if (!rsa->part[LAN_RSA_E])
        return lan_fail(err, LANYARD_E_KEY_INVALID, "key:e", 0);
    return LANYARD_OK;
}

/* RFC 7518, 6.3.2: of the private parts all, or d alone, or none. */
static lanyard_status rsa_read_all(const lan_numbers *numbers, lan_rsa *rsa, lanyard_error *err)
{
    size_t given = 0;

    TRY(rsa_read(numbers, rsa, err));
    for (size_t i = LAN_RSA_D; i < LAN_RSA_PARTS; i++)
        given += rsa->part[i] != NULL;
    if (given == 0 || given == LAN_RSA_PARTS - LAN_RSA_D)
        return LANYARD_OK;
    if (given > 1 || !rsa->part[LAN_RSA_D])
        return lan_fail_saying(err, LANYARD_E_KEY_INVALID, "key", 0,
                               "some of d, p, q, dp, dq, qi are missing");
    TRY(lan_rsa_check_public(rsa, err));
    return lan_rsa_complete(rsa, err);
}

lanyard_status lan_rsa_build(const lan_pkey_type *type, const lan_numbers *numbers, EVP_PKEY **evp,
                             lanyard_error *err)
{
    lan_auto(lan_rsa) rsa = { { NULL } };
    lan_auto(OSSL_PARAM_BLD) *list = OSSL_PARAM_BLD_new();
    bool is_pushed = list != NULL;

    TRY(rsa_read_all(numbers, &rsa, err));
    for (size_t i = 0; i < LAN_RSA_PARTS && is_pushed; i++)
        if (rsa.part[i])
            is_pushed = OSSL_PARAM_BLD_push_BN(list, rsa_members[i].name, rsa.part[i]) == 1;

    lan_auto(OSSL_PARAM) *params = is_pushed ? OSSL_PARAM_BLD_to_param(list) : NULL;

    if (!params)
        return lan_crypto_fail(err, LANYARD_E_CRYPTO, "key");
    return lan_evp_from_params(type, params, rsa.part[LAN_RSA_D] != NULL, evp, err);
}

static bool rsa_has_third_prime(const EVP_PKEY *evp)
{
    lan_auto(BIGNUM) *third = NULL;

    return EVP_PKEY_get_bn_param(evp, OSSL_PKEY_PARAM_RSA_FACTOR3, &third) == 1;
}

/* The handle's parts; those that it lacks stay NULL. */
static void rsa_get(const EVP_PKEY *evp, size_t parts, lan_rsa *rsa)
{
    for (size_t i = 0; i < parts; i++)
        if (EVP_PKEY_get_bn_param(evp, rsa_members[i].name, &rsa->part[i]) != 1)
            rsa->part[i] = NULL;
}

lanyard_status lan_rsa_check(lan_pkey *pkey, lanyard_error *err)
{
    lan_auto(lan_rsa) rsa = { { NULL } };

    rsa_get(pkey->evp, LAN_RSA_D + 1, &rsa);
    if (!rsa.part[LAN_RSA_N] || !rsa.part[LAN_RSA_E])
        return lan_crypto_fail(err, LANYARD_E_CRYPTO, "key");
    TRY(lan_rsa_check_public(&rsa, err));
    pkey->bits = (size_t)BN_num_bits(rsa.part[LAN_RSA_N]);
    pkey->signature_len = (size_t)BN_num_bytes(rsa.part[LAN_RSA_N]);
    pkey->is_private = rsa.part[LAN_RSA_D] != NULL;
    if (!pkey->is_private)
        return LANYARD_OK;
    /* RFC 7518, 6.3.2.7: more than two primes are read by few. */
    if (rsa_has_third_prime(pkey->evp))
        return lan_fail(err, LANYARD_E_KEY_UNSUPPORTED, "key", 0);

    lan_auto(lan_rsa) all = { { NULL } };

    rsa_get(pkey->evp, LAN_RSA_PARTS, &all);
    return lan_rsa_check_private(&all, err);
}

lanyard_status lan_rsa_numbers(const lan_pkey *pkey, bool with_private, lan_arena *arena,
                               lan_numbers *numbers, lanyard_error *err)
{
    size_t parts = with_private ? LAN_RSA_PARTS : LAN_RSA_PUBLIC_PARTS;
    lan_auto(lan_rsa) rsa = { { NULL } };

    rsa_get(pkey->evp, parts, &rsa);
    for (size_t i = 0; i < parts; i++) {
        if (!rsa.part[i])
            return lan_crypto_fail(err, LANYARD_E_CRYPTO, "key");
        TRY(lan_number_copy(rsa.part[i], 0, arena, rsa_bytes(numbers, i), err));
    }
    return LANYARD_OK;
}
