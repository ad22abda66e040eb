/* policy_write.c - a policy as its file: what is at its default is left out. */
#include "base/buf.h"
#include "codec/json_write.h"
#include "jose/policy_names.h"

static void write_member(lan_writer *writer, lan_str name, bool *has_any)
{
    lan_write(writer, *has_any ? LAN_STR(",") : LAN_STR("{"));
    *has_any = true;
    lan_write_json_name(writer, name);
}

static void write_list(lan_writer *writer, lan_str name, const lan_list *list, bool *has_any)
{
    if (list->count == 0)
        return;
    write_member(writer, name, has_any);
    for (size_t i = 0; i < list->count; i++) {
        lan_write(writer, i == 0 ? LAN_STR("[") : LAN_STR(","));
        lan_write_json_str(writer, list->items[i]);
    }
    lan_write(writer, LAN_STR("]"));
}

static void write_text(lan_writer *writer, lan_str name, lan_str text, bool *has_any)
{
    if (text.len == 0)
        return;
    write_member(writer, name, has_any);
    lan_write_json_str(writer, text);
}

static void write_number(lan_writer *writer, lan_str name, uint32_t number, uint32_t standard,
                         bool *has_any)
{
    if (number == standard)
        return;
    write_member(writer, name, has_any);
    lan_write_int(writer, number);
}

static void write_algs(lan_writer *writer, const lanyard_policy *policy, bool *has_any)
{
    write_member(writer, LAN_STR("algs"), has_any);
    if (policy->algs_of_keys) {
        lan_write_json_str(writer, lanyard_str_of(LANYARD_ALGS_OF_KEYS));
        return;
    }
    for (size_t i = 0; i < policy->algs_count; i++) {
        lan_write(writer, i == 0 ? LAN_STR("[") : LAN_STR(","));
        lan_write_json_str(writer, lanyard_str_of(policy->algs[i]->info.name));
    }
    lan_write(writer, LAN_STR("]"));
}

static void write_allow(lan_writer *writer, const lanyard_policy *policy, bool *has_any)
{
    bool has_item = false;
    uint32_t bit = 0;

    if (policy->allow == 0)
        return;
    write_member(writer, LAN_STR("allow"), has_any);
    lan_write(writer, LAN_STR("["));
    for (size_t i = 0; lan_allow_name(i, &bit).len > 0; i++) {
        if (!lan_policy_allows(policy, bit))
            continue;
        if (has_item)
            lan_write(writer, LAN_STR(","));
        has_item = true;
        lan_write_json_str(writer, lan_allow_name(i, &bit));
    }
    lan_write(writer, LAN_STR("]"));
}

static void write_limits(lan_writer *writer, const lanyard_policy *policy, bool *has_any)
{
    lanyard_limits standard = lan_limits_fill(NULL);
    const lanyard_limits *limits = &policy->limits;
    bool has_limit = false;

    if (limits->token_len == standard.token_len && limits->header_len == standard.header_len &&
        limits->json_depth == standard.json_depth && limits->json_values == standard.json_values)
        return;
    write_member(writer, LAN_STR("limits"), has_any);
    write_number(writer, LAN_STR("token_len"), limits->token_len, standard.token_len, &has_limit);
    write_number(writer, LAN_STR("header_len"), limits->header_len, standard.header_len,
                 &has_limit);
    write_number(writer, LAN_STR("json_depth"), limits->json_depth, standard.json_depth,
                 &has_limit);
    write_number(writer, LAN_STR("json_values"), limits->json_values, standard.json_values,
                 &has_limit);
    lan_write(writer, LAN_STR("}"));
}

static void policy_write(lan_writer *writer, const lanyard_policy *policy)
{
    bool has_any = false;

    write_algs(writer, policy, &has_any);
    write_list(writer, LAN_STR("issuers"), &policy->issuers, &has_any);
    write_list(writer, LAN_STR("audiences"), &policy->audiences, &has_any);
    write_text(writer, LAN_STR("subject"), policy->subject, &has_any);
    write_text(writer, LAN_STR("typ"), policy->typ, &has_any);
    write_list(writer, LAN_STR("required"), &policy->required, &has_any);
    write_number(writer, LAN_STR("leeway_s"), policy->leeway_s, 0, &has_any);
    write_number(writer, LAN_STR("max_age_s"), policy->max_age_s, 0, &has_any);
    write_allow(writer, policy, &has_any);
    write_limits(writer, policy, &has_any);
    lan_write(writer, LAN_STR("}"));
}

lanyard_status lanyard_policy_write(const lanyard_policy *policy, lanyard_buf *out,
                                    lanyard_error *err)
{
    lan_writer counted = { 0 };

    if (!policy || !out)
        return lan_fail(err, LANYARD_E_ARGUMENT, "argument", 0);
    policy_write(&counted, policy);
    TRY(lan_buf_reserve(out, counted.len, err));
    policy_write(&(lan_writer){ .at = out->ptr + out->len }, policy);
    out->len += counted.len;
    return LANYARD_OK;
}
