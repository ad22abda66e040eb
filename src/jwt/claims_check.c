/* claims_check.c - the claims against the policy and the clock (RFC 7519, 4.1).
 *
 * How it works: one row a check, in the order in which failures are told. All rows are run, so
 * that a refusal can name everything that is wrong at once.
 */
#include "codec/number.h"
#include "jwt/claims.h"

typedef struct claims_job {
    const lanyard_policy *policy;
    const lan_claims *claims;
    int64_t now;
} claims_job;

/* Seconds plus or minus the leeway, held at the ends of the range. */
static int64_t time_shift(int64_t time, int64_t by)
{
    int64_t shifted = 0;

    if (__builtin_add_overflow(time, by, &shifted))
        return by < 0 ? INT64_MIN : INT64_MAX;
    return shifted;
}

static size_t claims_offset(const claims_job *job, uint32_t node)
{
    const lan_parts *parts = &job->claims->untrusted->parts;

    return lan_part_offset(parts, &parts->payload, job->claims->tree.nodes[node].start);
}

static lanyard_status claims_fail(const claims_job *job, lanyard_status status, const char *where,
                                  uint32_t node, const char *detail, lanyard_error *err)
{
    return lan_fail_saying(err, status, where, claims_offset(job, node), detail);
}

/* A time claim: node LAN_JSON_NONE when it does not stand there; *time is its ceiling, so that
 * now >= *time is true from the very moment on; *floor its floor. */
typedef struct claims_time {
    uint32_t node;
    int64_t floor;
    int64_t ceiling;
} claims_time;

/* RFC 7519, 2: a NumericDate is a JSON number, perhaps with a fraction; nothing else is one. */
static lanyard_status claims_read_time(const claims_job *job, lan_claim claim, const char *where,
                                       claims_time *time, lanyard_error *err)
{
    const lan_json *tree = &job->claims->tree;
    uint32_t node = job->claims->registered[claim];

    *time = (claims_time){ .node = node };
    if (node == LAN_JSON_NONE)
        return LANYARD_OK;
    if (!lan_json_is(tree, node, LANYARD_JSON_NUMBER))
        return claims_fail(job, LANYARD_E_CLAIM_TYPE, where, node, "expected a number", err);

    lan_whole whole = lan_number_to_whole(lan_json_source(tree, node));

    if (!whole.fits)
        return claims_fail(job, LANYARD_E_CLAIM_RANGE, where, node,
                           "a time outside the range of 64 bits", err);
    time->floor = whole.floor;
    time->ceiling = whole.floor + (whole.has_fraction ? 1 : 0);
    return LANYARD_OK;
}

static lanyard_status claims_fail_time(const claims_job *job, lanyard_status status,
                                       const char *where, const claims_time *time,
                                       const char *relation, lanyard_error *err)
{
    claims_fail(job, status, where, time->node, where + strlen("claim:"), err);
    lan_detail(err, " ");
    lan_detail_int(err, time->floor);
    lan_detail(err, relation);
    lan_detail_int(err, job->now);
    if (job->policy->leeway_s > 0) {
        lan_detail(err, ", leeway ");
        lan_detail_int(err, job->policy->leeway_s);
    }
    if (err)
        err->value = time->floor;
    return status;
}

static lanyard_status check_typ(const claims_job *job, lanyard_error *err)
{
    const lanyard_untrusted *untrusted = job->claims->untrusted;
    const lan_header *header = &untrusted->header;
    const lanyard_policy *policy = job->policy;

    if (lan_policy_allows(policy, LANYARD_ALLOW_ANY_TYP))
        return LANYARD_OK;
    if (policy->typ.len == 0 ? !header->has_typ || lan_typ_equal(header->typ, LAN_STR("JWT"))
                             : header->has_typ && lan_typ_equal(header->typ, policy->typ))
        return LANYARD_OK;

    uint32_t node = lan_json_find(&header->tree, 0, LAN_STR("typ"));

    lan_fail_saying(err, LANYARD_E_TYP, "header:typ",
                    lan_part_offset(&untrusted->parts, &untrusted->parts.header,
                                    header->tree.nodes[node].start),
                    policy->typ.len == 0 ? "expected typ JWT or none, found "
                                         : "not the typ of the policy: ");
    lan_detail_str(err, header->has_typ ? header->typ : LAN_STR("none"));
    return LANYARD_E_TYP;
}

