/* verify.c - lanyard verify: the payload of a token, whatever it is, when its signature holds. */
#include "commands.h"
#include "refusal.h"
#include "rules.h"

#define PAYLOAD_MAX ((size_t)64 * 1024 * 1024)

static void verify_write(cli_run *run, lanyard_str payload)
{
    if (!run->is_json) {
        out_add(&run->out, payload.ptr, payload.len);
        return;
    }
    out_text(&run->out, "{");
    out_json_name(&run->out, "payload_base64url");
    out_json_base64url(&run->out, payload);
    out_text(&run->out, "}\n");
}

static int verify_token(cli_run *run, const lanyard_policy *policy, const lanyard_keyset *keys,
                        lanyard_str token)
{
    lanyard_buf payload;
    lanyard_error error = { 0 };
    int exit_status = CLI_ACCEPTED;

    lanyard_buf_init(&payload, NULL, PAYLOAD_MAX);
    if (lanyard_jws_verify(policy, keys, token.ptr, token.len, NULL, &payload, &error) ==
        LANYARD_OK)
        verify_write(run, (lanyard_str){ payload.ptr, payload.len });
    else
        exit_status = refuse_token(run, &error, token);
    lanyard_buf_done(&payload);
    return exit_status;
}

static int verify_run(cli_run *run)
{
    return rules_run(run, verify_token);
}

const cli_command command_verify = {
    .name = "verify",
    .words = "TOKEN|-",
    .summary = "write the payload of a token when its signature holds",
    .notes = "The payload is written as it is, no newline added, and no claim of it is looked at:\n"
             "for session tokens use decode. With --json it comes in base64url.",
    .example = "lanyard verify --key public.jwk --alg ES256 - <token",
    .groups = GROUP_KEY | GROUP_ALGS | GROUP_SIGNATURE,
    .words_min = 1,
    .words_max = 1,
    .run = verify_run,
};
