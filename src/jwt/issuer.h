/* issuer.h - who makes tokens, from the inside; see lanyard/issuer.h. */
#ifndef LAN_JWT_ISSUER_H
#define LAN_JWT_ISSUER_H

#include <lanyard/issuer.h>
#include "base/arena.h"
#include "jose/policy.h"
#include "key/key.h"

struct lanyard_issuer {
    lan_arena arena; /* the issuer is its first object */
    lanyard_key *key;
    const lan_alg *alg;
    lan_str header; /* its JSON, made once */
    lan_str iss;
    lan_str sub;
    lan_list audiences;
    uint32_t lifetime_s;
    bool has_iss;
    bool has_sub;
    bool adds_nbf;
    bool adds_iat;
    bool adds_jti;
};

#endif
