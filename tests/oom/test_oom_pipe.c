/* test_oom_pipe.c - policies, issuing, verifying and explaining without memory. */
#include "things.h"
#include <lanyard.h>
#include <string.h>

#define SECRET "somesuperrandomsecretkeynoonecancrack"
#define FILE_TEXT                                                                                  \
    "{\"algs\":[\"HS256\",\"ES256\"],\"issuers\":[\"a\",\"b\"],\"audiences\":[\"c\"],"             \
    "\"required\":[\"sid\"],\"subject\":\"s\",\"typ\":\"JWT\"}"

static lanyard_status read_secret(const lanyard_mem *mem, void *arg)
{
    lanyard_key *key = oom_untouched();
    lanyard_error err = { 0 };
    lanyard_status status =
        lanyard_key_read(SECRET, strlen(SECRET),
                         LANYARD_KEY(.format = LANYARD_KEY_SECRET, .kid = arg), mem, &key, &err);

    lanyard_key_free(oom_made(status, &err, key));
    return status;
}

static lanyard_status generate_key(const lanyard_mem *mem, void *arg)
{
    lanyard_key *key = oom_untouched();
    lanyard_error err = { 0 };
    lanyard_status status = lanyard_key_generate(LANYARD_KEYGEN(.alg = arg), mem, &key, &err);

    lanyard_key_free(oom_made(status, &err, key));
    return status;
}

static lanyard_status make_policy(const lanyard_mem *mem, void *arg)
{
    lanyard_policy *policy = oom_untouched();
    lanyard_error err = { 0 };
    lanyard_status status = lanyard_policy_new(
        LANYARD_POLICY(.algs = arg, .issuers = LANYARD_LIST("a", "b"),
                       .audiences = LANYARD_LIST("c"), .required = LANYARD_LIST("d"),
                       .subject = "e", .typ = "f"),
        mem, &policy, &err);

    lanyard_policy_free(oom_made(status, &err, policy));
    return status;
}

static lanyard_status read_policy(const lanyard_mem *mem, void *arg)
{
    lanyard_policy *policy = oom_untouched();
    lanyard_error err = { 0 };
    lanyard_status status = lanyard_policy_read(arg, strlen(arg), mem, &policy, &err);

    lanyard_policy_free(oom_made(status, &err, policy));
    return status;
}

static lanyard_status make_set(const lanyard_mem *mem, void *arg)
{
    oom_things *things = arg;
    lanyard_keyset *keys = oom_untouched();
    lanyard_error err = { 0 };
    lanyard_status status = lanyard_keyset_new(&things->key, 1, mem, &keys, &err);

    lanyard_keyset_free(oom_made(status, &err, keys));
    return status;
}

static lanyard_status make_issuer(const lanyard_mem *mem, void *arg)
{
    oom_things *things = arg;

    return things_make_issuer(LANYARD_ISSUER(.key = things->key, .iss = "a", .sub = "b",
                                             .audiences = LANYARD_LIST("c"), .lifetime_s = 900,
                                             .add_jti = 1),
                              mem);
}

static lanyard_status issue_token(const lanyard_mem *mem, void *arg)
{
    oom_things *things = arg;
    lanyard_error err = { 0 };
    lanyard_buf out;

    lanyard_buf_init(&out, mem, 4096);

    lanyard_status status = lanyard_issue(things->issuer, NULL, 1000, NULL, &out, &err);

    return oom_written(status, &err, &out);
}

static lanyard_status verify_in_halves(const lanyard_mem *mem, void *arg)
{
    oom_things *things = arg;
    lanyard_untrusted *untrusted = oom_untouched();
    lanyard_token *token = oom_untouched();
    lanyard_error err = { 0 };
    lanyard_status status =
        lanyard_untrusted_read(NULL, things->token.ptr, things->token.len, mem, &untrusted, &err);

    if (status != LANYARD_OK) {
        oom_check(untrusted == oom_untouched());
        return status;
    }
    status = lanyard_untrusted_verify(&untrusted, things->policy, things->keys, 1000, &token, &err);
    if (status == LANYARD_OK) {
        oom_check(!untrusted);
        lanyard_token_free(token);
        return status;
    }
    oom_check(token == oom_untouched() && untrusted);
    lanyard_untrusted_free(untrusted);
    return status;
}

static lanyard_status explain_token(const lanyard_mem *mem, void *arg)
{
    oom_things *things = arg;
    lanyard_explanation explanation;
    lanyard_error err = { 0 };

    return lanyard_explain(things->policy, things->keys, things->token.ptr, things->token.len, 1000,
                           mem, &explanation, &err);
}

static lanyard_status make_worker(const lanyard_mem *mem, void *arg)
{
    lanyard_worker *worker = oom_untouched();
    lanyard_error err = { 0 };
    lanyard_status status = lanyard_worker_new(mem, &worker, &err);

    (void)arg;
    lanyard_worker_free(oom_made(status, &err, worker));
    return status;
}

int main(void)
{
    oom_things things = { 0 };
    char kid[] = "k1", algs[] = "HS256 ES256", file[] = FILE_TEXT, hs[] = "HS256", es[] = "ES256";
    lanyard_key *key = NULL;

    oom_check(lanyard_key_read(SECRET, strlen(SECRET), LANYARD_KEY(.format = LANYARD_KEY_SECRET),
                               NULL, &key, NULL) == LANYARD_OK);
    things_make(&things, key, "HS256");
    OOM_WALK(read_secret, kid);
    OOM_WALK(generate_key, hs);
    OOM_WALK(generate_key, es);
    OOM_WALK(make_policy, algs);
    OOM_WALK(read_policy, file);
    OOM_WALK(make_set, &things);
    OOM_WALK(make_issuer, &things);
    OOM_WALK(issue_token, &things);
    OOM_WALK(things_verify_token, &things);
    OOM_WALK(verify_in_halves, &things);
    OOM_WALK(things_verify_jws, &things);
    OOM_WALK(explain_token, &things);
    OOM_WALK(make_worker, NULL);
    things_done(&things);
    return 0;
}
