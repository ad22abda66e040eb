/* explain.c - every stage and rule of a verification, and how far a token got.
 *
 * How it works: the rules stand in two tables in the order of the pipe. Up to the claims a token is
 * refused by the first rule that fails, so the status says which: what stands above it passed, what
 * stands below was not reached. Of the claims all rules are run, here once more and one by one.
 */
#include <lanyard/explain.h>
#include "base/buf.h"
#include "codec/json_write.h"
#include "jwt/claims.h"

typedef bool (*explain_asked)(const lanyard_policy *policy);

/* A rule of the pipe up to the claims. It refuses with a status of [first, last], and where `where`
 * is given only there. */
typedef struct pipe_row {
    const char *stage;
    const char *rule;
    const char *rfc;
    lanyard_status first, last;
    const char *where;
    explain_asked is_asked; /* NULL: always */
} pipe_row;

/* A rule of the claims, in the order of claims_check.c. */
typedef struct claim_row {
    const char *rule;
    const char *rfc;
    explain_asked is_asked;
} claim_row;

static bool asks_padding(const lanyard_policy *policy)
{
    return !lan_policy_allows(policy, LANYARD_ALLOW_PADDING);
}

static bool asks_typ(const lanyard_policy *policy)
{
    return !lan_policy_allows(policy, LANYARD_ALLOW_ANY_TYP);
}

static bool asks_iat(const lanyard_policy *policy)
{
    return !lan_policy_allows(policy, LANYARD_ALLOW_FUTURE_IAT);
}

static bool asks_age(const lanyard_policy *policy)
{
    return policy->max_age_s > 0;
}

static bool asks_iss(const lanyard_policy *policy)
{
    return policy->checks_issuer;
}

static bool asks_aud(const lanyard_policy *policy)
{
    return !lan_policy_allows(policy, LANYARD_ALLOW_ANY_AUD);
}

static bool asks_sub(const lanyard_policy *policy)
{
    return policy->checks_subject;
}

static bool asks_required(const lanyard_policy *policy)
{
    return policy->required.count > 0;
}

#define ONE(status) LANYARD_##status, LANYARD_##status
#define JSON        LANYARD_E_JSON_SYNTAX, LANYARD_E_JSON_MEMBERS
#define BASE64      LANYARD_E_BASE64_CHAR, LANYARD_E_BASE64_PADDING

static const pipe_row pipe_rows[] = {
    { "split", "no longer than the limit", "", ONE(E_TOKEN_LENGTH), NULL, NULL },
    { "split", "three parts", "RFC 7515, 7.1", ONE(E_TOKEN_PARTS), NULL, NULL },
    { "split", "the header is base64url", "RFC 7515, 5.2", BASE64, "header", NULL },
    { "split", "the payload is base64url", "RFC 7515, 5.2", BASE64, "payload", NULL },
    { "split", "the signature is base64url", "RFC 7515, 5.2", BASE64, "signature", NULL },
    { "header", "no longer than the limit", "", ONE(E_HEADER_LENGTH), NULL, NULL },
    { "header", "strict JSON, no member twice", "RFC 7515, 4", JSON, "header", NULL },
    { "header", "a JSON object", "RFC 7515, 5.2", ONE(E_HEADER_TYPE), NULL, NULL },
    { "header", "one algorithm, every member of its type", "RFC 7515, 4.1.1",
      LANYARD_E_HEADER_MEMBER, LANYARD_E_ALG_MISSING, NULL, NULL },
    { "header", "no padding", "RFC 7515, 2", ONE(E_BASE64_PADDING), "token", asks_padding },
    { "header", "\"crit\" keeps its rules", "RFC 7515, 4.1.11", ONE(E_CRIT_INVALID), NULL, NULL },
    { "header", "no unknown critical member", "RFC 7515, 4.1.11", ONE(E_CRIT_UNKNOWN), NULL, NULL },
    { "header", "no unencoded payload", "RFC 7797, 7", ONE(E_B64), NULL, NULL },
    { "key", "the algorithm is known", "RFC 7518, 3.1", ONE(E_ALG_UNKNOWN), NULL, NULL },
    { "key", "the policy allows the algorithm", "RFC 8725, 3.1", ONE(E_ALG_REFUSED), NULL, NULL },
    { "key", "a key with that key ID", "RFC 7515, 4.1.4", ONE(E_KEY_NOT_FOUND), NULL, NULL },
    { "key", "the key is for that algorithm and use", "RFC 8725, 3.1", ONE(E_KEY_UNFIT), NULL,
      NULL },
    { "key", "the key is long enough", "RFC 7518, 3.2", ONE(E_KEY_SHORT), NULL, NULL },
    { "signature", "the signature holds", "RFC 7515, 5.2", ONE(E_SIGNATURE), NULL, NULL },
    { "claims", "strict JSON, no member twice", "RFC 7519, 4", JSON, "payload", NULL },
    { "claims", "a JSON object", "RFC 7519, 7.2", ONE(E_CLAIMS_TYPE), NULL, NULL },
};

