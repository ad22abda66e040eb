/* rules.c - the policy options, to a policy; see rules.h. */
#include "rules.h"
#include <string.h>
#include "input.h"
#include "keys.h"
#include "refusal.h"
#include "times.h"

typedef struct allow_row {
    size_t offset; /* of the flag in cli_options */
    uint32_t bit;
} allow_row;

static const allow_row allow_rows[] = {
    { offsetof(cli_options, allow_no_exp), LANYARD_ALLOW_NO_EXP },
    { offsetof(cli_options, allow_any_aud), LANYARD_ALLOW_ANY_AUD },
    { offsetof(cli_options, allow_any_typ), LANYARD_ALLOW_ANY_TYP },
    { offsetof(cli_options, allow_padding), LANYARD_ALLOW_PADDING },
    { offsetof(cli_options, allow_future_iat), LANYARD_ALLOW_FUTURE_IAT },
};

static uint32_t rules_allow(const cli_options *options)
{
    uint32_t allow = 0;

    for (size_t i = 0; i < sizeof allow_rows / sizeof *allow_rows; i++)
        if (*(const bool *)(const void *)((const char *)options + allow_rows[i].offset))
            allow |= allow_rows[i].bit;
    return allow;
}

static bool rules_are_said(const cli_options *options)
{
    return options->alg.count + options->iss.count + options->aud.count + options->require.count >
               0 ||
           options->sub || options->typ || options->leeway || options->max_age ||
           rules_allow(options) != 0;
}

/* "30s" or a bare number of seconds. */
static int rules_seconds(cli_run *run, const char *name, const char *text, int64_t min, int64_t max,
                         uint32_t *seconds)
{
    int64_t value = 0;

    if (!text)
        return CLI_ACCEPTED;
    if (!time_read_duration(text, &value) && !time_read_number(text, &value))
        return refuse_usage(run, "--%s: expected a duration such as 30s, found %.100s", name, text);
    if (value < min)
        return refuse_usage(run, "--%s: at least %lld second", name, (long long)min);
    if (value > max)
        return refuse_usage(run, "--%s: at most %lld seconds", name, (long long)max);
    *seconds = (uint32_t)value;
    return CLI_ACCEPTED;
}

/* Algorithms that nobody said: HS256 for secrets that name none, else what the keys name. */
static int rules_algs_of_keys(cli_run *run, const lanyard_keyset *keys, cli_out *algs)
{
    const lanyard_key *key = NULL;
    bool names_any = false;
    bool is_secret = false;

    for (size_t i = 0; (key = lanyard_keyset_at(keys, i)) != NULL; i++) {
        names_any = names_any || *lanyard_key_alg(key);
        is_secret = is_secret || strcmp(lanyard_key_kty(key), "oct") == 0;
    }
    if (!names_any && !is_secret)
        return refuse_usage(run, "the key names no algorithm; say which with --alg");
    out_text(algs, names_any ? LANYARD_ALGS_OF_KEYS : "HS256");
    return CLI_ACCEPTED;
}

static int rules_algs(cli_run *run, const lanyard_keyset *keys, cli_out *algs)
{
    const cli_list *said = &run->options.alg;

    TRY(keys_check_algs(run));
    if (said->count == 0)
        TRY(rules_algs_of_keys(run, keys, algs));
    for (size_t i = 0; i < said->count; i++) {
        if (i > 0)
            out_text(algs, " ");
        out_text(algs, said->items[i]);
    }
    out_add(algs, "", 1);
    return algs->is_broken ? refuse_no_memory(run) : CLI_ACCEPTED;
}

lanyard_limits rules_limits(size_t token_len)
{
    lanyard_limits limits = { 0 };

    if (token_len > LANYARD_TOKEN_LEN_MAX)
        limits.token_len = (uint32_t)token_len;
    if (token_len > LANYARD_HEADER_LEN_MAX)
        limits.header_len = (uint32_t)token_len;
    return limits;
}

static int rules_from_options(cli_run *run, const char *algs, size_t token_len,
                              lanyard_policy **policy)
{
    const cli_options *options = &run->options;
    lanyard_error error = { 0 };
    lanyard_policy_opts opts = { .size = sizeof opts,
                                 .algs = algs,
                                 .issuers = (const char *const *)options->iss.items,
                                 .audiences = (const char *const *)options->aud.items,
                                 .subject = options->sub,
                                 .typ = options->typ,
                                 .required = (const char *const *)options->require.items,
                                 .allow = rules_allow(options) };

    if (run->command->groups & GROUP_SIGNATURE)
        opts.limits.token_len = rules_limits(token_len).token_len;
    TRY(rules_seconds(run, "leeway", options->leeway, 0, LANYARD_LEEWAY_MAX, &opts.leeway_s));
    /* The engine reads 0 as "not asked for". */
    TRY(rules_seconds(run, "max-age", options->max_age, 1, UINT32_MAX, &opts.max_age_s));
    if (lanyard_policy_new(&opts, NULL, policy, &error) == LANYARD_OK)
        return CLI_ACCEPTED;
    if (error.status != LANYARD_E_POLICY)
        return refuse(run, &error, NULL);
    return refuse_usage(run, "%s",
                        error.detail[0] ? error.detail : "no policy can be made of this");
}

static int rules_from_file(cli_run *run, const char *name, lanyard_policy **policy)
{
    lanyard_buf buf = input_buf();
    lanyard_error error = { 0 };
    int exit_status = input_read(run, name, &buf);

    if (exit_status == CLI_ACCEPTED &&
        lanyard_policy_read(buf.ptr, buf.len, NULL, policy, &error) != LANYARD_OK)
        exit_status = refuse_as(run, CLI_TROUBLE, &error, name);
    lanyard_buf_done(&buf);
    return exit_status;
}

int rules_read(cli_run *run, const lanyard_keyset *keys, size_t token_len, lanyard_policy **policy)
{
    cli_out algs = { 0 };
    int exit_status = CLI_ACCEPTED;

    if (run->options.policy && rules_are_said(&run->options))
        return refuse_usage(run, "--policy stands for all policy options; leave the others out");
    if (run->options.policy)
        return rules_from_file(run, run->options.policy, policy);
    lanyard_buf_init(&algs.buf, NULL, LANYARD_LIMIT_CEILING);
    exit_status = rules_algs(run, keys, &algs);
    if (exit_status == CLI_ACCEPTED)
        exit_status = rules_from_options(run, algs.buf.ptr, token_len, policy);
    out_done(&algs);
    return exit_status;
}

int rules_run(cli_run *run, rules_judge *judge)
{
    lanyard_buf token = input_buf();
    lanyard_keyset *keys = NULL;
    lanyard_policy *policy = NULL;
    int exit_status = keys_check_algs(run);

    if (exit_status == CLI_ACCEPTED)
        exit_status = keys_read(run, &keys);
    if (exit_status == CLI_ACCEPTED)
        exit_status = input_word(run, run->words[0], &token);
    if (exit_status == CLI_ACCEPTED)
        exit_status = rules_read(run, keys, token.len, &policy);
    if (exit_status == CLI_ACCEPTED)
        exit_status = judge(run, policy, keys, (lanyard_str){ token.ptr, token.len });
    lanyard_policy_free(policy);
    lanyard_keyset_free(keys);
    lanyard_buf_done(&token);
    return exit_status;
}
