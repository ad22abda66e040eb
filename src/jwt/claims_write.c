/* claims_write.c - the payload of a token to be issued: the caller's claims, then the issuer's
 * defaults that they lack. */
#include "jwt/claims_write.h"

/* The issuer's defaults, in the order in which they are written. */
typedef struct default_row {
    lan_str name;
    bool (*is_asked)(const lanyard_issuer *issuer);
    void (*write)(lan_writer *writer, const lan_claims_plan *plan);
} default_row;

static bool adds_claim_iss(const lanyard_issuer *issuer)
{
    return issuer->has_iss;
}

static bool adds_claim_sub(const lanyard_issuer *issuer)
{
    return issuer->has_sub;
}

static bool adds_claim_aud(const lanyard_issuer *issuer)
{
    return issuer->audiences.count > 0;
}

static bool adds_claim_exp(const lanyard_issuer *issuer)
{
    return issuer->lifetime_s > 0;
}

static bool adds_claim_nbf(const lanyard_issuer *issuer)
{
    return issuer->adds_nbf;
}

static bool adds_claim_iat(const lanyard_issuer *issuer)
{
    return issuer->adds_iat;
}

static bool adds_claim_jti(const lanyard_issuer *issuer)
{
    return issuer->adds_jti;
}

static void write_iss(lan_writer *writer, const lan_claims_plan *plan)
{
    lan_write_json_str(writer, plan->issuer->iss);
}

static void write_sub(lan_writer *writer, const lan_claims_plan *plan)
{
    lan_write_json_str(writer, plan->issuer->sub);
}

/* RFC 7519, 4.1.3: one audience may be a string by itself. */
static void write_aud(lan_writer *writer, const lan_claims_plan *plan)
{
    const lan_list *list = &plan->issuer->audiences;

    if (list->count == 1) {
        lan_write_json_str(writer, list->items[0]);
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        lan_write(writer, i == 0 ? LAN_STR("[") : LAN_STR(","));
        lan_write_json_str(writer, list->items[i]);
    }
    lan_write(writer, LAN_STR("]"));
}

static void write_exp(lan_writer *writer, const lan_claims_plan *plan)
{
    lan_write_int(writer, plan->now + plan->issuer->lifetime_s);
}

static void write_now(lan_writer *writer, const lan_claims_plan *plan)
{
    lan_write_int(writer, plan->now);
}

static void write_jti(lan_writer *writer, const lan_claims_plan *plan)
{
    lan_write_json_str(writer, (lan_str){ plan->jti, LAN_JTI_LEN });
}

static const default_row default_rows[] = {
    { { "iss", 3 }, adds_claim_iss, write_iss }, { { "sub", 3 }, adds_claim_sub, write_sub },
    { { "aud", 3 }, adds_claim_aud, write_aud }, { { "exp", 3 }, adds_claim_exp, write_exp },
    { { "nbf", 3 }, adds_claim_nbf, write_now }, { { "iat", 3 }, adds_claim_iat, write_now },
    { { "jti", 3 }, adds_claim_jti, write_jti },
};

#define DEFAULTS (sizeof default_rows / sizeof *default_rows)

uint32_t lan_defaults_asked(const lanyard_issuer *issuer)
{
    uint32_t asked = 0;

    for (size_t i = 0; i < DEFAULTS; i++)
        if (default_rows[i].is_asked(issuer))
            asked |= 1u << i;
    return asked;
}

uint32_t lan_default_bit(lan_str name)
{
    for (size_t i = 0; i < DEFAULTS; i++)
        if (lan_str_eq(default_rows[i].name, name))
            return 1u << i;
    return 0;
}

size_t lan_defaults_values(const lan_claims_plan *plan)
{
    size_t audiences = plan->issuer->audiences.count;
    size_t values = 0;

    for (size_t i = 0; i < DEFAULTS; i++)
        values += (plan->defaults & 1u << i) != 0;
    return audiences > 1 && (plan->defaults & lan_default_bit(LAN_STR("aud"))) ? values + audiences
                                                                               : values;
}

static void claims_write_one(lan_writer *writer, const lanyard_claim *claim)
{
    lan_write_json_name(writer, lanyard_str_of(claim->name));
    if (claim->kind == LANYARD_CLAIM_STR)
        lan_write_json_str(writer, claim->text);
    else if (claim->kind == LANYARD_CLAIM_INT)
        lan_write_int(writer, claim->number);
    else if (claim->kind == LANYARD_CLAIM_BOOL)
        lan_write(writer, claim->number ? LAN_STR("true") : LAN_STR("false"));
    else
        lan_write(writer, claim->text);
}

static void claims_separate(lan_writer *writer, bool *has_any)
{
    if (*has_any)
        lan_write(writer, LAN_STR(","));
    *has_any = true;
}

void lan_claims_write(lan_writer *writer, const lan_claims_plan *plan)
{
    bool has_any = plan->json_has_members;

    lan_write(writer,
              plan->json.ptr ? (lan_str){ plan->json.ptr, plan->json_close } : LAN_STR("{"));
    for (size_t i = 0; i < plan->claims->list_len; i++) {
        claims_separate(writer, &has_any);
        claims_write_one(writer, &plan->claims->list[i]);
    }
    for (size_t i = 0; i < DEFAULTS; i++) {
        if (!(plan->defaults & 1u << i))
            continue;
        claims_separate(writer, &has_any);
        lan_write_json_name(writer, default_rows[i].name);
        default_rows[i].write(writer, plan);
    }
    lan_write(writer, plan->json.ptr ? lan_str_from(plan->json, plan->json_close) : LAN_STR("}"));
}
