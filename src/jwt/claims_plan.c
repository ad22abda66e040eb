/* claims_plan.c - what a payload will hold, checked before a byte of it is written: nothing is
 * issued that a strict verifier would refuse to read. */
#include "base/arena.h"
#include "codec/json_read.h"
#include "codec/number.h"
#include "codec/utf8.h"
#include "crypto/random.h"
#include "jwt/claims_write.h"

#define PLAN_STACK    8192u
#define PLAN_LIST_MAX 256u

#define TYPE_BIT(type) (1u << (type))

/* RFC 7519, 4.1: the types of the registered claims. */
typedef struct registered_row {
    lan_str name;
    uint32_t types;
    const char *detail;
} registered_row;

static const registered_row registered_rows[] = {
    { { "iss", 3 }, TYPE_BIT(LANYARD_JSON_STRING), "iss must be a string" },
    { { "sub", 3 }, TYPE_BIT(LANYARD_JSON_STRING), "sub must be a string" },
    { { "aud", 3 },
      TYPE_BIT(LANYARD_JSON_STRING) | TYPE_BIT(LANYARD_JSON_ARRAY),
      "aud must be a string or an array of strings" },
    { { "exp", 3 }, TYPE_BIT(LANYARD_JSON_NUMBER), "exp must be a number" },
    { { "nbf", 3 }, TYPE_BIT(LANYARD_JSON_NUMBER), "nbf must be a number" },
    { { "iat", 3 }, TYPE_BIT(LANYARD_JSON_NUMBER), "iat must be a number" },
    { { "jti", 3 }, TYPE_BIT(LANYARD_JSON_STRING), "jti must be a string" },
};

static lanyard_status plan_refuse(lanyard_error *err, size_t at, const char *detail)
{
    return lan_fail_saying(err, LANYARD_E_CLAIMS, "claims", at, detail);
}

static lanyard_status plan_refuse_twice(lanyard_error *err, lan_str name)
{
    plan_refuse(err, 0, "a claim that stands twice: ");
    lan_detail_str(err, name);
    return LANYARD_E_CLAIMS;
}

static bool array_has_strings_only(const lan_json *tree, uint32_t array)
{
    for (uint32_t node = array + 1; node < tree->nodes[array].next; node = tree->nodes[node].next)
        if (!lan_json_is(tree, node, LANYARD_JSON_STRING))
            return false;
    return true;
}

/* tree is NULL where the value is known to be no array. */
static lanyard_status plan_check_type(lan_str name, lanyard_json_type type, const lan_json *tree,
                                      uint32_t node, lanyard_error *err)
{
    for (size_t i = 0; i < sizeof registered_rows / sizeof *registered_rows; i++) {
        const registered_row *row = &registered_rows[i];

        if (!lan_str_eq(row->name, name))
            continue;
        if (!(row->types & TYPE_BIT(type)) ||
            (tree && type == LANYARD_JSON_ARRAY && !array_has_strings_only(tree, node)))
            return plan_refuse(err, tree ? tree->nodes[node].start : 0, row->detail);
        if (type == LANYARD_JSON_NUMBER && tree &&
            !lan_number_to_whole(lan_json_source(tree, node)).fits)
            return plan_refuse(err, tree->nodes[node].start, "a time outside the range of 64 bits");
    }
    return LANYARD_OK;
}

/* The caller's object: its members are checked, and defaults it already has are dropped. */
static lanyard_status plan_take_json(lan_claims_plan *plan, const lan_json *tree,
                                     lanyard_error *err)
{
    if (!lan_json_is(tree, 0, LANYARD_JSON_OBJECT))
        return plan_refuse(err, 0, "the claims are not a JSON object");
    for (uint32_t node = 1; node < tree->nodes[0].next; node = tree->nodes[node].next) {
        lan_str name = lan_json_name(tree, node);

        TRY(plan_check_type(name, tree->nodes[node].type, tree, node, err));
        plan->defaults &= ~lan_default_bit(name);
    }
    plan->json = tree->source;
    plan->json_close = tree->nodes[0].start + tree->nodes[0].len - 1;
    plan->json_has_members = tree->nodes[0].count > 0;
    return LANYARD_OK;
}

/* It will stand one object deeper than it stands here. */
static lanyard_status plan_check_json_claim(lan_claims_plan *plan, lan_arena *arena, lan_str name,
                                            lan_str text, lanyard_error *err)
{
    static const lanyard_limits limits = { .json_depth = LANYARD_JSON_DEPTH_MAX - 1 };
    lan_json tree = { 0 };

    TRY(lan_json_parse_saying(arena, text, &limits, "claims", &tree, err));
    plan->values += tree.count - 1;
    return plan_check_type(name, tree.nodes[0].type, &tree, 0, err);
}

