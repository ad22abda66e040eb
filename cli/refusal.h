/* refusal.h - saying no: sentences on standard error, or with --json one object there.
 *
 * Each returns the exit status that goes with what it says. No secret, key or token is ever said.
 */
#ifndef LANYARD_CLI_REFUSAL_H
#define LANYARD_CLI_REFUSAL_H

#include "cli.h"

/* The exit status that belongs to a status of the library. */
int refuse_exit(lanyard_status status);

/* What the library said; name, where not NULL, is the file that it is about. */
int refuse(cli_run *run, const lanyard_error *error, const char *name);

/* The same, where the exit status is not the usual one. */
int refuse_as(cli_run *run, int exit_status, const lanyard_error *error, const char *name);

/* The same about a token. On a terminal a malformed one is shown around the byte. */
int refuse_token(cli_run *run, const lanyard_error *error, lanyard_str token);

/* The command line cannot be understood. */
int refuse_usage(cli_run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same about a word, for which there may be a suggestion (or NULL). */
int refuse_word(cli_run *run, const char *what, const char *word, const char *suggestion);

/* Something outside went wrong. */
int refuse_trouble(cli_run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));
int refuse_no_memory(cli_run *run);

/* Goes on. With --json it joins the one object on standard error. */
void warn(cli_run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* With --json: what was warned of, as a member of an object on standard error. */
void refuse_add_warnings(cli_run *run);

/* With --json: what was warned of, when nothing else has been said there. */
void refuse_flush_warnings(cli_run *run);

/* A line of the token around the byte, and a caret under it, indented. */
void excerpt_write(cli_out *out, lanyard_str token, size_t offset, size_t indent);

#endif