static const claim_row claim_rows[LAN_CLAIMS_ROWS] = {
    { "typ is the expected one", "RFC 8725, 3.11", asks_typ },
    { "exp is later than now", "RFC 7519, 4.1.4", NULL },
    { "nbf is not later than now", "RFC 7519, 4.1.5", NULL },
    { "iat is not later than now", "RFC 7519, 4.1.6", asks_iat },
    { "iat is not too long ago", "RFC 7519, 4.1.6", asks_age },
    { "iss is one of the issuers", "RFC 7519, 4.1.1", asks_iss },
    { "aud names one of the audiences", "RFC 7519, 4.1.3", asks_aud },
    { "sub is the subject", "RFC 7519, 4.1.2", asks_sub },
    { "jti is a string", "RFC 7519, 4.1.7", NULL },
    { "the required claims are there", "RFC 7519, 4", asks_required },
};

#define PIPE_ROWS (sizeof pipe_rows / sizeof *pipe_rows)

_Static_assert(PIPE_ROWS + LAN_CLAIMS_ROWS <= LANYARD_STEPS_MAX, "all steps fit");

static bool explain_starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* The rule that refused, or PIPE_ROWS when none of the pipe's did. */
static size_t explain_refusing(const lanyard_error *error)
{
    for (size_t i = 0; i < PIPE_ROWS; i++) {
        const pipe_row *row = &pipe_rows[i];

        if (error->failed == 0 && error->status >= row->first && error->status <= row->last &&
            (!row->where || explain_starts(error->where, row->where)))
            return i;
    }
    return PIPE_ROWS;
}

static lanyard_step *explain_add(lanyard_explanation *explanation, const char *stage,
                                 const char *rule, const char *rfc, lanyard_outcome outcome)
{
    lanyard_step *step = &explanation->steps[explanation->count++];

    *step = (lanyard_step){ .stage = stage, .rule = rule, .rfc = rfc, .outcome = outcome };
    return step;
}

static void explain_fail(lanyard_step *step, const lanyard_error *error)
{
    step->outcome = LANYARD_FAILED;
    step->status = error->status;
    memcpy(step->detail, error->detail, sizeof step->detail);
}

static lanyard_outcome explain_outcome(explain_asked is_asked, const lanyard_policy *policy,
                                       bool is_reached)
{
    if (is_asked && !is_asked(policy))
        return LANYARD_NOT_ASKED;
    return is_reached ? LANYARD_PASSED : LANYARD_NOT_REACHED;
}

static void explain_pipe(const lanyard_policy *policy, bool has_begun,
                         lanyard_explanation *explanation)
{
    size_t refusing = explain_refusing(&explanation->error);

    for (size_t i = 0; i < PIPE_ROWS; i++) {
        const pipe_row *row = &pipe_rows[i];
        lanyard_step *step =
            explain_add(explanation, row->stage, row->rule, row->rfc,
                        explain_outcome(row->is_asked, policy, has_begun && i < refusing));

        if (i == refusing)
            explain_fail(step, &explanation->error);
    }
}

/* claims is NULL when none were reached. */
static void explain_claims(const lanyard_policy *policy, const lan_claims *claims, int64_t now,
                           lanyard_explanation *explanation)
{
    for (size_t i = 0; i < LAN_CLAIMS_ROWS; i++) {
        const claim_row *row = &claim_rows[i];
        lanyard_error error = { 0 };
        uint32_t bit = 0;
        lanyard_step *step = explain_add(explanation, "claims", row->rule, row->rfc,
                                         explain_outcome(row->is_asked, policy, claims != NULL));

        if (claims && lan_claims_check_row(policy, claims, now, i, &bit, &error) != LANYARD_OK)
            explain_fail(step, &error);
    }
}

/* The pipe once more, as far as the claims. */
static lanyard_status explain_reach_claims(lanyard_untrusted *untrusted,
                                           const lanyard_policy *policy, const lanyard_keyset *keys,
                                           lan_claims *claims)
{
    lan_choice choice;
    lan_verified verified;

    TRY(lan_choose(policy, keys, untrusted, &choice, NULL));
    TRY(lan_signature_check(untrusted, &choice, &verified, NULL));
    return lan_claims_parse(untrusted, &verified, claims, NULL);
}

static lanyard_status explain_fill(lanyard_untrusted *untrusted, const lanyard_policy *policy,
                                   const lanyard_keyset *keys, int64_t now,
                                   lanyard_explanation *explanation)
{
    lan_claims claims;

    explain_pipe(policy, explanation->status < LANYARD_E_ARGUMENT, explanation);
    if (untrusted)
        TRY(explain_reach_claims(untrusted, policy, keys, &claims));
    explain_claims(policy, untrusted ? &claims : NULL, now, explanation);
    return LANYARD_OK;
}