static lanyard_status plan_check_claim(lan_claims_plan *plan, lan_arena *arena,
                                       const lanyard_claim *claim, lanyard_error *err)
{
    static const lanyard_json_type types[] = { LANYARD_JSON_STRING, LANYARD_JSON_NUMBER,
                                               LANYARD_JSON_TRUE };
    lan_str name = lanyard_str_of(claim->name);

    if (!claim->name || !lan_utf8_is_valid(name))
        return plan_refuse(err, 0, "a name that is not UTF-8");
    if (claim->kind > LANYARD_CLAIM_JSON)
        return plan_refuse(err, 0, "a kind of claim nobody knows");
    if (claim->kind == LANYARD_CLAIM_JSON)
        return plan_check_json_claim(plan, arena, name, claim->text, err);
    if (claim->kind == LANYARD_CLAIM_STR && !lan_utf8_is_valid(claim->text))
        return plan_refuse(err, 0, "a text that is not UTF-8");
    return plan_check_type(name, types[claim->kind], NULL, 0, err);
}

/* tree: the caller's object, or NULL. */
static lanyard_status plan_take_list(lan_claims_plan *plan, lan_arena *arena, const lan_json *tree,
                                     lanyard_error *err)
{
    const lanyard_claim *list = plan->claims->list;

    if (plan->claims->list_len > PLAN_LIST_MAX)
        return plan_refuse(err, 0, "more than 256 claims in a list");
    plan->values += plan->claims->list_len;
    for (size_t i = 0; i < plan->claims->list_len; i++) {
        TRY(plan_check_claim(plan, arena, &list[i], err));

        lan_str name = lanyard_str_of(list[i].name);

        if (tree && lan_json_find(tree, 0, name) != LAN_JSON_NONE)
            return plan_refuse_twice(err, name);
        for (size_t before = 0; before < i; before++)
            if (lan_str_eq(lanyard_str_of(list[before].name), name))
                return plan_refuse_twice(err, name);
        plan->defaults &= ~lan_default_bit(name);
    }
    return LANYARD_OK;
}

/* A verifier counts the values of the whole payload, and so does this. */
static lanyard_status plan_count(lan_claims_plan *plan, lanyard_error *err)
{
    plan->values += lan_defaults_values(plan);
    return plan->values <= LANYARD_JSON_VALUES_MAX
               ? LANYARD_OK
               : lan_fail(err, LANYARD_E_JSON_MEMBERS, "claims", 0);
}

static lanyard_status plan_take(lan_claims_plan *plan, lan_arena *arena, lanyard_error *err)
{
    const lanyard_claims_opts *claims = plan->claims;
    lan_str json = { claims->json, claims->json_len };
    lan_json tree = { 0 };

    plan->values = 1;
    if (json.ptr) {
        TRY(lan_json_parse_saying(arena, json, NULL, "claims", &tree, err));
        TRY(plan_take_json(plan, &tree, err));
        plan->values = tree.count;
    }
    return plan_take_list(plan, arena, json.ptr ? &tree : NULL, err);
}

/* RFC 9562, 5.7: 48 bits of milliseconds, version, random bits around the variant. */
static lanyard_status plan_make_jti(lan_claims_plan *plan, lanyard_worker *worker,
                                    lanyard_error *err)
{
    static const char hex[] = "0123456789abcdef";
    uint8_t uuid[16];
    uint64_t milliseconds = (uint64_t)plan->now * 1000;
    size_t at = 0;

    TRY(lan_random(worker, uuid + 6, 10, err));
    for (size_t i = 0; i < 6; i++)
        uuid[i] = (uint8_t)(milliseconds >> (40 - 8 * i));
    uuid[6] = (uint8_t)(0x70 | (uuid[6] & 0x0f));
    uuid[8] = (uint8_t)(0x80 | (uuid[8] & 0x3f));
    for (size_t i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            plan->jti[at++] = '-';
        plan->jti[at++] = hex[uuid[i] >> 4];
        plan->jti[at++] = hex[uuid[i] & 15];
    }
    return LANYARD_OK;
}

lanyard_status lan_claims_plan_make(const lanyard_issuer *issuer, const lanyard_claims_opts *claims,
                                    int64_t now, const lanyard_mem *mem, lan_claims_plan *plan,
                                    lanyard_error *err)
{
    _Alignas(LAN_ALIGN) uint8_t stack[PLAN_STACK];
    lanyard_mem first = { .alloc = mem->alloc, .first = stack, .first_len = sizeof stack };
    lan_arena arena = { 0 };

    plan->issuer = issuer;
    plan->claims = claims;
    plan->now = now;
    plan->defaults = lan_defaults_asked(issuer);
    plan->json = (lan_str){ 0 };
    plan->json_has_members = false;
    TRY(lan_arena_init(&arena, &first, 0, SIZE_MAX / 2, err));

    lanyard_status status = plan_take(plan, &arena, err);

    lan_arena_done(&arena);
    TRY(status);
    TRY(plan_count(plan, err));
    return plan->defaults & lan_default_bit(LAN_STR("jti")) ? plan_make_jti(plan, mem->worker, err)
                                                            : LANYARD_OK;
}
