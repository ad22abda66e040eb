/* lanyard/alg.h - the algorithms this library knows, for who wants to list them.
 *
 * IMMUTABLE tables. In the rest of the API an algorithm is its JOSE name in a string, spelled
 * exactly (RFC 7515, 4.1.1: case-sensitive). There is no "none".
 */
#ifndef LANYARD_ALG_H
#define LANYARD_ALG_H

#include <stddef.h>
#include <lanyard/version.h>

LANYARD_BEGIN

typedef struct lanyard_alg_info {
    const char *name;     /* "ES256" */
    const char *kty;      /* "oct", "RSA", "EC", "OKP", "AKP" */
    const char *crv;      /* "P-256", "Ed25519", ...; "" where any or none */
    const char *standing; /* "recommended", "accepted", "deprecated" */
    const char *rfc;      /* "RFC 7518, 3.4" */
    size_t key_bits_min;  /* shortest key accepted without the named opt-out; 0: fixed by crv */
    size_t signature_len; /* bytes; 0: as long as the key's modulus */
} lanyard_alg_info;

/* Iterate from 0; NULL past the end. */
LANYARD_API const lanyard_alg_info *lanyard_alg_at(size_t index);

/* By exact name; NULL when nobody knows it. */
LANYARD_API const lanyard_alg_info *lanyard_alg_find(const char *name);

/* 1 when the running libcrypto has it (ML-DSA needs 3.5), else 0. */
LANYARD_API int lanyard_alg_is_available(const char *name);

LANYARD_END
#endif
