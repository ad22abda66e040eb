/* issue.c - the pipe backwards: claims to text; see lanyard/issuer.h. */
#include "base/opts.h"
#include "jose/draft.h"
#include "jwt/claims_write.h"

/* Far beyond any calendar, and far from overflow once a lifetime is added. */
#define ISSUE_NOW_MAX (INT64_MAX / 2)

/* A verifier reads no longer token unless it is told to. */
static lanyard_status issue_check_len(const lanyard_issuer *issuer, size_t payload_len,
                                      lanyard_error *err)
{
    size_t len = lan_draft_len(issuer->key, issuer->alg, issuer->header.len, payload_len);

    if (len <= LANYARD_TOKEN_LEN_MAX)
        return LANYARD_OK;
    lan_fail_saying(err, LANYARD_E_CLAIMS, "claims", 0, "expected a token of at most ");
    lan_detail_int(err, LANYARD_TOKEN_LEN_MAX);
    lan_detail(err, " bytes, it would have ");
    lan_detail_int(err, (int64_t)len);
    return LANYARD_E_CLAIMS;
}

static lanyard_status issue_in(const lanyard_issuer *issuer, const lanyard_claims_opts *claims,
                               int64_t now, lanyard_worker *worker, lanyard_buf *out,
                               lanyard_error *err)
{
    lanyard_mem mem = { .alloc = out->alloc, .worker = worker };
    lan_claims_plan plan;
    lan_writer counted = { 0 };
    lan_draft draft;

    TRY(lan_claims_plan_make(issuer, claims, now, &mem, &plan, err));
    lan_claims_write(&counted, &plan);
    TRY(issue_check_len(issuer, counted.len, err));
    TRY(lan_draft_begin(issuer->key, issuer->alg, issuer->header.len, counted.len, out, &draft,
                        err));
    memcpy(draft.header, issuer->header.ptr, issuer->header.len);
    lan_claims_write(&(lan_writer){ .at = draft.payload }, &plan);
    return lan_draft_finish(&draft, worker, err);
}

lanyard_status lanyard_issue(const lanyard_issuer *issuer, const lanyard_claims_opts *claims,
                             int64_t now, lanyard_worker *worker, lanyard_buf *out,
                             lanyard_error *err)
{
    static const lanyard_claims_opts none = { .size = sizeof none };

    if (!issuer || !out || now < 0 || now > ISSUE_NOW_MAX)
        return lan_fail(err, LANYARD_E_ARGUMENT, "argument", 0);
    TRY(lan_opts_check(claims, sizeof *claims, err));
    return issue_in(issuer, claims ? claims : &none, now, worker, out, err);
}
