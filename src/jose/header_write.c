/* header_write.c - the header of a token to be signed; see header_write.h. */
#include "jose/header_write.h"
#include "codec/utf8.h"
#include "jose/header.h"

#define HEADER_STACK 4096u

static lanyard_status plan_fail(lanyard_error *err, const char *where, size_t at,
                                const char *detail)
{
    return lan_fail_saying(err, LANYARD_E_HEADER, where, at, detail);
}

/* What nobody could verify is refused here; what a verifier must understand is the caller's to say.
 */
static lanyard_status plan_check(const lan_json *tree, lan_header_plan *plan, lanyard_error *err)
{
    bool names_any = false;
    size_t at = 0;
    const char *detail = NULL;
    const char *where = NULL;

    if (!lan_json_is(tree, 0, LANYARD_JSON_OBJECT))
        return plan_fail(err, "header", 0, "the header is not a JSON object");

    uint32_t alg = lan_json_find(tree, 0, LAN_STR("alg"));
    uint32_t b64 = lan_json_find(tree, 0, LAN_STR("b64"));

    plan->custom_has_alg = alg != LAN_JSON_NONE;
    plan->custom_has_more = tree->nodes[0].count > 0;
    if (plan->custom_has_alg &&
        (!lan_json_is(tree, alg, LANYARD_JSON_STRING) ||
         !lan_str_eq(lan_json_text(tree, alg), lanyard_str_of(plan->alg->info.name))))
        return plan_fail(err, "header:alg", tree->nodes[alg].start,
                         "the header's alg is not the one to sign with");
    where = lan_header_wrong_type(tree, &at);
    if (where)
        return plan_fail(err, where, at, "expected a string");
    if (lan_crit_check(tree, &names_any, &at, &detail) != LANYARD_OK)
        return plan_fail(err, "header:crit", at, detail);
    if (b64 != LAN_JSON_NONE)
        return plan_fail(err, "header:b64", tree->nodes[b64].start,
                         "an unencoded payload is not supported");
    return LANYARD_OK;
}

static lanyard_status plan_custom(lan_header_plan *plan, const lanyard_alloc *alloc,
                                  lanyard_error *err)
{
    _Alignas(LAN_ALIGN) uint8_t stack[HEADER_STACK];
    lanyard_mem mem = { .alloc = *alloc, .first = stack, .first_len = sizeof stack };
    lan_arena arena = { 0 };
    lan_json tree = { 0 };

    TRY(lan_arena_init(&arena, &mem, 0, SIZE_MAX / 2, err));

    lanyard_status status = lan_json_parse_saying(&arena, plan->custom, NULL, "header", &tree, err);

    if (status == LANYARD_OK)
        status = plan_check(&tree, plan, err);
    lan_arena_done(&arena);
    return status;
}

/* The caller's header with "alg" put first: behind its opening brace. */
static void header_write_custom(lan_writer *writer, const lan_header_plan *plan)
{
    size_t brace = 0;

    if (plan->custom_has_alg) {
        lan_write(writer, plan->custom);
        return;
    }
    while (plan->custom.ptr[brace] != '{')
        brace++;
    lan_write(writer, (lan_str){ plan->custom.ptr, brace + 1 });
    lan_write_json_name(writer, LAN_STR("alg"));
    lan_write_json_str(writer, lanyard_str_of(plan->alg->info.name));
    if (plan->custom_has_more)
        lan_write(writer, LAN_STR(","));
    lan_write(writer, lan_str_from(plan->custom, brace + 1));
}

void lan_header_write(lan_writer *writer, const lan_header_plan *plan)
{
    if (plan->custom.ptr) {
        header_write_custom(writer, plan);
        return;
    }
    lan_write(writer, LAN_STR("{"));
    lan_write_json_name(writer, LAN_STR("alg"));
    lan_write_json_str(writer, lanyard_str_of(plan->alg->info.name));
    if (plan->typ.len > 0) {
        lan_write(writer, LAN_STR(","));
        lan_write_json_name(writer, LAN_STR("typ"));
        lan_write_json_str(writer, plan->typ);
    }
    if (plan->has_kid) {
        lan_write(writer, LAN_STR(","));
        lan_write_json_name(writer, LAN_STR("kid"));
        lan_write_json_str(writer, plan->kid);
    }
    lan_write(writer, LAN_STR("}"));
}

/* Sizes it: a verifier reads no longer one unless it is told to. */
static lanyard_status plan_measure(lan_header_plan *plan, lanyard_error *err)
{
    lan_writer counted = { 0 };

    lan_header_write(&counted, plan);
    plan->len = counted.len;
    if (plan->len <= LANYARD_HEADER_LEN_MAX)
        return LANYARD_OK;
    plan_fail(err, "header", LANYARD_HEADER_LEN_MAX, "expected at most ");
    lan_detail_int(err, LANYARD_HEADER_LEN_MAX);
    lan_detail(err, " bytes, found ");
    lan_detail_int(err, (int64_t)plan->len);
    return LANYARD_E_HEADER;
}

lanyard_status lan_header_plan_check(lan_header_plan *plan, const lanyard_alloc *alloc,
                                     lanyard_error *err)
{
    if (!lan_utf8_is_valid(plan->typ))
        return plan_fail(err, "header:typ", 0, "a typ that is not UTF-8");
    if (plan->custom.ptr)
        TRY(plan_custom(plan, alloc, err));
    return plan_measure(plan, err);
}
