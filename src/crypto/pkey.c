/* pkey.c - an asymmetric key as libcrypto holds it: made, counted, generated; see pkey.h.
 *
 * The struct's memory is libcrypto's (OPENSSL_zalloc), as its handle's is: a lan_pkey outlives any
 * one caller's arena, and no caller's allocator could hold the handle anyway.
 */
#include <openssl/core_names.h>
#include "crypto/pkey_type.h"

#define PKEY_RSA                                                                                   \
    .kind = LAN_PKEY_RSA, .build = lan_rsa_build, .check = lan_rsa_check, .numbers = lan_rsa_numbers
#define PKEY_EC                                                                                    \
    .kind = LAN_PKEY_EC, .name = "EC", .build = lan_ec_build, .check = lan_ec_check,               \
    .numbers = lan_ec_numbers
#define PKEY_OKP                                                                                   \
    .kind = LAN_PKEY_OKP, .build = lan_okp_build, .check = lan_okp_check, .numbers = lan_okp_numbers
#define PKEY_AKP(algorithm)                                                                        \
    .kind = LAN_PKEY_AKP, .crv = (algorithm), .name = (algorithm), .build = lan_mldsa_build,       \
    .check = lan_mldsa_check, .numbers = lan_mldsa_numbers

/* Sizes: RFC 7518, 3.4 and 6.2.1; RFC 8812, 3; RFC 8032, 5; FIPS 204, table 2. */
#define SIZES(bit_count, number, signature)                                                        \
    .bits = (bit_count), .number_len = (number), .signature_len = (signature)

static const lan_pkey_type pkey_types[] = {
    { PKEY_RSA, .crv = "", .name = "RSA" },
    { PKEY_EC, .crv = "P-256", .group = "prime256v1", SIZES(256, 32, 64) },
    { PKEY_EC, .crv = "P-384", .group = "secp384r1", SIZES(384, 48, 96) },
    { PKEY_EC, .crv = "P-521", .group = "secp521r1", SIZES(521, 66, 132) },
    { PKEY_EC, .crv = "secp256k1", .group = "secp256k1", SIZES(256, 32, 64) },
    { PKEY_OKP, .crv = "Ed25519", .name = "ED25519", SIZES(255, 32, 64) },
    { PKEY_OKP, .crv = "Ed448", .name = "ED448", SIZES(448, 57, 114) },
    { PKEY_AKP("ML-DSA-44"), SIZES(0, 1312, 2420) },
    { PKEY_AKP("ML-DSA-65"), SIZES(0, 1952, 3309) },
    { PKEY_AKP("ML-DSA-87"), SIZES(0, 2592, 4627) },
};

#define PKEY_TYPES (sizeof pkey_types / sizeof *pkey_types)

const lan_pkey_type *lan_pkey_type_find(lan_pkey_kind kind, const char *crv)
{
    lan_str name = lanyard_str_of(crv);

    for (size_t i = 0; i < PKEY_TYPES; i++)
        if (pkey_types[i].kind == kind && lan_str_eq(lanyard_str_of(pkey_types[i].crv), name))
            return &pkey_types[i];
    return NULL;
}

/* A name of the handle's group among the rows; every other curve is none of ours. */
static bool pkey_is_of_type(const EVP_PKEY *evp, const lan_pkey_type *type)
{
    char group[32];
    size_t len = 0;

    if (!EVP_PKEY_is_a(evp, type->name))
        return false;
    if (!type->group)
        return true;
    return EVP_PKEY_get_group_name(evp, group, sizeof group, &len) == 1 &&
           lan_str_eq((lan_str){ group, len }, lanyard_str_of(type->group));
}

static const lan_pkey_type *pkey_type_of(const EVP_PKEY *evp)
{
    for (size_t i = 0; i < PKEY_TYPES; i++)
        if (pkey_is_of_type(evp, &pkey_types[i]))
            return &pkey_types[i];
    return NULL;
}

lanyard_status lan_pkey_admit(EVP_PKEY *evp, lan_pkey **pkey, lanyard_error *err)
{
    const lan_pkey_type *type = pkey_type_of(evp);
    lan_pkey checked = { .type = type, .evp = evp };

    if (!type)
        return lan_crypto_fail(err, LANYARD_E_KEY_UNSUPPORTED, "key");
    checked.bits = type->bits;
    checked.signature_len = type->signature_len;
    TRY(type->check(&checked, err));

    lan_pkey *self = OPENSSL_zalloc(sizeof *self);

    if (!self || EVP_PKEY_up_ref(evp) != 1) {
        OPENSSL_free(self);
        return lan_fail(err, LANYARD_E_NO_MEMORY, "memory", 0);
    }
    *self = checked;
    lan_refs_init(&self->refs);
    *pkey = self;
    return LANYARD_OK;
}

static lanyard_status pkey_build(const lan_numbers *numbers, lan_pkey **pkey, lanyard_error *err)
{
    const lan_pkey_type *type = lan_pkey_type_find(numbers->kind, numbers->crv);
    lan_auto(EVP_PKEY) *evp = NULL;

    if (!type)
        return lan_fail(err, LANYARD_E_KEY_UNSUPPORTED, "key:crv", 0);
    TRY(type->build(type, numbers, &evp, err));
    return lan_pkey_admit(evp, pkey, err);
}

