/* test_oom_pipe.c - policies, issuing, verifying and explaining without memory. */
#include "oom.h"
#include <lanyard.h>
#include <stdbool.h>
#include <string.h>

#define SECRET "somesuperrandomsecretkeynoonecancrack"
#define FILE_TEXT                                                                                  \
    "{\"algs\":[\"HS256\",\"ES256\"],\"issuers\":[\"a\",\"b\"],\"audiences\":[\"c\"],"             \
    "\"required\":[\"sid\"],\"subject\":\"s\",\"typ\":\"JWT\"}"

static const char untouched;

/* What every walk below works on, made with plenty of memory. */
typedef struct pipe_things {
    lanyard_key *key;
    lanyard_keyset *keys;
    lanyard_policy *policy;
    lanyard_issuer *issuer;
    lanyard_buf text;
} pipe_things;

static void *never(void)
{
    return (void *)(uintptr_t)&untouched;
}

static bool is_untouched(const void *object)
{
    return object == (const void *)&untouched;
}

static lanyard_status read_secret(const lanyard_mem *mem, void *arg)
{
    lanyard_key *key = never();
    lanyard_error err = { 0 };
    lanyard_status status =
        lanyard_key_read(SECRET, strlen(SECRET),
                         LANYARD_KEY(.format = LANYARD_KEY_SECRET, .kid = arg), mem, &key, &err);

    oom_check(status == err.status);
    oom_check(status == LANYARD_OK || is_untouched(key));
    if (status == LANYARD_OK)
        lanyard_key_free(key);
    return status;
}

static lanyard_status generate_key(const lanyard_mem *mem, void *arg)
{
    lanyard_key *key = never();
    lanyard_error err = { 0 };
    lanyard_status status = lanyard_key_generate(LANYARD_KEYGEN(.alg = arg), mem, &key, &err);

    oom_check(status == LANYARD_OK || is_untouched(key));
    if (status == LANYARD_OK)
        lanyard_key_free(key);
    return status;
}

static lanyard_status make_policy(const lanyard_mem *mem, void *arg)
{
    lanyard_policy *policy = never();
    lanyard_error err = { 0 };
    lanyard_status status = lanyard_policy_new(
        LANYARD_POLICY(.algs = arg, .issuers = LANYARD_LIST("a", "b"),
                       .audiences = LANYARD_LIST("c"), .required = LANYARD_LIST("d"),
                       .subject = "e", .typ = "f"),
        mem, &policy, &err);

    oom_check(status == err.status);
    oom_check(status == LANYARD_OK || is_untouched(policy));
    if (status == LANYARD_OK)
        lanyard_policy_free(policy);
    return status;
}

static lanyard_status read_policy(const lanyard_mem *mem, void *arg)
{
    lanyard_policy *policy = never();
    lanyard_error err = { 0 };
    lanyard_status status = lanyard_policy_read(arg, strlen(arg), mem, &policy, &err);

    oom_check(status == err.status);
    oom_check(status == LANYARD_OK || is_untouched(policy));
    if (status == LANYARD_OK)
        lanyard_policy_free(policy);
    return status;
}

static lanyard_status make_set(const lanyard_mem *mem, void *arg)
{
    pipe_things *things = arg;
    lanyard_keyset *keys = never();
    lanyard_error err = { 0 };
    lanyard_status status = lanyard_keyset_new(&things->key, 1, mem, &keys, &err);

    oom_check(status == LANYARD_OK || is_untouched(keys));
    if (status == LANYARD_OK)
        lanyard_keyset_free(keys);
    return status;
}

static lanyard_status make_issuer(const lanyard_mem *mem, void *arg)
{
    pipe_things *things = arg;
    lanyard_issuer *issuer = never();
    lanyard_error err = { 0 };
    lanyard_status status = lanyard_issuer_new(
        LANYARD_ISSUER(.key = things->key, .iss = "a", .sub = "b", .audiences = LANYARD_LIST("c"),
                       .lifetime_s = 900, .add_jti = 1),
        mem, &issuer, &err);

    oom_check(status == err.status);
    oom_check(status == LANYARD_OK || is_untouched(issuer));
    if (status == LANYARD_OK)
        lanyard_issuer_free(issuer);
    return status;
}

static lanyard_status issue_token(const lanyard_mem *mem, void *arg)
{
    pipe_things *things = arg;
    lanyard_error err = { 0 };
    lanyard_buf out;

    lanyard_buf_init(&out, mem, 4096);

    lanyard_status status = lanyard_issue(things->issuer, NULL, 1000, NULL, &out, &err);

    oom_check(status == err.status);
    oom_check(status == LANYARD_OK || out.len == 0);
    lanyard_buf_done(&out);
    return status;
}

