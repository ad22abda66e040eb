/* crit.c - the rules of "crit" itself (RFC 7515, 4.1.11). */
#include "jose/header.h"

/* Names that RFC 7515, 7516 and 7518 define: never extensions. */
static const lan_str crit_registered[] = {
    { "alg", 3 }, { "jku", 3 }, { "jwk", 3 },      { "kid", 3 }, { "x5u", 3 },
    { "x5c", 3 }, { "x5t", 3 }, { "x5t#S256", 8 }, { "typ", 3 }, { "cty", 3 },
    { "enc", 3 }, { "zip", 3 }, { "crit", 4 },     { "epk", 3 }, { "apu", 3 },
    { "apv", 3 }, { "iv", 2 },  { "tag", 3 },      { "p2s", 3 }, { "p2c", 3 },
};

static bool crit_is_registered(lan_str name)
{
    for (size_t i = 0; i < sizeof crit_registered / sizeof *crit_registered; i++)
        if (lan_str_eq(crit_registered[i], name))
            return true;
    return false;
}

static bool crit_stands_before(const lan_json *header, uint32_t crit, uint32_t item)
{
    for (uint32_t node = crit + 1; node < item; node++)
        if (lan_str_eq(lan_json_text(header, node), lan_json_text(header, item)))
            return true;
    return false;
}

/* What is wrong with one item of the list, or NULL. */
static const char *crit_item_fault(const lan_json *header, uint32_t crit, uint32_t item)
{
    if (!lan_json_is(header, item, LANYARD_JSON_STRING))
        return "expected an array of names";

    lan_str name = lan_json_text(header, item);

    if (crit_is_registered(name))
        return "a registered name cannot be critical";
    if (lan_json_find(header, 0, name) == LAN_JSON_NONE)
        return "a critical name that is not in the header";
    return crit_stands_before(header, crit, item) ? "a name that stands twice" : NULL;
}

lanyard_status lan_crit_check(const lan_json *header, bool *names_any, size_t *at,
                              const char **detail)
{
    uint32_t crit = lan_json_find(header, 0, LAN_STR("crit"));

    *names_any = crit != LAN_JSON_NONE;
    if (!*names_any)
        return LANYARD_OK;
    *at = header->nodes[crit].start;
    *detail = "expected a list of at least one name";
    if (!lan_json_is(header, crit, LANYARD_JSON_ARRAY) || header->nodes[crit].count == 0)
        return LANYARD_E_CRIT_INVALID;
    for (uint32_t item = crit + 1; item < header->nodes[crit].next;
         item = header->nodes[item].next) {
        *at = header->nodes[item].start;
        *detail = crit_item_fault(header, crit, item);
        if (*detail)
            return LANYARD_E_CRIT_INVALID;
    }
    *at = header->nodes[crit].start;
    return LANYARD_OK;
}