lanyard_status lan_pkey_from_numbers(const lan_numbers *numbers, lan_pkey **pkey,
                                     lanyard_error *err)
{
    lan_errors_begin();

    lanyard_status status = pkey_build(numbers, pkey, err);

    lan_errors_end();
    return status;
}

lanyard_status lan_evp_from_params(const lan_pkey_type *type, OSSL_PARAM *params, bool is_private,
                                   EVP_PKEY **evp, lanyard_error *err)
{
    lan_auto(EVP_PKEY_CTX) *context = EVP_PKEY_CTX_new_from_name(NULL, type->name, NULL);

    if (!context || EVP_PKEY_fromdata_init(context) != 1)
        return lan_crypto_fail(err, LANYARD_E_ALG_UNAVAILABLE, "key");
    if (EVP_PKEY_fromdata(context, evp, is_private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY,
                          params) != 1)
        return lan_crypto_fail(err, LANYARD_E_KEY_INVALID, "key");
    return LANYARD_OK;
}

static lanyard_status pkey_generate(const lan_pkey_type *type, size_t bits, lan_pkey **pkey,
                                    lanyard_error *err)
{
    lan_auto(EVP_PKEY_CTX) *context = EVP_PKEY_CTX_new_from_name(NULL, type->name, NULL);
    lan_auto(EVP_PKEY) *evp = NULL;
    OSSL_PARAM params[2] = { OSSL_PARAM_construct_end(), OSSL_PARAM_construct_end() };

    if (!context || EVP_PKEY_keygen_init(context) != 1)
        return lan_crypto_fail(err, LANYARD_E_ALG_UNAVAILABLE, "key");
    if (type->kind == LAN_PKEY_RSA)
        params[0] = OSSL_PARAM_construct_size_t(OSSL_PKEY_PARAM_RSA_BITS, &bits);
    if (type->group)
        params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
                                                     (char *)(uintptr_t)type->group, 0);
    if (EVP_PKEY_CTX_set_params(context, params) != 1 || EVP_PKEY_generate(context, &evp) != 1)
        return lan_crypto_fail(err, LANYARD_E_CRYPTO, "key");
    return lan_pkey_admit(evp, pkey, err);
}

lanyard_status lan_pkey_generate(lan_pkey_kind kind, const char *crv, size_t bits, lan_pkey **pkey,
                                 lanyard_error *err)
{
    const lan_pkey_type *type = lan_pkey_type_find(kind, crv);

    if (!type)
        return lan_fail(err, LANYARD_E_KEY_UNSUPPORTED, "key:crv", 0);
    if (kind == LAN_PKEY_RSA && (bits < LAN_RSA_BITS_MIN || bits > LAN_RSA_BITS_MAX))
        return lan_fail(err, LANYARD_E_ARGUMENT, "bits", 0);
    lan_errors_begin();

    lanyard_status status = pkey_generate(type, bits, pkey, err);

    lan_errors_end();
    return status;
}

bool lan_pkey_is_available(lan_pkey_kind kind, const char *crv)
{
    const lan_pkey_type *type = lan_pkey_type_find(kind, crv);

    if (!type)
        return false;
    lan_errors_begin();

    lan_auto(EVP_PKEY_CTX) *context = EVP_PKEY_CTX_new_from_name(NULL, type->name, NULL);
    bool is_available = context && EVP_PKEY_keygen_init(context) == 1;

    lan_errors_end();
    return is_available;
}

lan_pkey *lan_pkey_ref(lan_pkey *pkey)
{
    lan_refs_take(&pkey->refs);
    return pkey;
}

void lan_pkey_free(lan_pkey *pkey)
{
    if (!pkey || !lan_refs_drop(&pkey->refs))
        return;
    EVP_PKEY_free(pkey->evp);
    OPENSSL_free(pkey);
}

bool lan_pkey_is_private(const lan_pkey *pkey)
{
    return pkey->is_private;
}

lanyard_status lan_number_copy(const BIGNUM *number, size_t len, lan_arena *arena, lan_bytes *bytes,
                               lanyard_error *err)
{
    size_t width = len ? len : (size_t)BN_num_bytes(number);
    uint8_t *copy = lan_arena_alloc(arena, width);

    if (!copy)
        return lan_no_memory(err);
    if (BN_bn2binpad(number, copy, (int)width) < 0)
        return lan_crypto_fail(err, LANYARD_E_CRYPTO, "key");
    *bytes = (lan_bytes){ copy, width };
    return LANYARD_OK;
}

lanyard_status lan_pkey_numbers(const lan_pkey *pkey, bool with_private, lan_arena *arena,
                                lan_numbers *numbers, lanyard_error *err)
{
    lan_numbers found = { .kind = pkey->type->kind,
                          .crv = pkey->type->crv,
                          .bits = pkey->bits,
                          .signature_len = pkey->signature_len };

    if (with_private && !pkey->is_private)
        return lan_fail(err, LANYARD_E_KEY_USE, "key", 0);
    lan_errors_begin();

    lanyard_status status = pkey->type->numbers(pkey, with_private, arena, &found, err);

    lan_errors_end();
    if (status == LANYARD_OK)
        *numbers = found;
    return status;
}
