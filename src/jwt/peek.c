/* peek.c - one claim of an unverified token, for who must find its key first. */
#include "jose/untrusted.h"

lanyard_status lanyard_untrusted_claim(lanyard_untrusted *untrusted, const lanyard_str *path,
                                       size_t path_len, lanyard_value *value, lanyard_error *err)
{
    lan_part *part = &untrusted->parts.payload;
    lan_json_fault fault = { 0 };
    uint32_t node = LAN_JSON_NONE;

    /* Read afresh each time: nothing unverified stays behind in the token. */
    lan_arena_rewind(&untrusted->arena, untrusted->after_header);

    lan_json *tree = lan_arena_alloc(&untrusted->arena, sizeof *tree);

    if (!tree)
        return lan_no_memory(err);

    lanyard_status status = lan_json_parse(&untrusted->arena, lan_str_of_bytes(part->bytes),
                                           &untrusted->limits, tree, &fault);

    if (status != LANYARD_OK)
        return lan_fail_saying(err, status, "payload",
                               lan_part_offset(&untrusted->parts, part, fault.at), fault.detail);
    if (!lan_json_is(tree, 0, LANYARD_JSON_OBJECT))
        return lan_fail(err, LANYARD_E_CLAIMS_TYPE, "payload",
                        lan_part_offset(&untrusted->parts, part, 0));
    node = lan_json_find_path(tree, path, path_len);
    if (node == LAN_JSON_NONE && path_len > 0)
        return lan_fail(err, LANYARD_E_NOT_FOUND, "payload",
                        lan_part_offset(&untrusted->parts, part, 0));
    *value = lan_json_value(tree, node);
    return LANYARD_OK;
}
