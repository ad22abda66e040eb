/* commands.h - the commands, one file each, and what two of them share. */
#ifndef LANYARD_CLI_COMMANDS_H
#define LANYARD_CLI_COMMANDS_H

#include "cli.h"

extern const cli_command command_algs;
extern const cli_command command_audit;
extern const cli_command command_decode;
extern const cli_command command_encode;
extern const cli_command command_explain;
extern const cli_command command_inspect;
extern const cli_command command_jwks_add;
extern const cli_command command_jwks_check;
extern const cli_command command_jwks_make;
extern const cli_command command_key_convert;
extern const cli_command command_key_generate;
extern const cli_command command_key_public;
extern const cli_command command_key_show;
extern const cli_command command_key_thumbprint;
extern const cli_command command_policy_lint;
extern const cli_command command_sign;
extern const cli_command command_verify;

/* Iterate from 0; NULL past the end. The order is that of help. */
const cli_command *commands_at(size_t index);

/* What encode and sign share: --alg once, --header JSON, and a key that says its algorithm. */
int sign_check_header(cli_run *run);
int sign_check_alg(cli_run *run, const lanyard_key *key);
void sign_write_token(cli_run *run, const lanyard_buf *token);

#endif
