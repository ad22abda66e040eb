/* options.c - every option of every command, in one table; see options.h. */
#include "options.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <lanyard.h>

#define AT(field)   offsetof(cli_options, field)
#define FIRST_VALUE 256 /* what getopt_long() gives for the first row; above every character */

static const cli_option option_rows[] = {
    { "key", "FILE", "key: JWK, JWK Set, PEM, DER or OpenSSH public key; - for standard input",
      OPTION_FILES, GROUP_KEY, AT(key) },
    { "jwks", "FILE", "keys: a JWK Set", OPTION_FILES, GROUP_KEY, AT(jwks) },
    { "secret-file", "FILE", "secret: the bytes of a file, less one final newline", OPTION_BYTES,
      GROUP_KEY, AT(secret_file) },
    { "secret-base64-file", "FILE", "secret: a file of base64 or base64url", OPTION_BYTES,
      GROUP_KEY, AT(secret_base64_file) },
    { "secret-env", "NAME", "secret: an environment variable", OPTION_BYTES, GROUP_KEY,
      AT(secret_env) },
    { "secret", "TEXT", "secret: this text (others can see it)", OPTION_BYTES, GROUP_KEY,
      AT(secret) },
    { "passphrase-file", "FILE", "opens an encrypted PEM or DER key", OPTION_BYTES,
      GROUP_KEY | GROUP_OPEN, AT(passphrase_file) },
    { "allow-short-key", NULL, "use keys below the minimum length", OPTION_FLAG,
      GROUP_KEY | GROUP_OPEN, AT(allow_short_key) },
    { "alg", "A[,B]",
      "algorithms to accept; may be left out for a secret (HS256) or a key that "
      "names its own",
      OPTION_NAMES, GROUP_ALGS, AT(alg) },
    { "alg", "A", "algorithm; may be left out for a secret (HS256) or a key that names its own",
      OPTION_LIST, GROUP_ALG, AT(alg) },
    { "at", "TIME", "instead of the clock: RFC 3339, or seconds since 1970", OPTION_TEXT, GROUP_AT,
      AT(at) },
    { "claims-file", "FILE", "claims: a JSON object, its bytes kept; - for standard input",
      OPTION_BYTES, GROUP_CLAIMS, AT(claims_file) },
    { "claim", "NAME=TEXT", "one claim more; NAME:=JSON for anything but text", OPTION_LIST,
      GROUP_CLAIMS, AT(claim) },
    { "exp", "900s", "expires after that long, or at an RFC 3339 time", OPTION_TEXT, GROUP_CLAIMS,
      AT(exp) },
    { "iat", NULL, "says when it was issued", OPTION_FLAG, GROUP_CLAIMS, AT(iat) },
    { "jti", NULL, "has an ID of its own (UUIDv7)", OPTION_FLAG, GROUP_CLAIMS, AT(jti) },
    { "header", "JSON", "the whole header, members in this order", OPTION_TEXT, GROUP_HEADER,
      AT(header) },
    { "typ", "TYPE", "type in the header", OPTION_TEXT, GROUP_HEADER, AT(typ) },
    { "kid", "ID", "key ID; of a set, the key to use", OPTION_TEXT, GROUP_HEADER, AT(kid) },
    { "no-kid", NULL, "leave the key's ID out of the header", OPTION_FLAG, GROUP_HEADER,
      AT(no_kid) },
    { "kid", "ID", "key ID", OPTION_TEXT, GROUP_KID, AT(kid) },
    { "iss", "TEXT", "an issuer to accept", OPTION_LIST, GROUP_POLICY, AT(iss) },
    { "aud", "TEXT", "an audience to accept", OPTION_LIST, GROUP_POLICY, AT(aud) },
    { "sub", "TEXT", "the subject to accept", OPTION_TEXT, GROUP_POLICY, AT(sub) },
    { "typ", "TYPE", "the type to accept (without it: JWT or none)", OPTION_TEXT, GROUP_POLICY,
      AT(typ) },
    { "require", "NAME[,NAME]", "claims that must be there", OPTION_NAMES, GROUP_POLICY,
      AT(require) },
    { "leeway", "30s", "clock skew to forgive", OPTION_TEXT, GROUP_POLICY, AT(leeway) },
    { "max-age", "1h", "refuse what was issued longer ago", OPTION_TEXT, GROUP_POLICY,
      AT(max_age) },
    { "policy", "FILE", "all of these from a policy file", OPTION_BYTES,
      GROUP_POLICY | GROUP_SIGNATURE, AT(policy) },
    { "allow-no-exp", NULL, "accept a token that never expires", OPTION_FLAG, GROUP_POLICY,
      AT(allow_no_exp) },
    { "allow-any-aud", NULL, "accept any audience", OPTION_FLAG, GROUP_POLICY, AT(allow_any_aud) },
    { "allow-any-typ", NULL, "accept any type", OPTION_FLAG, GROUP_POLICY, AT(allow_any_typ) },
    { "allow-future-iat", NULL, "accept what was issued later than now", OPTION_FLAG, GROUP_POLICY,
      AT(allow_future_iat) },
    { "allow-padding", NULL, "accept = at the end of a part", OPTION_FLAG,
      GROUP_POLICY | GROUP_SIGNATURE, AT(allow_padding) },
    { "bits", "N", "length of an RSA key or of a secret", OPTION_TEXT, GROUP_BITS, AT(bits) },
    { "to", "FORMAT", "jwk (the default), pem or der", OPTION_TEXT, GROUP_FORMAT, AT(to) },
    { "out-passphrase-file", "FILE", "encrypts a private key written as PEM", OPTION_BYTES,
      GROUP_FORMAT, AT(out_passphrase_file) },
    { "private", NULL, "private parts and secrets, too", OPTION_FLAG, GROUP_PART, AT(is_private) },
    { "hash", "NAME", "sha256 (the default), sha384 or sha512", OPTION_TEXT, GROUP_HASH, AT(hash) },
    { "uri", NULL, "as a URI (RFC 9278)", OPTION_FLAG, GROUP_HASH, AT(uri) },
    { "wordlist", "FILE", "more secrets to try, one a line", OPTION_BYTES, GROUP_WORDS,
      AT(wordlist) },
    { "markdown", NULL, "as a page of Markdown", OPTION_FLAG, GROUP_MARKDOWN, AT(markdown) },
    { "out", "FILE", "into a new file that only its owner can read", OPTION_BYTES, GROUP_OUT,
      AT(out) },
    { "force", NULL, "replace a file that is there", OPTION_FLAG, GROUP_OUT, AT(force) },
    { "json", NULL, "answers and refusals as JSON", OPTION_FLAG, GROUP_ALL, AT(json) },
    { "help", NULL, "show this", OPTION_FLAG, GROUP_ALL, AT(help) },
};

