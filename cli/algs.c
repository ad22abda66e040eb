/* algs.c - lanyard algs: the algorithms that are known, as a table of text, JSON or Markdown. */
#include "commands.h"
#include <stdio.h>
#include "refusal.h"

static const char algs_page[] =
    "# Algorithms\n"
    "\n"
    "This page is made by `lanyard algs --markdown`. A key shorter than the shortest is refused, "
    "on\n"
    "both sides; `EdDSA` and `Ed25519` are two algorithms over one key. There is no `none`.\n"
    "\n"
    "| name | key | curve | standing | shortest key (bits) | signature (bytes) | where |\n"
    "|------|-----|-------|----------|--------------------:|------------------:|-------|\n";

static void algs_write_number(cli_out *out, size_t number, const char *instead)
{
    if (number > 0)
        out_print(out, "%zu", number);
    else
        out_text(out, instead);
}

static void algs_markdown(cli_out *out)
{
    const lanyard_alg_info *info = NULL;

    out_text(out, algs_page);
    for (size_t i = 0; (info = lanyard_alg_at(i)) != NULL; i++) {
        out_print(out, "| %s | %s | %s | %s | ", info->name, info->kty, info->crv, info->standing);
        algs_write_number(out, info->key_bits_min, "fixed");
        out_text(out, " | ");
        algs_write_number(out, info->signature_len, "modulus");
        out_print(out, " | %s |\n", info->rfc);
    }
}

static void algs_json(cli_out *out)
{
    const lanyard_alg_info *info = NULL;

    out_text(out, "[");
    for (size_t i = 0; (info = lanyard_alg_at(i)) != NULL; i++) {
        out_json_item(out);
        out_text(out, "{");
        out_json_member(out, "name", info->name);
        out_json_member(out, "kty", info->kty);
        out_json_member(out, "crv", info->crv);
        out_json_member(out, "standing", info->standing);
        out_json_member(out, "rfc", info->rfc);
        out_json_member_int(out, "key_bits_min", (int64_t)info->key_bits_min);
        out_json_member_int(out, "signature_len", (int64_t)info->signature_len);
        out_json_member_bool(out, "available", lanyard_alg_is_available(info->name));
        out_text(out, "}");
    }
    out_text(out, "]\n");
}

static void algs_text(cli_out *out)
{
    const lanyard_alg_info *info = NULL;

    out_styled(out, STYLE_HEAD, "name       key  curve      standing     where\n");
    for (size_t i = 0; (info = lanyard_alg_at(i)) != NULL; i++)
        out_print(out, "%-10s %-4s %-10s %-12s %s%s\n", info->name, info->kty, info->crv,
                  info->standing, info->rfc,
                  lanyard_alg_is_available(info->name) ? "" : " (not in this libcrypto)");
}

static int algs_run(cli_run *run)
{
    if (run->is_json && run->options.markdown)
        return refuse_usage(run, "--json and --markdown cannot be used together");
    if (run->is_json)
        algs_json(&run->out);
    else if (run->options.markdown)
        algs_markdown(&run->out);
    else
        algs_text(&run->out);
    return CLI_ACCEPTED;
}

const cli_command command_algs = {
    .name = "algs",
    .words = "",
    .summary = "list the algorithms",
    .example = "lanyard algs",
    .groups = GROUP_MARKDOWN,
    .run = algs_run,
};
