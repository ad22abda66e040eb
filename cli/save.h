/* save.h - answers into a file: whole or not at all, for its owner only. */
#ifndef LANYARD_CLI_SAVE_H
#define LANYARD_CLI_SAVE_H

#include "cli.h"

/* Into --out, mode 0600, never over a file that is there without --force; or, without --out, to
 * standard output. */
int save_or_print(cli_run *run, const lanyard_buf *buf);

#endif
