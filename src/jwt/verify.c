/* verify.c - the pipe: header to claims, and the whole of it; see lanyard/jwt.h. */
#include "jwt/token.h"

static lanyard_status verify_in(lanyard_untrusted *untrusted, const lanyard_policy *policy,
                                const lanyard_keyset *keys, int64_t now, lanyard_token **token,
                                lanyard_error *err)
{
    lan_choice choice;     /* header   -> one algorithm, at most LANYARD_CANDIDATES_MAX keys */
    lan_verified verified; /* choice   -> bytes we may believe */
    lan_claims claims;     /* verified -> claims */

    TRY(lan_header_check(policy, &untrusted->parts, &untrusted->header, err));
    TRY(lan_choose(policy, keys, untrusted, &choice, err));
    TRY(lan_signature_check(untrusted, &choice, &verified, err));
    TRY(lan_claims_parse(untrusted, &verified, &claims, err));
    TRY(lan_claims_check(policy, &claims, now, err));
    *token = lan_token_from(untrusted, &verified, &claims);
    return LANYARD_OK;
}

lanyard_status lanyard_untrusted_verify(lanyard_untrusted **untrusted, const lanyard_policy *policy,
                                        const lanyard_keyset *keys, int64_t now,
                                        lanyard_token **token, lanyard_error *err)
{
    if (!untrusted || !*untrusted || !policy || !keys || !token)
        return lan_fail(err, LANYARD_E_ARGUMENT, "argument", 0);

    lanyard_status status = verify_in(*untrusted, policy, keys, now, token, err);

    if (status == LANYARD_OK)
        *untrusted = NULL;
    else
        lan_arena_rewind(&(*untrusted)->arena, (*untrusted)->after_header);
    return status;
}

lanyard_status lanyard_verify(const lanyard_policy *policy, const lanyard_keyset *keys,
                              const char *text, size_t text_len, int64_t now,
                              const lanyard_mem *mem, lanyard_token **token, lanyard_error *err)
{
    lanyard_untrusted *untrusted = NULL;

    if (!policy || !keys || !token)
        return lan_fail(err, LANYARD_E_ARGUMENT, "argument", 0);
    TRY(lanyard_untrusted_read(&policy->limits, text, text_len, mem, &untrusted, err));

    lanyard_status status = verify_in(untrusted, policy, keys, now, token, err);

    if (status != LANYARD_OK)
        lanyard_untrusted_free(untrusted);
    return status;
}
