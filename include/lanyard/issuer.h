/* lanyard/issuer.h - make tokens (RFC 7519).
 *
 * An issuer is IMMUTABLE: share it. It references its key and copies every string; it must be
 * freed. It adds nothing that its options do not ask for.
 */
#ifndef LANYARD_ISSUER_H
#define LANYARD_ISSUER_H

#include <lanyard/jws.h>

LANYARD_BEGIN

typedef struct lanyard_issuer lanyard_issuer;

typedef struct lanyard_issuer_opts {
    size_t size;            /* set by LANYARD_ISSUER() */
    const lanyard_key *key; /* required: private, or a secret */
    const char *alg;        /* NULL: the key's own, or HS256 for a secret that names none */
    const char *typ;        /* NULL: "JWT"; "": none */
    const char *header;     /* as in lanyard_jws_opts */
    size_t header_len;
    uint32_t no_kid; /* 1: the key's kid is not written */
    const char *iss; /* the claims below are defaults, added when the claims lack them, in */
    const char *sub; /*   this order: iss sub aud exp nbf iat jti */
    const char *const *audiences; /* one: a string; several: an array */
    uint32_t lifetime_s;          /* exp = now + this; 0: no exp */
    uint32_t add_nbf;             /* 1: nbf = now */
    uint32_t add_iat;             /* 1: iat = now */
    uint32_t add_jti;             /* 1: jti = a UUIDv7 (RFC 9562, 5.7) of now */
} lanyard_issuer_opts;

#ifndef __cplusplus
#define LANYARD_ISSUER(...)                                                                        \
    (&(const lanyard_issuer_opts){ .size = sizeof(lanyard_issuer_opts), __VA_ARGS__ })
#endif

/* E_KEY_USE, E_KEY_SHORT, E_ALG_UNKNOWN, E_HEADER or E_JSON_* (a header nobody could read, or
 * longer than LANYARD_HEADER_LEN_MAX),
 * E_ARGUMENT (NULL, or a text that is not UTF-8), E_NO_MEMORY. */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_issuer_new(const lanyard_issuer_opts *opts,
                                                            const lanyard_mem *mem,
                                                            lanyard_issuer **issuer,
                                                            lanyard_error *err);
LANYARD_API void lanyard_issuer_free(lanyard_issuer *issuer); /* NULL is fine */

/* One claim. The kind says which field counts. */
typedef enum lanyard_claim_kind {
    LANYARD_CLAIM_STR = 0,  /* text, escaped as needed */
    LANYARD_CLAIM_INT = 1,  /* number */
    LANYARD_CLAIM_BOOL = 2, /* number: 0 or 1 */
    LANYARD_CLAIM_JSON = 3  /* text is JSON, checked and written as given */
} lanyard_claim_kind;

typedef struct lanyard_claim {
    const char *name;
    lanyard_claim_kind kind;
    lanyard_str text;
    int64_t number;
} lanyard_claim;

/* The claims of one token, in the order given: first the members of json, then those of list. */
typedef struct lanyard_claims_opts {
    size_t size;      /* set by LANYARD_CLAIMS() */
    const char *json; /* a JSON object, its bytes kept; NULL: none */
    size_t json_len;
    const lanyard_claim *list;
    size_t list_len;
} lanyard_claims_opts;

#ifndef __cplusplus
#define LANYARD_CLAIMS(...)                                                                        \
    (&(const lanyard_claims_opts){ .size = sizeof(lanyard_claims_opts), __VA_ARGS__ })
#endif

/* Appends the token. When json is given and nothing is to be added, the payload is exactly its
 * bytes. claims and worker may be NULL (defaults alone). now: seconds since 1970, not negative.
 * E_CLAIMS (no JSON object, a name twice, a registered claim of the wrong type, or a token longer
 * than LANYARD_TOKEN_LEN_MAX), E_JSON_* (broken JSON, or above the default limits of a verifier),
 * E_BUFFER_FULL, E_NO_MEMORY, E_CRYPTO, E_ARGUMENT. A failure appends nothing. */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_issue(const lanyard_issuer *issuer,
                                                       const lanyard_claims_opts *claims,
                                                       int64_t now, lanyard_worker *worker,
                                                       lanyard_buf *out, lanyard_error *err);

LANYARD_END
#endif
