/* paths.c - one token through every public way to verify it; see attacks.h.
 *
 * All must give the same status, hand out nothing on failure, leave libcrypto's queue of errors
 * empty and bear that any allocation fails.
 */
#include <openssl/err.h>
#include "attacks/attacks.h"

#define REFUSALS_MAX 24

/* What a call is asked, and what it said. */
typedef struct run {
    const lanyard_policy *policy;
    const lanyard_keyset *keys;
    lanyard_str token;
    int64_t now;
    const secrets *hidden;
    lanyard_status status;
    lanyard_error err;
} run;

static char untouched; /* where outputs point that no failure may change */
#define UNTOUCHED ((void *)&untouched)

const char *expect_error(const attack *self, lanyard_status status, const lanyard_error *err)
{
    static char why[320];
    lanyard_value value;
    lanyard_str expected = { "OK", 2 };

    if (attack_field(self, "expect", &value))
        expected = value.text;
    snprintf(why, sizeof why, "expected %.*s, found %s at %s, byte %zu: %s", (int)expected.len,
             expected.ptr, lanyard_status_name(status), err->where ? err->where : "-", err->offset,
             err->detail);
    if (status != status_named(expected))
        return why;
    if (status == LANYARD_OK)
        return NULL;
    if (json_get(&self->own, "where", &value) && (!err->where || !str_is(value.text, err->where)))
        return why;
    if (json_get(&self->own, "offset", &value) &&
        json_int(&self->own, "offset", 0) != (int64_t)err->offset)
        return why;
    return NULL;
}

static const char *run_verify(run *self, const lanyard_mem *mem)
{
    lanyard_token *token = UNTOUCHED;

    self->err = (lanyard_error){ 0 };
    self->status = lanyard_verify(self->policy, self->keys, self->token.ptr, self->token.len,
                                  self->now, mem, &token, &self->err);
    if (ERR_peek_error() != 0)
        return "libcrypto's queue of errors is not empty";
    if (self->status != LANYARD_OK)
        return token == UNTOUCHED ? NULL : "a refused token was handed out";
    if (self->err.where || self->err.detail[0])
        return "an error was written on success";
    lanyard_token_free(token);
    return NULL;
}

static const char *run_in_halves(const run *self, const lanyard_limits *limits)
{
    lanyard_untrusted *untrusted = NULL;
    lanyard_token *token = UNTOUCHED;
    lanyard_error err = { 0 };
    lanyard_status status =
        lanyard_untrusted_read(limits, self->token.ptr, self->token.len, NULL, &untrusted, &err);

    if (status != LANYARD_OK)
        return status == self->status ? NULL : "the first half refuses for another reason";
    /* Twice: a refusal leaves the untrusted token as it was. */
    for (int i = 0; i < 2 && untrusted; i++) {
        status =
            lanyard_untrusted_verify(&untrusted, self->policy, self->keys, self->now, &token, &err);
        if (status != self->status)
            break;
    }
    if (status == LANYARD_OK)
        lanyard_token_free(token);
    lanyard_untrusted_free(untrusted);
    if (status != self->status)
        return "the two halves say something else";
    if (status != LANYARD_OK && scan_error(&err, self->hidden))
        return "a message of the halves says too much";
    return status == LANYARD_OK || token == UNTOUCHED ? NULL : "the halves hand out a token";
}

static const char *run_explain(const run *self)
{
    lanyard_explanation said = { 0 };
    lanyard_buf text = buf_new();
    lanyard_error err = { 0 };
    const char *why = NULL;

    if (lanyard_explain(self->policy, self->keys, self->token.ptr, self->token.len, self->now, NULL,
                        &said, &err) != LANYARD_OK)
        return "the explanation fails";
    if (said.status != self->status)
        why = "the explanation says something else";
    if (lanyard_explanation_write(&said, &text) != LANYARD_OK)
        why = "the explanation cannot be written";
    if (!why)
        why = scan_text(buf_str(&text), self->hidden);
    lanyard_buf_done(&text);
    return why;
}

/* What only the claims decide does not concern a bare JWS. */
static bool run_is_about_claims(const run *self)
{
    lanyard_status status = self->status;
    const char *where = self->err.where ? self->err.where : "";

    return status == LANYARD_E_TYP || status / 10 == 202 || status / 10 == 104 ||
           (status / 10 == 102 && strcmp(where, "payload") == 0);
}

static const char *run_jws(const run *self)
{
    lanyard_buf payload = buf_new();
    lanyard_error err = { 0 };
    lanyard_status expected = run_is_about_claims(self) ? LANYARD_OK : self->status;
    const char *why = NULL;
    lanyard_status status = lanyard_jws_verify(self->policy, self->keys, self->token.ptr,
                                               self->token.len, NULL, &payload, &err);

    if (status != expected)
        why = "the bare JWS says something else";
    else if (status != LANYARD_OK && payload.len > 0)
        why = "a refused payload was handed out";
    else if (status != LANYARD_OK)
        why = scan_error(&err, self->hidden);
    lanyard_buf_done(&payload);
    return why;
}

typedef struct stingy {
    size_t left; /* allocations that still succeed */
    bool has_refused;
} stingy;

static void *stingy_alloc(void *ctx, size_t len)
{
    stingy *self = ctx;

    if (self->left == 0) {
        self->has_refused = true;
        return NULL;
    }
    self->left--;
    return malloc(len);
}

static void stingy_free(void *ctx, void *ptr, size_t len)
{
    (void)ctx;
    (void)len;
    free(ptr);
}

/* The first, second, ... allocation refused, until none is. */
static const char *run_without_memory(run *self)
{
    lanyard_status expected = self->status;

    for (size_t n = 0; n < REFUSALS_MAX; n++) {
        stingy memory = { .left = n };
        lanyard_mem mem = { .alloc = { stingy_alloc, stingy_free, &memory } };
        const char *why = run_verify(self, &mem);

        if (why)
            return why;
        if (!memory.has_refused)
            return self->status == expected ? NULL : "another allocator changes the verdict";
        if (self->status != LANYARD_E_NO_MEMORY && self->status != expected)
            return "want of memory changes the verdict";
    }
    return "too many allocations";
}

const char *verify_everywhere(const attack *self, const lanyard_policy *policy,
                              const lanyard_keyset *keys, lanyard_str token, int64_t now,
                              const secrets *hidden)
{
    run way = { .policy = policy, .keys = keys, .token = token, .now = now, .hidden = hidden };
    const char *why = run_verify(&way, NULL);
    lanyard_limits limits = { 0 };
    lanyard_value value;

    if (attack_field(self, "policy", &value))
        limits = policy_limits(&value);
    if (!why)
        why = expect_error(self, way.status, &way.err);
    if (!why && way.status != LANYARD_OK)
        why = scan_error(&way.err, hidden);
    if (!why)
        why = run_in_halves(&way, &limits);
    if (!why)
        why = run_explain(&way);
    if (!why)
        why = run_jws(&way);
    if (!why)
        why = run_without_memory(&way);
    return !why && ERR_peek_error() != 0 ? "libcrypto's queue of errors is not empty" : why;
}
