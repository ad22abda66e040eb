/* bare_argon.c - Argon2id at the server's parameters on so many threads, each with memory of its
 * own: what /v1/login is measured beside. bare_argon THREADS SECONDS; prints hashes a second. */
#include <argon2.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MEMORY_KIB 19456
#define PASSES     2

static atomic_long hashes;
static atomic_int is_over;
static _Thread_local uint8_t *arena;

static int arena_take(uint8_t **memory, size_t len)
{
    if (!arena)
        arena = malloc(len);
    *memory = arena;
    return arena ? ARGON2_OK : ARGON2_MEMORY_ALLOCATION_ERROR;
}

static void arena_give(uint8_t *memory, size_t len)
{
    (void)memory;
    (void)len;
}

static void *work(void *ctx)
{
    uint8_t out[32];
    uint8_t salt[16] = "sixteen bytes of";
    uint8_t password[] = "four words of a tune";
    argon2_context context = {
        .out = out,
        .outlen = sizeof out,
        .pwd = password,
        .pwdlen = sizeof password - 1,
        .salt = salt,
        .saltlen = sizeof salt,
        .t_cost = PASSES,
        .m_cost = MEMORY_KIB,
        .lanes = 1,
        .threads = 1,
        .version = ARGON2_VERSION_13,
        .allocate_cbk = arena_take,
        .free_cbk = arena_give,
    };

    (void)ctx;
    while (!is_over && argon2id_ctx(&context) == ARGON2_OK)
        hashes++;
    free(arena);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t ids[64];
    long threads = argc == 3 ? strtol(argv[1], NULL, 10) : 0;
    long seconds = argc == 3 ? strtol(argv[2], NULL, 10) : 0;

    if (threads < 1 || threads > 64 || seconds < 1) {
        fprintf(stderr, "usage: bare_argon THREADS SECONDS\n");
        return 2;
    }
    for (long i = 0; i < threads; i++)
        if (pthread_create(&ids[i], NULL, work, NULL) != 0)
            return 1;
    nanosleep(&(struct timespec){ .tv_sec = seconds }, NULL);
    is_over = 1;
    for (long i = 0; i < threads; i++)
        pthread_join(ids[i], NULL);
    printf("%.1f\n", (double)hashes / (double)seconds);
    return 0;
}
