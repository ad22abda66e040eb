/* keys.c - the key options; see keys.h. */
#include "keys.h"
#include <stdlib.h>
#include <string.h>
#include "input.h"
#include "refusal.h"
#include "suggest.h"

/* Keys on their way into one set. */
typedef struct key_pile {
    lanyard_key **keys;
    size_t count;
} key_pile;

static size_t keys_count_secrets(const cli_options *options)
{
    const char *const secrets[] = { options->secret, options->secret_file,
                                    options->secret_base64_file, options->secret_env };
    size_t count = 0;

    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
        count += secrets[i] ? 1 : 0;
    return count;
}

bool keys_are_given(const cli_options *options)
{
    return keys_count_secrets(options) > 0 || options->key.count > 0 || options->jwks.count > 0;
}

static int keys_check_given(cli_run *run)
{
    const cli_options *options = &run->options;

    if (!keys_are_given(options))
        return refuse_usage(run, "which key? Say --key, --jwks, --secret-file, "
                                 "--secret-base64-file or --secret-env");
    if (keys_count_secrets(options) > 1)
        return refuse_usage(run, "there can be only one secret");
    if (keys_count_secrets(options) > 0 && options->key.count + options->jwks.count > 0)
        return refuse_usage(run, "a secret and a key cannot be used together");
    return CLI_ACCEPTED;
}

int keys_check_alg(cli_run *run, const char *name)
{
    cli_suggestion suggestion = { 0 };
    const lanyard_alg_info *info = NULL;

    if (lanyard_alg_find(name))
        return CLI_ACCEPTED;
    if (!*name)
        return refuse_usage(run, "an empty word names no algorithm");
    for (size_t i = 0; (info = lanyard_alg_at(i)) != NULL; i++)
        suggest_try(&suggestion, name, info->name);
    return refuse_word(run, "nobody knows an algorithm", name, suggestion.word);
}

int keys_check_algs(cli_run *run)
{
    for (size_t i = 0; i < run->options.alg.count; i++)
        TRY(keys_check_alg(run, run->options.alg.items[i]));
    return CLI_ACCEPTED;
}

/* Bytes of the secret, and the name under which it is spoken of. */
static int secret_load(cli_run *run, lanyard_buf *buf, const char **name)
{
    const cli_options *options = &run->options;
    const char *value = options->secret;

    if (options->secret_file || options->secret_base64_file) {
        *name = options->secret_file ? options->secret_file : options->secret_base64_file;
        TRY(input_read(run, *name, buf));
        if (options->secret_base64_file && !input_decode_base64(buf))
            return refuse_trouble(run, "%.200s: this is not base64", *name);
        return CLI_ACCEPTED;
    }
    *name = "the secret";
    if (options->secret)
        warn(run, "others can see --secret in the list of processes and in the shell's history; "
                  "use --secret-file or --secret-env");
    else if (!(value = getenv(options->secret_env)))
        return refuse_trouble(run, "there is no environment variable %.200s", options->secret_env);
    return lanyard_buf_add(buf, value, strlen(value)) == LANYARD_OK ? CLI_ACCEPTED
                                                                    : refuse_no_memory(run);
}

static int secret_read(cli_run *run, lanyard_keyset **keys)
{
    lanyard_buf buf = input_buf();
    const char *name = NULL;
    lanyard_key *key = NULL;
    lanyard_error error = { 0 };
    lanyard_key_opts opts = { .size = sizeof opts,
                              .format = LANYARD_KEY_SECRET,
                              .kid = run->options.kid,
                              .allow_short_key = run->options.allow_short_key };
    int exit_status = secret_load(run, &buf, &name);

    if (exit_status == CLI_ACCEPTED &&
        (lanyard_key_read(buf.ptr, buf.len, &opts, NULL, &key, &error) != LANYARD_OK ||
         lanyard_keyset_new(&key, 1, NULL, keys, &error) != LANYARD_OK))
        exit_status = refuse(run, &error, name);
    lanyard_key_free(key);
    lanyard_buf_done(&buf);
    return exit_status;
}

