/* count.c - how much memory is taken; see count.h. */
#include "count.h"
#include <openssl/crypto.h>
#include <stdlib.h>

static _Thread_local uint64_t libcrypto_calls;

static void *count_alloc(void *ctx, size_t len)
{
    bench_count *count = ctx;

    count->calls++;
    count->bytes += len;
    return malloc(len);
}

static void count_free(void *ctx, void *ptr, size_t len)
{
    (void)ctx;
    (void)len;
    free(ptr);
}

lanyard_alloc bench_counting(bench_count *count)
{
    return (lanyard_alloc){ count_alloc, count_free, count };
}

static void *libcrypto_alloc(size_t len, const char *file, int line)
{
    (void)file;
    (void)line;
    libcrypto_calls++;
    return malloc(len);
}

static void *libcrypto_realloc(void *ptr, size_t len, const char *file, int line)
{
    (void)file;
    (void)line;
    libcrypto_calls++;
    return realloc(ptr, len);
}

static void libcrypto_free(void *ptr, const char *file, int line)
{
    (void)file;
    (void)line;
    free(ptr);
}

void bench_count_libcrypto(void)
{
    CRYPTO_set_mem_functions(libcrypto_alloc, libcrypto_realloc, libcrypto_free);
}

uint64_t bench_libcrypto_calls(void)
{
    return libcrypto_calls;
}
