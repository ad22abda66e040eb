/* key_show.c - lanyard key show: what keys are, without showing them. */
#include "commands.h"
#include <string.h>
#include "input.h"
#include "keys.h"
#include "refusal.h"

#define THUMBPRINT_MAX 256u

/* Of a secret there is none: a weak one could be guessed from it. */
static bool show_thumbprint(const lanyard_key *key, lanyard_buf *text)
{
    lanyard_buf_init(text, NULL, THUMBPRINT_MAX);
    return strcmp(lanyard_key_kty(key), "oct") != 0 &&
           lanyard_key_write_thumbprint(key, LANYARD_SHA256, 0, text, NULL) == LANYARD_OK;
}

static const char *show_kind(const lanyard_key *key)
{
    if (strcmp(lanyard_key_kty(key), "oct") == 0)
        return "secret";
    return lanyard_key_is_private(key) ? "private" : "public";
}

static void show_line(cli_out *out, const char *name, lanyard_str value)
{
    if (value.len == 0)
        return;
    out_print(out, "  %-10s ", name);
    out_foreign(out, value);
    out_text(out, "\n");
}

static void show_text(cli_out *out, const lanyard_key *key)
{
    const lanyard_alg_info *info = NULL;
    lanyard_buf thumbprint;

    out_styled(out, STYLE_HEAD, lanyard_key_kty(key));
    out_print(out, " %s%s%s, %zu bits\n", lanyard_key_crv(key), *lanyard_key_crv(key) ? " " : "",
              show_kind(key), lanyard_key_bits(key));
    show_line(out, "kid", lanyard_key_kid(key));
    show_line(out, "alg", lanyard_str_of(lanyard_key_alg(key)));
    show_line(out, "use", lanyard_str_of(lanyard_key_use(key)));
    if (show_thumbprint(key, &thumbprint))
        show_line(out, "thumbprint", (lanyard_str){ thumbprint.ptr, thumbprint.len });
    lanyard_buf_done(&thumbprint);
    out_text(out, "  fits      ");
    for (size_t i = 0; (info = lanyard_alg_at(i)) != NULL; i++)
        if (lanyard_key_fits(key, info->name))
            out_print(out, " %s", info->name);
    out_text(out, "\n");
}

static void show_json(cli_out *out, const lanyard_key *key)
{
    const lanyard_alg_info *info = NULL;
    lanyard_buf thumbprint;

    out_json_item(out);
    out_text(out, "{");
    out_json_member(out, "kty", lanyard_key_kty(key));
    out_json_member(out, "crv", lanyard_key_crv(key));
    out_json_member(out, "kind", show_kind(key));
    out_json_member_int(out, "bits", (int64_t)lanyard_key_bits(key));
    out_json_name(out, "kid");
    out_json_str(out, lanyard_key_kid(key));
    out_json_member(out, "alg", lanyard_key_alg(key));
    out_json_member(out, "use", lanyard_key_use(key));
    if (show_thumbprint(key, &thumbprint)) {
        out_json_name(out, "thumbprint");
        out_json_str(out, (lanyard_str){ thumbprint.ptr, thumbprint.len });
    }
    lanyard_buf_done(&thumbprint);
    out_json_name(out, "fits");
    out_text(out, "[");
    for (size_t i = 0; (info = lanyard_alg_at(i)) != NULL; i++) {
        if (!lanyard_key_fits(key, info->name))
            continue;
        out_json_item(out);
        out_json_str(out, lanyard_str_of(info->name));
    }
    out_text(out, "]}");
}

static int show_read(cli_run *run, lanyard_keyset **keys)
{
    lanyard_buf passphrase = input_buf();
    lanyard_key_opts opts;
    int exit_status = CLI_ACCEPTED;

    if (run->words_count == 0)
        return keys_read(run, keys);
    if (keys_are_given(&run->options))
        return refuse_usage(run, "a file and a key option cannot be used together");
    exit_status = keys_opts(run, &passphrase, &opts);
    if (exit_status == CLI_ACCEPTED)
        exit_status = keys_read_file(run, run->words[0], &opts, keys);
    if (exit_status == CLI_ACCEPTED)
        keys_warn_skipped(run, run->words[0], *keys);
    lanyard_buf_done(&passphrase);
    return exit_status;
}

static void show_keys(cli_run *run, const lanyard_keyset *keys)
{
    const lanyard_key *key = NULL;

    if (run->is_json)
        out_text(&run->out, "{\"keys\":[");
    for (size_t i = 0; (key = lanyard_keyset_at(keys, i)) != NULL; i++) {
        if (run->is_json)
            show_json(&run->out, key);
        else
            show_text(&run->out, key);
    }
    if (run->is_json)
        out_text(&run->out, "]}\n");
}

static int show_run(cli_run *run)
{
    lanyard_keyset *keys = NULL;
    int exit_status = show_read(run, &keys);

    if (exit_status == CLI_ACCEPTED && !lanyard_keyset_at(keys, 0))
        exit_status = keys_refuse_empty(run);
    if (exit_status == CLI_ACCEPTED)
        show_keys(run, keys);
    lanyard_keyset_free(keys);
    return exit_status;
}

const cli_command command_key_show = {
    .name = "key show",
    .words = "[FILE|-]",
    .summary = "say what a key is, without showing it",
    .example = "lanyard key show key.jwk",
    .groups = GROUP_KEY,
    .words_max = 1,
    .run = show_run,
};
