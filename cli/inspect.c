/* inspect.c - lanyard inspect: what a token says of itself, believed by nobody. */
#include "commands.h"
#include <stdio.h>
#include <string.h>
#include "input.h"
#include "pretty.h"
#include "refusal.h"
#include "rules.h"
#include "times.h"

#define PAYLOAD_SHOWN 400u

/* A claim that is a time, and what to say of it before and after. */
typedef struct time_row {
    const char *name;
    const char *future;
    const char *past;
} time_row;

static const time_row time_rows[] = {
    { "exp", "expires", "expired" },
    { "nbf", "not valid before", "valid since" },
    { "iat", "issued", "issued" },
    { "auth_time", "logged in", "logged in" },
};

#define TIME_ROWS (sizeof time_rows / sizeof *time_rows)

/* A token taken apart. Its claims are NULL when the payload is no JSON object. */
typedef struct inspect_job {
    lanyard_untrusted *untrusted;
    lanyard_json *header;
    lanyard_json *claims;
} inspect_job;

static bool inspect_time(const inspect_job *job, const time_row *row, int64_t *moment)
{
    lanyard_value root = lanyard_json_root(job->claims);

    return time_read_claim(&root, row->name, moment);
}

static void inspect_say_time(const time_row *row, int64_t moment, int64_t now, char *utc,
                             char *sentence, size_t room)
{
    char relative[TIME_TEXT_MAX];

    time_write_utc(moment, utc);
    time_write_relative(moment, now, relative);
    snprintf(sentence, room, "%s %s", moment > now ? row->future : row->past, relative);
}

static void inspect_times(cli_run *run, const inspect_job *job)
{
    char utc[TIME_TEXT_MAX];
    char sentence[2 * TIME_TEXT_MAX];
    bool has_any = false;

    for (size_t i = 0; i < TIME_ROWS; i++) {
        int64_t moment = 0;

        if (!inspect_time(job, &time_rows[i], &moment))
            continue;
        if (!has_any)
            out_styled(&run->out, STYLE_HEAD, "Times\n");
        has_any = true;
        inspect_say_time(&time_rows[i], moment, run->now, utc, sentence, sizeof sentence);
        out_print(&run->out, "  %-10s %s  %s\n", time_rows[i].name, utc, sentence);
    }
}

static lanyard_str inspect_alg(const inspect_job *job)
{
    lanyard_str alg = { "", 0 };

    if (lanyard_untrusted_header_str(job->untrusted, "alg", &alg) != LANYARD_OK)
        return (lanyard_str){ "", 0 };
    return alg;
}

static void inspect_payload_text(cli_run *run, const inspect_job *job)
{
    lanyard_str payload = lanyard_untrusted_payload(job->untrusted);
    lanyard_value root;

    if (job->claims) {
        root = lanyard_json_root(job->claims);
        out_styled(&run->out, STYLE_HEAD, "Claims\n");
        pretty_write(&run->out, &root, 2);
        inspect_times(run, job);
        return;
    }
    out_styled(&run->out, STYLE_HEAD, "Payload");
    out_print(&run->out, " (%zu bytes, no claims)\n  ", payload.len);
    out_foreign(
        &run->out,
        (lanyard_str){ payload.ptr, payload.len < PAYLOAD_SHOWN ? payload.len : PAYLOAD_SHOWN });
    out_text(&run->out, payload.len > PAYLOAD_SHOWN ? "...\n" : "\n");
}

static void inspect_text(cli_run *run, const inspect_job *job)
{
    lanyard_value header = lanyard_json_root(job->header);
    cli_out *out = &run->out;

    out_styled(out, STYLE_BAD, "NOT VERIFIED");
    out_text(out, ": anybody may have written this. Use decode to have it checked.\n\n");
    out_styled(out, STYLE_HEAD, "Header\n");
    pretty_write(out, &header, 2);
    inspect_payload_text(run, job);
    out_styled(out, STYLE_HEAD, "Signature\n");
    out_print(out, "  %zu bytes, said to be ", lanyard_untrusted_signature(job->untrusted).len);
    out_foreign(out, inspect_alg(job));
    out_text(out, ", not looked at\n");
}

