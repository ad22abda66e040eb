/* claims_read.c - verified bytes to claims. */
#include "jwt/claims.h"

static const uint32_t claims_names[LAN_CLAIM_COUNT] = {
    [LAN_CLAIM_ISS] = LAN_JSON_THREE('i', 's', 's'),
    [LAN_CLAIM_SUB] = LAN_JSON_THREE('s', 'u', 'b'),
    [LAN_CLAIM_AUD] = LAN_JSON_THREE('a', 'u', 'd'),
    [LAN_CLAIM_EXP] = LAN_JSON_THREE('e', 'x', 'p'),
    [LAN_CLAIM_NBF] = LAN_JSON_THREE('n', 'b', 'f'),
    [LAN_CLAIM_IAT] = LAN_JSON_THREE('i', 'a', 't'),
    [LAN_CLAIM_JTI] = LAN_JSON_THREE('j', 't', 'i'),
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
    lan_json_find_threes(&tree, 0, claims_names, LAN_CLAIM_COUNT, claims->registered);
    return LANYARD_OK;
}
