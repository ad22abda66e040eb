/* test_oom_crypto.c - libcrypto without memory: everything that calls it, again and again while an
 * allocation that goes through CRYPTO_set_mem_functions() fails.
 *
 * libcrypto keeps things for later, so nothing is said here about what stays allocated; and it does
 * not always tell missing memory from a bad key, so any status of the 4xxx is right, nor from a bad
 * signature. But no call may crash, say that it worked when it did not, or spoil the next one. */
#include "things.h"
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#define WALK_MAX 20000u

static size_t calls;
static size_t fail_at; /* 0: none */

static void *failing_malloc(size_t len, const char *file, int line)
{
    (void)file;
    (void)line;
    calls++;
    return calls == fail_at ? NULL : malloc(len);
}

static void *failing_realloc(void *ptr, size_t len, const char *file, int line)
{
    (void)file;
    (void)line;
    calls++;
    return calls == fail_at ? NULL : realloc(ptr, len);
}

static void failing_free(void *ptr, const char *file, int line)
{
    (void)file;
    (void)line;
    free(ptr);
}

/* RFC 7515, A.3.1; RFC 8037, A.2; RFC 7515, A.1.1. */
static const char *const keys[] = {
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}",
    "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED25519_X "\"}",
    "{\"kty\":\"oct\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4"
    "hcgUuTwjAzZr1Z9CAow\",\"alg\":\"HS256\"}",
    ED25519_X5C,
};

/* What is signed and verified with: a key of its own for each algorithm. */
typedef struct crypto_things {
    oom_things made; /* which has no worker */
    const char *alg;
    lanyard_buf signature; /* over "any" */
    enum { WORKER_NONE, WORKER_NEW, WORKER_KEPT } mode;
    lanyard_worker *kept; /* stands by for all calls */
} crypto_things;

typedef lanyard_status operation(const void *arg);

static const lanyard_bytes any = { (const uint8_t *)"any", 3 };

static lanyard_status read_key(const void *text)
{
    lanyard_key *key = NULL;
    lanyard_error err = { .status = LANYARD_OK };
    lanyard_status status = lanyard_key_read(text, strlen(text), NULL, NULL, &key, &err);

    if ((status == LANYARD_OK) != (key != NULL) || err.status != status)
        abort();
    lanyard_key_free(key);
    return status;
}

static lanyard_status generate_key(const void *alg)
{
    lanyard_key *key = NULL;
    lanyard_error err = { .status = LANYARD_OK };
    lanyard_status status = lanyard_key_generate(LANYARD_KEYGEN(.alg = alg), NULL, &key, &err);

    if ((status == LANYARD_OK) != (key != NULL) || err.status != status)
        abort();
    lanyard_key_free(key);
    return status;
}

static lanyard_worker *worker_take(const crypto_things *things)
{
    lanyard_worker *worker = things->mode == WORKER_KEPT ? things->kept : NULL;

    if (things->mode == WORKER_NEW && lanyard_worker_new(NULL, &worker, NULL) != LANYARD_OK)
        abort();
    return worker;
}

static void worker_give_back(const crypto_things *things, lanyard_worker *worker)
{
    if (worker != things->kept)
        lanyard_worker_free(worker);
}

static lanyard_status sign(const void *arg)
{
    const crypto_things *things = arg;
    lanyard_worker *worker = worker_take(things);
    lanyard_buf out;

    lanyard_buf_init(&out, NULL, OOM_TEXT_MAX);

    lanyard_status status =
        lanyard_sign_bytes(things->made.key, things->alg, any, worker, &out, NULL);

    if ((status == LANYARD_OK) != (out.len > 0))
        abort();
    lanyard_buf_done(&out);
    worker_give_back(things, worker);
    return status;
}

static lanyard_status check(const void *arg)
{
    const crypto_things *things = arg;
    lanyard_worker *worker = worker_take(things);
    lanyard_bytes signature = { (const uint8_t *)things->signature.ptr, things->signature.len };
    lanyard_status status =
        lanyard_check_bytes(things->made.key, things->alg, any, signature, worker, NULL);

    worker_give_back(things, worker);
    return status;
}

