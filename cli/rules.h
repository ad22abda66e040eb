/* rules.h - the policy options, to a policy. */
#ifndef LANYARD_CLI_RULES_H
#define LANYARD_CLI_RULES_H

#include "cli.h"

/* The policy of --policy, or of the other policy options; algorithms that are not said come from
 * the keys. Where a payload is any bytes, a token of token_len bytes is not too long. */
int rules_read(cli_run *run, const lanyard_keyset *keys, size_t token_len, lanyard_policy **policy);

/* Limits under which a token that is held already is read whole, header included. */
lanyard_limits rules_limits(size_t token_len);

/* What a command does with a token once it has all that the token is held against. */
typedef int rules_judge(cli_run *run, const lanyard_policy *policy, const lanyard_keyset *keys,
                        lanyard_str token);

/* Reads the keys, the token of the first word and the policy, in this order, and calls judge. */
int rules_run(cli_run *run, rules_judge *judge);

#endif
