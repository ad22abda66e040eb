/* pkey.h - an asymmetric key as libcrypto holds it: the seam that no other layer looks behind.
 *
 * A lan_pkey is immutable and counted (ATOMIC). Numbers go in and out as big-endian bytes, as JOSE
 * writes them: RSA minimal, EC and OKP of the field's width. Whoever makes one gets it checked:
 * E_KEY_INVALID says that the numbers are no key (not on the curve, small order, halves that do not
 * belong together, an even modulus), E_KEY_WEAK an RSA modulus below 512 bits (the usual minimum is
 * the caller's to check), E_KEY_UNSUPPORTED another curve, a modulus above 16384 bits or what else
 * libcrypto cannot hold, E_ALG_UNAVAILABLE that this release of it cannot, E_CRYPTO or E_NO_MEMORY
 * that it failed. The caller's entries in libcrypto's error queue stay, and nothing is added.
 */
#ifndef LAN_CRYPTO_PKEY_H
#define LAN_CRYPTO_PKEY_H

#include <lanyard/worker.h>
#include "base/arena.h"
#include "base/buf.h"
#include "crypto/hash.h"

typedef struct lan_pkey lan_pkey;

typedef enum lan_pkey_kind { LAN_PKEY_RSA, LAN_PKEY_EC, LAN_PKEY_OKP, LAN_PKEY_AKP } lan_pkey_kind;

/* All numbers of a key. Members that its kind does not have, or that it lacks, are empty. */
typedef struct lan_numbers {
    lan_pkey_kind kind;
    const char *crv;            /* static: "P-256", "Ed25519", or "ML-DSA-44"; "" for RSA */
    size_t bits;                /* modulus or field; of AKP 0 */
    size_t signature_len;       /* every signature has it */
    lan_bytes n, e;             /* RSA, public */
    lan_bytes p, q, dp, dq, qi; /* RSA, private; all or none */
    lan_bytes x, y;             /* EC; OKP has x alone */
    lan_bytes d;                /* RSA, EC, OKP: private */
    lan_bytes pub, seed;        /* AKP */
} lan_numbers;

/* From JOSE's numbers. A private key needs all its members; of RSA d alone (without the primes) is
 * completed where libcrypto can. kind, crv and the numbers are read, the rest is not. */
lanyard_status lan_pkey_from_numbers(const lan_numbers *numbers, lan_pkey **pkey,
                                     lanyard_error *err);

/* From DER: PKCS#8 (encrypted: passphrase), PKCS#1, SEC1, SPKI, X.509 certificate; all of it, no
 * trailing byte. E_KEY_FORMAT when it is none of these; E_KEY_PASSPHRASE. */
lanyard_status lan_pkey_from_der(lan_bytes der, const char *passphrase, lan_pkey **pkey,
                                 lanyard_error *err);

/* True when the bytes are the DER of a public key or a certificate (of any algorithm). */
bool lan_der_is_public(lan_bytes der);

/* crv as in lan_numbers, "" for RSA; bits (512 to 16384, else E_ARGUMENT) for RSA alone. */
lanyard_status lan_pkey_generate(lan_pkey_kind kind, const char *crv, size_t bits, lan_pkey **pkey,
                                 lanyard_error *err);

lan_pkey *lan_pkey_ref(lan_pkey *pkey);
void lan_pkey_free(lan_pkey *pkey); /* NULL is fine */

bool lan_pkey_is_private(const lan_pkey *pkey);

/* The public numbers (with_private false) or all of them, copied into the arena. E_KEY_USE: the
 * private ones of a public key; lan_pkey_write_der likewise. */
lanyard_status lan_pkey_numbers(const lan_pkey *pkey, bool with_private, lan_arena *arena,
                                lan_numbers *numbers, lanyard_error *err);

/* Appends SPKI or PKCS#8 DER; PKCS#8 is encrypted (PBES2, AES-256-CBC) when passphrase is given. */
lanyard_status lan_pkey_write_der(const lan_pkey *pkey, bool with_private, const char *passphrase,
                                  lanyard_buf *out, lanyard_error *err);

/* Signing and verifying. A worker (or NULL) keeps what can be prepared. signature has room for the
 * key's signature_len; the signature to check has exactly that length.
 * LANYARD_OK; E_SIGNATURE (verify only) without detail; E_CRYPTO, E_NO_MEMORY. Only the answer 1
 * of libcrypto is success. */
typedef enum lan_padding { LAN_PADDING_NONE, LAN_PADDING_PKCS1, LAN_PADDING_PSS } lan_padding;

typedef struct lan_scheme {
    lan_padding padding; /* RSA alone */
    lanyard_hash hash;   /* of the message; 0: the scheme hashes by itself (EdDSA, ML-DSA) */
} lan_scheme;

lanyard_status lan_pkey_sign(lan_pkey *pkey, lan_scheme scheme, lan_bytes message,
                             lanyard_worker *worker, uint8_t *signature, lanyard_error *err);
lanyard_status lan_pkey_verify(lan_pkey *pkey, lan_scheme scheme, lan_bytes message,
                               lan_bytes signature, lanyard_worker *worker, lanyard_error *err);

/* Can this libcrypto make such a key? Asked by name, at run time. */
bool lan_pkey_is_available(lan_pkey_kind kind, const char *crv);

#endif
