/* policy.c - what a verifier will accept: options checked once, so that use cannot fail on them. */
#include "jose/policy.h"
#include "base/opts.h"
#include "codec/utf8.h"

#define POLICY_FIRST 1024u
#define POLICY_MAX   ((size_t)1024 * 1024)
#define POLICY_ALLOW                                                                               \
    (LANYARD_ALLOW_NO_EXP | LANYARD_ALLOW_ANY_AUD | LANYARD_ALLOW_ANY_TYP |                        \
     LANYARD_ALLOW_PADDING | LANYARD_ALLOW_FUTURE_IAT)

static uint32_t limit_or(uint32_t value, uint32_t standard)
{
    if (value > LANYARD_LIMIT_CEILING)
        return LANYARD_LIMIT_CEILING;
    return value ? value : standard;
}

lanyard_limits lan_limits_fill(const lanyard_limits *limits)
{
    static const lanyard_limits none = { 0 };
    const lanyard_limits *from = limits ? limits : &none;

    return (lanyard_limits){
        .token_len = limit_or(from->token_len, LANYARD_TOKEN_LEN_MAX),
        .header_len = limit_or(from->header_len, LANYARD_HEADER_LEN_MAX),
        .json_depth = limit_or(from->json_depth, LANYARD_JSON_DEPTH_MAX),
        .json_values = limit_or(from->json_values, LANYARD_JSON_VALUES_MAX),
    };
}

bool lan_list_has(lan_list list, lan_str text)
{
    for (size_t i = 0; i < list.count; i++)
        if (lan_str_eq(list.items[i], text))
            return true;
    return false;
}

static char typ_lower(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return c;
}

static bool typ_same(lan_str left, lan_str right)
{
    if (left.len != right.len)
        return false;
    for (size_t i = 0; i < left.len; i++)
        if (typ_lower(left.ptr[i]) != typ_lower(right.ptr[i]))
            return false;
    return true;
}

/* "application/jwt" and "JWT" are one; "application/a/b" stays whole. */
static lan_str typ_short(lan_str typ)
{
    static const lan_str prefix = { "application/", 12 };

    if (typ.len <= prefix.len || !typ_same((lan_str){ typ.ptr, prefix.len }, prefix) ||
        memchr(typ.ptr + prefix.len, '/', typ.len - prefix.len))
        return typ;
    return lan_str_from(typ, prefix.len);
}

bool lan_typ_equal(lan_str left, lan_str right)
{
    return typ_same(typ_short(left), typ_short(right));
}

static lanyard_status policy_fail(lanyard_error *err, const char *where, const char *detail)
{
    return lan_fail_saying(err, LANYARD_E_POLICY, where, 0, detail);
}

/* Copies a text; an empty one is a setting that was forgotten, not a rule. No claim is ever equal
 * to one that is not UTF-8. */
static lanyard_status policy_text(lanyard_policy *policy, const char *from, const char *where,
                                  lan_str *text, lanyard_error *err)
{
    lan_str found = lanyard_str_of(from);

    if (from && (found.len == 0 || !lan_utf8_is_valid(found)))
        return policy_fail(err, where, "an empty text, or one that is not UTF-8");
    return lan_arena_copy(&policy->arena, found, text, err);
}

/* Copies a NULL-terminated list; one that is there but empty would accept nothing. */
static lanyard_status policy_list(lanyard_policy *policy, const char *const *from,
                                  const char *where, lan_list *list, lanyard_error *err)
{
    size_t count = 0;

    if (!from)
        return LANYARD_OK;
    while (from[count])
        count++;
    if (count == 0)
        return policy_fail(err, where, "an empty list accepts nothing");

    lan_str *items = lan_arena_alloc(&policy->arena, count * sizeof *items);

    if (!items)
        return lan_no_memory(err);
    for (size_t i = 0; i < count; i++)
        TRY(policy_text(policy, from[i], where, &items[i], err));
    *list = (lan_list){ items, count };
    return LANYARD_OK;
}

/* The next word of a list separated by spaces; empty at the end. */
static lan_str policy_word(lan_str *rest)
{
    size_t start = 0;
    size_t end = 0;

    while (start < rest->len && rest->ptr[start] == ' ')
        start++;
    end = start;
    while (end < rest->len && rest->ptr[end] != ' ')
        end++;

    lan_str word = { rest->ptr + start, end - start };

    *rest = lan_str_from(*rest, end);
    return word;
}

