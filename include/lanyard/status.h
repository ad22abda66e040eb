/* lanyard/status.h - what can go wrong, once, for every ring around the library.
 *
 * Numbers are stable. Thousands are the class:
 *   1xxx  malformed: this is not a token, or not text we may read
 *   2xxx  refused by policy: a token, but not one to accept
 *   3xxx  cryptography says no; carries no detail, by design
 *   4xxx  the caller or the machine; the only class worth paging for
 * X(NAME, number, sentence, HTTP status, RFC 6750 error word or NULL)
 */
#ifndef LANYARD_STATUS_H
#define LANYARD_STATUS_H

#include <lanyard/version.h>
#include <lanyard/bytes.h>

#define LANYARD_STATUS_MAP(X)                                                                      \
    X(OK, 0, "accepted", 200, NULL)                                                                \
    /* 1xxx: malformed */                                                                          \
    X(E_TOKEN_LENGTH, 1001, "the token is longer than the limit", 401, "invalid_token")            \
    X(E_TOKEN_PARTS, 1002, "the token does not have three parts", 401, "invalid_token")            \
    X(E_BASE64_CHAR, 1011, "a character outside base64url", 401, "invalid_token")                  \
    X(E_BASE64_LENGTH, 1012, "a base64url part of impossible length", 401, "invalid_token")        \
    X(E_BASE64_BITS, 1013, "base64url with leftover bits set", 401, "invalid_token")               \
    X(E_BASE64_PADDING, 1014, "base64url with padding", 401, "invalid_token")                      \
    X(E_JSON_SYNTAX, 1021, "text that is not JSON", 401, "invalid_token")                          \
    X(E_JSON_UTF8, 1022, "JSON that is not valid UTF-8", 401, "invalid_token")                     \
    X(E_JSON_SURROGATE, 1023, "JSON with a lone surrogate", 401, "invalid_token")                  \
    X(E_JSON_DUPLICATE, 1024, "a JSON member that stands twice", 401, "invalid_token")             \
    X(E_JSON_DEPTH, 1025, "JSON nested deeper than the limit", 401, "invalid_token")               \
    X(E_JSON_MEMBERS, 1026, "JSON with more values than the limit", 401, "invalid_token")          \
    X(E_HEADER_TYPE, 1031, "the header is not a JSON object", 401, "invalid_token")                \
    X(E_HEADER_LENGTH, 1032, "the header is longer than the limit", 401, "invalid_token")          \
    X(E_HEADER_MEMBER, 1033, "a header member of the wrong type", 401, "invalid_token")            \
    X(E_ALG_MISSING, 1034, "the header names no algorithm", 401, "invalid_token")                  \
    X(E_CRIT_INVALID, 1035, "a \"crit\" header that breaks its rules", 401, "invalid_token")       \
    X(E_CLAIMS_TYPE, 1041, "the claims are not a JSON object", 401, "invalid_token")               \
    X(E_CLAIM_TYPE, 1042, "a claim of the wrong type", 401, "invalid_token")                       \
    X(E_CLAIM_RANGE, 1043, "a time outside the range of 64 bits", 401, "invalid_token")            \
    X(E_BEARER, 1051, "a broken Authorization header", 400, "invalid_request")                     \
    X(E_BEARER_MISSING, 1052, "no bearer token", 401, NULL)                                        \
    /* 2xxx: refused by policy */                                                                  \
    X(E_ALG_UNKNOWN, 2001, "an algorithm nobody knows", 401, "invalid_token")                      \
    X(E_ALG_REFUSED, 2002, "an algorithm that the policy does not allow", 401, "invalid_token")    \
    X(E_CRIT_UNKNOWN, 2003, "a critical header that is not understood", 401, "invalid_token")      \
    X(E_B64, 2004, "an unencoded payload", 401, "invalid_token")                                   \
    X(E_TYP, 2005, "a token of another type", 401, "invalid_token")                                \
    X(E_KEY_NOT_FOUND, 2011, "no key with that key ID", 401, "invalid_token")                      \
    X(E_KEY_UNFIT, 2012, "no key that fits the token", 401, "invalid_token")                       \
    X(E_KEY_SHORT, 2013, "a key too short for the algorithm", 401, "invalid_token")                \
    X(E_EXPIRED, 2021, "the token has expired", 401, "invalid_token")                              \
    X(E_NOT_YET_VALID, 2022, "the token is not valid yet", 401, "invalid_token")                   \
    X(E_ISSUED_LATER, 2023, "the token was issued in the future", 401, "invalid_token")            \
    X(E_TOO_OLD, 2024, "the token is older than the policy allows", 401, "invalid_token")          \
    X(E_CLAIM_MISSING, 2025, "a required claim is missing", 401, "invalid_token")                  \
    X(E_ISSUER, 2026, "a token of another issuer", 401, "invalid_token")                           \
    X(E_AUDIENCE, 2027, "a token for another audience", 401, "invalid_token")                      \
    X(E_AUDIENCE_UNASKED, 2028, "an audience, where the policy names none", 401, "invalid_token")  \
    X(E_SUBJECT, 2029, "a token of another subject", 401, "invalid_token")                         \
    /* 3xxx: cryptography says no */                                                               \
    X(E_SIGNATURE, 3001, "the signature does not match", 401, "invalid_token")                     \
    /* 4xxx: the caller or the machine */                                                          \
    X(E_ARGUMENT, 4001, "an argument that makes no sense", 500, NULL)                              \
    X(E_NO_MEMORY, 4002, "no memory", 503, NULL)                                                   \
    X(E_CRYPTO, 4003, "libcrypto failed", 500, NULL)                                               \
    X(E_ALG_UNAVAILABLE, 4004, "an algorithm that this libcrypto does not have", 500, NULL)        \
    X(E_BUFFER_FULL, 4005, "a buffer at its ceiling", 500, NULL)                                   \
    X(E_NOT_FOUND, 4006, "no such member", 500, NULL)                                              \
    X(E_WRONG_TYPE, 4007, "a member of another type", 500, NULL)                                   \
    X(E_POLICY, 4011, "a policy that cannot be used", 500, NULL)                                   \
    X(E_KEY_FORMAT, 4021, "this is no key", 500, NULL)                                             \
    X(E_KEY_INVALID, 4022, "a key with wrong numbers", 500, NULL)                                  \
    X(E_KEY_WEAK, 4023, "a key below the minimum length", 500, NULL)                               \
    X(E_KEY_PUBLIC_SECRET, 4024, "a public key where a secret was said", 500, NULL)                \
    X(E_KEY_PASSPHRASE, 4025, "a key that its passphrase does not open", 500, NULL)                \
    X(E_KEY_UNSUPPORTED, 4026, "a key of a kind that is not supported", 500, NULL)                 \
    X(E_KEY_USE, 4027, "a key that may not be used for this", 500, NULL)                           \
    X(E_CLAIMS, 4031, "claims that cannot be issued", 500, NULL)                                   \
    X(E_HEADER, 4032, "a header that cannot be issued", 500, NULL)

