/* ec.c - keys on NIST's curves and secp256k1 (RFC 7518, 6.2; RFC 8812, 3.1). */
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include "crypto/pkey_type.h"

#define EC_NUMBER_MAX 66u /* of P-521 */

/* RFC 7518, 6.2.1.2: every number has the full width of the field, leading zeros included. */
static lanyard_status ec_check_width(const lan_pkey_type *type, const lan_numbers *numbers,
                                     lanyard_error *err)
{
    if (numbers->x.len != type->number_len)
        return lan_fail(err, LANYARD_E_KEY_INVALID, "key:x", 0);
    if (numbers->y.len != type->number_len)
        return lan_fail(err, LANYARD_E_KEY_INVALID, "key:y", 0);
    if (numbers->d.len != 0 && numbers->d.len != type->number_len)
        return lan_fail(err, LANYARD_E_KEY_INVALID, "key:d", 0);
    return LANYARD_OK;
}

lanyard_status lan_ec_build(const lan_pkey_type *type, const lan_numbers *numbers, EVP_PKEY **evp,
                            lanyard_error *err)
{
    TRY(ec_check_width(type, numbers, err));

    bool is_private = numbers->d.len != 0;
    uint8_t point[1 + 2 * EC_NUMBER_MAX] = { POINT_CONVERSION_UNCOMPRESSED };
    size_t point_len = 1 + 2 * type->number_len;
    lan_auto(BIGNUM) *d = is_private ? BN_bin2bn(numbers->d.ptr, (int)numbers->d.len, NULL) : NULL;
    lan_auto(OSSL_PARAM_BLD) *list = OSSL_PARAM_BLD_new();

    memcpy(point + 1, numbers->x.ptr, type->number_len);
    memcpy(point + 1 + type->number_len, numbers->y.ptr, type->number_len);
    if (!list || (is_private && !d) ||
        OSSL_PARAM_BLD_push_utf8_string(list, OSSL_PKEY_PARAM_GROUP_NAME, type->group, 0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(list, OSSL_PKEY_PARAM_PUB_KEY, point, point_len) != 1 ||
        (is_private &&
         OSSL_PARAM_BLD_push_BN_pad(list, OSSL_PKEY_PARAM_PRIV_KEY, d, type->number_len) != 1))
        return lan_crypto_fail(err, LANYARD_E_CRYPTO, "key");

    lan_auto(OSSL_PARAM) *params = OSSL_PARAM_BLD_to_param(list);

    if (!params)
        return lan_crypto_fail(err, LANYARD_E_CRYPTO, "key");
    return lan_evp_from_params(type, params, is_private, evp, err);
}

/* The curve must be named: parameters written out may describe a curve with a trap door
 * (CVE-2020-0601), even where libcrypto finds a name for them. */
static bool ec_is_named(const EVP_PKEY *evp)
{
    int is_explicit = 0;

    return EVP_PKEY_get_int_param(evp, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS,
                                  &is_explicit) == 1 &&
           is_explicit == 0;
}

static bool ec_has_private(const EVP_PKEY *evp)
{
    lan_auto(BIGNUM) *d = NULL;

    return EVP_PKEY_get_bn_param(evp, OSSL_PKEY_PARAM_PRIV_KEY, &d) == 1;
}

/* The quick check of a point (range, curve, not infinity) is the full one here: all four curves
 * have a cofactor of 1, so that every other point on them has the order of the group. */
lanyard_status lan_ec_check(lan_pkey *pkey, lanyard_error *err)
{
    if (!ec_is_named(pkey->evp))
        return lan_crypto_fail(err, LANYARD_E_KEY_UNSUPPORTED, "key");

    lan_auto(EVP_PKEY_CTX) *context = EVP_PKEY_CTX_new_from_pkey(NULL, pkey->evp, NULL);

    if (!context)
        return lan_crypto_fail(err, LANYARD_E_CRYPTO, "key");
    if (EVP_PKEY_public_check_quick(context) != 1)
        return lan_crypto_fail(err, LANYARD_E_KEY_INVALID, "key:x");
    pkey->is_private = ec_has_private(pkey->evp);
    if (pkey->is_private &&
        (EVP_PKEY_private_check(context) != 1 || EVP_PKEY_pairwise_check(context) != 1))
        return lan_crypto_fail(err, LANYARD_E_KEY_INVALID, "key:d");
    return LANYARD_OK;
}

static lanyard_status ec_number(const lan_pkey *pkey, const char *name, lan_arena *arena,
                                lan_bytes *bytes, lanyard_error *err)
{
    lan_auto(BIGNUM) *number = NULL;

    if (EVP_PKEY_get_bn_param(pkey->evp, name, &number) != 1)
        return lan_crypto_fail(err, LANYARD_E_CRYPTO, "key");
    return lan_number_copy(number, pkey->type->number_len, arena, bytes, err);
}

lanyard_status lan_ec_numbers(const lan_pkey *pkey, bool with_private, lan_arena *arena,
                              lan_numbers *numbers, lanyard_error *err)
{
    TRY(ec_number(pkey, OSSL_PKEY_PARAM_EC_PUB_X, arena, &numbers->x, err));
    TRY(ec_number(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, arena, &numbers->y, err));
    if (!with_private)
        return LANYARD_OK;
    return ec_number(pkey, OSSL_PKEY_PARAM_PRIV_KEY, arena, &numbers->d, err);
}
