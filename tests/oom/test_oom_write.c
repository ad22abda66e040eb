/* test_oom_write.c - what is written into buffers, without memory: tokens, keys, sets, policies,
 * explanations; and a worker that stands by. */
#include "oom.h"
#include <lanyard.h>
#include <string.h>

#define BUF_MAX (1u << 20)

/* RFC 8037, A.1. */
#define ED25519_X "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
#define ED25519                                                                                    \
    "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"e\",\"alg\":\"Ed25519\",\"x\":\"" ED25519_X    \
    "\",\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\"}"

/* The same key with a certificate that it signed itself. */
#define ED25519_X5C                                                                                \
    "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED25519_X "\",\"x5c\":[\""                     \
    "MIIBLjCB4aADAgECAhQUeSLLpxteq6uF/lkoD1Fm81I/6jAFBgMrZXAwDDEKMAgGA1UEAwwBazAgFw0yNjExMjQx"     \
    "MjM1MzVaGA8yMTI2MTAzMTEyMzUzNVowDDEKMAgGA1UEAwwBazAqMAUGAytlcAMhANdamAGCsQq31Uv+08lkBzoO"     \
    "4XLz2qYjJa8CGmj3B1Eao1MwUTAdBgNVHQ4EFgQUWyeqVYkXl3DkdXWxYqHe2XuL/G0wHwYDVR0jBBgwFoAUWyeq"     \
    "VYkXl3DkdXWxYqHe2XuL/G0wDwYDVR0TAQH/BAUwAwEB/zAFBgMrZXADQQApCO0Scbm3xMHLcqsknmAiRRC6jHZS"     \
    "OovmBDdHCkPj8pAQAnA9b73qAuDWGNjHIcqGcniE/hB98VV2zFqlI/sA\"]}"

/* What the walks work on, made with plenty of memory. */
typedef struct write_things {
    lanyard_key *key;
    lanyard_keyset *keys; /* key alone */
    lanyard_policy *policy;
    lanyard_issuer *issuer;
    lanyard_worker *worker; /* NULL where none stands by */
    lanyard_buf token;      /* signed with key */
    char header[4096];
    char claims[4096];
} write_things;

/* Ends a walk's operation: a failure leaves the buffer empty, success does not. */
static lanyard_status write_end(lanyard_status status, lanyard_buf *out)
{
    oom_check((status == LANYARD_OK) == (out->len > 0));
    lanyard_buf_done(out);
    return status;
}

static lanyard_status sign_jws(const lanyard_mem *mem, void *arg)
{
    write_things *things = arg;
    lanyard_error err = { 0 };
    lanyard_buf out;

    lanyard_buf_init(&out, mem, BUF_MAX);

    lanyard_status status =
        lanyard_jws_sign(things->key, NULL, (lanyard_bytes){ NULL, 0 }, things->worker, &out, &err);

    oom_check(status == err.status);
    return write_end(status, &out);
}

static lanyard_status sign_jws_with_header(const lanyard_mem *mem, void *arg)
{
    write_things *things = arg;
    lanyard_error err = { 0 };
    lanyard_buf out;

    lanyard_buf_init(&out, mem, BUF_MAX);

    lanyard_status status = lanyard_jws_sign(
        things->key, LANYARD_JWS(.header = things->header, .header_len = strlen(things->header)),
        (lanyard_bytes){ NULL, 0 }, things->worker, &out, &err);

    oom_check(status == err.status);
    return write_end(status, &out);
}

static lanyard_status make_issuer_with_header(const lanyard_mem *mem, void *arg)
{
    write_things *things = arg;
    lanyard_issuer *issuer = NULL;
    lanyard_error err = { 0 };
    lanyard_status status =
        lanyard_issuer_new(LANYARD_ISSUER(.key = things->key, .header = things->header,
                                          .header_len = strlen(things->header)),
                           mem, &issuer, &err);

    oom_check(status == err.status);
    oom_check((status == LANYARD_OK) == (issuer != NULL));
    lanyard_issuer_free(issuer);
    return status;
}

