/* jwks.c - lanyard jwks: sets of keys made, added to and checked. */
#include "commands.h"
#include <stdlib.h>
#include <string.h>
#include "findings.h"
#include "input.h"
#include "keys.h"
#include "refusal.h"
#include "save.h"

#define SET_TEXT_MAX ((size_t)16 * 1024 * 1024)
#define FILES_MAX    LANYARD_KEYSET_KEYS_MAX

/* Keys of several files. */
typedef struct jwks_pile {
    lanyard_key *keys[LANYARD_KEYSET_KEYS_MAX];
    size_t count;
} jwks_pile;

static int jwks_gather_file(cli_run *run, const char *name, const lanyard_key_opts *opts,
                            jwks_pile *pile)
{
    lanyard_keyset *keys = NULL;
    const lanyard_key *key = NULL;
    size_t i = 0;

    TRY(keys_read_file(run, name, opts, &keys));
    keys_warn_skipped(run, name, keys);
    for (; (key = lanyard_keyset_at(keys, i)) != NULL && pile->count < FILES_MAX; i++)
        pile->keys[pile->count++] = lanyard_key_ref(key);
    lanyard_keyset_free(keys);
    return key ? refuse_trouble(run, "more than %u keys", LANYARD_KEYSET_KEYS_MAX) : CLI_ACCEPTED;
}

static int jwks_gather(cli_run *run, jwks_pile *pile)
{
    lanyard_buf passphrase = input_buf();
    lanyard_key_opts opts;
    int exit_status = keys_opts(run, &passphrase, &opts);

    for (size_t i = 0; i < run->words_count && exit_status == CLI_ACCEPTED; i++)
        exit_status = jwks_gather_file(run, run->words[i], &opts, pile);
    lanyard_buf_done(&passphrase);
    return exit_status;
}

static void jwks_warn_secrets(cli_run *run, const jwks_pile *pile)
{
    size_t secrets = 0;

    for (size_t i = 0; i < pile->count; i++)
        secrets += strcmp(lanyard_key_kty(pile->keys[i]), "oct") == 0;
    if (secrets > 0 && !run->options.is_private)
        warn(run, "%zu of the keys left out: a secret has no public part; --private keeps it",
             secrets);
}

/* A set that nobody can read, such as one of secrets beside public keys, is not written. */
static lanyard_status jwks_check_text(const lanyard_buf *text, lanyard_error *error)
{
    lanyard_keyset *keys = NULL;
    lanyard_status status = lanyard_keyset_read(
        text->ptr, text->len,
        &(lanyard_key_opts){ .size = sizeof(lanyard_key_opts), .allow_short_key = 1 }, NULL, &keys,
        error);

    lanyard_keyset_free(keys);
    return status;
}

static int jwks_write(cli_run *run, const jwks_pile *pile)
{
    lanyard_key_part part = run->options.is_private ? LANYARD_KEY_PRIVATE : LANYARD_KEY_PUBLIC;
    lanyard_keyset *keys = NULL;
    lanyard_buf text;
    lanyard_error error = { 0 };
    int exit_status = CLI_ACCEPTED;

    jwks_warn_secrets(run, pile);
    lanyard_buf_init(&text, NULL, SET_TEXT_MAX);
    if (lanyard_keyset_new(pile->keys, pile->count, NULL, &keys, &error) != LANYARD_OK ||
        lanyard_keyset_write(keys, part, &text, &error) != LANYARD_OK)
        exit_status = refuse(run, &error, "the set");
    else if (jwks_check_text(&text, &error) != LANYARD_OK)
        exit_status = refuse_as(run, CLI_REFUSED, &error, "the set");
    else if (lanyard_buf_add(&text, "\n", 1) != LANYARD_OK)
        exit_status = refuse_no_memory(run);
    else
        exit_status = save_or_print(run, &text);
    lanyard_keyset_free(keys);
    lanyard_buf_done(&text);
    return exit_status;
}

