/* help.h - what the command and its sub-commands say of themselves. */
#ifndef LANYARD_CLI_HELP_H
#define LANYARD_CLI_HELP_H

#include "cli.h"

void help_all(cli_out *out);

/* Of one command. */
void help_command(cli_out *out, const cli_command *command);

/* Of the commands whose first word this is, such as "key". False: there are none. */
bool help_family(cli_out *out, const char *word);

#endif
