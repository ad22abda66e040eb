/* things.c - see things.h. */
#include "things.h"
#include <string.h>

static void things_write(oom_things *things, const char *alg)
{
    size_t len = (size_t)sprintf(things->header, "{\"alg\":\"%s\"", alg);

    for (int i = 0; i < 300; i++)
        len += (size_t)sprintf(things->header + len, ",\"a%d\":%d", i, i);
    sprintf(things->header + len, "}");
    len = (size_t)sprintf(things->claims, "{\"exp\":9000,\"a11\":1,\"list\":[1");
    for (int i = 0; i < 800; i++)
        len += (size_t)sprintf(things->claims + len, ",1");
    sprintf(things->claims + len, "],\"a\\u0020\":1}");
}

void things_make(oom_things *things, lanyard_key *key, const char *alg)
{
    lanyard_bytes claims;

    things_write(things, alg);
    claims = (lanyard_bytes){ (const uint8_t *)things->claims, strlen(things->claims) };
    things->key = key;
    oom_check(lanyard_keyset_new(&things->key, 1, NULL, &things->keys, NULL) == LANYARD_OK);
    oom_check(lanyard_policy_new(LANYARD_POLICY(.algs = alg), NULL, &things->policy, NULL) ==
              LANYARD_OK);
    oom_check(lanyard_issuer_new(LANYARD_ISSUER(.key = key, .lifetime_s = 900, .add_jti = 1), NULL,
                                 &things->issuer, NULL) == LANYARD_OK);
    lanyard_buf_init(&things->token, NULL, OOM_TEXT_MAX);
    oom_check(lanyard_jws_sign(key, NULL, claims, NULL, &things->token, NULL) == LANYARD_OK);
}

void things_done(oom_things *things)
{
    lanyard_buf_done(&things->token);
    lanyard_worker_free(things->worker);
    lanyard_issuer_free(things->issuer);
    lanyard_policy_free(things->policy);
    lanyard_keyset_free(things->keys);
    lanyard_key_free(things->key);
}

lanyard_status things_make_issuer(const lanyard_issuer_opts *opts, const lanyard_mem *mem)
{
    lanyard_issuer *issuer = oom_untouched();
    lanyard_error err = { 0 };
    lanyard_status status = lanyard_issuer_new(opts, mem, &issuer, &err);

    lanyard_issuer_free(oom_made(status, &err, issuer));
    return status;
}

lanyard_status things_verify_token(const lanyard_mem *mem, void *arg)
{
    oom_things *things = arg;
    lanyard_mem with = { .alloc = mem->alloc, .worker = things->worker };
    lanyard_token *token = oom_untouched();
    lanyard_error err = { 0 };
    lanyard_status status = lanyard_verify(things->policy, things->keys, things->token.ptr,
                                           things->token.len, 1000, &with, &token, &err);

    lanyard_token_free(oom_made(status, &err, token));
    return status;
}

lanyard_status things_verify_jws(const lanyard_mem *mem, void *arg)
{
    oom_things *things = arg;
    lanyard_error err = { 0 };
    lanyard_buf out;

    lanyard_buf_init(&out, mem, OOM_TEXT_MAX);

    lanyard_status status = lanyard_jws_verify(things->policy, things->keys, things->token.ptr,
                                               things->token.len, things->worker, &out, &err);

    return oom_written(status, &err, &out);
}
