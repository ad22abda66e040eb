/* keys.h - the key options: secrets and key files, to keys. */
#ifndef LANYARD_CLI_KEYS_H
#define LANYARD_CLI_KEYS_H

#include "cli.h"

/* Are there any key options? */
bool keys_are_given(const cli_options *options);

/* Everything that the key options name. With no such option: CLI_USAGE. */
int keys_read(cli_run *run, lanyard_keyset **keys);

/* The one key to sign with: of a set, the one that --kid names, or the only private one. */
int keys_read_signing(cli_run *run, lanyard_key **key);

/* The one key of a file, or of the key options when name is NULL. */
int keys_read_one(cli_run *run, const char *name, lanyard_key **key);

/* All keys of a file: one key in any format, or a set. */
int keys_read_file(cli_run *run, const char *name, const lanyard_key_opts *opts,
                   lanyard_keyset **keys);

/* Warns of each key of a set that is left out, and why. */
void keys_warn_skipped(cli_run *run, const char *name, const lanyard_keyset *keys);

/* A set without a key that can be used: CLI_REFUSED. */
int keys_refuse_empty(cli_run *run);

/* The options of the command line for a key; *passphrase keeps what they point at. */
int keys_opts(cli_run *run, lanyard_buf *passphrase, lanyard_key_opts *opts);

/* --alg, each name known; NULL when there is none. */
int keys_check_algs(cli_run *run);

/* Is it the name of an algorithm? If not, CLI_USAGE and a suggestion. */
int keys_check_alg(cli_run *run, const char *name);

#endif