static lanyard_status check_exp(const claims_job *job, lanyard_error *err)
{
    claims_time exp;

    TRY(claims_read_time(job, LAN_CLAIM_EXP, "claim:exp", &exp, err));
    if (exp.node == LAN_JSON_NONE)
        return lan_policy_allows(job->policy, LANYARD_ALLOW_NO_EXP)
                   ? LANYARD_OK
                   : claims_fail(job, LANYARD_E_CLAIM_MISSING, "claim:exp", 0, "no exp", err);
    /* RFC 7519, 4.1.4: not on or after. */
    if (time_shift(job->now, -(int64_t)job->policy->leeway_s) >= exp.ceiling)
        return claims_fail_time(job, LANYARD_E_EXPIRED, "claim:exp", &exp,
                                " is not later than now ", err);
    return LANYARD_OK;
}

static lanyard_status check_nbf(const claims_job *job, lanyard_error *err)
{
    claims_time nbf;

    TRY(claims_read_time(job, LAN_CLAIM_NBF, "claim:nbf", &nbf, err));
    if (nbf.node != LAN_JSON_NONE && time_shift(job->now, job->policy->leeway_s) < nbf.ceiling)
        return claims_fail_time(job, LANYARD_E_NOT_YET_VALID, "claim:nbf", &nbf,
                                " is later than now ", err);
    return LANYARD_OK;
}

static lanyard_status check_iat(const claims_job *job, lanyard_error *err)
{
    claims_time iat;

    TRY(claims_read_time(job, LAN_CLAIM_IAT, "claim:iat", &iat, err));
    if (iat.node == LAN_JSON_NONE || lan_policy_allows(job->policy, LANYARD_ALLOW_FUTURE_IAT))
        return LANYARD_OK;
    if (time_shift(job->now, job->policy->leeway_s) < iat.ceiling)
        return claims_fail_time(job, LANYARD_E_ISSUED_LATER, "claim:iat", &iat,
                                " is later than now ", err);
    return LANYARD_OK;
}

static lanyard_status check_max_age(const claims_job *job, lanyard_error *err)
{
    claims_time iat;
    int64_t reach = (int64_t)job->policy->max_age_s + job->policy->leeway_s;

    if (job->policy->max_age_s == 0)
        return LANYARD_OK;
    TRY(claims_read_time(job, LAN_CLAIM_IAT, "claim:iat", &iat, err));
    if (iat.node == LAN_JSON_NONE)
        return claims_fail(job, LANYARD_E_CLAIM_MISSING, "claim:iat", 0,
                           "no iat, which a maximum age needs", err);
    if (time_shift(job->now, -reach) > iat.floor)
        return claims_fail_time(job, LANYARD_E_TOO_OLD, "claim:iat", &iat,
                                " is longer ago than allowed, now ", err);
    return LANYARD_OK;
}

/* A string claim; node LAN_JSON_NONE when it does not stand there. */
static lanyard_status claims_read_str(const claims_job *job, lan_claim claim, const char *where,
                                      uint32_t *node, lanyard_error *err)
{
    *node = job->claims->registered[claim];
    if (*node != LAN_JSON_NONE && !lan_json_is(&job->claims->tree, *node, LANYARD_JSON_STRING))
        return claims_fail(job, LANYARD_E_CLAIM_TYPE, where, *node, "expected a string", err);
    return LANYARD_OK;
}

static lanyard_status claims_fail_value(const claims_job *job, lanyard_status status,
                                        const char *where, uint32_t node, const char *detail,
                                        lanyard_error *err)
{
    claims_fail(job, status, where, node, detail, err);
    lan_detail_str(err, lan_json_text(&job->claims->tree, node));
    return status;
}

static lanyard_status check_iss(const claims_job *job, lanyard_error *err)
{
    uint32_t node = LAN_JSON_NONE;

    TRY(claims_read_str(job, LAN_CLAIM_ISS, "claim:iss", &node, err));
    if (!job->policy->checks_issuer)
        return LANYARD_OK;
    if (node == LAN_JSON_NONE)
        return claims_fail(job, LANYARD_E_CLAIM_MISSING, "claim:iss", 0, "no iss", err);
    if (!lan_list_has(job->policy->issuers, lan_json_text(&job->claims->tree, node)))
        return claims_fail_value(job, LANYARD_E_ISSUER, "claim:iss", node,
                                 "not an issuer of the policy: ", err);
    return LANYARD_OK;
}

/* RFC 7519, 4.1.3: a string, or an array of strings. *is_ours: the policy names one of them. */
static lanyard_status claims_read_aud(const claims_job *job, uint32_t aud, bool *is_ours,
                                      lanyard_error *err)
{
    const lan_json *tree = &job->claims->tree;
    bool is_array = lan_json_is(tree, aud, LANYARD_JSON_ARRAY);

    for (uint32_t node = is_array ? aud + 1 : aud; node < tree->nodes[aud].next;
         node = tree->nodes[node].next) {
        if (!lan_json_is(tree, node, LANYARD_JSON_STRING))
            return claims_fail(job, LANYARD_E_CLAIM_TYPE, "claim:aud", node,
                               "expected a string or an array of strings", err);
        *is_ours |= lan_list_has(job->policy->audiences, lan_json_text(tree, node));
    }
    return LANYARD_OK;
}

