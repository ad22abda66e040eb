/* pretty.h - JSON for humans. */
#ifndef LANYARD_CLI_PRETTY_H
#define LANYARD_CLI_PRETTY_H

#include "output.h"

/* Over several lines, each indented, with what could fool a terminal escaped. Ends a line. */
void pretty_write(cli_out *out, const lanyard_value *value, size_t indent);

#endif