static int jwks_make_run(cli_run *run)
{
    jwks_pile *pile = calloc(1, sizeof *pile);
    int exit_status = CLI_ACCEPTED;

    if (!pile)
        return refuse_no_memory(run);
    exit_status = jwks_gather(run, pile);
    if (exit_status == CLI_ACCEPTED)
        exit_status = jwks_write(run, pile);
    for (size_t i = 0; i < pile->count; i++)
        lanyard_key_free(pile->keys[i]);
    free(pile);
    return exit_status;
}

static void jwks_judge_key(cli_findings *findings, const lanyard_keyset *keys, size_t index)
{
    const lanyard_key *key = lanyard_keyset_at(keys, index);
    lanyard_str kid = lanyard_key_kid(key);
    const lanyard_key *first = lanyard_keyset_find(keys, kid);
    bool is_alone = index == 0 && !lanyard_keyset_at(keys, 1);

    if (strcmp(lanyard_key_kty(key), "oct") == 0)
        findings_add(findings, "secret", "key %zu is a secret; do not publish this set", index + 1);
    else if (lanyard_key_is_private(key))
        findings_add(findings, "private", "key %zu is private; do not publish this set", index + 1);
    if (kid.len == 0 && !is_alone)
        findings_add(findings, "no_kid", "key %zu has no kid, so that tokens cannot name it",
                     index + 1);
    if (kid.len > 0 && first != key)
        findings_add(findings, "same_kid", "key %zu has the kid of another", index + 1);
    if (!*lanyard_key_alg(key))
        findings_add(findings, "no_alg", "key %zu does not say its algorithm", index + 1);
}

static int jwks_judge(cli_run *run, const lanyard_keyset *keys)
{
    cli_findings findings;
    lanyard_error why = { 0 };
    size_t position = 0;
    int exit_status = CLI_ACCEPTED;

    findings_init(&findings, run);
    for (size_t i = 0; lanyard_keyset_skipped(keys, i, &position, &why); i++)
        findings_add(&findings, "unusable", "key %zu cannot be used: %s (%s)", position + 1,
                     why.detail[0] ? why.detail : lanyard_status_text(why.status),
                     lanyard_status_name(why.status));
    if (!lanyard_keyset_at(keys, 0))
        findings_add(&findings, "empty", "no key of the set can be used");
    for (size_t i = 0; lanyard_keyset_at(keys, i); i++)
        jwks_judge_key(&findings, keys, i);
    exit_status = findings_say(run, &findings);
    findings_done(&findings);
    return exit_status;
}

static int jwks_check_run(cli_run *run)
{
    lanyard_buf passphrase = input_buf();
    lanyard_keyset *keys = NULL;
    lanyard_key_opts opts;
    int exit_status = keys_opts(run, &passphrase, &opts);

    if (exit_status == CLI_ACCEPTED)
        exit_status = keys_read_file(run, run->words[0], &opts, &keys);
    if (exit_status == CLI_ACCEPTED)
        exit_status = jwks_judge(run, keys);
    lanyard_keyset_free(keys);
    lanyard_buf_done(&passphrase);
    return exit_status;
}

const cli_command command_jwks_make = {
    .name = "jwks make",
    .words = "FILE...",
    .summary = "make a JWK Set of keys",
    .notes = "Public parts only, unless --private says otherwise.",
    .example = "lanyard jwks make key.jwk --out jwks.json",
    .groups = GROUP_OPEN | GROUP_PART | GROUP_OUT,
    .words_min = 1,
    .words_max = FILES_MAX,
    .run = jwks_make_run,
};

const cli_command command_jwks_add = {
    .name = "jwks add",
    .words = "SET FILE...",
    .summary = "print a JWK Set with more keys",
    .notes =
        "Public parts only, unless --private says otherwise. --out SET --force changes the set\n"
        "in its place.",
    .example = "lanyard jwks add jwks.json new.jwk --out jwks.json --force",
    .groups = GROUP_OPEN | GROUP_PART | GROUP_OUT,
    .words_min = 2,
    .words_max = FILES_MAX,
    .run = jwks_make_run,
};

const cli_command command_jwks_check = {
    .name = "jwks check",
    .words = "SET|-",
    .summary = "judge a JWK Set before it is published",
    .example = "lanyard jwks check jwks.json",
    .groups = GROUP_OPEN,
    .words_min = 1,
    .words_max = 1,
    .run = jwks_check_run,
};