static lanyard_status verify_token(const lanyard_mem *mem, void *arg)
{
    pipe_things *things = arg;
    lanyard_token *token = never();
    lanyard_error err = { 0 };
    lanyard_status status = lanyard_verify(things->policy, things->keys, things->text.ptr,
                                           things->text.len, 1000, mem, &token, &err);

    oom_check(status == err.status);
    oom_check(status == LANYARD_OK || is_untouched(token));
    if (status == LANYARD_OK)
        lanyard_token_free(token);
    return status;
}

static lanyard_status verify_in_halves(const lanyard_mem *mem, void *arg)
{
    pipe_things *things = arg;
    lanyard_untrusted *untrusted = never();
    lanyard_token *token = never();
    lanyard_error err = { 0 };
    lanyard_status status =
        lanyard_untrusted_read(NULL, things->text.ptr, things->text.len, mem, &untrusted, &err);

    if (status != LANYARD_OK) {
        oom_check(is_untouched(untrusted));
        return status;
    }
    status = lanyard_untrusted_verify(&untrusted, things->policy, things->keys, 1000, &token, &err);
    if (status == LANYARD_OK) {
        oom_check(!untrusted);
        lanyard_token_free(token);
        return status;
    }
    oom_check(is_untouched(token) && untrusted);
    lanyard_untrusted_free(untrusted);
    return status;
}

static lanyard_status verify_jws(const lanyard_mem *mem, void *arg)
{
    pipe_things *things = arg;
    lanyard_error err = { 0 };
    lanyard_buf payload;

    lanyard_buf_init(&payload, mem, 65536);

    lanyard_status status = lanyard_jws_verify(things->policy, things->keys, things->text.ptr,
                                               things->text.len, NULL, &payload, &err);

    oom_check(status == LANYARD_OK || payload.len == 0);
    lanyard_buf_done(&payload);
    return status;
}

static lanyard_status explain_token(const lanyard_mem *mem, void *arg)
{
    pipe_things *things = arg;
    lanyard_explanation explanation;
    lanyard_error err = { 0 };

    return lanyard_explain(things->policy, things->keys, things->text.ptr, things->text.len, 1000,
                           mem, &explanation, &err);
}

static lanyard_status make_worker(const lanyard_mem *mem, void *arg)
{
    lanyard_worker *worker = never();
    lanyard_error err = { 0 };
    lanyard_status status = lanyard_worker_new(mem, &worker, &err);

    (void)arg;
    oom_check(status == LANYARD_OK || is_untouched(worker));
    if (status == LANYARD_OK)
        lanyard_worker_free(worker);
    return status;
}

/* A claims set with more values than a usual token has room for, so that verifying takes more. */
static void things_make(pipe_things *things)
{
    char claims[4096] = "{\"exp\":9000,\"list\":[1";
    size_t len = strlen(claims);

    for (int i = 0; i < 800; i++)
        len += (size_t)snprintf(claims + len, sizeof claims - len, ",1");
    len += (size_t)snprintf(claims + len, sizeof claims - len, "],\"a\\u0020\":1}");
    oom_check(lanyard_key_read(SECRET, strlen(SECRET), LANYARD_KEY(.format = LANYARD_KEY_SECRET),
                               NULL, &things->key, NULL) == LANYARD_OK);
    oom_check(lanyard_keyset_new(&things->key, 1, NULL, &things->keys, NULL) == LANYARD_OK);
    oom_check(lanyard_policy_new(LANYARD_POLICY(.algs = "HS256"), NULL, &things->policy, NULL) ==
              LANYARD_OK);
    oom_check(lanyard_issuer_new(LANYARD_ISSUER(.key = things->key, .lifetime_s = 900), NULL,
                                 &things->issuer, NULL) == LANYARD_OK);
    lanyard_buf_init(&things->text, NULL, 65536);
    oom_check(lanyard_jws_sign(things->key, NULL, (lanyard_bytes){ (uint8_t *)claims, len }, NULL,
                               &things->text, NULL) == LANYARD_OK);
}

static void things_done(pipe_things *things)
{
    lanyard_buf_done(&things->text);
    lanyard_issuer_free(things->issuer);
    lanyard_policy_free(things->policy);
    lanyard_keyset_free(things->keys);
    lanyard_key_free(things->key);
}

int main(void)
{
    pipe_things things = { 0 };
    char kid[] = "k1", algs[] = "HS256 ES256", file[] = FILE_TEXT, hs[] = "HS256", es[] = "ES256";

    things_make(&things);
    OOM_WALK(read_secret, kid);
    OOM_WALK(generate_key, hs);
    OOM_WALK(generate_key, es);
    OOM_WALK(make_policy, algs);
    OOM_WALK(read_policy, file);
    OOM_WALK(make_set, &things);
    OOM_WALK(make_issuer, &things);
    OOM_WALK(issue_token, &things);
    OOM_WALK(verify_token, &things);
    OOM_WALK(verify_in_halves, &things);
    OOM_WALK(verify_jws, &things);
    OOM_WALK(explain_token, &things);
    OOM_WALK(make_worker, NULL);
    things_done(&things);
    return 0;
}
