/* lanyard/jwt.h - verify a token and read its claims (RFC 7519).
 *
 * One way: text -> header -> key -> signature -> claims -> token. lanyard_verify() runs it whole.
 * It is cut once, after the header, for who must find the key first: lanyard_untrusted_read() and
 * lanyard_untrusted_verify(). An untrusted token is accepted nowhere a token is asked for.
 *
 * Both are CONFINED, hold memory only (they may be abandoned with their pool), and borrow nothing:
 * text, policy and keys may go at once. What the getters give is borrowed from the object.
 */
#ifndef LANYARD_JWT_H
#define LANYARD_JWT_H

#include <lanyard/json.h>
#include <lanyard/keyset.h>
#include <lanyard/policy.h>

LANYARD_BEGIN

typedef struct lanyard_token lanyard_token;
typedef struct lanyard_untrusted lanyard_untrusted;

/* now: seconds since 1970, such as lanyard_now(). mem may be NULL.
 * 1xxx, 2xxx, 3xxx, E_NO_MEMORY, E_ARGUMENT. All claim checks are run: see err->failed. */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_verify(const lanyard_policy *policy,
                                                        const lanyard_keyset *keys,
                                                        const char *text, size_t text_len,
                                                        int64_t now, const lanyard_mem *mem,
                                                        lanyard_token **token, lanyard_error *err);
LANYARD_API void lanyard_token_free(lanyard_token *token); /* wipes; NULL is fine */

/* Bytes of first chunk that always suffice for a token of that length under default limits, so
 * that no memory is taken at all. */
LANYARD_API size_t lanyard_verify_mem(size_t text_len);

/* The clock, for callers; the library itself never reads it. Seconds since 1970. */
LANYARD_API int64_t lanyard_now(void);

/* Claims. E_NOT_FOUND, E_WRONG_TYPE. */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_token_claim_str(const lanyard_token *token,
                                                                 const char *name,
                                                                 lanyard_str *value);
LANYARD_API LANYARD_CHECK lanyard_status lanyard_token_claim_int(const lanyard_token *token,
                                                                 const char *name, int64_t *value);
LANYARD_API LANYARD_CHECK lanyard_status lanyard_token_claim_num(const lanyard_token *token,
                                                                 const char *name, double *value);
/* Any member by path: names, or decimal indexes into arrays. path_len 0: the claims object. */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_token_find(const lanyard_token *token,
                                                            const lanyard_str *path,
                                                            size_t path_len, lanyard_value *value);
LANYARD_API lanyard_str
lanyard_token_payload(const lanyard_token *token); /* verified, as received */
LANYARD_API lanyard_str lanyard_token_header(const lanyard_token *token); /* JSON, as received */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_token_header_str(const lanyard_token *token,
                                                                  const char *name,
                                                                  lanyard_str *value);
LANYARD_API const char *lanyard_token_alg(const lanyard_token *token); /* static */
/* Place in the set of the key that verified it. */
LANYARD_API size_t lanyard_token_key_index(const lanyard_token *token);

/* The first half of the pipe: text to header. Nothing of it is verified. limits NULL: defaults. */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_untrusted_read(const lanyard_limits *limits,
                                                                const char *text, size_t text_len,
                                                                const lanyard_mem *mem,
                                                                lanyard_untrusted **untrusted,
                                                                lanyard_error *err);
/* The second half. Success takes the untrusted token, sets it to NULL and gives the token; failure
 * leaves it as it was, to be verified again with newer keys. */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_untrusted_verify(
    lanyard_untrusted **untrusted, const lanyard_policy *policy, const lanyard_keyset *keys,
    int64_t now, lanyard_token **token, lanyard_error *err);
LANYARD_API void lanyard_untrusted_free(lanyard_untrusted *untrusted); /* wipes; NULL is fine */

/* What it says of itself; believe none of it. "" where the header has no such string. */
LANYARD_API lanyard_str lanyard_untrusted_header(const lanyard_untrusted *untrusted);
LANYARD_API LANYARD_CHECK lanyard_status lanyard_untrusted_header_str(
    const lanyard_untrusted *untrusted, const char *name, lanyard_str *value);
LANYARD_API lanyard_str lanyard_untrusted_payload(const lanyard_untrusted *untrusted);
LANYARD_API lanyard_bytes lanyard_untrusted_signature(const lanyard_untrusted *untrusted);
/* A claim by path, read afresh from the unverified payload each time: *value lives until the next
 * call of this or of lanyard_untrusted_verify(). E_JSON_*, E_CLAIMS_TYPE when the payload is no
 * JSON object, E_NOT_FOUND, E_NO_MEMORY. */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_untrusted_claim(lanyard_untrusted *untrusted,
                                                                 const lanyard_str *path,
                                                                 size_t path_len,
                                                                 lanyard_value *value,
                                                                 lanyard_error *err);

LANYARD_END
#endif
