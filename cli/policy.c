/* policy.c - lanyard policy lint: a policy file judged. */
#include "commands.h"
#include <string.h>
#include "findings.h"
#include "input.h"
#include "refusal.h"

#define LEEWAY_USUAL 300 /* seconds; clocks that are further apart are a fault by themselves */

typedef struct allow_row {
    const char *name;
    const char *sentence;
} allow_row;

static const allow_row allow_rows[] = {
    { "no_exp", "tokens that never expire are accepted" },
    { "any_aud", "tokens made for others are accepted" },
    { "any_typ", "tokens of any type are accepted" },
    { "padding", "two spellings of one token are accepted" },
    { "future_iat", "tokens from the future are accepted" },
};

static bool lint_member(const lanyard_value *policy, const char *name, lanyard_value *value)
{
    return lanyard_value_member(policy, lanyard_str_of(name), value) == LANYARD_OK;
}

static void lint_allow(cli_findings *findings, const lanyard_value *policy)
{
    lanyard_value allow;
    lanyard_value item;
    size_t cursor = 0;

    if (!lint_member(policy, "allow", &allow))
        return;
    while (lanyard_value_next(&allow, &cursor, &item))
        for (size_t i = 0; i < sizeof allow_rows / sizeof *allow_rows; i++)
            if (lanyard_str_equal(item.text, lanyard_str_of(allow_rows[i].name)))
                findings_add(findings, allow_rows[i].name, "%s", allow_rows[i].sentence);
}

static void lint_alg(cli_findings *findings, const lanyard_value *item, bool *has_secret,
                     bool *has_public)
{
    const lanyard_alg_info *info = NULL;

    for (size_t i = 0; (info = lanyard_alg_at(i)) != NULL; i++) {
        if (!lanyard_str_equal(item->text, lanyard_str_of(info->name)))
            continue;
        *(strcmp(info->kty, "oct") == 0 ? has_secret : has_public) = true;
        if (strcmp(info->standing, "deprecated") == 0)
            findings_add(findings, "deprecated_alg", "%s is deprecated", info->name);
        if (!lanyard_alg_is_available(info->name))
            findings_add(findings, "unavailable_alg", "this libcrypto does not have %s",
                         info->name);
    }
}

static void lint_algs(cli_findings *findings, const lanyard_value *policy)
{
    lanyard_value algs;
    lanyard_value item;
    size_t cursor = 0;
    bool has_secret = false;
    bool has_public = false;

    if (!lint_member(policy, "algs", &algs))
        return;
    while (lanyard_value_next(&algs, &cursor, &item))
        lint_alg(findings, &item, &has_secret, &has_public);
    if (has_secret && has_public)
        findings_add(findings, "mixed_algs",
                     "secrets and public keys are accepted side by side; use a policy for each");
}

static void lint_rest(cli_findings *findings, const lanyard_value *policy)
{
    lanyard_value value;
    int64_t leeway = 0;

    if (!lint_member(policy, "issuers", &value))
        findings_add(findings, "no_issuers", "tokens of any issuer are accepted");
    if (!lint_member(policy, "audiences", &value))
        findings_add(findings, "no_audiences",
                     "nothing says whom the tokens are for; a token made for one service opens "
                     "all that share the key");
    if (lint_member(policy, "leeway_s", &value) &&
        lanyard_value_int(&value, &leeway) == LANYARD_OK && leeway > LEEWAY_USUAL)
        findings_add(findings, "leeway", "expired tokens live %lld seconds more",
                     (long long)leeway);
}

/* The policy as the library writes it, in which everything has one spelling. */
static lanyard_status lint_read(const lanyard_buf *text, lanyard_json **json, lanyard_error *error)
{
    lanyard_policy *policy = NULL;
    lanyard_buf plain = input_buf();
    lanyard_status status = lanyard_policy_read(text->ptr, text->len, NULL, &policy, error);

    if (status == LANYARD_OK)
        status = lanyard_policy_write(policy, &plain, error);
    if (status == LANYARD_OK)
        status = lanyard_json_read(plain.ptr, plain.len, NULL, NULL, json, error);
    lanyard_buf_done(&plain);
    lanyard_policy_free(policy);
    return status;
}

static int lint_text(cli_run *run, const lanyard_buf *text)
{
    cli_findings findings;
    lanyard_json *json = NULL;
    lanyard_value root;
    lanyard_error error = { 0 };
    int exit_status = CLI_ACCEPTED;

    if (lint_read(text, &json, &error) != LANYARD_OK)
        return refuse_as(run,
                         error.status == LANYARD_E_POLICY ? CLI_REFUSED : refuse_exit(error.status),
                         &error, run->words[0]);
    findings_init(&findings, run);
    root = lanyard_json_root(json);
    lint_algs(&findings, &root);
    lint_rest(&findings, &root);
    lint_allow(&findings, &root);
    exit_status = findings_say(run, &findings);
    findings_done(&findings);
    lanyard_json_free(json);
    return exit_status;
}

static int lint_run(cli_run *run)
{
    lanyard_buf text = input_buf();
    int exit_status = input_read(run, run->words[0], &text);

    if (exit_status == CLI_ACCEPTED)
        exit_status = lint_text(run, &text);
    lanyard_buf_done(&text);
    return exit_status;
}

const cli_command command_policy_lint = {
    .name = "policy lint",
    .words = "FILE|-",
    .summary = "judge a policy file",
    .notes = "Ends with 1 when the file is no policy, or when there is something to say of it.",
    .example = "lanyard policy lint policy.json",
    .groups = 0,
    .words_min = 1,
    .words_max = 1,
    .run = lint_run,
};
