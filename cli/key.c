/* key.c - lanyard key: make one, look at one, write it another way. */
#include "commands.h"
#include <string.h>
#include "input.h"
#include "keys.h"
#include "refusal.h"
#include "save.h"
#include "times.h"

#define KEY_TEXT_MAX ((size_t)1024 * 1024)
#define BITS_MAX     65536

typedef enum key_format { KEY_TO_JWK, KEY_TO_PEM, KEY_TO_DER } key_format;

static const char *const key_formats[] = { "jwk", "pem", "der" };
static const char *const hash_names[] = { "sha256", "sha384", "sha512" };
static const lanyard_hash hashes[] = { LANYARD_SHA256, LANYARD_SHA384, LANYARD_SHA512 };

static int key_choose(cli_run *run, const char *option, const char *const names[3],
                      const char *said, size_t *choice)
{
    *choice = 0;
    for (size_t i = 0; said && i < 3; i++) {
        if (strcmp(names[i], said) != 0)
            continue;
        *choice = i;
        return CLI_ACCEPTED;
    }
    return said ? refuse_usage(run, "--%s: expected %s, %s or %s, found %.100s", option, names[0],
                               names[1], names[2], said)
                : CLI_ACCEPTED;
}

static int key_passphrase(cli_run *run, size_t format, lanyard_buf *passphrase)
{
    const char *name = run->options.out_passphrase_file;

    if (!name)
        return CLI_ACCEPTED;
    if (format != KEY_TO_PEM)
        return refuse_usage(run, "--out-passphrase-file goes with --to pem");
    TRY(input_read(run, name, passphrase));
    if (passphrase->len == 0 || memchr(passphrase->ptr, '\0', passphrase->len))
        return refuse_trouble(run, "%.200s: an empty passphrase, or one with a NUL byte", name);
    return lanyard_buf_add(passphrase, "", 1) == LANYARD_OK ? CLI_ACCEPTED : refuse_no_memory(run);
}

static lanyard_status key_write_as(const lanyard_key *key, lanyard_key_part part, size_t format,
                                   const char *passphrase, lanyard_buf *out, lanyard_error *error)
{
    lanyard_status status = LANYARD_OK;

    if (format == KEY_TO_PEM)
        return lanyard_key_write_pem(key, part, passphrase, out, error);
    if (format == KEY_TO_DER)
        return lanyard_key_write_der(key, part, out, error);
    status = lanyard_key_write_jwk(key, part, out, error);
    return status == LANYARD_OK ? lanyard_buf_add(out, "\n", 1) : status;
}

/* A JWK is JSON as it is; what is not stands in an object. */
static void key_print_json(cli_run *run, size_t format, const lanyard_buf *text)
{
    lanyard_str key = { text->ptr, text->len };

    out_text(&run->out, "{");
    out_json_name(&run->out, format == KEY_TO_PEM ? "pem" : "der_base64url");
    if (format == KEY_TO_PEM)
        out_json_str(&run->out, key);
    else
        out_json_base64url(&run->out, key);
    out_text(&run->out, "}\n");
}

static int key_save(cli_run *run, size_t format, const lanyard_buf *text)
{
    if (!run->is_json || run->options.out || format == KEY_TO_JWK)
        return save_or_print(run, text);
    key_print_json(run, format, text);
    return CLI_ACCEPTED;
}

/* The key in the format of --to, into --out or standard output. */
static int key_deliver(cli_run *run, const lanyard_key *key, lanyard_key_part part)
{
    size_t format = KEY_TO_JWK;
    lanyard_buf passphrase = input_buf();
    lanyard_buf text;
    lanyard_error error = { 0 };
    int exit_status = key_choose(run, "to", key_formats, run->options.to, &format);

    lanyard_buf_init(&text, NULL, KEY_TEXT_MAX);
    if (exit_status == CLI_ACCEPTED)
        exit_status = key_passphrase(run, format, &passphrase);
    if (exit_status == CLI_ACCEPTED &&
        key_write_as(key, part, format, passphrase.len > 0 ? passphrase.ptr : NULL, &text,
                     &error) != LANYARD_OK)
        exit_status = error.status ? refuse(run, &error, NULL) : refuse_no_memory(run);
    if (exit_status == CLI_ACCEPTED)
        exit_status = key_save(run, format, &text);
    lanyard_buf_done(&text);
    lanyard_buf_done(&passphrase);
    return exit_status;
}

