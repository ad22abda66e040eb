/* findings.c - what a judge has to say; see findings.h. */
#include "findings.h"
#include <stdarg.h>
#include <stdio.h>
#include "refusal.h"

#define SENTENCE_MAX 320

void findings_init(cli_findings *findings, const cli_run *run)
{
    *findings = (cli_findings){ .is_json = run->is_json };
    lanyard_buf_init(&findings->text.buf, NULL, LANYARD_LIMIT_CEILING);
    findings->text.is_colored = run->out.is_colored;
}

void findings_done(cli_findings *findings)
{
    out_done(&findings->text);
}

void findings_add(cli_findings *findings, const char *name, const char *format, ...)
{
    char sentence[SENTENCE_MAX];
    va_list values;

    va_start(values, format);
    (void)vsnprintf(sentence, sizeof sentence, format, values);
    va_end(values);
    findings->count++;
    if (findings->is_json) {
        out_json_item(&findings->text);
        out_text(&findings->text, "{");
        out_json_member(&findings->text, "name", name);
        out_json_member(&findings->text, "message", sentence);
        out_text(&findings->text, "}");
        return;
    }
    out_styled(&findings->text, STYLE_BAD, name);
    out_text(&findings->text, ": ");
    out_foreign(&findings->text, lanyard_str_of(sentence));
    out_text(&findings->text, "\n");
}

static void findings_say_json(cli_run *run, const cli_findings *findings)
{
    bool has_any = findings->count > 0;
    cli_out *out = has_any ? &run->err : &run->out;

    out_text(out, "{");
    out_json_member_bool(out, "accepted", !has_any);
    out_json_member_int(out, "exit", has_any ? CLI_REFUSED : CLI_ACCEPTED);
    out_json_name(out, "findings");
    out_text(out, "[");
    out_add(out, findings->text.buf.ptr, findings->text.buf.len);
    out_text(out, "]");
    if (has_any)
        refuse_add_warnings(run);
    out_text(out, "}\n");
}

static void findings_say_text(cli_out *out, const cli_findings *findings)
{
    out_add(out, findings->text.buf.ptr, findings->text.buf.len);
    if (findings->count == 0)
        out_styled(out, STYLE_GOOD, "nothing found\n");
    else
        out_print(out, "%zu %s\n", findings->count, findings->count == 1 ? "finding" : "findings");
}

int findings_say(cli_run *run, const cli_findings *findings)
{
    run->out.is_broken = run->out.is_broken || findings->text.is_broken;
    if (run->is_json)
        findings_say_json(run, findings);
    else
        findings_say_text(&run->out, findings);
    return findings->count > 0 ? CLI_REFUSED : CLI_ACCEPTED;
}
