/* weak.h - secrets that everybody knows. */
#ifndef LANYARD_CLI_WEAK_H
#define LANYARD_CLI_WEAK_H

#include "cli.h"

/* Calls are made for each secret until one says true: first those known here, then those of the
 * word list, one a line. */
typedef bool (*weak_try)(void *context, lanyard_str secret);

/* *found: did one say true? */
int weak_walk(cli_run *run, weak_try try_one, void *context, bool *found);

#endif
