/* audit_token.c - a token judged: what it says, what it leaves out, and whether its secret is
 * known. */
#include "audit.h"
#include <string.h>
#include "refusal.h"
#include "rules.h"
#include "times.h"
#include "weak.h"

#define LIFE_USUAL 86400 /* seconds; longer needs a way to take a token back */
#define LEN_USUAL  4096u /* bytes; cookies end there */
#define KID_USUAL  256u

typedef struct name_row {
    const char *name;
    const char *sentence;
} name_row;

/* RFC 8725, 3.10, and the header members that bring a key along (RFC 7515, 4.1.2 to 4.1.6). */
static const name_row header_rows[] = {
    { "jku", "the header says where to fetch the key: a verifier that does so asks the attacker" },
    { "x5u", "the header says where to fetch the key: a verifier that does so asks the attacker" },
    { "jwk", "the header brings its own key: a verifier that uses it accepts everything" },
    { "x5c",
      "the header brings its own certificate: only a checked chain makes it worth anything" },
};

static const char *const secret_claims[] = {
    "password", "passwd", "pwd",         "secret",      "client_secret", "apikey",
    "api_key",  "apiKey", "private_key", "credit_card", "card_number",   "cvv",
    "ssn",      "otp",    "pin",         "totp_secret", "access_key",    "secret_key",
};

/* One secret held against one token. */
typedef struct guess {
    const char *alg;
    lanyard_bytes message;
    lanyard_bytes signature;
} guess;

static bool guess_try(void *context, lanyard_str secret)
{
    const guess *job = context;
    lanyard_key *key = NULL;
    bool fits = false;

    if (lanyard_key_read(secret.ptr, secret.len,
                         &(lanyard_key_opts){ .size = sizeof(lanyard_key_opts),
                                              .format = LANYARD_KEY_SECRET,
                                              .allow_short_key = 1 },
                         NULL, &key, NULL) != LANYARD_OK)
        return false;
    fits =
        lanyard_check_bytes(key, job->alg, job->message, job->signature, NULL, NULL) == LANYARD_OK;
    lanyard_key_free(key);
    return fits;
}

static int audit_guess(cli_run *run, const lanyard_untrusted *untrusted,
                       const lanyard_alg_info *info, lanyard_str text, cli_findings *findings)
{
    const char *dot = NULL;
    bool found = false;
    guess job = { .alg = info->name, .signature = lanyard_untrusted_signature(untrusted) };

    if (strcmp(info->kty, "oct") != 0)
        return CLI_ACCEPTED;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '.')
            dot = text.ptr + i;
    job.message = (lanyard_bytes){ (const uint8_t *)text.ptr, (size_t)(dot - text.ptr) };
    TRY(weak_walk(run, guess_try, &job, &found));
    if (found)
        findings_add(findings, "known_secret",
                     "the secret is one that everybody knows: anybody can make such tokens");
    return CLI_ACCEPTED;
}

static const lanyard_alg_info *audit_alg(const lanyard_untrusted *untrusted, cli_findings *findings)
{
    const lanyard_alg_info *info = NULL;
    lanyard_str alg = { 0 };

    if (lanyard_untrusted_header_str(untrusted, "alg", &alg) != LANYARD_OK)
        return NULL;
    for (size_t i = 0; (info = lanyard_alg_at(i)) != NULL; i++)
        if (lanyard_str_equal(alg, lanyard_str_of(info->name)))
            break;
    if (!info)
        findings_add(findings, "unknown_alg", "nobody should accept the algorithm %.*s",
                     (int)(alg.len < 40 ? alg.len : 40), alg.ptr);
    else if (strcmp(info->standing, "deprecated") == 0)
        findings_add(findings, "deprecated_alg", "%s is deprecated", info->name);
    return info;
}

/* A kid that is more than a name is meant for a file system, a database or a shell. */
static bool audit_kid_is_odd(lanyard_str kid)
{
    if (kid.len > KID_USUAL || !lanyard_str_is_plain(kid))
        return true;
    for (size_t i = 0; i < kid.len; i++) {
        if (strchr("'\"`;|$<>\\&", kid.ptr[i]))
            return true;
        if (i > 0 && kid.ptr[i] == '.' && kid.ptr[i - 1] == '.')
            return true;
    }
    return kid.len > 0 && kid.ptr[0] == '/';
}

static void audit_header(const lanyard_untrusted *untrusted, cli_findings *findings)
{
    lanyard_str text = lanyard_untrusted_header(untrusted);
    lanyard_json *json = NULL;
    lanyard_value root;
    lanyard_value value;

    if (lanyard_json_read(text.ptr, text.len, NULL, NULL, &json, NULL) != LANYARD_OK)
        return;
    root = lanyard_json_root(json);
    for (size_t i = 0; i < sizeof header_rows / sizeof *header_rows; i++)
        if (lanyard_value_member(&root, lanyard_str_of(header_rows[i].name), &value) == LANYARD_OK)
            findings_add(findings, header_rows[i].name, "%s", header_rows[i].sentence);
    if (lanyard_value_member(&root, lanyard_str_of("kid"), &value) == LANYARD_OK &&
        audit_kid_is_odd(value.text))
        findings_add(findings, "odd_kid", "the kid looks like a path, a query or a command");
    lanyard_json_free(json);
}

