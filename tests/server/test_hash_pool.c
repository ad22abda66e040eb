/* test_hash_pool.c - Argon2id on fixed workers. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "asserts.h"
#include "account/argon.h"
#include "account/hash_pool.h"
#include "base/time.h"

#define PASSWORD "gravel omelette tuesday"

static hash_pool *pool_of(const hash_opts *opts)
{
    hash_pool *pool = NULL;
    srv_error error = { 0 };

    assert_srv(hash_pool_new(opts, &pool, &error), SRV_OK);
    return pool;
}

static bool pool_says(hash_pool *pool, const char *phc, lanyard_bytes password, bool *is_old)
{
    bool is_right = false;

    assert_srv(hash_pool_check(pool, phc, password, &is_right, is_old, NULL), SRV_OK);
    return is_right;
}

/* RFC 9106 has no example without secret and associated data; this one is of the reference
 * implementation's own tests (argon2id, version 19, t=2, m=256, p=1). */
static void argon_computes_the_known_tag(void **state)
{
    static const uint8_t want[] = { 0x9d, 0xfe, 0xb9, 0x10, 0xe8, 0x0b, 0xad, 0x03,
                                    0x11, 0xfe, 0xe2, 0x0f, 0x9c, 0x0e, 0x2b, 0x12,
                                    0xc1, 0x79, 0x87, 0xb4, 0xca, 0xc9, 0x0c, 0x2e,
                                    0xf5, 0x4d, 0x5b, 0x30, 0x21, 0xc6, 0x8b, 0xfe };
    phc_hash hash = { .cost = { 256, 2, 1 }, .salt_len = 8, .tag_len = 32 };
    argon_arena arena = { .memory = NULL };
    uint8_t tag[PHC_TAG_MAX];

    (void)state;
    memcpy(hash.salt, "somesalt", 8);
    assert_srv(argon_tag(&arena, &hash, bytes_of("password"), tag), SRV_OK);
    assert_memory_equal(tag, want, sizeof want);
    argon_arena_done(&arena);
}

static void pool_accepts_the_password_it_hashed(void **state)
{
    hash_pool *pool = pool_of(&(hash_opts){ .workers = 1 });
    char phc[PHC_MAX];
    bool is_old = true;

    (void)state;
    assert_srv(hash_pool_make(pool, bytes_of(PASSWORD), phc, NULL), SRV_OK);
    assert_memory_equal(phc, "$argon2id$v=19$m=19456,t=2,p=1$", 31);
    assert_true(pool_says(pool, phc, bytes_of(PASSWORD), &is_old));
    assert_false(is_old);
    hash_pool_free(pool);
}

/* T06: neither a NUL nor the 73rd byte ends a password. */
static void pool_tells_any_two_byte_strings_apart(void **state)
{
    hash_pool *pool = pool_of(&(hash_opts){ .workers = 1, .memory_kib = 64, .passes = 1 });
    uint8_t one[1024];
    uint8_t two[1024];
    char phc[PHC_MAX];
    bool is_old;

    (void)state;
    memset(one, 'a', sizeof one);
    one[3] = '\0';
    assert_srv(hash_pool_make(pool, (lanyard_bytes){ one, sizeof one }, phc, NULL), SRV_OK);
    for (size_t at = 0; at < sizeof one; at += 73) {
        memcpy(two, one, sizeof one);
        two[at] ^= 1;
        assert_false(pool_says(pool, phc, (lanyard_bytes){ two, sizeof two }, &is_old));
    }
    assert_false(pool_says(pool, phc, (lanyard_bytes){ one, sizeof one - 1 }, &is_old));
    assert_true(pool_says(pool, phc, (lanyard_bytes){ one, sizeof one }, &is_old));
    hash_pool_free(pool);
}

static void pool_salts_each_hash(void **state)
{
    hash_pool *pool = pool_of(&(hash_opts){ .workers = 1, .memory_kib = 64, .passes = 1 });
    char one[PHC_MAX];
    char two[PHC_MAX];

    (void)state;
    assert_srv(hash_pool_make(pool, bytes_of(PASSWORD), one, NULL), SRV_OK);
    assert_srv(hash_pool_make(pool, bytes_of(PASSWORD), two, NULL), SRV_OK);
    assert_string_not_equal(one, two);
    hash_pool_free(pool);
}

static void pool_says_when_a_hash_is_of_other_parameters(void **state)
{
    hash_pool *before = pool_of(&(hash_opts){ .workers = 1, .memory_kib = 64, .passes = 1 });
    hash_pool *now = pool_of(&(hash_opts){ .workers = 1, .memory_kib = 128, .passes = 1 });
    char phc[PHC_MAX];
    bool is_old = false;

    (void)state;
    assert_srv(hash_pool_make(before, bytes_of(PASSWORD), phc, NULL), SRV_OK);
    assert_true(pool_says(now, phc, bytes_of(PASSWORD), &is_old));
    assert_true(is_old);
    assert_false(pool_says(now, phc, bytes_of("another gravel omelette"), &is_old));
    assert_false(is_old);
    hash_pool_free(before);
    hash_pool_free(now);
}

