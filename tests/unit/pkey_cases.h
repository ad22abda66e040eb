/* pkey_cases.h - one row for every kind of key and scheme, and what the tests of keys share. */
#ifndef LAN_TESTS_PKEY_CASES_H
#define LAN_TESTS_PKEY_CASES_H

#include <openssl/err.h>
#include "asserts.h"
#include "crypto/pkey.h"

typedef struct pkey_case {
    const char *alg;
    lan_pkey_kind kind;
    const char *crv;
    size_t bits;
    lan_scheme scheme;
    size_t signature_len;
} pkey_case;

static const pkey_case pkey_cases[] = {
    { "RS256", LAN_PKEY_RSA, "", 2048, { LAN_PADDING_PKCS1, LANYARD_SHA256 }, 256 },
    { "RS384", LAN_PKEY_RSA, "", 2048, { LAN_PADDING_PKCS1, LANYARD_SHA384 }, 256 },
    { "RS512", LAN_PKEY_RSA, "", 2048, { LAN_PADDING_PKCS1, LANYARD_SHA512 }, 256 },
    { "PS256", LAN_PKEY_RSA, "", 2048, { LAN_PADDING_PSS, LANYARD_SHA256 }, 256 },
    { "PS384", LAN_PKEY_RSA, "", 2048, { LAN_PADDING_PSS, LANYARD_SHA384 }, 256 },
    { "PS512", LAN_PKEY_RSA, "", 2048, { LAN_PADDING_PSS, LANYARD_SHA512 }, 256 },
    { "ES256", LAN_PKEY_EC, "P-256", 256, { LAN_PADDING_NONE, LANYARD_SHA256 }, 64 },
    { "ES384", LAN_PKEY_EC, "P-384", 384, { LAN_PADDING_NONE, LANYARD_SHA384 }, 96 },
    { "ES512", LAN_PKEY_EC, "P-521", 521, { LAN_PADDING_NONE, LANYARD_SHA512 }, 132 },
    { "ES256K", LAN_PKEY_EC, "secp256k1", 256, { LAN_PADDING_NONE, LANYARD_SHA256 }, 64 },
    { "Ed25519", LAN_PKEY_OKP, "Ed25519", 255, { .padding = LAN_PADDING_NONE }, 64 },
    { "Ed448", LAN_PKEY_OKP, "Ed448", 448, { .padding = LAN_PADDING_NONE }, 114 },
    { "ML-DSA-44", LAN_PKEY_AKP, "ML-DSA-44", 0, { .padding = LAN_PADDING_NONE }, 2420 },
    { "ML-DSA-65", LAN_PKEY_AKP, "ML-DSA-65", 0, { .padding = LAN_PADDING_NONE }, 3309 },
    { "ML-DSA-87", LAN_PKEY_AKP, "ML-DSA-87", 0, { .padding = LAN_PADDING_NONE }, 4627 },
};

#define PKEY_CASES         (sizeof pkey_cases / sizeof *pkey_cases)
#define PKEY_SIGNATURE_MAX 4627

/* The libcrypto that runs may lack ML-DSA: then its rows are left out, and said so once. */
static inline bool pkey_case_is_here(const pkey_case *row)
{
    bool is_here = lan_pkey_is_available(row->kind, row->crv);

    if (!is_here)
        print_message("# %s: not in this libcrypto\n", row->alg);
    return is_here;
}

static inline lan_pkey *pkey_make(lan_pkey_kind kind, const char *crv, size_t bits)
{
    lan_pkey *pkey = NULL;

    assert_status(lan_pkey_generate(kind, crv, bits, &pkey, NULL), LANYARD_OK);
    return pkey;
}

/* Two keys for each row, made once in a program (RSA takes long) and shared by the rows of RSA. */
static inline lan_pkey *pkey_known(const pkey_case *row, size_t which)
{
    static lan_pkey *known[PKEY_CASES][2];
    size_t at = row->kind == LAN_PKEY_RSA ? 0 : (size_t)(row - pkey_cases);

    if (!known[at][which])
        known[at][which] = pkey_make(row->kind, row->crv, row->bits);
    return known[at][which];
}

static inline lan_bytes pkey_text(const char *text)
{
    return lan_bytes_of(lanyard_str_of(text));
}

#endif