static void inspect_json_times(cli_run *run, const inspect_job *job)
{
    char utc[TIME_TEXT_MAX];
    char sentence[2 * TIME_TEXT_MAX];

    out_json_name(&run->out, "times");
    out_text(&run->out, "{");
    for (size_t i = 0; i < TIME_ROWS && job->claims; i++) {
        int64_t moment = 0;

        if (!inspect_time(job, &time_rows[i], &moment))
            continue;
        inspect_say_time(&time_rows[i], moment, run->now, utc, sentence, sizeof sentence);
        out_json_name(&run->out, time_rows[i].name);
        out_text(&run->out, "{");
        out_json_member(&run->out, "utc", utc);
        out_json_member(&run->out, "words", sentence);
        out_text(&run->out, "}");
    }
    out_text(&run->out, "}");
}

static void inspect_json(cli_run *run, const inspect_job *job)
{
    cli_out *out = &run->out;
    lanyard_str header = lanyard_untrusted_header(job->untrusted);
    lanyard_str payload = lanyard_untrusted_payload(job->untrusted);

    out_text(out, "{");
    out_json_member_bool(out, "verified", false);
    out_json_name(out, "header");
    out_add(out, header.ptr, header.len);
    out_json_name(out, "claims");
    if (job->claims)
        out_add(out, payload.ptr, payload.len);
    else
        out_text(out, "null");
    inspect_json_times(run, job);
    out_json_name(out, "alg");
    out_json_str(out, inspect_alg(job));
    out_json_member_int(out, "payload_len", (int64_t)payload.len);
    out_json_member_int(out, "signature_len",
                        (int64_t)lanyard_untrusted_signature(job->untrusted).len);
    out_text(out, "}\n");
}

/* The payload may be anything; only an object is claims. */
static void inspect_read_claims(inspect_job *job)
{
    lanyard_str payload = lanyard_untrusted_payload(job->untrusted);

    if (lanyard_json_read(payload.ptr, payload.len, NULL, NULL, &job->claims, NULL) != LANYARD_OK)
        return;
    if (lanyard_json_root(job->claims).type == LANYARD_JSON_OBJECT)
        return;
    lanyard_json_free(job->claims);
    job->claims = NULL;
}

static int inspect_token(cli_run *run, lanyard_str text, inspect_job *job)
{
    lanyard_limits limits = rules_limits(text.len);
    lanyard_error error = { 0 };
    lanyard_str header = { 0 };

    if (lanyard_untrusted_read(&limits, text.ptr, text.len, NULL, &job->untrusted, &error) !=
        LANYARD_OK)
        return refuse_token(run, &error, text);
    header = lanyard_untrusted_header(job->untrusted);
    if (lanyard_json_read(header.ptr, header.len, NULL, NULL, &job->header, &error) != LANYARD_OK)
        return refuse_token(run, &error, text);
    inspect_read_claims(job);
    if (run->is_json)
        inspect_json(run, job);
    else
        inspect_text(run, job);
    return CLI_ACCEPTED;
}

static int inspect_run(cli_run *run)
{
    lanyard_buf text = input_buf();
    inspect_job job = { 0 };
    int exit_status = input_word(run, run->words[0], &text);

    if (exit_status == CLI_ACCEPTED)
        exit_status = inspect_token(run, (lanyard_str){ text.ptr, text.len }, &job);
    lanyard_json_free(job.claims);
    lanyard_json_free(job.header);
    lanyard_untrusted_free(job.untrusted);
    lanyard_buf_done(&text);
    return exit_status;
}

const cli_command command_inspect = {
    .name = "inspect",
    .words = "TOKEN|-",
    .summary = "show what a token says, without verifying it",
    .notes = "Nothing that it prints has been checked. It never says that a token is good.",
    .example = "lanyard inspect TOKEN",
    .groups = GROUP_AT,
    .words_min = 1,
    .words_max = 1,
    .run = inspect_run,
};
