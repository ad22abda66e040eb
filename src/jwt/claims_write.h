/* claims_write.h - the payload of a token to be issued. */
#ifndef LAN_JWT_CLAIMS_WRITE_H
#define LAN_JWT_CLAIMS_WRITE_H

#include "codec/json_write.h"
#include "jwt/issuer.h"

#define LAN_JTI_LEN 36u /* a UUID */

/* What stands in a payload, settled before it is counted and written. */
typedef struct lan_claims_plan {
    const lanyard_issuer *issuer;
    const lanyard_claims_opts *claims; /* never NULL */
    int64_t now;
    uint32_t defaults; /* bits of the issuer's defaults that the claims lack */
    lan_str json;      /* the caller's object, untouched; empty: none */
    size_t json_close; /* where its closing brace stands */
    bool json_has_members;
    size_t values; /* of the payload to be: a verifier counts them */
    char jti[LAN_JTI_LEN];
} lan_claims_plan;

/* E_CLAIMS, E_NO_MEMORY, E_CRYPTO. */
lanyard_status lan_claims_plan_make(const lanyard_issuer *issuer, const lanyard_claims_opts *claims,
                                    int64_t now, const lanyard_mem *mem, lan_claims_plan *plan,
                                    lanyard_error *err);

/* The issuer's defaults as bits, and the bit of one by its name (0: it has no default). */
uint32_t lan_defaults_asked(const lanyard_issuer *issuer);
uint32_t lan_default_bit(lan_str name);

/* JSON values that the plan's defaults add. */
size_t lan_defaults_values(const lan_claims_plan *plan);

void lan_claims_write(lan_writer *writer, const lan_claims_plan *plan);

#endif
