/* cli.h - one run of the command: what was asked, what is said, and how it ends. */
#ifndef LANYARD_CLI_H
#define LANYARD_CLI_H

#include <stdbool.h>
#include <lanyard.h>
#include "options.h"
#include "output.h"

/* How a run ends. Functions that may end one return it; CLI_ACCEPTED means going on. */
enum {
    CLI_ACCEPTED = 0,
    CLI_REFUSED =
        1,          /* a token, a key that does not fit it, or something judged and found wanting */
    CLI_USAGE = 2,  /* the command line itself cannot be understood */
    CLI_TROUBLE = 3 /* unreadable file, no key, no memory, nowhere to write */
};

typedef struct cli_run cli_run;

typedef struct cli_command {
    const char *name;    /* "key generate" */
    const char *words;   /* what stands behind the options: "TOKEN|-" */
    const char *summary; /* one line */
    const char *notes;   /* what else help says, or NULL */
    const char *example;
    unsigned groups; /* of options; see options.h */
    size_t words_min;
    size_t words_max;
    int (*run)(cli_run *run);
} cli_command;

struct cli_run {
    const cli_command *command;
    cli_options options;
    const char *const *words;
    size_t words_count;
    bool is_json;
    bool has_read_stdin;
    cli_out out;      /* standard output, written whole at the end */
    cli_out err;      /* standard error, likewise */
    cli_out warnings; /* with --json: strings of an array, kept for the one object */
    int64_t now;      /* --at, or the clock */
};

#define TRY(call)                                                                                  \
    do {                                                                                           \
        int try_exit_ = (call);                                                                    \
        if (try_exit_ != CLI_ACCEPTED)                                                             \
            return try_exit_;                                                                      \
    } while (0)

#endif
