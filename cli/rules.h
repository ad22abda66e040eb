/* rules.h - the policy options, to a policy. */
#ifndef LANYARD_CLI_RULES_H
#define LANYARD_CLI_RULES_H

#include "cli.h"

/* The policy of --policy, or of the other policy options; algorithms that are not said come from
 * the keys. */
int rules_read(cli_run *run, const lanyard_keyset *keys, lanyard_policy **policy);

#endif
