/* policy.h - what a verifier will accept, from the inside; see lanyard/policy.h. */
#ifndef LAN_JOSE_POLICY_H
#define LAN_JOSE_POLICY_H

#include <lanyard/policy.h>
#include "base/arena.h"
#include "key/row.h"

typedef struct lan_list {
    const lan_str *items;
    size_t count;
} lan_list;

struct lanyard_policy {
    lan_arena arena; /* the policy is its first object */
    const lan_alg *const *algs;
    size_t algs_count;
    bool algs_of_keys; /* whatever each key says of itself */
    bool checks_issuer;
    bool checks_audience;
    bool checks_subject;
    lan_list issuers;
    lan_list audiences;
    lan_list required;
    lan_str subject;
    lan_str typ; /* without "application/"; empty: "JWT" or absent */
    uint32_t leeway_s;
    uint32_t max_age_s;
    uint32_t allow;
    lanyard_limits limits; /* every field filled in */
};

static inline bool lan_policy_allows(const lanyard_policy *policy, uint32_t bit)
{
    return (policy->allow & bit) != 0;
}

bool lan_list_has(lan_list list, lan_str text);

/* Media types of "typ" (RFC 7515, 4.1.9): ASCII case aside, "application/" implied where there is
 * no other "/". */
bool lan_typ_equal(lan_str left, lan_str right);

/* limits with every 0 replaced by its default; NULL gives the defaults. */
lanyard_limits lan_limits_fill(const lanyard_limits *limits);

#endif