static lanyard_status issue_json_and_list(const lanyard_mem *mem, void *arg)
{
    write_things *things = arg;
    const lanyard_claim list[] = {
        { "b", LANYARD_CLAIM_JSON, { "[1,2,{}]", 8 }, 0 },
        { "c", LANYARD_CLAIM_STR, { "\n", 1 }, 0 },
    };
    lanyard_error err = { 0 };
    lanyard_buf out;

    lanyard_buf_init(&out, mem, BUF_MAX);

    lanyard_status status =
        lanyard_issue(things->issuer,
                      LANYARD_CLAIMS(.json = things->claims, .json_len = strlen(things->claims),
                                     .list = list, .list_len = 2),
                      1000, things->worker, &out, &err);

    oom_check(status == err.status);
    return write_end(status, &out);
}

static lanyard_status sign_bytes(const lanyard_mem *mem, void *arg)
{
    write_things *things = arg;
    lanyard_error err = { 0 };
    lanyard_buf out;

    lanyard_buf_init(&out, mem, BUF_MAX);

    lanyard_status status =
        lanyard_sign_bytes(things->key, NULL, (lanyard_bytes){ (const uint8_t *)"any", 3 },
                           things->worker, &out, &err);

    oom_check(status == err.status);
    return write_end(status, &out);
}

static lanyard_status verify_with_worker(const lanyard_mem *mem, void *arg)
{
    write_things *things = arg;
    lanyard_mem with = { .alloc = mem->alloc, .worker = things->worker };
    lanyard_token *token = NULL;
    lanyard_error err = { 0 };
    lanyard_status status = lanyard_verify(things->policy, things->keys, things->token.ptr,
                                           things->token.len, 1000, &with, &token, &err);

    oom_check(status == err.status);
    oom_check((status == LANYARD_OK) == (token != NULL));
    lanyard_token_free(token);
    return status;
}

static lanyard_status verify_jws_with_worker(const lanyard_mem *mem, void *arg)
{
    write_things *things = arg;
    lanyard_error err = { 0 };
    lanyard_buf out;

    lanyard_buf_init(&out, mem, BUF_MAX);

    lanyard_status status = lanyard_jws_verify(things->policy, things->keys, things->token.ptr,
                                               things->token.len, things->worker, &out, &err);

    oom_check(status == err.status);
    return write_end(status, &out);
}

/* A failed reading leaves what can be asked again. */
static lanyard_status find_untrusted_claim(const lanyard_mem *mem, void *arg)
{
    write_things *things = arg;
    lanyard_str path = { "a11", 3 };
    lanyard_untrusted *untrusted = NULL;
    lanyard_value value = { 0 };
    lanyard_error err = { 0 };
    lanyard_status status =
        lanyard_untrusted_read(NULL, things->token.ptr, things->token.len, mem, &untrusted, &err);

    oom_check((status == LANYARD_OK) == (untrusted != NULL));
    if (status == LANYARD_OK)
        status = lanyard_untrusted_claim(untrusted, &path, 1, &value, &err);
    oom_check(status == err.status);
    oom_check(status != LANYARD_OK || value.type == LANYARD_JSON_NUMBER);
    lanyard_untrusted_free(untrusted);
    return status;
}

static lanyard_status write_policy(const lanyard_mem *mem, void *arg)
{
    write_things *things = arg;
    lanyard_error err = { 0 };
    lanyard_buf out;

    lanyard_buf_init(&out, mem, BUF_MAX);

    lanyard_status status = lanyard_policy_write(things->policy, &out, &err);

    oom_check(status == err.status);
    return write_end(status, &out);
}

static lanyard_status write_keyset(const lanyard_mem *mem, void *arg)
{
    write_things *things = arg;
    lanyard_error err = { 0 };
    lanyard_buf out;

    lanyard_buf_init(&out, mem, BUF_MAX);

    lanyard_status status = lanyard_keyset_write(things->keys, LANYARD_KEY_PRIVATE, &out, &err);

    oom_check(status == err.status);
    return write_end(status, &out);
}

static lanyard_status write_explanation(const lanyard_mem *mem, void *arg)
{
    write_things *things = arg;
    lanyard_explanation explanation;
    lanyard_buf out;

    lanyard_buf_init(&out, mem, BUF_MAX);
    oom_check(lanyard_explain(things->policy, things->keys, "x.y.z", 5, 0, NULL, &explanation,
                              NULL) == LANYARD_OK);
    return write_end(lanyard_explanation_write(&explanation, &out), &out);
}

