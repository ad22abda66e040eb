/* jws_sign.c - any bytes into a signed token; see lanyard/jws.h. */
#include "base/opts.h"
#include "jose/draft.h"
#include "jose/header_write.h"

static lanyard_status jws_sign_in(const lanyard_key *key, const lanyard_jws_opts *opts,
                                  lan_bytes payload, lanyard_worker *worker, lanyard_buf *out,
                                  lanyard_error *err)
{
    lan_header_plan plan = { .typ = lanyard_str_of(opts->typ),
                             .kid = key->kid,
                             .has_kid = key->has_kid && opts->no_kid == 0,
                             .custom = { opts->header, opts->header_len } };
    lan_draft draft;

    TRY(lan_draft_alg(key, opts->alg, &plan.alg, err));
    TRY(lan_header_plan_check(&plan, &out->alloc, err));
    TRY(lan_draft_begin(key, plan.alg, plan.len, payload.len, out, &draft, err));
    lan_header_write(&(lan_writer){ .at = draft.header }, &plan);
    if (payload.len > 0)
        memcpy(draft.payload, payload.ptr, payload.len);
    return lan_draft_finish(&draft, worker, err);
}

lanyard_status lanyard_jws_sign(const lanyard_key *key, const lanyard_jws_opts *opts,
                                lanyard_bytes payload, lanyard_worker *worker, lanyard_buf *out,
                                lanyard_error *err)
{
    static const lanyard_jws_opts none = { .size = sizeof none };

    if (!key || !out || (!payload.ptr && payload.len > 0) || payload.len > LANYARD_LIMIT_CEILING)
        return lan_fail(err, LANYARD_E_ARGUMENT, "argument", 0);
    TRY(lan_opts_check(opts, sizeof *opts, err));
    return jws_sign_in(key, opts ? opts : &none, payload, worker, out, err);
}