static lanyard_status issue_and_sign(const void *arg)
{
    const crypto_things *things = arg;
    lanyard_worker *worker = worker_take(things);
    lanyard_issuer *issuer = NULL;
    lanyard_buf out;
    lanyard_status status = lanyard_issuer_new(
        LANYARD_ISSUER(.key = things->made.key, .alg = things->alg, .add_jti = 1), NULL, &issuer,
        NULL);

    lanyard_buf_init(&out, NULL, OOM_TEXT_MAX);
    if (status == LANYARD_OK)
        status = lanyard_issue(issuer, NULL, 1000, worker, &out, NULL);
    if ((status == LANYARD_OK) != (out.len > 0))
        abort();
    if (status == LANYARD_OK)
        status = lanyard_jws_sign(things->made.key, LANYARD_JWS(.alg = things->alg), any, worker,
                                  &out, NULL);
    lanyard_buf_done(&out);
    lanyard_issuer_free(issuer);
    worker_give_back(things, worker);
    return status;
}

static lanyard_status verify(const void *arg)
{
    const crypto_things *things = arg;
    lanyard_mem mem = { .worker = worker_take(things) };
    lanyard_token *token = NULL;
    lanyard_status status =
        lanyard_verify(things->made.policy, things->made.keys, things->made.token.ptr,
                       things->made.token.len, 1000, &mem, &token, NULL);

    if ((status == LANYARD_OK) != (token != NULL))
        abort();
    lanyard_token_free(token);
    worker_give_back(things, mem.worker);
    return status;
}

static lanyard_status verify_jws(const void *arg)
{
    const crypto_things *things = arg;
    lanyard_worker *worker = worker_take(things);
    lanyard_buf out;

    lanyard_buf_init(&out, NULL, OOM_TEXT_MAX);

    lanyard_status status =
        lanyard_jws_verify(things->made.policy, things->made.keys, things->made.token.ptr,
                           things->made.token.len, worker, &out, NULL);

    if ((status == LANYARD_OK) != (out.len > 0))
        abort();
    lanyard_buf_done(&out);
    worker_give_back(things, worker);
    return status;
}

static lanyard_status explain(const void *arg)
{
    const crypto_things *things = arg;
    lanyard_explanation explanation = { .status = LANYARD_OK };
    lanyard_status status =
        lanyard_explain(things->made.policy, things->made.keys, things->made.token.ptr,
                        things->made.token.len, 1000, NULL, &explanation, NULL);

    return status == LANYARD_OK ? explanation.status : status;
}

static lanyard_status write_key(const void *arg)
{
    const crypto_things *things = arg;
    lanyard_buf out;

    lanyard_buf_init(&out, NULL, OOM_TEXT_MAX);

    lanyard_status status =
        lanyard_keyset_write(things->made.keys, LANYARD_KEY_PRIVATE, &out, NULL);

    if (status == LANYARD_OK)
        status = lanyard_key_write_jwk(things->made.key, LANYARD_KEY_PRIVATE, &out, NULL);
    if (status == LANYARD_OK && strcmp(lanyard_key_kty(things->made.key), "oct") != 0)
        status = lanyard_key_write_pem(things->made.key, LANYARD_KEY_PRIVATE, NULL, &out, NULL);
    if (status == LANYARD_OK)
        status = lanyard_key_write_der(things->made.key, LANYARD_KEY_PRIVATE, &out, NULL);
    lanyard_buf_done(&out);
    return status;
}

static lanyard_status write_thumbprint(const void *arg)
{
    const crypto_things *things = arg;
    uint8_t thumbprint[LANYARD_HASH_MAX];
    size_t len = 0;
    lanyard_buf out;
    lanyard_status status =
        lanyard_key_thumbprint(things->made.key, LANYARD_SHA256, thumbprint, &len, NULL);

    lanyard_buf_init(&out, NULL, OOM_TEXT_MAX);
    if (status == LANYARD_OK)
        status = lanyard_key_write_thumbprint(things->made.key, LANYARD_SHA512, 1, &out, NULL);
    lanyard_buf_done(&out);
    return status;
}

/* One iteration and no more, so that it can be opened again and again. Sealing takes memory in each
 * of half a million; test_oom_write.c walks it with our own memory. */
static lanyard_status read_sealed_pem(const void *text)
{
    lanyard_key *key = NULL;
    lanyard_status status =
        lanyard_key_read(text, strlen(text), LANYARD_KEY(.passphrase = "p"), NULL, &key, NULL);

    if ((status == LANYARD_OK) != (key != NULL))
        abort();
    lanyard_key_free(key);
    return status;
}

