/* encode.c - lanyard encode: claims to a token. */
#include "commands.h"
#include <stdlib.h>
#include <string.h>
#include "input.h"
#include "keys.h"
#include "refusal.h"
#include "times.h"

#define TOKEN_MAX ((size_t)64 * 1024 * 1024)

/* The claims as they come together. */
typedef struct encode_job {
    lanyard_key *key;
    lanyard_issuer *issuer;
    lanyard_buf file; /* of --claims-file */
    lanyard_claim *claims;
    size_t claims_count;
    bool has_exp;
} encode_job;

static void encode_add(encode_job *job, const char *name, lanyard_claim claim)
{
    claim.name = name;
    job->claims[job->claims_count++] = claim;
    job->has_exp = job->has_exp || strcmp(name, "exp") == 0;
}

static int encode_check_json(cli_run *run, const char *what, const char *text)
{
    lanyard_json *json = NULL;
    lanyard_error error = { 0 };

    if (lanyard_json_read(text, strlen(text), NULL, NULL, &json, &error) == LANYARD_E_NO_MEMORY)
        return refuse_no_memory(run);
    lanyard_json_free(json);
    if (!json)
        return refuse_usage(run, "%s: %s, at byte %zu", what, lanyard_status_text(error.status),
                            error.offset);
    return CLI_ACCEPTED;
}

/* "k=v" is a string, "k:=JSON" is anything. The word is cut in two where it lies. */
static int encode_claim(cli_run *run, encode_job *job, char *word)
{
    char *equals = strchr(word, '=');
    bool is_json = equals && equals > word && equals[-1] == ':';

    if (!equals || equals == word || (is_json && equals == word + 1))
        return refuse_usage(run, "--claim: expected NAME=TEXT or NAME:=JSON");
    *equals = '\0';
    if (is_json) {
        equals[-1] = '\0';
        TRY(encode_check_json(run, "--claim", equals + 1));
    }
    encode_add(job, word,
               (lanyard_claim){ .kind = is_json ? LANYARD_CLAIM_JSON : LANYARD_CLAIM_STR,
                                .text = lanyard_str_of(equals + 1) });
    return CLI_ACCEPTED;
}

static int encode_exp(cli_run *run, encode_job *job)
{
    const char *text = run->options.exp;
    int64_t duration = 0;
    int64_t moment = 0;

    if (!text)
        return CLI_ACCEPTED;
    if (time_read_duration(text, &duration))
        moment = run->now + duration;
    else if (!time_read_utc(text, &moment))
        return refuse_usage(run,
                            "--exp: expected a duration such as 900s or a time such as "
                            "2030-01-31T12:00:00Z, found %.100s",
                            text);
    encode_add(job, "exp", (lanyard_claim){ .kind = LANYARD_CLAIM_INT, .number = moment });
    return CLI_ACCEPTED;
}

/* Does the claims file say when the token expires? Whether it is JSON at all is for the issuer. */
static bool encode_file_has_exp(const encode_job *job)
{
    lanyard_json *json = NULL;
    lanyard_value root;
    lanyard_value exp;
    bool has_exp = false;

    if (!job->file.ptr ||
        lanyard_json_read(job->file.ptr, job->file.len, NULL, NULL, &json, NULL) != LANYARD_OK)
        return false;
    root = lanyard_json_root(json);
    has_exp = lanyard_value_member(&root, lanyard_str_of("exp"), &exp) == LANYARD_OK;
    lanyard_json_free(json);
    return has_exp;
}

static int encode_gather(cli_run *run, encode_job *job)
{
    const cli_options *options = &run->options;

    job->claims = calloc(options->claim.count + 2, sizeof *job->claims);
    if (!job->claims)
        return refuse_no_memory(run);
    if (options->claims_file)
        TRY(input_read(run, options->claims_file, &job->file));
    job->has_exp = encode_file_has_exp(job);
    for (size_t i = 0; i < options->claim.count; i++)
        TRY(encode_claim(run, job, options->claim.items[i]));
    TRY(encode_exp(run, job));
    if (options->iat)
        encode_add(job, "iat", (lanyard_claim){ .kind = LANYARD_CLAIM_INT, .number = run->now });
    if (!job->has_exp)
        warn(run, "this token never expires; say --exp 900s");
    return CLI_ACCEPTED;
}

static int encode_issuer(cli_run *run, encode_job *job)
{
    const cli_options *options = &run->options;
    lanyard_error error = { 0 };
    lanyard_issuer_opts opts = { .size = sizeof opts,
                                 .key = job->key,
                                 .alg = options->alg.count > 0 ? options->alg.items[0] : NULL,
                                 .typ = options->typ,
                                 .header = options->header,
                                 .header_len = options->header ? strlen(options->header) : 0,
                                 .no_kid = options->no_kid,
                                 .add_jti = options->jti };

    TRY(sign_check_alg(run, job->key));
    if (lanyard_issuer_new(&opts, NULL, &job->issuer, &error) != LANYARD_OK)
        return refuse(run, &error, NULL);
    return CLI_ACCEPTED;
}

static int encode_issue(cli_run *run, encode_job *job)
{
    lanyard_claims_opts claims = { .size = sizeof claims,
                                   .json = run->options.claims_file ? job->file.ptr : NULL,
                                   .json_len = job->file.len,
                                   .list = job->claims,
                                   .list_len = job->claims_count };
    lanyard_buf token;
    lanyard_error error = { 0 };

    if (run->options.claims_file && !claims.json)
        claims.json = "";
    lanyard_buf_init(&token, NULL, TOKEN_MAX);
    if (lanyard_issue(job->issuer, &claims, run->now, NULL, &token, &error) != LANYARD_OK)
        refuse(run, &error, NULL);
    else
        sign_write_token(run, &token);
    lanyard_buf_done(&token);
    return refuse_exit(error.status);
}

static int encode_in(cli_run *run, encode_job *job)
{
    TRY(sign_check_header(run));
    TRY(keys_read_signing(run, &job->key));
    TRY(encode_gather(run, job));
    TRY(encode_issuer(run, job));
    return encode_issue(run, job);
}

static int encode_run(cli_run *run)
{
    encode_job job = { .file = input_buf() };
    int exit_status = encode_in(run, &job);

    lanyard_buf_done(&job.file);
    free(job.claims);
    lanyard_issuer_free(job.issuer);
    lanyard_key_free(job.key);
    return exit_status;
}

const cli_command command_encode = {
    .name = "encode",
    .words = "",
    .summary = "make a token of claims",
    .notes =
        "Adds no claim that is not asked for. The claims come in this order: --claims-file,\n"
        "--claim, --exp, --iat, --jti. The header is {\"alg\":A,\"typ\":\"JWT\"}, with the key's\n"
        "kid where it has one and --no-kid does not leave it out.",
    .example = "lanyard encode --secret-file secret --claim user=manish --exp 900s",
    .groups = GROUP_KEY | GROUP_ALG | GROUP_CLAIMS | GROUP_HEADER | GROUP_AT,
    .run = encode_run,
};
