/* lanyard/key.h - one key: typed when it is read, never guessed afterwards.
 *
 * ATOMIC: immutable, counted; share it between threads. lanyard_key_free() gives one reference
 * back. A key holds libcrypto handles: free it, do not abandon it with a pool.
 */
#ifndef LANYARD_KEY_H
#define LANYARD_KEY_H

#include <lanyard/buf.h>
#include <lanyard/error.h>
#include <lanyard/mem.h>

LANYARD_BEGIN

typedef struct lanyard_key lanyard_key;

typedef enum lanyard_key_format {
    LANYARD_KEY_ANY = 0,   /* JWK, PEM, DER or OpenSSH public key, told apart by their shape */
    LANYARD_KEY_JWK = 1,   /* RFC 7517 */
    LANYARD_KEY_PEM = 2,   /* PKCS#1, PKCS#8 (also encrypted), SPKI, SEC1, X.509 certificate */
    LANYARD_KEY_DER = 3,   /* the same, in binary */
    LANYARD_KEY_SSH = 4,   /* "ssh-ed25519 AAAA..." */
    LANYARD_KEY_SECRET = 5 /* the bytes are an HMAC secret; never guessed */
} lanyard_key_format;

typedef struct lanyard_key_opts {
    size_t size; /* set by LANYARD_KEY() */
    lanyard_key_format format;
    const char *alg;          /* the one algorithm it is for; must agree with the JWK's "alg" */
    const char *kid;          /* key ID; replaces the JWK's */
    const char *passphrase;   /* of an encrypted PKCS#8 */
    uint32_t allow_short_key; /* 1: below the minimum length (RFC 7518, 3.2 and 3.3) is accepted */
} lanyard_key_opts;

#ifndef __cplusplus
#define LANYARD_KEY(...)                                                                           \
    (&(const lanyard_key_opts){ .size = sizeof(lanyard_key_opts), __VA_ARGS__ })
#endif

/* Reads one key. opts NULL: any format but a secret.
 * E_KEY_FORMAT, E_KEY_INVALID, E_KEY_WEAK (with opts->alg, or RSA), E_KEY_PUBLIC_SECRET (a secret
 * that is the text of a public key), E_KEY_PASSPHRASE, E_KEY_UNSUPPORTED, E_KEY_USE (alg and key
 * disagree), E_ALG_UNKNOWN, E_ALG_UNAVAILABLE, E_ARGUMENT, E_NO_MEMORY, E_CRYPTO, or E_JSON_*. */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_key_read(const void *data, size_t len,
                                                          const lanyard_key_opts *opts,
                                                          const lanyard_mem *mem, lanyard_key **key,
                                                          lanyard_error *err);

typedef struct lanyard_keygen_opts {
    size_t size;     /* set by LANYARD_KEYGEN() */
    const char *alg; /* required: the key is made for it and says so */
    const char *kid; /* NULL: the RFC 7638 thumbprint (SHA-256); a random ID for HS* */
    uint32_t bits;   /* whole bytes of it. RSA modulus, 2048 to 16384 (0: 2048); HMAC secret, the
                      * hash length (0) to 524288; of others 0 */
} lanyard_keygen_opts;

#ifndef __cplusplus
#define LANYARD_KEYGEN(...)                                                                        \
    (&(const lanyard_keygen_opts){ .size = sizeof(lanyard_keygen_opts), __VA_ARGS__ })
#endif

/* Makes a private key or secret from the operating system's randomness.
 * E_ALG_UNKNOWN, E_ALG_UNAVAILABLE, E_ARGUMENT, E_NO_MEMORY, E_CRYPTO. */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_key_generate(const lanyard_keygen_opts *opts,
                                                              const lanyard_mem *mem,
                                                              lanyard_key **key,
                                                              lanyard_error *err);

LANYARD_API lanyard_key *lanyard_key_ref(const lanyard_key *key); /* cannot fail */
LANYARD_API void lanyard_key_free(lanyard_key *key);              /* NULL is fine */