static lanyard_status policy_algs(lanyard_policy *policy, lan_str text, lanyard_error *err)
{
    const lan_alg **rows = lan_arena_alloc(&policy->arena, (text.len / 2 + 1) * sizeof(void *));

    if (!rows)
        return lan_no_memory(err);
    for (lan_str word = policy_word(&text); word.len > 0; word = policy_word(&text)) {
        rows[policy->algs_count] = lan_alg_find(word);
        if (!rows[policy->algs_count]) {
            lan_fail_saying(err, LANYARD_E_POLICY, "policy:algs", 0, "nobody knows an algorithm ");
            lan_detail_str(err, word);
            return LANYARD_E_POLICY;
        }
        policy->algs_count++;
    }
    policy->algs = rows;
    return policy->algs_count > 0 ? LANYARD_OK
                                  : policy_fail(err, "policy:algs", "no algorithm is allowed");
}

static lanyard_status policy_check_numbers(const lanyard_policy_opts *opts, lanyard_error *err)
{
    const lanyard_limits *limits = &opts->limits;

    if (opts->leeway_s > LANYARD_LEEWAY_MAX)
        return policy_fail(err, "policy:leeway_s", "a leeway of more than a day");
    if (opts->allow & ~POLICY_ALLOW)
        return policy_fail(err, "policy:allow", "a permission nobody knows");
    if (limits->token_len > LANYARD_LIMIT_CEILING || limits->header_len > LANYARD_LIMIT_CEILING ||
        limits->json_depth > LANYARD_LIMIT_CEILING || limits->json_values > LANYARD_LIMIT_CEILING)
        return policy_fail(err, "policy:limits", "a limit above the ceiling");
    return LANYARD_OK;
}

static lanyard_status policy_texts(lanyard_policy *policy, const lanyard_policy_opts *opts,
                                   lanyard_error *err)
{
    TRY(policy_list(policy, opts->issuers, "policy:issuers", &policy->issuers, err));
    TRY(policy_list(policy, opts->audiences, "policy:audiences", &policy->audiences, err));
    TRY(policy_list(policy, opts->required, "policy:required", &policy->required, err));
    TRY(policy_text(policy, opts->subject, "policy:subject", &policy->subject, err));
    return policy_text(policy, opts->typ, "policy:typ", &policy->typ, err);
}

static lanyard_status policy_fill(lanyard_policy *policy, const lanyard_policy_opts *opts,
                                  lanyard_error *err)
{
    if (!opts->algs)
        return policy_fail(err, "policy:algs", "no algorithm is allowed");
    TRY(policy_check_numbers(opts, err));
    policy->algs_of_keys = strcmp(opts->algs, LANYARD_ALGS_OF_KEYS) == 0;
    if (!policy->algs_of_keys)
        TRY(policy_algs(policy, lanyard_str_of(opts->algs), err));
    TRY(policy_texts(policy, opts, err));
    policy->checks_issuer = opts->issuers != NULL;
    policy->checks_audience = opts->audiences != NULL;
    policy->checks_subject = opts->subject != NULL;
    policy->leeway_s = opts->leeway_s;
    policy->max_age_s = opts->max_age_s;
    policy->allow = opts->allow;
    policy->limits = lan_limits_fill(&opts->limits);
    return LANYARD_OK;
}

lanyard_status lanyard_policy_new(const lanyard_policy_opts *opts, const lanyard_mem *mem,
                                  lanyard_policy **policy, lanyard_error *err)
{
    lanyard_mem plain = { .alloc = mem ? mem->alloc : (lanyard_alloc){ 0 } };
    lan_arena arena = { 0 };

    if (!opts || !policy)
        return lan_fail(err, LANYARD_E_ARGUMENT, "argument", 0);
    TRY(lan_opts_check(opts, sizeof *opts, err));
    TRY(lan_arena_init(&arena, &plain, POLICY_FIRST, POLICY_MAX, err));

    lanyard_policy *self = lan_arena_alloc(&arena, sizeof *self);

    *self = (lanyard_policy){ 0 };
    self->arena = arena;

    lanyard_status status = policy_fill(self, opts, err);

    if (status != LANYARD_OK) {
        lanyard_policy_free(self);
        return status;
    }
    *policy = self;
    return LANYARD_OK;
}

void lanyard_policy_free(lanyard_policy *policy)
{
    if (policy)
        lan_arena_done(&policy->arena);
}