int keys_opts(cli_run *run, lanyard_buf *passphrase, lanyard_key_opts *opts)
{
    const cli_options *options = &run->options;

    *opts = (lanyard_key_opts){ .size = sizeof *opts,
                                .kid = options->kid,
                                .allow_short_key = options->allow_short_key };
    if (!options->passphrase_file)
        return CLI_ACCEPTED;
    TRY(input_read(run, options->passphrase_file, passphrase));
    if (memchr(passphrase->ptr, '\0', passphrase->len))
        return refuse_trouble(run, "%.200s: a passphrase cannot hold a NUL byte",
                              options->passphrase_file);
    if (lanyard_buf_add(passphrase, "", 1) != LANYARD_OK)
        return refuse_no_memory(run);
    opts->passphrase = passphrase->ptr;
    return CLI_ACCEPTED;
}

/* Text that is no JSON is here a file that is no key, not a malformed token. */
static int key_file_exit(lanyard_status status)
{
    return status < LANYARD_E_ALG_UNKNOWN ? CLI_TROUBLE : refuse_exit(status);
}

int keys_read_file(cli_run *run, const char *name, const lanyard_key_opts *opts,
                   lanyard_keyset **keys)
{
    lanyard_buf buf = input_buf();
    lanyard_error error = { 0 };
    int exit_status = input_read(run, name, &buf);

    if (exit_status == CLI_ACCEPTED &&
        lanyard_keyset_read(buf.ptr, buf.len, opts, NULL, keys, &error) != LANYARD_OK)
        exit_status = refuse_as(run, key_file_exit(error.status), &error, name);
    lanyard_buf_done(&buf);
    return exit_status;
}

void keys_warn_skipped(cli_run *run, const char *name, const lanyard_keyset *keys)
{
    lanyard_error why = { 0 };
    size_t position = 0;

    for (size_t i = 0; lanyard_keyset_skipped(keys, i, &position, &why); i++)
        warn(run, "%.200s: key %zu is left out: %s (%s)", name, position + 1,
             lanyard_status_text(why.status), lanyard_status_name(why.status));
}

int keys_refuse_empty(cli_run *run)
{
    bool is_verifying = (run->command->groups & GROUP_ALGS) != 0;

    return refuse(
        run,
        &(lanyard_error){ .status = is_verifying ? LANYARD_E_KEY_UNFIT : LANYARD_E_KEY_USE,
                          .where = "key",
                          .detail = "the set holds no key that can be used" },
        NULL);
}

static bool pile_add(key_pile *pile, const lanyard_keyset *keys)
{
    const lanyard_key *key = NULL;

    for (size_t i = 0; (key = lanyard_keyset_at(keys, i)) != NULL; i++) {
        lanyard_key **grown = realloc(pile->keys, (pile->count + 1) * sizeof(lanyard_key *));

        if (!grown)
            return false;
        pile->keys = grown;
        pile->keys[pile->count++] = lanyard_key_ref(key);
    }
    return true;
}

static void pile_done(key_pile *pile)
{
    for (size_t i = 0; i < pile->count; i++)
        lanyard_key_free(pile->keys[i]);
    free(pile->keys);
}

static int pile_add_files(cli_run *run, const cli_list *names, const lanyard_key_opts *opts,
                          key_pile *pile)
{
    for (size_t i = 0; i < names->count; i++) {
        lanyard_keyset *keys = NULL;
        bool is_added = false;

        TRY(keys_read_file(run, names->items[i], opts, &keys));
        if (!lanyard_keyset_at(keys, 0))
            keys_warn_skipped(run, names->items[i], keys);
        is_added = pile_add(pile, keys);
        lanyard_keyset_free(keys);
        if (!is_added)
            return refuse_no_memory(run);
    }
    return CLI_ACCEPTED;
}

static int pile_fill(cli_run *run, key_pile *pile)
{
    lanyard_buf passphrase = input_buf();
    lanyard_key_opts opts;
    int exit_status = keys_opts(run, &passphrase, &opts);

    if (exit_status == CLI_ACCEPTED)
        exit_status = pile_add_files(run, &run->options.key, &opts, pile);
    if (exit_status == CLI_ACCEPTED)
        exit_status = pile_add_files(run, &run->options.jwks, &opts, pile);
    lanyard_buf_done(&passphrase);
    return exit_status;
}

