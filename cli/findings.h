/* findings.h - what a judge has to say: each finding has a name and a sentence. */
#ifndef LANYARD_CLI_FINDINGS_H
#define LANYARD_CLI_FINDINGS_H

#include "cli.h"

typedef struct cli_findings {
    size_t count;
    cli_out text; /* as JSON items, or as lines */
    bool is_json;
} cli_findings;

void findings_init(cli_findings *findings, const cli_run *run);
void findings_done(cli_findings *findings);

/* name: one word, stable; the sentence is lower case, without a period. */
void findings_add(cli_findings *findings, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Says them all. CLI_REFUSED when there is one. */
int findings_say(cli_run *run, const cli_findings *findings);

#endif
