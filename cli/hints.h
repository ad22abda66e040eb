/* hints.h - what a person may do about a refusal. */
#ifndef LANYARD_CLI_HINTS_H
#define LANYARD_CLI_HINTS_H

#include "cli.h"

/* The named way around the rule that refused, or what is wrong with the text of a token (which may
 * be empty). NULL: there is none, or it was asked for already. Static text. */
const char *hint_find(const cli_run *run, const lanyard_error *error, lanyard_str token);

#endif