LANYARD_BEGIN

#define LANYARD_STATUS_ENUM(name, number, sentence, http, bearer) LANYARD_##name = (number),
typedef enum lanyard_status { LANYARD_STATUS_MAP(LANYARD_STATUS_ENUM) } lanyard_status;
#undef LANYARD_STATUS_ENUM

/* "E_EXPIRED"; "E_UNKNOWN" for a number that is none of ours. Static text. */
LANYARD_API const char *lanyard_status_name(lanyard_status status);

/* "the token has expired": lower case, no period. Static text. */
LANYARD_API const char *lanyard_status_text(lanyard_status status);

/* The HTTP status to answer with: 200, 400, 401, 500 or 503. */
LANYARD_API int lanyard_status_http(lanyard_status status);

/* The error word of RFC 6750, 3.1 ("invalid_token", "invalid_request"), or NULL when none
 * belongs in the challenge. Static text. */
LANYARD_API const char *lanyard_status_bearer(lanyard_status status);

/* Iterate over all statuses from index 0; LANYARD_OK past the end (and at index 0). */
LANYARD_API lanyard_status lanyard_status_at(size_t index);

/* Finds the token in the value of one Authorization header: "Bearer TOKEN" (RFC 6750, 2.1;
 * scheme in any case). text borrows from header.
 * E_BEARER_MISSING: empty, or another scheme. E_BEARER: the scheme but no single token68. */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_bearer_find(const char *header, size_t len,
                                                             lanyard_str *text);

LANYARD_END
#endif
