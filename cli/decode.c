/* decode.c - lanyard decode: the claims of a token, when it is accepted. */
#include "commands.h"
#include "refusal.h"
#include "rules.h"

static int decode_token(cli_run *run, const lanyard_policy *policy, const lanyard_keyset *keys,
                        lanyard_str text)
{
    lanyard_token *token = NULL;
    lanyard_error error = { 0 };
    lanyard_str claims = { 0 };

    if (lanyard_verify(policy, keys, text.ptr, text.len, run->now, NULL, &token, &error) !=
        LANYARD_OK)
        return refuse_token(run, &error, text);
    claims = lanyard_token_payload(token);
    out_add(&run->out, claims.ptr, claims.len);
    out_text(&run->out, "\n");
    lanyard_token_free(token);
    return CLI_ACCEPTED;
}

static int decode_run(cli_run *run)
{
    return rules_run(run, decode_token);
}

const cli_command command_decode = {
    .name = "decode",
    .words = "TOKEN|-",
    .summary = "verify a token and print its claims",
    .notes =
        "Strict: a token must expire, may not name an audience unless --aud does, and must be\n"
        "of the expected type. The claims are printed as they were signed, and only when all\n"
        "of it is accepted.",
    .example = "lanyard decode --secret-file secret --iss https://idp.example TOKEN",
    .groups = GROUP_KEY | GROUP_ALGS | GROUP_POLICY | GROUP_AT,
    .words_min = 1,
    .words_max = 1,
    .run = decode_run,
};
