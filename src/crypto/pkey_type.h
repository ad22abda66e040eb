/* pkey_type.h - a lan_pkey from the inside: one const row a kind and curve, and the handle. */
#ifndef LAN_CRYPTO_PKEY_TYPE_H
#define LAN_CRYPTO_PKEY_TYPE_H

#include "base/refs.h"
#include "crypto/libcrypto.h"
#include "crypto/pkey.h"

#define LAN_RSA_BITS_MIN   512u
#define LAN_RSA_BITS_MAX   16384u /* OPENSSL_RSA_MAX_MODULUS_BITS */
#define LAN_RSA_E_BITS_MAX 256u   /* FIPS 186-5, 5.1 */

typedef struct lan_pkey_type lan_pkey_type;

struct lan_pkey_type {
    lan_pkey_kind kind;
    const char *crv;
    const char *name;  /* libcrypto's, of the kind of key */
    const char *group; /* libcrypto's, of the curve; EC alone */
    size_t bits;       /* of the field */
    size_t signature_len;
    size_t number_len; /* EC and OKP: of each coordinate and of d; AKP: of pub */

    /* JOSE's numbers to a handle. They are checked by check(), as those of DER are. */
    lanyard_status (*build)(const lan_pkey_type *type, const lan_numbers *numbers, EVP_PKEY **evp,
                            lanyard_error *err);
    /* Is it a key, and a private one? bits and signature_len come in from the row. */
    lanyard_status (*check)(lan_pkey *pkey, lanyard_error *err);
    lanyard_status (*numbers)(const lan_pkey *pkey, bool with_private, lan_arena *arena,
                              lan_numbers *numbers, lanyard_error *err);
};

struct lan_pkey {
    lan_refs refs;
    bool is_private;
    const lan_pkey_type *type;
    size_t bits;
    size_t signature_len;
    EVP_PKEY *evp;
};

/* NULL when it is none of ours. */
const lan_pkey_type *lan_pkey_type_find(lan_pkey_kind kind, const char *crv);

/* Checks a handle, whichever way it came, and makes a key that references it. */
lanyard_status lan_pkey_admit(EVP_PKEY *evp, lan_pkey **pkey, lanyard_error *err);

/* From the parameters that are said, or E_ALG_UNAVAILABLE, E_KEY_INVALID. */
lanyard_status lan_evp_from_params(const lan_pkey_type *type, OSSL_PARAM *params, bool is_private,
                                   EVP_PKEY **evp, lanyard_error *err);

/* A number as bytes of exactly len (0: minimal), copied into the arena. */
lanyard_status lan_number_copy(const BIGNUM *number, size_t len, lan_arena *arena, lan_bytes *bytes,
                               lanyard_error *err);

lanyard_status lan_rsa_build(const lan_pkey_type *type, const lan_numbers *numbers, EVP_PKEY **evp,
                             lanyard_error *err);
lanyard_status lan_rsa_check(lan_pkey *pkey, lanyard_error *err);
lanyard_status lan_rsa_numbers(const lan_pkey *pkey, bool with_private, lan_arena *arena,
                               lan_numbers *numbers, lanyard_error *err);

lanyard_status lan_ec_build(const lan_pkey_type *type, const lan_numbers *numbers, EVP_PKEY **evp,
                            lanyard_error *err);
lanyard_status lan_ec_check(lan_pkey *pkey, lanyard_error *err);
lanyard_status lan_ec_numbers(const lan_pkey *pkey, bool with_private, lan_arena *arena,
                              lan_numbers *numbers, lanyard_error *err);

lanyard_status lan_okp_build(const lan_pkey_type *type, const lan_numbers *numbers, EVP_PKEY **evp,
                             lanyard_error *err);
lanyard_status lan_okp_check(lan_pkey *pkey, lanyard_error *err);
lanyard_status lan_okp_numbers(const lan_pkey *pkey, bool with_private, lan_arena *arena,
                               lan_numbers *numbers, lanyard_error *err);

lanyard_status lan_mldsa_build(const lan_pkey_type *type, const lan_numbers *numbers,
                               EVP_PKEY **evp, lanyard_error *err);
lanyard_status lan_mldsa_check(lan_pkey *pkey, lanyard_error *err);
lanyard_status lan_mldsa_numbers(const lan_pkey *pkey, bool with_private, lan_arena *arena,
                                 lan_numbers *numbers, lanyard_error *err);

#endif
