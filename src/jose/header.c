/* header.c - the JOSE header of a token; see header.h. */
#include "jose/header.h"

/* The members this library reads, all of them strings. */
typedef enum header_member {
    HEADER_ALG,
    HEADER_KID,
    HEADER_TYP,
    HEADER_CTY,
    HEADER_COUNT
} header_member;

static const uint32_t header_names[HEADER_COUNT] = {
    [HEADER_ALG] = LAN_JSON_THREE('a', 'l', 'g'),
    [HEADER_KID] = LAN_JSON_THREE('k', 'i', 'd'),
    [HEADER_TYP] = LAN_JSON_THREE('t', 'y', 'p'),
    [HEADER_CTY] = LAN_JSON_THREE('c', 't', 'y'),
};
static const char *const header_wheres[HEADER_COUNT] = { "header:alg", "header:kid", "header:typ",
                                                         "header:cty" };

static size_t header_offset(const lan_parts *parts, size_t at)
{
    return lan_part_offset(parts, &parts->header, at);
}

/* Where the members stand; NULL, or the name for errors of the first that is no string, and *bad
 * its node. */
static const char *header_find(const lan_json *tree, uint32_t found[HEADER_COUNT], uint32_t *bad)
{
    lan_json_find_threes(tree, 0, header_names, HEADER_COUNT, found);
    for (size_t i = 0; i < HEADER_COUNT; i++) {
        if (found[i] == LAN_JSON_NONE || lan_json_is(tree, found[i], LANYARD_JSON_STRING))
            continue;
        *bad = found[i];
        return header_wheres[i];
    }
    return NULL;
}

const char *lan_header_wrong_type(const lan_json *header, size_t *at)
{
    uint32_t found[HEADER_COUNT] = { 0 };
    uint32_t bad = 0;
    const char *where = header_find(header, found, &bad);

    *at = header->nodes[bad].start;
    return where;
}

static lan_str header_text(const lan_json *tree, uint32_t node)
{
    return node == LAN_JSON_NONE ? LAN_STR("") : lan_json_text(tree, node);
}

lanyard_status lan_header_parse(lan_arena *arena, const lan_parts *parts,
                                const lanyard_limits *limits, lan_header *header,
                                lanyard_error *err)
{
    lan_header self = { 0 };
    uint32_t found[HEADER_COUNT] = { 0 };
    uint32_t bad = 0;
    const char *where = NULL;
    lan_str source = lan_str_of_bytes(parts->header.bytes);
    lan_json_fault fault = { 0 };

    if (source.len > limits->header_len)
        return lan_fail(err, LANYARD_E_HEADER_LENGTH, "header", header_offset(parts, 0));

    lanyard_status status = lan_json_parse(arena, source, limits, &self.tree, &fault);

    if (status != LANYARD_OK)
        return lan_fail_saying(err, status, "header", header_offset(parts, fault.at), fault.detail);
    if (!lan_json_is(&self.tree, 0, LANYARD_JSON_OBJECT))
        return lan_fail(err, LANYARD_E_HEADER_TYPE, "header", header_offset(parts, 0));
    where = header_find(&self.tree, found, &bad);
    if (where)
        return lan_fail_saying(err, LANYARD_E_HEADER_MEMBER, where,
                               header_offset(parts, self.tree.nodes[bad].start),
                               "expected a string");
    if (found[HEADER_ALG] == LAN_JSON_NONE)
        return lan_fail(err, LANYARD_E_ALG_MISSING, "header:alg", header_offset(parts, 0));
    self.alg = header_text(&self.tree, found[HEADER_ALG]);
    self.kid = header_text(&self.tree, found[HEADER_KID]);
    self.typ = header_text(&self.tree, found[HEADER_TYP]);
    self.has_kid = found[HEADER_KID] != LAN_JSON_NONE;
    self.has_typ = found[HEADER_TYP] != LAN_JSON_NONE;
    *header = self;
    return LANYARD_OK;
}

lanyard_status lan_header_check(const lanyard_policy *policy, const lan_parts *parts,
                                const lan_header *header, lanyard_error *err)
{
    const char *detail = NULL;
    bool names_any = false;
    size_t at = 0;

    if (parts->padding_at < parts->text.len && !lan_policy_allows(policy, LANYARD_ALLOW_PADDING))
        return lan_fail(err, LANYARD_E_BASE64_PADDING, "token", parts->padding_at);
    if (lan_crit_check(&header->tree, &names_any, &at, &detail) != LANYARD_OK)
        return lan_fail_saying(err, LANYARD_E_CRIT_INVALID, "header:crit", header_offset(parts, at),
                               detail);
    /* RFC 7515, 4.1.11: this library understands no extension, so none may be critical. */
    if (names_any)
        return lan_fail(err, LANYARD_E_CRIT_UNKNOWN, "header:crit", header_offset(parts, at));

    /* RFC 7797, 6 and 7: an unencoded payload must be critical, and is never a JWT. */
    uint32_t b64 = lan_json_find(&header->tree, 0, LAN_STR("b64"));

    if (b64 != LAN_JSON_NONE)
        return lan_fail(err, LANYARD_E_B64, "header:b64",
                        header_offset(parts, header->tree.nodes[b64].start));
    return LANYARD_OK;
}