#define ROWS (sizeof option_rows / sizeof *option_rows)

const cli_option *options_at(size_t index)
{
    return index < ROWS ? &option_rows[index] : NULL;
}

/* Makes room for one more value and the NULL behind it. */
static bool list_add(cli_list *list, char *value)
{
    char **items = realloc(list->items, (list->count + 2) * sizeof *items);

    if (!items)
        return false;
    items[list->count] = value;
    items[list->count + 1] = NULL;
    list->items = items;
    list->count++;
    return true;
}

/* Cuts the word at its commas. */
static bool list_add_names(cli_list *list, char *names)
{
    for (char *comma = strchr(names, ','); comma; comma = strchr(names, ',')) {
        *comma = '\0';
        if (!list_add(list, names))
            return false;
        names = comma + 1;
    }
    return list_add(list, names);
}

static bool list_has_gap(const char *names)
{
    size_t len = strlen(names);

    return len == 0 || names[0] == ',' || names[len - 1] == ',' || strstr(names, ",,");
}

static bool fault_say(cli_options_fault *fault, const char *name, const char *what)
{
    snprintf(fault->text, sizeof fault->text, "--%s %s", name, what);
    return false;
}

static bool option_is_utf8(const char *text)
{
    lanyard_buf json;
    lanyard_status status = LANYARD_OK;

    lanyard_buf_init(&json, NULL, LANYARD_LIMIT_CEILING);
    status = lanyard_json_write_str(&json, lanyard_str_of(text));
    lanyard_buf_done(&json);
    return status != LANYARD_E_ARGUMENT;
}

