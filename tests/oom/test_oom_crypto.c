/* test_oom_crypto.c - libcrypto without memory: its allocations fail one after the other, by way of
 * CRYPTO_set_mem_functions(), while keys are read.
 *
 * libcrypto keeps things for later, so nothing is said here about what stays allocated; and it does
 * not always tell missing memory from a bad key, so any status of the 4xxx is right. But no call
 * may crash, say that it worked when it did not, or spoil the next one. */
#include <lanyard.h>
#include <openssl/crypto.h>
#include <stdio.h>
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
    "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
    "{\"kty\":\"oct\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4"
    "hcgUuTwjAzZr1Z9CAow\",\"alg\":\"HS256\"}",
};

static lanyard_status read_key(const char *text)
{
    lanyard_key *key = NULL;
    lanyard_error err = { .status = LANYARD_OK };
    lanyard_status status = lanyard_key_read(text, strlen(text), NULL, NULL, &key, &err);

    if ((status == LANYARD_OK) != (key != NULL) || err.status != status)
        abort();
    lanyard_key_free(key);
    return status;
}

static int walk(const char *text)
{
    for (size_t at = 1; at < WALK_MAX; at++) {
        calls = 0;
        fail_at = at;

        lanyard_status status = read_key(text);
        size_t seen = calls;

        fail_at = 0;
        if (seen < at) {
            printf("%s - %zu allocations\n", status == LANYARD_OK ? "ok" : "not ok", at - 1);
            return status != LANYARD_OK;
        }
        /* libcrypto may do without what it did not get. */
        if (status != LANYARD_OK && status < LANYARD_E_ARGUMENT) {
            printf("not ok - %s when allocation %zu failed\n", lanyard_status_name(status), at);
            return 1;
        }
        if (read_key(text) != LANYARD_OK) {
            printf("not ok - does not recover from the failure of allocation %zu\n", at);
            return 1;
        }
    }
    printf("not ok - more than %u allocations\n", WALK_MAX);
    return 1;
}

int main(void)
{
    int failed = 0;

    if (!CRYPTO_set_mem_functions(failing_malloc, failing_realloc, failing_free)) {
        printf("ok - keys # SKIP libcrypto has allocated already\n");
        return 0;
    }
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        /* Once before, so that what libcrypto sets up once for all is there. */
        if (read_key(keys[i]) != LANYARD_OK) {
            printf("not ok - key %zu is not read\n", i);
            failed = 1;
            continue;
        }
        failed |= walk(keys[i]);
    }
    return failed;
}
