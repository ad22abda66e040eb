/* audit.c - lanyard audit: a token or a key judged against good practice. */
#include "audit.h"
#include <string.h>
#include "commands.h"
#include "input.h"
#include "keys.h"
#include "refusal.h"
#include "weak.h"

#define SECRET_BITS_MIN 256u
#define RSA_BITS_MIN    2048u
#define KINDS_MIN       10u /* different bytes; random 32 have nearly 32 */

static bool audit_secret_is(void *context, lanyard_str word)
{
    const lanyard_buf *secret = context;

    return lanyard_str_equal(word, (lanyard_str){ secret->ptr, secret->len }) != 0;
}

static size_t audit_kinds(const lanyard_buf *secret)
{
    bool seen[256] = { false };
    size_t kinds = 0;

    for (size_t i = 0; i < secret->len; i++) {
        kinds += !seen[(unsigned char)secret->ptr[i]];
        seen[(unsigned char)secret->ptr[i]] = true;
    }
    return kinds;
}

static int audit_secret(cli_run *run, const lanyard_key *key, cli_findings *findings)
{
    lanyard_buf secret = input_buf();
    lanyard_error error = { 0 };
    bool found = false;
    int exit_status = CLI_ACCEPTED;

    if (lanyard_key_bits(key) < SECRET_BITS_MIN)
        findings_add(findings, "short_key", "a secret of %zu bits, where every algorithm needs %u",
                     lanyard_key_bits(key), SECRET_BITS_MIN);
    if (lanyard_key_write_der(key, LANYARD_KEY_PRIVATE, &secret, &error) != LANYARD_OK) {
        exit_status = refuse(run, &error, NULL);
    } else {
        if (audit_kinds(&secret) < KINDS_MIN)
            findings_add(findings, "dull_secret", "the secret has few different bytes");
        exit_status = weak_walk(run, audit_secret_is, &secret, &found);
    }
    if (found)
        findings_add(findings, "known_secret",
                     "the secret is one that everybody knows: anybody can make tokens with it");
    lanyard_buf_done(&secret);
    return exit_status;
}

static int audit_key(cli_run *run, const lanyard_key *key, cli_findings *findings)
{
    const lanyard_alg_info *info = NULL;

    if (strcmp(lanyard_key_kty(key), "oct") == 0)
        TRY(audit_secret(run, key, findings));
    if (strcmp(lanyard_key_kty(key), "RSA") == 0 && lanyard_key_bits(key) < RSA_BITS_MIN)
        findings_add(findings, "short_key", "an RSA key of %zu bits, where 2048 are the least",
                     lanyard_key_bits(key));
    if (*lanyard_key_alg(key))
        info = lanyard_alg_find(lanyard_key_alg(key));
    if (info && strcmp(info->standing, "deprecated") == 0)
        findings_add(findings, "deprecated_alg", "%s is deprecated", info->name);
    return CLI_ACCEPTED;
}

int audit_keys(cli_run *run, const lanyard_keyset *keys, cli_findings *findings)
{
    const lanyard_key *key = NULL;

    for (size_t i = 0; (key = lanyard_keyset_at(keys, i)) != NULL; i++)
        TRY(audit_key(run, key, findings));
    return CLI_ACCEPTED;
}

static int audit_in(cli_run *run, const lanyard_keyset *keys, const lanyard_buf *token)
{
    cli_findings findings;
    int exit_status = CLI_ACCEPTED;

    findings_init(&findings, run);
    if (keys)
        exit_status = audit_keys(run, keys, &findings);
    if (exit_status == CLI_ACCEPTED && run->words_count > 0)
        exit_status = audit_token(run, keys, (lanyard_str){ token->ptr, token->len }, &findings);
    if (exit_status == CLI_ACCEPTED)
        exit_status = findings_say(run, &findings);
    findings_done(&findings);
    return exit_status;
}

static int audit_run(cli_run *run)
{
    lanyard_buf token = input_buf();
    lanyard_keyset *keys = NULL;
    int exit_status = CLI_ACCEPTED;

    /* Short keys are here to be judged. */
    run->options.allow_short_key = true;
    if (run->words_count == 0 && !keys_are_given(&run->options))
        return refuse_usage(run, "what is to be judged? Give a token or a key");
    if (keys_are_given(&run->options))
        exit_status = keys_read(run, &keys);
    if (exit_status == CLI_ACCEPTED && run->words_count > 0)
        exit_status = input_word(run, run->words[0], &token);
    if (exit_status == CLI_ACCEPTED)
        exit_status = audit_in(run, keys, &token);
    lanyard_keyset_free(keys);
    lanyard_buf_done(&token);
    return exit_status;
}

const cli_command command_audit = {
    .name = "audit",
    .words = "[TOKEN|-]",
    .summary = "judge a token or a key against good practice",
    .notes = "Says what is found of known secrets, tokens without end, short keys and more. The\n"
             "token is not verified unless a key is given. Ends with 1 when something is found.",
    .example = "lanyard audit TOKEN --wordlist words.txt",
    .groups = GROUP_KEY | GROUP_WORDS | GROUP_AT,
    .words_max = 1,
    .run = audit_run,
};