static lanyard_status write_sealed_pem(const lanyard_mem *mem, void *arg)
{
    write_things *things = arg;
    lanyard_error err = { 0 };
    lanyard_buf out;

    lanyard_buf_init(&out, mem, BUF_MAX);

    lanyard_status status =
        lanyard_key_write_pem(things->key, LANYARD_KEY_PRIVATE, "passphrase", &out, &err);

    oom_check(status == err.status);
    return write_end(status, &out);
}

static lanyard_status read_key(const lanyard_mem *mem, void *arg)
{
    lanyard_key *key = NULL;
    lanyard_error err = { 0 };
    lanyard_status status = lanyard_key_read(arg, strlen(arg), NULL, mem, &key, &err);

    oom_check(status == err.status);
    oom_check((status == LANYARD_OK) == (key != NULL));
    lanyard_key_free(key);
    return status;
}

static lanyard_status reserve_buffer(const lanyard_mem *mem, void *arg)
{
    lanyard_buf buf;
    lanyard_status status = LANYARD_OK;

    (void)arg;
    lanyard_buf_init(&buf, mem, BUF_MAX);
    for (size_t len = 1; len < 10000 && status == LANYARD_OK; len *= 3)
        status = lanyard_buf_reserve(&buf, len);
    oom_check(buf.len == 0);
    lanyard_buf_done(&buf);
    return status;
}

/* A header of more members than have room on the stack, claims of more values than have room in
 * what a token is read into at first. */
static void things_write(write_things *things)
{
    size_t len = (size_t)sprintf(things->header, "{\"alg\":\"Ed25519\"");

    for (int i = 0; i < 300; i++)
        len += (size_t)sprintf(things->header + len, ",\"a%d\":%d", i, i);
    sprintf(things->header + len, "}");
    len = (size_t)sprintf(things->claims, "{\"exp\":9000,\"a11\":1,\"list\":[1");
    for (int i = 0; i < 800; i++)
        len += (size_t)sprintf(things->claims + len, ",1");
    sprintf(things->claims + len, "]}");
}

static void things_make(write_things *things)
{
    lanyard_bytes claims;

    things_write(things);
    claims = (lanyard_bytes){ (const uint8_t *)things->claims, strlen(things->claims) };
    oom_check(lanyard_key_read(ED25519, strlen(ED25519), NULL, NULL, &things->key, NULL) ==
              LANYARD_OK);
    oom_check(lanyard_keyset_new(&things->key, 1, NULL, &things->keys, NULL) == LANYARD_OK);
    oom_check(lanyard_policy_new(LANYARD_POLICY(.algs = "Ed25519"), NULL, &things->policy, NULL) ==
              LANYARD_OK);
    oom_check(lanyard_issuer_new(LANYARD_ISSUER(.key = things->key, .add_jti = 1), NULL,
                                 &things->issuer, NULL) == LANYARD_OK);
    lanyard_buf_init(&things->token, NULL, BUF_MAX);
    oom_check(lanyard_jws_sign(things->key, NULL, claims, NULL, &things->token, NULL) ==
              LANYARD_OK);
}

static void things_done(write_things *things)
{
    lanyard_buf_done(&things->token);
    lanyard_worker_free(things->worker);
    lanyard_issuer_free(things->issuer);
    lanyard_policy_free(things->policy);
    lanyard_keyset_free(things->keys);
    lanyard_key_free(things->key);
}

static void walk_tokens(write_things *things)
{
    OOM_WALK(sign_jws, things);
    OOM_WALK(sign_jws_with_header, things);
    OOM_WALK(issue_json_and_list, things);
    OOM_WALK(sign_bytes, things);
    OOM_WALK(verify_with_worker, things);
    OOM_WALK(verify_jws_with_worker, things);
}

int main(void)
{
    char x5c[] = ED25519_X5C;
    write_things things = { .worker = NULL };

    things_make(&things);
    walk_tokens(&things);
    oom_check(lanyard_worker_new(NULL, &things.worker, NULL) == LANYARD_OK);
    walk_tokens(&things);
    OOM_WALK(make_issuer_with_header, &things);
    OOM_WALK(find_untrusted_claim, &things);
    OOM_WALK(write_policy, &things);
    OOM_WALK(write_keyset, &things);
    OOM_WALK(write_explanation, &things);
    OOM_WALK(write_sealed_pem, &things);
    OOM_WALK(read_key, x5c);
    OOM_WALK(reserve_buffer, NULL);
    things_done(&things);
    return 0;
}
