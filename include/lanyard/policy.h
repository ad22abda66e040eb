/* lanyard/policy.h - what a verifier will accept.
 *
 * IMMUTABLE after lanyard_policy_new(): share it between any number of threads. It copies every
 * string of its options. Holds memory only.
 */
#ifndef LANYARD_POLICY_H
#define LANYARD_POLICY_H

#include <lanyard/error.h>
#include <lanyard/buf.h>
#include <lanyard/limits.h>
#include <lanyard/mem.h>

LANYARD_BEGIN

typedef struct lanyard_policy lanyard_policy;

/* For `algs`: whatever each key says of itself in "alg". A key that says nothing fits nothing. */
#define LANYARD_ALGS_OF_KEYS "*"

/* Bits of `allow`: each takes one strictness away. There is no other way around it. */
#define LANYARD_ALLOW_NO_EXP     0x01u /* a token without "exp" */
#define LANYARD_ALLOW_ANY_AUD    0x02u /* a token with any "aud" */
#define LANYARD_ALLOW_ANY_TYP    0x04u /* a token of any "typ" */
#define LANYARD_ALLOW_PADDING    0x08u /* "=" at the end of a part, as one load balancer writes */
#define LANYARD_ALLOW_FUTURE_IAT 0x10u /* "iat" later than now */

#define LANYARD_LEEWAY_MAX 86400u /* seconds */

/* Everything is a field; zero means the safe default. */
typedef struct lanyard_policy_opts {
    size_t size;                  /* set by LANYARD_POLICY(); lets fields be added */
    const char *algs;             /* required: names separated by spaces, or LANYARD_ALGS_OF_KEYS */
    const char *const *issuers;   /* NULL-terminated; NULL: the issuer is not checked */
    const char *const *audiences; /* NULL-terminated; NULL: tokens that carry "aud" are refused */
    const char *subject;          /* NULL: not checked */
    const char *typ;              /* NULL: "JWT" or absent. Compared as RFC 7515, 4.1.9 says */
    const char *const *required;  /* NULL-terminated claim names that must stand, besides "exp" */
    uint32_t leeway_s;            /* clock skew to forgive, seconds, at most LANYARD_LEEWAY_MAX */
    uint32_t max_age_s;           /* refuse when issued longer ago; needs "iat". 0: not checked */
    uint32_t allow;               /* LANYARD_ALLOW_ bits */
    lanyard_limits limits;
} lanyard_policy_opts;

#ifndef __cplusplus
#define LANYARD_POLICY(...)                                                                        \
    (&(const lanyard_policy_opts){ .size = sizeof(lanyard_policy_opts), __VA_ARGS__ })
#define LANYARD_LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })
#endif

/* E_POLICY (no or unknown algorithm, leeway too large, an empty list or text), E_ARGUMENT,
 * E_NO_MEMORY. Use cannot fail on configuration later. */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_policy_new(const lanyard_policy_opts *opts,
                                                            const lanyard_mem *mem,
                                                            lanyard_policy **policy,
                                                            lanyard_error *err);

/* Reads a policy file: one JSON object whose members are the fields above (docs/policy.md):
 * {"algs":["ES256"],"issuers":["https://idp.example"],"audiences":["orders"],"leeway_s":30,
 *  "allow":["no_exp"]}. An unknown member is refused. E_POLICY, E_JSON_*, E_NO_MEMORY. */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_policy_read(const char *text, size_t len,
                                                             const lanyard_mem *mem,
                                                             lanyard_policy **policy,
                                                             lanyard_error *err);

/* Appends the policy as such a file. */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_policy_write(const lanyard_policy *policy,
                                                              lanyard_buf *out, lanyard_error *err);

LANYARD_API void lanyard_policy_free(lanyard_policy *policy); /* NULL is fine */

LANYARD_END
#endif