/* T03, T04: nobody's password takes the same work, and is never right. */
static void pool_compares_unknown_users_in_vain(void **state)
{
    hash_pool *pool = pool_of(&(hash_opts){ .workers = 1, .memory_kib = 64, .passes = 1 });
    hash_stats stats;
    bool is_old = true;

    (void)state;
    assert_false(pool_says(pool, NULL, bytes_of(PASSWORD), &is_old));
    assert_false(is_old);
    hash_pool_stats(pool, &stats);
    assert_int_equal(stats.done, 1);
    hash_pool_free(pool);
}

static void pool_refuses_a_row_that_is_no_hash(void **state)
{
    hash_pool *pool = pool_of(&(hash_opts){ .workers = 1, .memory_kib = 64, .passes = 1 });
    srv_error error = { 0 };
    bool is_right = false;
    bool is_old = false;

    (void)state;
    assert_srv(hash_pool_check(pool, "5f4dcc3b5aa765d61d8327deb882cf99", bytes_of("password"),
                               &is_right, &is_old, &error),
               SRV_E_INVALID);
    assert_false(is_right);
    hash_pool_free(pool);
}

static void pool_refuses_parameters_that_argon2_refuses(void **state)
{
    static const hash_opts bad[] = {
        { .memory_kib = 7 },
        { .memory_kib = PHC_MEMORY_KIB_MAX + 1 },
        { .passes = PHC_PASSES_MAX + 1 },
        { .lanes = PHC_LANES_MAX + 1 },
        { .workers = 257 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        hash_pool *pool = NULL;
        srv_error error = { 0 };

        assert_srv(hash_pool_new(&bad[i], &pool, &error), SRV_E_CONFIG);
        assert_null(pool);
    }
}

typedef struct crowd {
    hash_pool *pool;
    pthread_barrier_t start;
    pthread_mutex_t lock;
    unsigned served;
    unsigned refused;
    unsigned without_retry;
} crowd;

static void *crowd_member(void *ctx)
{
    crowd *all = ctx;
    srv_error error = { 0 };
    bool is_right;
    bool is_old;

    pthread_barrier_wait(&all->start);

    srv_status status =
        hash_pool_check(all->pool, NULL, bytes_of(PASSWORD), &is_right, &is_old, &error);

    pthread_mutex_lock(&all->lock);
    all->served += status == SRV_OK;
    all->refused += status == SRV_E_HASH_QUEUE_FULL;
    all->without_retry += status == SRV_E_HASH_QUEUE_FULL && error.retry_after_s == 0;
    pthread_mutex_unlock(&all->lock);
    return NULL;
}

#define CROWD 32

static crowd crowd_run(const hash_opts *opts)
{
    crowd all = { .pool = pool_of(opts), .lock = PTHREAD_MUTEX_INITIALIZER };
    pthread_t threads[CROWD];

    assert_int_equal(pthread_barrier_init(&all.start, NULL, CROWD), 0);
    for (size_t i = 0; i < CROWD; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, crowd_member, &all), 0);
    for (size_t i = 0; i < CROWD; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&all.start);
    hash_pool_free(all.pool);
    return all;
}

/* T05: as many as fit the queue are served, and the others are told when to come back. */
static void pool_refuses_whom_the_queue_cannot_hold(void **state)
{
    (void)state;

    crowd all = crowd_run(&(hash_opts){ .workers = 2, .queue_max = 4, .passes = 4 });

    assert_int_equal(all.served + all.refused, CROWD);
    assert_true(all.served >= 4);
    assert_true(all.refused > 0);
    assert_int_equal(all.without_retry, 0);
}

static void pool_serves_everybody_whom_the_queue_holds(void **state)
{
    (void)state;

    crowd all = crowd_run(&(hash_opts){ .workers = 2, .queue_max = CROWD, .memory_kib = 64 });

    assert_int_equal(all.served, CROWD);
}

/* Resident memory of this process, in KiB. */
static long resident_kib(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    char line[128] = "";
    char *rest = NULL;

    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    fclose(file);
    (void)strtol(line, &rest, 10);
    return strtol(rest, NULL, 10) * (sysconf(_SC_PAGESIZE) / 1024);
}

static void pool_gives_the_arenas_back_when_nobody_logs_in(void **state)
{
    hash_pool *pool = pool_of(&(hash_opts){ .workers = 1, .memory_kib = 65536, .idle_s = 1 });
    long before = resident_kib();
    bool is_old;

    (void)state;
    assert_false(pool_says(pool, NULL, bytes_of(PASSWORD), &is_old));
    assert_true(resident_kib() - before > 60000);
    for (int i = 0; i < 100 && resident_kib() - before > 12288; i++)
        usleep(50000);
    assert_true(resident_kib() - before < 12288);
    hash_pool_free(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(argon_computes_the_known_tag),
        cmocka_unit_test(pool_accepts_the_password_it_hashed),
        cmocka_unit_test(pool_tells_any_two_byte_strings_apart),
        cmocka_unit_test(pool_salts_each_hash),
        cmocka_unit_test(pool_says_when_a_hash_is_of_other_parameters),
        cmocka_unit_test(pool_compares_unknown_users_in_vain),
        cmocka_unit_test(pool_refuses_a_row_that_is_no_hash),
        cmocka_unit_test(pool_refuses_parameters_that_argon2_refuses),
        cmocka_unit_test(pool_refuses_whom_the_queue_cannot_hold),
        cmocka_unit_test(pool_serves_everybody_whom_the_queue_holds),
        cmocka_unit_test(pool_gives_the_arenas_back_when_nobody_logs_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