static bool walk_bears(lanyard_status status)
{
    return status == LANYARD_OK || status == LANYARD_E_SIGNATURE || status >= LANYARD_E_ARGUMENT;
}

/* 0 when all is well. A call that does nothing but compute takes no memory at all. */
static int walk_all(const char *name, operation *call, const void *arg)
{
    for (size_t at = 1; at < WALK_MAX; at++) {
        calls = 0;
        fail_at = at;

        lanyard_status status = call(arg);
        size_t seen = calls;

        fail_at = 0;
        if (seen < at) {
            printf("%s - %s, %zu allocations\n", status == LANYARD_OK ? "ok" : "not ok", name,
                   at - 1);
            return status != LANYARD_OK;
        }
        /* libcrypto may do without what it did not get. */
        if (!walk_bears(status)) {
            printf("not ok - %s: %s when allocation %zu failed\n", name,
                   lanyard_status_name(status), at);
            return 1;
        }
        if (call(arg) != LANYARD_OK) {
            printf("not ok - %s does not recover from the failure of allocation %zu\n", name, at);
            return 1;
        }
    }
    printf("not ok - %s: more than %u allocations\n", name, WALK_MAX);
    return 1;
}

/* Once before, so that what libcrypto sets up once for all is there. */
static int walk(const char *name, operation *call, const void *arg)
{
    lanyard_status status = call(arg);

    if (status == LANYARD_OK)
        return walk_all(name, call, arg);
    printf("not ok - %s: %s\n", name, lanyard_status_name(status));
    return 1;
}

#define WALK(call, arg) walk(#call, (call), (arg))

static void crypto_make(crypto_things *things)
{
    lanyard_key *key = NULL;

    if (lanyard_worker_new(NULL, &things->kept, NULL) != LANYARD_OK)
        abort();

    lanyard_buf_init(&things->signature, NULL, OOM_TEXT_MAX);
    if (lanyard_key_generate(LANYARD_KEYGEN(.alg = things->alg), NULL, &key, NULL) != LANYARD_OK ||
        lanyard_sign_bytes(key, NULL, any, NULL, &things->signature, NULL) != LANYARD_OK)
        abort();
    things_make(&things->made, key, things->alg);
}

static void crypto_done(crypto_things *things)
{
    lanyard_buf_done(&things->signature);
    things_done(&things->made);
    lanyard_worker_free(things->kept);
}

static int walk_alg(const char *alg)
{
    crypto_things things = { .alg = alg };
    int failed = 0;

    printf("# %s\n", alg);
    crypto_make(&things);
    for (int mode = WORKER_NONE; mode <= WORKER_KEPT; mode++) {
        things.mode = mode;
        failed |= WALK(sign, &things);
        failed |= WALK(check, &things);
        failed |= WALK(issue_and_sign, &things);
        failed |= WALK(verify, &things);
        failed |= WALK(verify_jws, &things);
    }
    failed |= WALK(explain, &things);
    if (strcmp(alg, "PS256") != 0) /* the key is one of RS256 */
        failed |= WALK(write_key, &things);
    failed |= WALK(write_thumbprint, &things);
    crypto_done(&things);
    return failed;
}

int main(void)
{
    static const char *const algs[] = { "HS256", "RS256", "PS256", "ES256", "Ed25519" };
    static const char sealed[] =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
        "MIGaMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAhjwPR1w81FaAIBATAM\n"
        "BggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQRHPOzz/9QkfcWV0FGiOmXQRAOlG6\n"
        "hVfmQajO5R98PYyqAOcdXAA0acMRx5NPZMwsF4U8kMofE68BKkbMmhO3XiR2Wcam\n"
        "XbtxMUfv0DluEY7mag==\n"
        "-----END ENCRYPTED PRIVATE KEY-----\n";
    int failed = 0;

    if (!CRYPTO_set_mem_functions(failing_malloc, failing_realloc, failing_free)) {
        printf("ok - keys # SKIP libcrypto has allocated already\n");
        return 0;
    }
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        failed |= WALK(read_key, keys[i]);
    failed |= WALK(read_sealed_pem, sealed);
    failed |= WALK(generate_key, "ES256");
    failed |= WALK(generate_key, "Ed25519");
    for (size_t i = 0; i < sizeof algs / sizeof *algs; i++)
        failed |= walk_alg(algs[i]);
    return failed;
}