static int key_generate_run(cli_run *run)
{
    const char *bits = run->options.bits;
    int64_t number = 0;
    lanyard_key *key = NULL;
    lanyard_error error = { 0 };
    lanyard_keygen_opts opts = { .size = sizeof opts,
                                 .alg = run->words[0],
                                 .kid = run->options.kid };
    int exit_status = CLI_ACCEPTED;
    size_t format = 0;

    TRY(keys_check_alg(run, run->words[0]));
    TRY(key_choose(run, "to", key_formats, run->options.to, &format));
    if (bits && (!time_read_number(bits, &number) || number == 0 || number > BITS_MAX))
        return refuse_usage(run, "--bits: expected a number of bits, found %.100s", bits);
    opts.bits = (uint32_t)number;
    if (lanyard_key_generate(&opts, NULL, &key, &error) == LANYARD_E_ARGUMENT)
        return refuse_usage(run, "%s", error.detail[0] ? error.detail : "no such key can be made");
    if (!key)
        return refuse(run, &error, NULL);
    exit_status = key_deliver(run, key, LANYARD_KEY_PRIVATE);
    lanyard_key_free(key);
    return exit_status;
}

static const char *key_word(const cli_run *run)
{
    return run->words_count > 0 ? run->words[0] : NULL;
}

static int key_convert_run(cli_run *run)
{
    lanyard_key *key = NULL;
    int exit_status = keys_read_one(run, key_word(run), &key);

    if (exit_status == CLI_ACCEPTED)
        exit_status = key_deliver(
            run, key, lanyard_key_is_private(key) ? LANYARD_KEY_PRIVATE : LANYARD_KEY_PUBLIC);
    lanyard_key_free(key);
    return exit_status;
}

static int key_public_run(cli_run *run)
{
    lanyard_key *key = NULL;
    int exit_status = CLI_ACCEPTED;

    if (run->options.out_passphrase_file)
        return refuse_usage(run, "a public key is not encrypted");
    exit_status = keys_read_one(run, key_word(run), &key);
    if (exit_status == CLI_ACCEPTED)
        exit_status = key_deliver(run, key, LANYARD_KEY_PUBLIC);
    lanyard_key_free(key);
    return exit_status;
}

static int key_thumbprint(cli_run *run, const lanyard_key *key, lanyard_hash hash)
{
    lanyard_buf text;
    lanyard_error error = { 0 };

    if (strcmp(lanyard_key_kty(key), "oct") == 0)
        warn(run, "a weak secret can be guessed from its thumbprint; do not publish it");
    lanyard_buf_init(&text, NULL, KEY_TEXT_MAX);
    if (lanyard_key_write_thumbprint(key, hash, run->options.uri, &text, &error) != LANYARD_OK) {
        refuse(run, &error, NULL);
    } else if (run->is_json) {
        out_text(&run->out, "{");
        out_json_name(&run->out, "thumbprint");
        out_json_str(&run->out, (lanyard_str){ text.ptr, text.len });
        out_text(&run->out, "}\n");
    } else {
        out_add(&run->out, text.ptr, text.len);
        out_text(&run->out, "\n");
    }
    lanyard_buf_done(&text);
    return refuse_exit(error.status);
}

static int key_thumbprint_run(cli_run *run)
{
    lanyard_key *key = NULL;
    size_t choice = 0;
    int exit_status = key_choose(run, "hash", hash_names, run->options.hash, &choice);

    if (exit_status == CLI_ACCEPTED)
        exit_status = keys_read_one(run, key_word(run), &key);
    if (exit_status == CLI_ACCEPTED)
        exit_status = key_thumbprint(run, key, hashes[choice]);
    lanyard_key_free(key);
    return exit_status;
}

const cli_command command_key_generate = {
    .name = "key generate",
    .words = "ALG",
    .summary = "make a private key or a secret",
    .notes = "A file of --out is readable by its owner only, and never replaces another without\n"
             "--force. The key ID is the key's thumbprint, of a secret a random one.",
    .example = "lanyard key generate ES256 --out key.jwk",
    .groups = GROUP_BITS | GROUP_KID | GROUP_OUT | GROUP_FORMAT,
    .words_min = 1,
    .words_max = 1,
    .run = key_generate_run,
};

const cli_command command_key_convert = {
    .name = "key convert",
    .words = "[FILE|-]",
    .summary = "write a key in another format",
    .notes = "Private keys stay private: key public gives the public part.",
    .example = "lanyard key convert key.jwk --to pem --out key.pem",
    .groups = GROUP_KEY | GROUP_KID | GROUP_OUT | GROUP_FORMAT,
    .words_max = 1,
    .run = key_convert_run,
};

const cli_command command_key_public = {
    .name = "key public",
    .words = "[FILE|-]",
    .summary = "write the public part of a key",
    .example = "lanyard key public key.jwk --out public.jwk",
    .groups = GROUP_KEY | GROUP_KID | GROUP_OUT | GROUP_FORMAT,
    .words_max = 1,
    .run = key_public_run,
};

const cli_command command_key_thumbprint = {
    .name = "key thumbprint",
    .words = "[FILE|-]",
    .summary = "print the RFC 7638 thumbprint of a key",
    .example = "lanyard key thumbprint key.jwk",
    .groups = GROUP_KEY | GROUP_HASH,
    .words_max = 1,
    .run = key_thumbprint_run,
};
