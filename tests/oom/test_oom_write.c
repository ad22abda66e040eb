/* test_oom_write.c - what is written into buffers, without memory: tokens, keys, sets, policies,
 * explanations; and a worker that stands by. */
#include "things.h"
#include <lanyard.h>
#include <string.h>

/* RFC 8037, A.1. */
#define ED25519                                                                                    \
    "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"e\",\"alg\":\"Ed25519\",\"x\":\"" ED25519_X    \
    "\",\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\"}"

static lanyard_status sign_jws(const lanyard_mem *mem, void *arg)
{
    oom_things *things = arg;
    lanyard_error err = { 0 };
    lanyard_buf out;

    lanyard_buf_init(&out, mem, OOM_TEXT_MAX);

    lanyard_status status =
        lanyard_jws_sign(things->key, NULL, (lanyard_bytes){ NULL, 0 }, things->worker, &out, &err);

    return oom_written(status, &err, &out);
}

static lanyard_status sign_jws_with_header(const lanyard_mem *mem, void *arg)
{
    oom_things *things = arg;
    lanyard_error err = { 0 };
    lanyard_buf out;

    lanyard_buf_init(&out, mem, OOM_TEXT_MAX);

    lanyard_status status = lanyard_jws_sign(
        things->key, LANYARD_JWS(.header = things->header, .header_len = strlen(things->header)),
        (lanyard_bytes){ NULL, 0 }, things->worker, &out, &err);

    return oom_written(status, &err, &out);
}

static lanyard_status make_issuer_with_header(const lanyard_mem *mem, void *arg)
{
    oom_things *things = arg;

    return things_make_issuer(LANYARD_ISSUER(.key = things->key, .header = things->header,
                                             .header_len = strlen(things->header)),
                              mem);
}

static lanyard_status issue_json_and_list(const lanyard_mem *mem, void *arg)
{
    oom_things *things = arg;
    const lanyard_claim list[] = {
        { "b", LANYARD_CLAIM_JSON, { "[1,2,{}]", 8 }, 0 },
        { "c", LANYARD_CLAIM_STR, { "\n", 1 }, 0 },
    };
    lanyard_error err = { 0 };
    lanyard_buf out;

    lanyard_buf_init(&out, mem, OOM_TEXT_MAX);

    lanyard_status status =
        lanyard_issue(things->issuer,
                      LANYARD_CLAIMS(.json = things->claims, .json_len = strlen(things->claims),
                                     .list = list, .list_len = 2),
                      1000, things->worker, &out, &err);

    return oom_written(status, &err, &out);
}

static lanyard_status sign_bytes(const lanyard_mem *mem, void *arg)
{
    oom_things *things = arg;
    lanyard_error err = { 0 };
    lanyard_buf out;

    lanyard_buf_init(&out, mem, OOM_TEXT_MAX);

    lanyard_status status =
        lanyard_sign_bytes(things->key, NULL, (lanyard_bytes){ (const uint8_t *)"any", 3 },
                           things->worker, &out, &err);

    return oom_written(status, &err, &out);
}

/* A failed reading leaves what can be asked again. */
static lanyard_status find_untrusted_claim(const lanyard_mem *mem, void *arg)
{
    oom_things *things = arg;
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
    oom_things *things = arg;
    lanyard_error err = { 0 };
    lanyard_buf out;

    lanyard_buf_init(&out, mem, OOM_TEXT_MAX);

    lanyard_status status = lanyard_policy_write(things->policy, &out, &err);

    return oom_written(status, &err, &out);
}

static lanyard_status write_keyset(const lanyard_mem *mem, void *arg)
{
    oom_things *things = arg;
    lanyard_error err = { 0 };
    lanyard_buf out;

    lanyard_buf_init(&out, mem, OOM_TEXT_MAX);

    lanyard_status status = lanyard_keyset_write(things->keys, LANYARD_KEY_PRIVATE, &out, &err);

    return oom_written(status, &err, &out);
}

static lanyard_status write_explanation(const lanyard_mem *mem, void *arg)
{
    oom_things *things = arg;
    lanyard_explanation explanation;
    lanyard_error err = { 0 };
    lanyard_buf out;

    lanyard_buf_init(&out, mem, OOM_TEXT_MAX);
    oom_check(lanyard_explain(things->policy, things->keys, "x.y.z", 5, 0, NULL, &explanation,
                              NULL) == LANYARD_OK);
    err.status = lanyard_explanation_write(&explanation, &out); /* which fills in no error */
    return oom_written(err.status, &err, &out);
}

static lanyard_status write_sealed_pem(const lanyard_mem *mem, void *arg)
{
    oom_things *things = arg;
    lanyard_error err = { 0 };
    lanyard_buf out;

    lanyard_buf_init(&out, mem, OOM_TEXT_MAX);

    lanyard_status status =
        lanyard_key_write_pem(things->key, LANYARD_KEY_PRIVATE, "passphrase", &out, &err);

    return oom_written(status, &err, &out);
}

static lanyard_status read_key(const lanyard_mem *mem, void *arg)
{
    lanyard_key *key = oom_untouched();
    lanyard_error err = { 0 };
    lanyard_status status = lanyard_key_read(arg, strlen(arg), NULL, mem, &key, &err);

    lanyard_key_free(oom_made(status, &err, key));
    return status;
}

static lanyard_status reserve_buffer(const lanyard_mem *mem, void *arg)
{
    lanyard_buf buf;
    lanyard_status status = LANYARD_OK;

    (void)arg;
    lanyard_buf_init(&buf, mem, OOM_TEXT_MAX);
    for (size_t len = 1; len < 10000 && status == LANYARD_OK; len *= 3)
        status = lanyard_buf_reserve(&buf, len);
    oom_check(buf.len == 0);
    lanyard_buf_done(&buf);
    return status;
}

static void walk_tokens(oom_things *things)
{
    OOM_WALK(sign_jws, things);
    OOM_WALK(sign_jws_with_header, things);
    OOM_WALK(issue_json_and_list, things);
    OOM_WALK(sign_bytes, things);
    OOM_WALK(things_verify_token, things);
    OOM_WALK(things_verify_jws, things);
}

int main(void)
{
    char x5c[] = ED25519_X5C;
    oom_things things = { .worker = NULL };
    lanyard_key *key = NULL;

    oom_check(lanyard_key_read(ED25519, strlen(ED25519), NULL, NULL, &key, NULL) == LANYARD_OK);
    things_make(&things, key, "Ed25519");
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
