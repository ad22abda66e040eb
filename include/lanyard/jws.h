/* lanyard/jws.h - any bytes under a signature (RFC 7515, compact), no JSON stage over them. */
#ifndef LANYARD_JWS_H
#define LANYARD_JWS_H

#include <lanyard/keyset.h>
#include <lanyard/policy.h>

LANYARD_BEGIN

typedef struct lanyard_jws_opts {
    size_t size;        /* set by LANYARD_JWS() */
    const char *alg;    /* NULL: the key's own, or HS256 for a secret that names none */
    const char *typ;    /* NULL: no "typ" */
    const char *header; /* a whole header as a JSON object, written as given; its "alg" must agree,
                         * a missing one is put first; typ and kid are then not added */
    size_t header_len;
    uint32_t no_kid; /* 1: the key's kid is not written */
} lanyard_jws_opts;

#ifndef __cplusplus
#define LANYARD_JWS(...)                                                                           \
    (&(const lanyard_jws_opts){ .size = sizeof(lanyard_jws_opts), __VA_ARGS__ })
#endif

/* Appends header.payload.signature. The default header is {"alg":A,"typ":T,"kid":K}, typ and kid
 * only where there is one; no header is longer than LANYARD_HEADER_LEN_MAX. The payload may be
 * longer than a verifier reads with default limits (lanyard_limits). opts and worker may be NULL.
 * E_KEY_USE, E_KEY_SHORT, E_ALG_UNKNOWN, E_HEADER, E_JSON_* (of header), E_BUFFER_FULL,
 * E_NO_MEMORY, E_CRYPTO, E_ARGUMENT. A failure appends nothing. */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_jws_sign(const lanyard_key *key,
                                                          const lanyard_jws_opts *opts,
                                                          lanyard_bytes payload,
                                                          lanyard_worker *worker, lanyard_buf *out,
                                                          lanyard_error *err);

/* Appends the payload, only when the signature holds. Of the policy only algorithms, padding and
 * limits count here: no typ, no claims. worker may be NULL. 1xxx, 2001 to 2013, 3xxx, 4xxx. */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_jws_verify(
    const lanyard_policy *policy, const lanyard_keyset *keys, const char *text, size_t text_len,
    lanyard_worker *worker, lanyard_buf *payload, lanyard_error *err);

LANYARD_END
#endif
