/* claims.h - the claims of a verified token: parsed, then checked against the policy. */
#ifndef LAN_JWT_CLAIMS_H
#define LAN_JWT_CLAIMS_H

#include "jose/verified.h"

/* The claims that RFC 7519, 4.1 registers. */
typedef enum lan_claim {
    LAN_CLAIM_ISS,
    LAN_CLAIM_SUB,
    LAN_CLAIM_AUD,
    LAN_CLAIM_EXP,
    LAN_CLAIM_NBF,
    LAN_CLAIM_IAT,
    LAN_CLAIM_JTI,
    LAN_CLAIM_COUNT
} lan_claim;

typedef struct lan_claims {
    const lanyard_untrusted *untrusted; /* for offsets, and for the header's typ */
    lan_json tree;
    uint32_t registered[LAN_CLAIM_COUNT]; /* where they stand in it, or LAN_JSON_NONE */
} lan_claims;

/* The payload as a JSON object. Only verified bytes get here. */
lanyard_status lan_claims_parse(lanyard_untrusted *untrusted, const lan_verified *verified,
                                lan_claims *claims, lanyard_error *err);

#define LAN_CLAIMS_ROWS 10u

/* One of the checks alone, by its place in their order; *bit is its LANYARD_FAILED_ bit. */
lanyard_status lan_claims_check_row(const lanyard_policy *policy, const lan_claims *claims,
                                    int64_t now, size_t row, uint32_t *bit, lanyard_error *err);

/* RFC 7519, 4.1 and 7.2: runs every check and tells them all in err->failed; the status is the
 * first that failed. */
lanyard_status lan_claims_check(const lanyard_policy *policy, const lan_claims *claims, int64_t now,
                                lanyard_error *err);

#endif