static bool option_take(const cli_option *row, char *value, cli_options *options,
                        cli_options_fault *fault)
{
    char *field = (char *)options + row->offset;

    if (value && row->kind != OPTION_BYTES && row->kind != OPTION_FILES && !option_is_utf8(value))
        return fault_say(fault, row->name, "is not UTF-8");
    if (row->kind == OPTION_NAMES && list_has_gap(value))
        return fault_say(fault, row->name, "has an empty name");
    if (row->kind == OPTION_FLAG) {
        *(bool *)(void *)field = true;
        return true;
    }
    if (row->kind == OPTION_TEXT || row->kind == OPTION_BYTES) {
        const char **text = (const char **)(void *)field;

        if (*text)
            return fault_say(fault, row->name, "is given twice");
        *text = value;
        return true;
    }

    cli_list *list = (cli_list *)(void *)field;
    bool is_added = row->kind == OPTION_NAMES ? list_add_names(list, value) : list_add(list, value);

    fault->is_no_memory = !is_added;
    return is_added;
}

/* The rows of these groups, as getopt_long() wants them. */
static void options_fill(unsigned groups, struct option *long_options)
{
    size_t count = 0;

    for (size_t i = 0; i < ROWS; i++) {
        if (!(option_rows[i].groups & (groups | GROUP_ALL)))
            continue;
        long_options[count++] =
            (struct option){ .name = option_rows[i].name,
                             .has_arg = option_rows[i].value ? required_argument : no_argument,
                             .val = FIRST_VALUE + (int)i };
    }
    long_options[count] = (struct option){ 0 };
}

/* What getopt_long() did not like about the word. */
static bool options_blame(int found, const char *word, cli_options_fault *fault)
{
    /* Of short options in one word getopt_long() has not moved on: word may be the one before. */
    if (found == '?' && optopt > 0 && optopt < FIRST_VALUE) {
        snprintf(fault->text, sizeof fault->text, "-%c", optopt);
        word = fault->text;
    }
    fault->word = word;
    if (found == ':' && optopt >= FIRST_VALUE)
        return fault_say(fault, option_rows[optopt - FIRST_VALUE].name, "needs a value");
    if (optopt >= FIRST_VALUE)
        return fault_say(fault, option_rows[optopt - FIRST_VALUE].name, "takes no value");
    fault->is_unknown = true;
    return false;
}

bool options_read(int argc, char **argv, unsigned groups, cli_options *options, int *first,
                  cli_options_fault *fault)
{
    struct option long_options[ROWS + 1];
    int found = 0;

    options_fill(groups, long_options);
    optind = 1;
    opterr = 0;
    while ((found = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
        if (found == 'h') {
            options->help = true;
            continue;
        }
        if (found == '?' || found == ':')
            return options_blame(found, argv[optind - 1], fault);
        if (!option_take(&option_rows[found - FIRST_VALUE], optarg, options, fault))
            return false;
    }
    *first = optind;
    return true;
}

void options_done(cli_options *options)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (option_rows[i].kind < OPTION_LIST)
            continue;

        cli_list *list = (cli_list *)(void *)((char *)options + option_rows[i].offset);

        free(list->items);
        *list = (cli_list){ 0 };
    }
}
