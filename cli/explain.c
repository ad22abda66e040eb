/* explain.c - lanyard explain: every rule that a token was held against, and how it went. */
#include "commands.h"
#include <string.h>
#include "hints.h"
#include "refusal.h"
#include "rules.h"
#include "times.h"

#define RULE_COLUMN 44u

static void explain_mark(cli_out *out, lanyard_outcome outcome)
{
    if (outcome == LANYARD_PASSED)
        out_styled(out, STYLE_GOOD, out->is_utf8 ? "✓" : "ok  ");
    else if (outcome == LANYARD_FAILED)
        out_styled(out, STYLE_BAD, out->is_utf8 ? "✗" : "FAIL");
    else
        out_styled(out, STYLE_FAINT, out->is_utf8 ? "·" : "-   ");
}

static void explain_step(cli_out *out, const lanyard_step *step)
{
    size_t len = strlen(step->rule);

    out_text(out, "  ");
    explain_mark(out, step->outcome);
    out_print(out, " %s", step->rule);
    if (step->rfc[0]) {
        out_pad(out, len < RULE_COLUMN ? RULE_COLUMN - len : 1);
        out_styled(out, STYLE_FAINT, step->rfc);
    }
    if (step->outcome == LANYARD_NOT_REACHED)
        out_styled(out, STYLE_FAINT, "  not reached");
    if (step->outcome == LANYARD_NOT_ASKED)
        out_styled(out, STYLE_FAINT, "  not asked for");
    out_text(out, "\n");
    if (step->outcome != LANYARD_FAILED)
        return;
    out_text(out, "      ");
    out_foreign(out,
                lanyard_str_of(step->detail[0] ? step->detail : lanyard_status_text(step->status)));
    out_text(out, "\n");
}

static void explain_verdict(cli_run *run, const lanyard_explanation *explanation, lanyard_str token)
{
    const lanyard_error *error = &explanation->error;
    const char *hint = hint_find(run, error, token);
    cli_out *out = &run->out;
    char utc[TIME_TEXT_MAX];
    char words[TIME_TEXT_MAX];

    if (explanation->status == LANYARD_OK) {
        out_styled(out, STYLE_GOOD, "accepted");
        out_text(out, "\n");
        return;
    }
    out_styled(out, STYLE_BAD, "refused:");
    out_print(out, " %s (%s, %s, byte %zu)\n", lanyard_status_text(error->status),
              lanyard_status_name(error->status), error->where, error->offset);
    if (error->value != 0 && strncmp(error->where, "claim:", 6) == 0) {
        time_write_utc(error->value, utc);
        time_write_relative(error->value, run->now, words);
        out_print(out, "  %s: %s, %s\n", error->where + 6, utc, words);
    }
    excerpt_write(out, token, error->offset, 2);
    if (hint)
        out_print(out, "  hint: %s\n", hint);
}

static void explain_text(cli_run *run, const lanyard_explanation *explanation, lanyard_str token)
{
    const char *stage = "";

    for (size_t i = 0; i < explanation->count; i++) {
        const lanyard_step *step = &explanation->steps[i];

        if (strcmp(stage, step->stage) != 0) {
            stage = step->stage;
            out_styled(&run->out, STYLE_HEAD, stage);
            out_text(&run->out, "\n");
        }
        explain_step(&run->out, step);
    }
    explain_verdict(run, explanation, token);
}

/* A refusal as JSON belongs on standard error, with what every refusal has. */
static void explain_json(cli_run *run, const lanyard_explanation *explanation, lanyard_str token)
{
    const char *hint = hint_find(run, &explanation->error, token);
    bool is_accepted = explanation->status == LANYARD_OK;
    cli_out *out = is_accepted ? &run->out : &run->err;

    if (lanyard_explanation_write(explanation, &out->buf) != LANYARD_OK)
        out->is_broken = true;
    else
        lanyard_buf_cut(&out->buf, out->buf.len - 1); /* its closing brace */
    out_json_member_int(out, "exit", refuse_exit(explanation->status));
    out_json_member(out, "message", lanyard_status_text(explanation->status));
    if (hint)
        out_json_member(out, "hint", hint);
    if (!is_accepted)
        refuse_add_warnings(run);
    out_text(out, "}\n");
}

static int explain_token(cli_run *run, const lanyard_policy *policy, const lanyard_keyset *keys,
                         lanyard_str token)
{
    lanyard_explanation explanation;
    lanyard_error error = { 0 };

    if (lanyard_explain(policy, keys, token.ptr, token.len, run->now, NULL, &explanation, &error) !=
        LANYARD_OK)
        return refuse(run, &error, NULL);
    if (run->is_json)
        explain_json(run, &explanation, token);
    else
        explain_text(run, &explanation, token);
    return refuse_exit(explanation.status);
}

static int explain_run(cli_run *run)
{
    return rules_run(run, explain_token);
}

const cli_command command_explain = {
    .name = "explain",
    .words = "TOKEN|-",
    .summary = "show each rule a token is held against, and the byte at fault",
    .notes = "Takes the options of decode and ends with the same exit status. A part of the token\n"
             "is shown around the byte: mind where the output goes.",
    .example = "lanyard explain --secret-file secret TOKEN",
    .groups = GROUP_KEY | GROUP_ALGS | GROUP_POLICY | GROUP_AT,
    .words_min = 1,
    .words_max = 1,
    .run = explain_run,
};