/* What the key is. All static or borrowed from the key; "" where it says nothing. */
LANYARD_API const char *lanyard_key_kty(const lanyard_key *key); /* "RSA" */
LANYARD_API const char *lanyard_key_crv(const lanyard_key *key); /* "P-256"; "" for RSA, oct, AKP */
LANYARD_API const char *
lanyard_key_alg(const lanyard_key *key); /* the one it is pinned to, or "" */
LANYARD_API lanyard_str lanyard_key_kid(const lanyard_key *key);
LANYARD_API const char *lanyard_key_use(const lanyard_key *key); /* "sig", "enc", "other" or "" */
LANYARD_API size_t lanyard_key_bits(const lanyard_key *key);     /* modulus, field or secret */
LANYARD_API int lanyard_key_is_private(const lanyard_key *key);  /* 1: can sign, or is a secret */

/* 1 when the key may be used with the algorithm at all: type, curve, alg, use, length. */
LANYARD_API int lanyard_key_fits(const lanyard_key *key, const char *alg);

typedef enum lanyard_key_part { LANYARD_KEY_PUBLIC = 0, LANYARD_KEY_PRIVATE = 1 } lanyard_key_part;

/* Appends the JWK without white space: "kty", then "kid", "use", "key_ops", "alg" and "crv" where
 * there is one, then the numbers, private ones last. A secret has no public part: E_KEY_USE. The
 * private part of a public key: E_KEY_USE. */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_key_write_jwk(const lanyard_key *key,
                                                               lanyard_key_part part,
                                                               lanyard_buf *out,
                                                               lanyard_error *err);
/* Appends PEM: SPKI or PKCS#8 (encrypted with AES-256-CBC under passphrase when not NULL). A
 * secret has no PEM: E_KEY_USE. A passphrase for a public part: E_ARGUMENT. */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_key_write_pem(const lanyard_key *key,
                                                               lanyard_key_part part,
                                                               const char *passphrase,
                                                               lanyard_buf *out,
                                                               lanyard_error *err);
/* Appends DER: SPKI or PKCS#8; of a secret (LANYARD_KEY_PRIVATE) its bytes. */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_key_write_der(const lanyard_key *key,
                                                               lanyard_key_part part,
                                                               lanyard_buf *out,
                                                               lanyard_error *err);

typedef enum lanyard_hash {
    LANYARD_SHA256 = 256,
    LANYARD_SHA384 = 384,
    LANYARD_SHA512 = 512
} lanyard_hash;

#define LANYARD_HASH_MAX 64

/* RFC 7638: the hash over the public key's required members; *len is 32, 48 or 64. Do not
 * publish that of a secret: a weak one can be guessed from it. */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_key_thumbprint(const lanyard_key *key,
                                                                lanyard_hash hash,
                                                                uint8_t out[LANYARD_HASH_MAX],
                                                                size_t *len, lanyard_error *err);
/* Appends it in base64url, or with as_uri in RFC 9278's form "urn:ietf:params:oauth:jwk-...". */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_key_write_thumbprint(const lanyard_key *key,
                                                                      lanyard_hash hash, int as_uri,
                                                                      lanyard_buf *out,
                                                                      lanyard_error *err);

/* A signature over bare bytes, without any header: for formats of your own. alg NULL: the key's
 * own. Appends the JOSE form (ECDSA as R||S). E_KEY_USE, E_KEY_SHORT, E_ALG_UNKNOWN, E_CRYPTO,
 * E_NO_MEMORY. */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_sign_bytes(const lanyard_key *key, const char *alg,
                                                            lanyard_bytes message,
                                                            lanyard_worker *worker,
                                                            lanyard_buf *signature,
                                                            lanyard_error *err);
/* LANYARD_OK only when the signature holds; E_SIGNATURE when not; the others as above. */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_check_bytes(const lanyard_key *key,
                                                             const char *alg, lanyard_bytes message,
                                                             lanyard_bytes signature,
                                                             lanyard_worker *worker,
                                                             lanyard_error *err);

LANYARD_END
#endif
