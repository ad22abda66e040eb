/* decode.c - lanyard decode: the claims of a token, when it is accepted. */
#include "commands.h"
#include "input.h"
#include "keys.h"
#include "refusal.h"
#include "rules.h"

static int decode_token(cli_run *run, const lanyard_keyset *keys, lanyard_str text)
{
    lanyard_policy *policy = NULL;
    lanyard_token *token = NULL;
    lanyard_error error = { 0 };
    int exit_status = rules_read(run, keys, &policy);

    if (exit_status != CLI_ACCEPTED)
        return exit_status;
    if (lanyard_verify(policy, keys, text.ptr, text.len, run->now, NULL, &token, &error) ==
        LANYARD_OK) {
        lanyard_str claims = lanyard_token_payload(token);

        out_add(&run->out, claims.ptr, claims.len);
        out_text(&run->out, "\n");
    } else {
        exit_status = refuse_token(run, &error, text);
    }
    lanyard_token_free(token);
    lanyard_policy_free(policy);
    return exit_status;
}

static int decode_run(cli_run *run)
{
    lanyard_buf text = input_buf();
    lanyard_keyset *keys = NULL;
    int exit_status = keys_check_algs(run);

    if (exit_status == CLI_ACCEPTED)
        exit_status = keys_read(run, &keys);
    if (exit_status == CLI_ACCEPTED)
        exit_status = input_word(run, run->words[0], &text);
    if (exit_status == CLI_ACCEPTED)
        exit_status = decode_token(run, keys, (lanyard_str){ text.ptr, text.len });
    lanyard_keyset_free(keys);
    lanyard_buf_done(&text);
    return exit_status;
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
