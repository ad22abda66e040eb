/* audit.h - the two halves of lanyard audit. */
#ifndef LANYARD_CLI_AUDIT_H
#define LANYARD_CLI_AUDIT_H

#include "cli.h"
#include "findings.h"

/* What a token that nobody has verified shows of the habits of who makes such tokens. keys may be
 * NULL. */
int audit_token(cli_run *run, const lanyard_keyset *keys, lanyard_str text, cli_findings *findings);

int audit_keys(cli_run *run, const lanyard_keyset *keys, cli_findings *findings);

#endif