/* Without an end, or with one that no verifier reads. */
static void audit_no_exp(const lanyard_value *claims, cli_findings *findings)
{
    lanyard_value exp;

    if (lanyard_value_member(claims, lanyard_str_of("exp"), &exp) == LANYARD_OK)
        findings_add(findings, "odd_exp", "exp is no time that a verifier could read");
    else
        findings_add(findings, "no_exp", "the token never expires");
}

static void audit_life(const cli_run *run, const lanyard_value *claims, cli_findings *findings)
{
    char words[TIME_TEXT_MAX];
    int64_t exp = 0;
    int64_t start = run->now;
    int64_t life = 0;

    if (!time_read_claim(claims, "exp", &exp)) {
        audit_no_exp(claims, findings);
        return;
    }
    (void)time_read_claim(claims, "iat", &start);
    if (__builtin_sub_overflow(exp, start, &life) || life <= LIFE_USUAL)
        return;
    time_write_words(life, words);
    findings_add(findings, "long_life", "the token lives %s, longer than a day", words);
}

static void audit_members(const cli_run *run, const lanyard_value *claims, cli_findings *findings)
{
    lanyard_value value;

    audit_life(run, claims, findings);
    if (lanyard_value_member(claims, lanyard_str_of("iss"), &value) != LANYARD_OK)
        findings_add(findings, "no_iss", "nothing says who made the token");
    if (lanyard_value_member(claims, lanyard_str_of("aud"), &value) != LANYARD_OK)
        findings_add(findings, "no_aud", "nothing says whom the token is for");
    for (size_t i = 0; i < sizeof secret_claims / sizeof *secret_claims; i++)
        if (lanyard_value_member(claims, lanyard_str_of(secret_claims[i]), &value) == LANYARD_OK)
            findings_add(findings, "secret_claim", "the claim %s can be read by everybody",
                         secret_claims[i]);
}

static void audit_claims(const cli_run *run, const lanyard_untrusted *untrusted,
                         cli_findings *findings)
{
    lanyard_str text = lanyard_untrusted_payload(untrusted);
    lanyard_json *json = NULL;
    lanyard_value root = { 0 };

    if (lanyard_json_read(text.ptr, text.len, NULL, NULL, &json, NULL) == LANYARD_OK)
        root = lanyard_json_root(json);
    if (root.type == LANYARD_JSON_OBJECT)
        audit_members(run, &root, findings);
    else
        findings_add(findings, "no_claims", "the payload is not an object of claims");
    lanyard_json_free(json);
}

/* With a key, the signature is held against it, too. */
static int audit_signature(cli_run *run, const lanyard_keyset *keys, const lanyard_alg_info *info,
                           lanyard_str text, cli_findings *findings, bool *holds)
{
    lanyard_policy *policy = NULL;
    lanyard_buf payload;
    lanyard_error error = { 0 };

    if (lanyard_policy_new(&(lanyard_policy_opts){ .size = sizeof(lanyard_policy_opts),
                                                   .algs = info->name,
                                                   .limits = rules_limits(text.len) },
                           NULL, &policy, &error) != LANYARD_OK)
        return refuse(run, &error, NULL);
    lanyard_buf_init(&payload, NULL, LANYARD_LIMIT_CEILING);
    *holds =
        lanyard_jws_verify(policy, keys, text.ptr, text.len, NULL, &payload, &error) == LANYARD_OK;
    if (!*holds)
        findings_add(findings, "signature", "%s (%s)", lanyard_status_text(error.status),
                     lanyard_status_name(error.status));
    lanyard_buf_done(&payload);
    lanyard_policy_free(policy);
    return CLI_ACCEPTED;
}

static void audit_len(const lanyard_untrusted *untrusted, lanyard_str text, cli_findings *findings)
{
    size_t header_len = lanyard_untrusted_header(untrusted).len;

    if (text.len > LANYARD_TOKEN_LEN_MAX)
        findings_add(findings, "too_long", "%zu bytes, where a verifier reads %u at most", text.len,
                     LANYARD_TOKEN_LEN_MAX);
    else if (text.len > LEN_USUAL)
        findings_add(findings, "long", "%zu bytes are more than a cookie holds", text.len);
    if (header_len > LANYARD_HEADER_LEN_MAX)
        findings_add(findings, "long_header", "a header of %zu bytes, where a verifier reads %u",
                     header_len, LANYARD_HEADER_LEN_MAX);
}

int audit_token(cli_run *run, const lanyard_keyset *keys, lanyard_str text, cli_findings *findings)
{
    lanyard_untrusted *untrusted = NULL;
    const lanyard_alg_info *info = NULL;
    lanyard_limits limits = rules_limits(text.len);
    lanyard_error error = { 0 };
    bool holds = false;
    int exit_status = CLI_ACCEPTED;

    if (lanyard_untrusted_read(&limits, text.ptr, text.len, NULL, &untrusted, &error) != LANYARD_OK)
        return refuse_token(run, &error, text);
    info = audit_alg(untrusted, findings);
    audit_header(untrusted, findings);
    audit_claims(run, untrusted, findings);
    audit_len(untrusted, text, findings);
    if (info && keys)
        exit_status = audit_signature(run, keys, info, text, findings, &holds);
    /* A secret that was given has been judged already. */
    if (info && !holds && exit_status == CLI_ACCEPTED)
        exit_status = audit_guess(run, untrusted, info, text, findings);
    lanyard_untrusted_free(untrusted);
    return exit_status;
}
