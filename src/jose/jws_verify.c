/* jws_verify.c - any bytes out of a signed token; see lanyard/jws.h. */
#include <lanyard/jws.h>
#include "jose/verified.h"

static lanyard_status jws_verify_in(const lanyard_untrusted *untrusted,
                                    const lanyard_policy *policy, const lanyard_keyset *keys,
                                    lanyard_buf *payload, lanyard_error *err)
{
    lan_choice choice;
    lan_verified verified;

    TRY(lan_header_check(policy, &untrusted->parts, &untrusted->header, err));
    TRY(lan_choose(policy, keys, untrusted, &choice, err));
    TRY(lan_signature_check(untrusted, &choice, &verified, err));
    return lan_buf_add(payload, lan_str_of_bytes(verified.payload), err);
}

lanyard_status lanyard_jws_verify(const lanyard_policy *policy, const lanyard_keyset *keys,
                                  const char *text, size_t text_len, lanyard_worker *worker,
                                  lanyard_buf *payload, lanyard_error *err)
{
    lanyard_mem mem = { .worker = worker };
    lanyard_untrusted *untrusted = NULL;

    if (!policy || !keys || !payload || (!text && text_len > 0))
        return lan_fail(err, LANYARD_E_ARGUMENT, "argument", 0);
    mem.alloc = payload->alloc;
    TRY(lan_untrusted_read(&policy->limits, (lan_str){ text, text_len }, &mem, &untrusted, err));

    lanyard_status status = jws_verify_in(untrusted, policy, keys, payload, err);

    lanyard_untrusted_free(untrusted);
    return status;
}
