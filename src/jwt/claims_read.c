/* claims_read.c - verified bytes to claims. */
#include "jwt/claims.h"

static const lan_str claims_names[LAN_CLAIM_COUNT] = {
    [LAN_CLAIM_ISS] = { "iss", 3 }, [LAN_CLAIM_SUB] = { "sub", 3 }, [LAN_CLAIM_AUD] = { "aud", 3 },
    [LAN_CLAIM_EXP] = { "exp", 3 }, [LAN_CLAIM_NBF] = { "nbf", 3 }, [LAN_CLAIM_IAT] = { "iat", 3 },
    [LAN_CLAIM_JTI] = { "jti", 3 },
};

lanyard_status lan_claims_parse(lanyard_untrusted *untrusted, const lan_verified *verified,
                                lan_claims *claims, lanyard_error *err)
{
    const lan_part *part = &untrusted->parts.payload;
    lan_json_fault fault = { 0 };
    lan_json tree = { 0 };
    lanyard_status status = lan_json_parse(&untrusted->arena, lan_str_of_bytes(verified->payload),
                                           &untrusted->limits, &tree, &fault);

    if (status != LANYARD_OK)
        return lan_fail_saying(err, status, "payload",
                               lan_part_offset(&untrusted->parts, part, fault.at), fault.detail);
    if (!lan_json_is(&tree, 0, LANYARD_JSON_OBJECT))
        return lan_fail(err, LANYARD_E_CLAIMS_TYPE, "payload",
                        lan_part_offset(&untrusted->parts, part, 0));
    *claims = (lan_claims){ .untrusted = untrusted, .tree = tree };
    lan_json_find_each(&tree, 0, claims_names, LAN_CLAIM_COUNT, claims->registered);
    return LANYARD_OK;
}