int keys_read(cli_run *run, lanyard_keyset **keys)
{
    key_pile pile = { 0 };
    lanyard_error error = { 0 };
    int exit_status = CLI_ACCEPTED;

    TRY(keys_check_given(run));
    if (keys_count_secrets(&run->options) > 0)
        return secret_read(run, keys);
    exit_status = pile_fill(run, &pile);
    if (exit_status == CLI_ACCEPTED && pile.count == 0)
        exit_status = keys_refuse_empty(run);
    if (exit_status == CLI_ACCEPTED &&
        lanyard_keyset_new(pile.keys, pile.count, NULL, keys, &error) != LANYARD_OK)
        exit_status = refuse(run, &error, "the keys together");
    pile_done(&pile);
    return exit_status;
}

/* The key to sign with, borrowed, or NULL. *count: how many there would be. */
static const lanyard_key *keys_pick(const cli_run *run, const lanyard_keyset *keys, size_t *count)
{
    const lanyard_key *picked = NULL;
    const lanyard_key *key = NULL;
    bool is_only = lanyard_keyset_at(keys, 0) && !lanyard_keyset_at(keys, 1);

    *count = 0;
    for (size_t i = 0; (key = lanyard_keyset_at(keys, i)) != NULL; i++) {
        bool is_meant = !run->options.kid ||
                        lanyard_str_equal(lanyard_key_kid(key), lanyard_str_of(run->options.kid));

        if (!is_meant || (!is_only && !lanyard_key_is_private(key)))
            continue;
        *count += 1;
        picked = key;
    }
    return *count == 1 ? picked : NULL;
}

int keys_read_signing(cli_run *run, lanyard_key **key)
{
    lanyard_keyset *keys = NULL;
    const lanyard_key *picked = NULL;
    size_t count = 0;

    TRY(keys_check_algs(run));
    TRY(keys_read(run, &keys));
    picked = keys_pick(run, keys, &count);
    if (picked)
        *key = lanyard_key_ref(picked);
    lanyard_keyset_free(keys);
    if (picked)
        return CLI_ACCEPTED;
    if (count > 1)
        return refuse_usage(run, "the set has %zu keys that can sign; say which with --kid", count);
    return refuse(run,
                  &(lanyard_error){ .status = LANYARD_E_KEY_USE,
                                    .where = "key",
                                    .detail = "no key of the set can be used to sign" },
                  NULL);
}

static int keys_only(cli_run *run, lanyard_keyset *keys, lanyard_key **key)
{
    const lanyard_key *first = lanyard_keyset_at(keys, 0);
    bool is_one = first && !lanyard_keyset_at(keys, 1);

    if (is_one)
        *key = lanyard_key_ref(first);
    lanyard_keyset_free(keys);
    if (!first)
        return keys_refuse_empty(run);
    return is_one ? CLI_ACCEPTED : refuse_trouble(run, "expected one key, found a set of others");
}

int keys_read_one(cli_run *run, const char *name, lanyard_key **key)
{
    lanyard_keyset *keys = NULL;
    lanyard_buf passphrase = input_buf();
    lanyard_key_opts opts;
    int exit_status = CLI_ACCEPTED;

    if (!name) {
        TRY(keys_read(run, &keys));
        return keys_only(run, keys, key);
    }
    if (keys_are_given(&run->options))
        return refuse_usage(run, "a file and a key option cannot be used together");
    exit_status = keys_opts(run, &passphrase, &opts);
    if (exit_status == CLI_ACCEPTED)
        exit_status = keys_read_file(run, name, &opts, &keys);
    lanyard_buf_done(&passphrase);
    if (exit_status != CLI_ACCEPTED)
        return exit_status;
    if (!lanyard_keyset_at(keys, 0))
        keys_warn_skipped(run, name, keys);
    return keys_only(run, keys, key);
}