static lanyard_status check_aud(const claims_job *job, lanyard_error *err)
{
    const lanyard_policy *policy = job->policy;
    uint32_t node = job->claims->registered[LAN_CLAIM_AUD];
    bool is_ours = false;

    if (node == LAN_JSON_NONE)
        return policy->checks_audience
                   ? claims_fail(job, LANYARD_E_CLAIM_MISSING, "claim:aud", 0, "no aud", err)
                   : LANYARD_OK;
    TRY(claims_read_aud(job, node, &is_ours, err));
    if (lan_policy_allows(policy, LANYARD_ALLOW_ANY_AUD) || is_ours)
        return LANYARD_OK;
    if (!policy->checks_audience)
        return claims_fail(job, LANYARD_E_AUDIENCE_UNASKED, "claim:aud", node,
                           "the token is for an audience, and the policy names none", err);
    return claims_fail_value(job, LANYARD_E_AUDIENCE, "claim:aud", node,
                             "not an audience of the policy: ", err);
}

static lanyard_status check_sub(const claims_job *job, lanyard_error *err)
{
    uint32_t node = LAN_JSON_NONE;

    TRY(claims_read_str(job, LAN_CLAIM_SUB, "claim:sub", &node, err));
    if (!job->policy->checks_subject)
        return LANYARD_OK;
    if (node == LAN_JSON_NONE)
        return claims_fail(job, LANYARD_E_CLAIM_MISSING, "claim:sub", 0, "no sub", err);
    if (!lan_str_eq(job->policy->subject, lan_json_text(&job->claims->tree, node)))
        return claims_fail_value(job, LANYARD_E_SUBJECT, "claim:sub", node,
                                 "not the subject of the policy: ", err);
    return LANYARD_OK;
}

static lanyard_status check_jti(const claims_job *job, lanyard_error *err)
{
    uint32_t node = LAN_JSON_NONE;

    return claims_read_str(job, LAN_CLAIM_JTI, "claim:jti", &node, err);
}

static lanyard_status check_required(const claims_job *job, lanyard_error *err)
{
    const lan_list *required = &job->policy->required;

    for (size_t i = 0; i < required->count; i++) {
        if (lan_json_find(&job->claims->tree, 0, required->items[i]) != LAN_JSON_NONE)
            continue;
        claims_fail(job, LANYARD_E_CLAIM_MISSING, "claim", 0, "no ", err);
        lan_detail_str(err, required->items[i]);
        return LANYARD_E_CLAIM_MISSING;
    }
    return LANYARD_OK;
}

typedef struct claims_row {
    uint32_t bit;
    lanyard_status (*check)(const claims_job *job, lanyard_error *err);
} claims_row;

static const claims_row claims_rows[] = {
    { LANYARD_FAILED_TYP, check_typ },         { LANYARD_FAILED_EXP, check_exp },
    { LANYARD_FAILED_NBF, check_nbf },         { LANYARD_FAILED_IAT, check_iat },
    { LANYARD_FAILED_MAX_AGE, check_max_age }, { LANYARD_FAILED_ISS, check_iss },
    { LANYARD_FAILED_AUD, check_aud },         { LANYARD_FAILED_SUB, check_sub },
    { LANYARD_FAILED_JTI, check_jti },         { LANYARD_FAILED_REQUIRED, check_required },
};

_Static_assert(sizeof claims_rows / sizeof *claims_rows == LAN_CLAIMS_ROWS, "rows of claims.h");

lanyard_status lan_claims_check_row(const lanyard_policy *policy, const lan_claims *claims,
                                    int64_t now, size_t row, uint32_t *bit, lanyard_error *err)
{
    claims_job job = { policy, claims, now };

    *bit = claims_rows[row].bit;
    return claims_rows[row].check(&job, err);
}

lanyard_status lan_claims_check(const lanyard_policy *policy, const lan_claims *claims, int64_t now,
                                lanyard_error *err)
{
    lanyard_status first = LANYARD_OK;
    uint32_t failed = 0;

    for (size_t row = 0; row < LAN_CLAIMS_ROWS; row++) {
        uint32_t bit = 0;
        lanyard_status status =
            lan_claims_check_row(policy, claims, now, row, &bit, first == LANYARD_OK ? err : NULL);

        if (status != LANYARD_OK)
            failed |= bit;
        if (first == LANYARD_OK)
            first = status;
    }
    if (first != LANYARD_OK && err)
        err->failed = failed;
    return first;
}