lanyard_status lanyard_explain(const lanyard_policy *policy, const lanyard_keyset *keys,
                               const char *text, size_t text_len, int64_t now,
                               const lanyard_mem *mem, lanyard_explanation *explanation,
                               lanyard_error *err)
{
    lanyard_mem plain = { .alloc = mem ? mem->alloc : (lanyard_alloc){ 0 } };
    lanyard_untrusted *untrusted = NULL;
    lanyard_token *token = NULL;

    if (!policy || !keys || !explanation || (!text && text_len > 0))
        return lan_fail(err, LANYARD_E_ARGUMENT, "argument", 0);
    *explanation = (lanyard_explanation){ 0 };
    explanation->status =
        lanyard_verify(policy, keys, text, text_len, now, &plain, &token, &explanation->error);
    lanyard_token_free(token);
    if (explanation->status == LANYARD_E_NO_MEMORY)
        return lan_no_memory(err);
    /* Claims that were reached are reached again, for their rules one by one. */
    if (explanation->status == LANYARD_OK || explanation->error.failed != 0)
        TRY(lanyard_untrusted_read(&policy->limits, text, text_len, &plain, &untrusted, err));

    lanyard_status status = explain_fill(untrusted, policy, keys, now, explanation);

    lanyard_untrusted_free(untrusted);
    return status == LANYARD_OK ? LANYARD_OK : lan_fail(err, status, "memory", 0);
}

static const char *const outcome_names[] = { "passed", "failed", "not_reached", "not_asked" };

static void explain_write_member(lan_writer *writer, lan_str name, const char *text)
{
    lan_write_json_name(writer, name);
    lan_write_json_str(writer, lanyard_str_of(text));
}

static void explain_write_step(lan_writer *writer, const lanyard_step *step)
{
    lan_write(writer, LAN_STR("{"));
    explain_write_member(writer, LAN_STR("stage"), step->stage);
    lan_write(writer, LAN_STR(","));
    explain_write_member(writer, LAN_STR("rule"), step->rule);
    lan_write(writer, LAN_STR(","));
    explain_write_member(writer, LAN_STR("rfc"), step->rfc);
    lan_write(writer, LAN_STR(","));
    explain_write_member(writer, LAN_STR("outcome"), outcome_names[step->outcome]);
    if (step->outcome == LANYARD_FAILED) {
        lan_write(writer, LAN_STR(","));
        explain_write_member(writer, LAN_STR("status"), lanyard_status_name(step->status));
        lan_write(writer, LAN_STR(","));
        explain_write_member(writer, LAN_STR("detail"), step->detail);
    }
    lan_write(writer, LAN_STR("}"));
}

static void explain_write_error(lan_writer *writer, const lanyard_error *error)
{
    lan_write(writer, LAN_STR(","));
    explain_write_member(writer, LAN_STR("where"), error->where);
    lan_write(writer, LAN_STR(","));
    lan_write_json_name(writer, LAN_STR("offset"));
    lan_write_int(writer, (int64_t)error->offset);
    lan_write(writer, LAN_STR(","));
    explain_write_member(writer, LAN_STR("detail"), error->detail);
}

static void explain_write(lan_writer *writer, const lanyard_explanation *explanation)
{
    bool is_accepted = explanation->status == LANYARD_OK;

    lan_write(writer, LAN_STR("{"));
    lan_write_json_name(writer, LAN_STR("accepted"));
    lan_write(writer, is_accepted ? LAN_STR("true,") : LAN_STR("false,"));
    explain_write_member(writer, LAN_STR("status"), lanyard_status_name(explanation->status));
    lan_write(writer, LAN_STR(","));
    lan_write_json_name(writer, LAN_STR("number"));
    lan_write_int(writer, (int64_t)explanation->status);
    if (!is_accepted)
        explain_write_error(writer, &explanation->error);
    lan_write(writer, LAN_STR(","));
    lan_write_json_name(writer, LAN_STR("steps"));
    for (size_t i = 0; i < explanation->count; i++) {
        lan_write(writer, i == 0 ? LAN_STR("[") : LAN_STR(","));
        explain_write_step(writer, &explanation->steps[i]);
    }
    lan_write(writer, explanation->count == 0 ? LAN_STR("[]}") : LAN_STR("]}"));
}

lanyard_status lanyard_explanation_write(const lanyard_explanation *explanation, lanyard_buf *out)
{
    lan_writer counted = { 0 };

    explain_write(&counted, explanation);
    TRY(lanyard_buf_reserve(out, counted.len));
    explain_write(&(lan_writer){ .at = out->ptr + out->len }, explanation);
    out->len += counted.len;
    return LANYARD_OK;
}
