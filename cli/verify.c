/* verify.c - lanyard verify: the payload of a token, whatever it is, when its signature holds. */
#include "commands.h"
#include "input.h"
#include "keys.h"
#include "refusal.h"
#include "rules.h"

#define PAYLOAD_MAX ((size_t)64 * 1024 * 1024)

static int verify_token(cli_run *run, const lanyard_keyset *keys, lanyard_str token)
{
    lanyard_policy *policy = NULL;
    lanyard_buf payload;
    lanyard_error error = { 0 };
    int exit_status = rules_read(run, keys, &policy);

    if (exit_status != CLI_ACCEPTED)
        return exit_status;
    lanyard_buf_init(&payload, NULL, PAYLOAD_MAX);
    if (lanyard_jws_verify(policy, keys, token.ptr, token.len, NULL, &payload, &error) ==
        LANYARD_OK)
        out_add(&run->out, payload.ptr, payload.len);
    else
        exit_status = refuse_token(run, &error, token);
    lanyard_buf_done(&payload);
    lanyard_policy_free(policy);
    return exit_status;
}

static int verify_run(cli_run *run)
{
    lanyard_buf token = input_buf();
    lanyard_keyset *keys = NULL;
    int exit_status = keys_check_algs(run);

    if (exit_status == CLI_ACCEPTED)
        exit_status = keys_read(run, &keys);
    if (exit_status == CLI_ACCEPTED)
        exit_status = input_word(run, run->words[0], &token);
    if (exit_status == CLI_ACCEPTED)
        exit_status = verify_token(run, keys, (lanyard_str){ token.ptr, token.len });
    lanyard_keyset_free(keys);
    lanyard_buf_done(&token);
    return exit_status;
}

const cli_command command_verify = {
    .name = "verify",
    .words = "TOKEN|-",
    .summary = "write the payload of a token when its signature holds",
    .notes = "The payload is written as it is, no newline added, and no claim of it is looked at:\n"
             "for session tokens use decode.",
    .example = "lanyard verify --key public.jwk --alg ES256 - <token",
    .groups = GROUP_KEY | GROUP_ALGS | GROUP_SIGNATURE,
    .words_min = 1,
    .words_max = 1,
    .run = verify_run,
};
