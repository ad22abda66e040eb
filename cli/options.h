/* options.h - every option of every command, in one table. */
#ifndef LANYARD_CLI_OPTIONS_H
#define LANYARD_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* What a command takes: a bit for each group of options. */
#define GROUP_ALL       0x0001u /* --json, --help */
#define GROUP_KEY       0x0002u /* where the key or secret is */
#define GROUP_ALGS      0x0004u /* --alg A[,B] */
#define GROUP_ALG       0x0008u /* --alg A */
#define GROUP_AT        0x0010u
#define GROUP_CLAIMS    0x0020u /* what a token to be made says */
#define GROUP_HEADER    0x0040u /* the header of what is to be signed */
#define GROUP_POLICY    0x0080u /* what a token must be to be accepted */
#define GROUP_SIGNATURE 0x0100u /* of those the ones that need no claims */
#define GROUP_KID       0x0200u
#define GROUP_OUT       0x0400u
#define GROUP_FORMAT    0x0800u
#define GROUP_PART      0x1000u
#define GROUP_BITS      0x2000u
#define GROUP_HASH      0x4000u
#define GROUP_WORDS     0x8000u
#define GROUP_MARKDOWN  0x10000u
#define GROUP_OPEN      0x20000u /* how a key file is read */

/* Values of an option that may stand several times; NULL-terminated when not empty. */
typedef struct cli_list {
    char **items;
    size_t count;
} cli_list;

/* NULL, false or empty: not given. Everything borrows from the command line. */
typedef struct cli_options {
    bool json, help, version;
    cli_list key, jwks;
    const char *secret_file, *secret_base64_file, *secret_env, *secret, *passphrase_file;
    bool allow_short_key;
    cli_list alg;
    const char *at;
    const char *claims_file, *exp;
    cli_list claim;
    bool iat, jti;
    const char *header, *typ, *kid;
    bool no_kid;
    cli_list iss, aud, require;
    const char *sub, *leeway, *max_age, *policy;
    bool allow_no_exp, allow_any_aud, allow_any_typ, allow_future_iat, allow_padding;
    const char *out, *to, *out_passphrase_file, *bits, *hash, *wordlist;
    bool force, is_private, uri, markdown;
} cli_options;

typedef enum cli_option_kind {
    OPTION_FLAG,  /* bool */
    OPTION_TEXT,  /* const char *; once; UTF-8 */
    OPTION_BYTES, /* the same, of any bytes: a file's name, a secret */
    OPTION_LIST,  /* cli_list; UTF-8 */
    OPTION_FILES, /* cli_list */
    OPTION_NAMES  /* cli_list; names separated by commas, too; UTF-8 */
} cli_option_kind;

typedef struct cli_option {
    const char *name;
    const char *value; /* what its value is called; NULL: none */
    const char *help;
    cli_option_kind kind;
    unsigned groups;
    size_t offset; /* in cli_options */
} cli_option;

/* Iterate from 0; NULL past the end. */
const cli_option *options_at(size_t index);

/* What is wrong with a command line. */
typedef struct cli_options_fault {
    char text[160];
    const char *word;  /* the word it is about */
    bool is_unknown;   /* word is an option that the command does not have */
    bool is_no_memory; /* nothing wrong but this */
} cli_options_fault;

/* Reads argv[1] and on; options may stand before and behind words. The words are left together at
 * argv[*first]. False and *fault when something cannot be understood. options_done() in any case.
 */
bool options_read(int argc, char **argv, unsigned groups, cli_options *options, int *first,
                  cli_options_fault *fault);
void options_done(cli_options *options);

#endif
