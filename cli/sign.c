/* sign.c - lanyard sign: any bytes to a token. */
#include "commands.h"
#include <string.h>
#include "input.h"
#include "keys.h"
#include "refusal.h"

/* With its newline verify reads it back. */
#define TOKEN_MAX (INPUT_MAX - 2)

int sign_check_header(cli_run *run)
{
    const cli_options *options = &run->options;
    lanyard_json *json = NULL;
    lanyard_error error = { 0 };

    if (options->alg.count > 1)
        return refuse_usage(run, "--alg is given twice");
    if (!options->header)
        return CLI_ACCEPTED;
    if (options->typ)
        return refuse_usage(run, "--header stands for the whole header; leave --typ out");
    if (options->no_kid)
        return refuse_usage(run, "--header stands for the whole header; leave --no-kid out");
    /* Of a set, --kid still says which key. */
    if (options->kid && options->key.count + options->jwks.count == 0)
        return refuse_usage(run, "--header stands for the whole header; leave --kid out");
    if (lanyard_json_read(options->header, strlen(options->header), NULL, NULL, &json, &error) ==
        LANYARD_E_NO_MEMORY)
        return refuse_no_memory(run);
    lanyard_json_free(json);
    if (!json)
        return refuse_usage(run, "--header: %s, at byte %zu", lanyard_status_text(error.status),
                            error.offset);
    return CLI_ACCEPTED;
}

int sign_check_alg(cli_run *run, const lanyard_key *key)
{
    if (run->options.alg.count == 0 && !*lanyard_key_alg(key) &&
        strcmp(lanyard_key_kty(key), "oct") != 0)
        return refuse_usage(run, "the key names no algorithm; say which with --alg");
    return CLI_ACCEPTED;
}

void sign_write_token(cli_run *run, const lanyard_buf *token)
{
    if (run->is_json) {
        out_text(&run->out, "{");
        out_json_name(&run->out, "token");
        out_json_str(&run->out, (lanyard_str){ token->ptr, token->len });
        out_text(&run->out, "}\n");
        return;
    }
    out_add(&run->out, token->ptr, token->len);
    out_text(&run->out, "\n");
}

static int sign_payload(cli_run *run, const lanyard_key *key, const lanyard_buf *payload)
{
    const cli_options *options = &run->options;
    lanyard_buf token;
    lanyard_error error = { 0 };
    lanyard_jws_opts opts = { .size = sizeof opts,
                              .alg = options->alg.count > 0 ? options->alg.items[0] : NULL,
                              .typ = options->typ,
                              .header = options->header,
                              .header_len = options->header ? strlen(options->header) : 0,
                              .no_kid = options->no_kid };

    TRY(sign_check_alg(run, key));
    lanyard_buf_init(&token, NULL, TOKEN_MAX);
    if (lanyard_jws_sign(key, &opts, (lanyard_bytes){ (const uint8_t *)payload->ptr, payload->len },
                         NULL, &token, &error) == LANYARD_OK)
        sign_write_token(run, &token);
    else if (error.status == LANYARD_E_BUFFER_FULL)
        refuse_trouble(run, "the payload is too long: the token would have more than 64 MiB");
    else
        refuse(run, &error, NULL);
    lanyard_buf_done(&token);
    return refuse_exit(error.status);
}

static int sign_run(cli_run *run)
{
    lanyard_buf payload = input_buf();
    lanyard_key *key = NULL;
    int exit_status = sign_check_header(run);

    if (exit_status == CLI_ACCEPTED)
        exit_status = keys_read_signing(run, &key);
    if (exit_status == CLI_ACCEPTED)
        exit_status = input_read(run, run->words_count > 0 ? run->words[0] : "-", &payload);
    if (exit_status == CLI_ACCEPTED)
        exit_status = sign_payload(run, key, &payload);
    lanyard_key_free(key);
    lanyard_buf_done(&payload);
    return exit_status;
}

const cli_command command_sign = {
    .name = "sign",
    .words = "[FILE|-]",
    .summary = "put any bytes under a signature",
    .notes = "The payload is the file or standard input, less one final newline.",
    .example = "lanyard sign --key key.jwk message.txt",
    .groups = GROUP_KEY | GROUP_ALG | GROUP_HEADER,
    .words_max = 1,
    .run = sign_run,
};
