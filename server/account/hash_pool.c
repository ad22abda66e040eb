/* hash_pool.c - see hash_pool.h.
 *
 * How it works: a caller puts a job, which lies on its own stack, at the end of the queue and
 * sleeps until a worker has done it. So the password is never copied, and nothing is allocated
 * for a login but what Argon2 computes in.
 */
#include "account/hash_pool.h"

#include <linux/sched.h> /* SCHED_IDLE */
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include "account/argon.h"
#include "base/crypto.h"
#include "base/defense.h"
#include "base/time.h"

#define HASH_MEMORY_KIB  19456
#define HASH_PASSES      2
#define HASH_LANES       1
#define HASH_WORKERS_MAX 256
#define HASH_QUEUE_EACH  8
#define HASH_IDLE_S      30

typedef struct hash_job {
    const phc_hash *hash;
    lanyard_bytes password;
    uint8_t tag[PHC_TAG_MAX];
    srv_status status;
    bool is_done;
    pthread_cond_t done;
    struct hash_job *next;
} hash_job;

struct hash_pool {
    phc_cost cost;
    phc_hash nobody; /* what unknown users are compared with: a random tag fits no password */
    unsigned queue_max;
    unsigned idle_s;
    int niceness;
    unsigned workers; /* that run */
    pthread_t threads[HASH_WORKERS_MAX];

    pthread_mutex_t lock; /* of all below */
    pthread_cond_t work;  /* a job came, or is_closing */
    hash_job *first;
    hash_job **last;
    unsigned waiting;
    unsigned busy;
    bool is_closing;
    uint64_t done;
    uint64_t refused;
    int64_t usual; /* microseconds of a hash, smoothed */
};

static hash_job *hash_pool_take(hash_pool *pool)
{
    hash_job *job = pool->first;

    pool->first = job->next;
    if (!pool->first)
        pool->last = &pool->first;
    pool->waiting--;
    pool->busy++;
    return job;
}

/* Computes outside of the lock. */
static void hash_pool_run(hash_pool *pool, argon_arena *arena, hash_job *job)
{
    pthread_mutex_unlock(&pool->lock);

    int64_t start = srv_monotonic();
    srv_status status = argon_tag(arena, job->hash, job->password, job->tag);
    int64_t took = srv_monotonic() - start;

    pthread_mutex_lock(&pool->lock);
    pool->usual = pool->usual == 0 ? took : (7 * pool->usual + took) / 8;
    pool->busy--;
    pool->done++;
    job->status = status;
    job->is_done = true;
    pthread_cond_signal(&job->done);
}

/* Waits for work; true when it waited in vain for as long as an arena is kept. */
static bool hash_pool_rest(hash_pool *pool, const argon_arena *arena)
{
    struct timespec until;

    if (!arena->memory) {
        pthread_cond_wait(&pool->work, &pool->lock);
        return false;
    }
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)pool->idle_s;
    return pthread_cond_timedwait(&pool->work, &pool->lock, &until) != 0;
}

/* Nobody has logged in for a while: a good time to return also what other threads have freed. */
static void hash_pool_give_back(argon_arena *arena)
{
    argon_arena_done(arena);
    malloc_trim(0);
}

/* Linux: of this thread alone. A nice one still keeps its slice of some milliseconds, an idle one
 * gives way at once. Where that is forbidden, it works all the same. */
static void hash_pool_step_back(int niceness)
{
    const struct sched_param none = { .sched_priority = 0 };

    if (niceness == HASH_NICE_IDLE)
        (void)sched_setscheduler(0, SCHED_IDLE, &none);
    else if (niceness > 0)
        (void)setpriority(PRIO_PROCESS, 0, niceness);
}

static void *hash_pool_work(void *ctx)
{
    hash_pool *pool = ctx;
    argon_arena arena = { .memory = NULL };

    hash_pool_step_back(pool->niceness);
    pthread_mutex_lock(&pool->lock);
    while (pool->first || !pool->is_closing) {
        if (pool->first)
            hash_pool_run(pool, &arena, hash_pool_take(pool));
        else if (hash_pool_rest(pool, &arena))
            hash_pool_give_back(&arena);
    }
    pthread_mutex_unlock(&pool->lock);
    argon_arena_done(&arena);
    return NULL;
}

/* Seconds until the queue has moved: what a refused caller is told. */
static uint32_t hash_pool_retry(const hash_pool *pool)
{
    int64_t wait = pool->usual * (pool->waiting + pool->busy) / pool->workers;

    return (uint32_t)(1 + wait / SRV_SECOND);
}

static srv_status hash_pool_refuse(hash_pool *pool, srv_error *error)
{
    pool->refused++;
    srv_fail(error, SRV_E_HASH_QUEUE_FULL, "too many passwords wait to be checked");
    if (error)
        error->retry_after_s = hash_pool_retry(pool);
    return SRV_E_HASH_QUEUE_FULL;
}

static srv_status hash_pool_await(hash_pool *pool, hash_job *job, srv_error *error)
{
    if (DEFENDS(5) && pool->waiting >= pool->queue_max)
        return hash_pool_refuse(pool, error);
    *pool->last = job;
    pool->last = &job->next;
    pool->waiting++;
    pthread_cond_signal(&pool->work);
    while (!job->is_done)
        pthread_cond_wait(&job->done, &pool->lock);
    return job->status == SRV_OK ? SRV_OK
                                 : srv_fail(error, job->status, "the password was not hashed");
}

static srv_status hash_pool_tag(hash_pool *pool, const phc_hash *hash, lanyard_bytes password,
                                uint8_t tag[PHC_TAG_MAX], srv_error *error)
{
    hash_job job = { .hash = hash, .password = password, .done = PTHREAD_COND_INITIALIZER };

    pthread_mutex_lock(&pool->lock);

    srv_status status = hash_pool_await(pool, &job, error);

    pthread_mutex_unlock(&pool->lock);
    pthread_cond_destroy(&job.done);
    for (size_t i = 0; status == SRV_OK && i < hash->tag_len; i++)
        tag[i] = job.tag[i];
    srv_wipe(job.tag, sizeof job.tag);
    return status;
}

srv_status hash_pool_make(hash_pool *pool, lanyard_bytes password, char phc[PHC_MAX],
                          srv_error *error)
{
    phc_hash hash = { .cost = pool->cost, .salt_len = PHC_SALT_LEN, .tag_len = PHC_TAG_LEN };

    if (srv_random(hash.salt, hash.salt_len) != SRV_OK)
        return srv_fail(error, SRV_E_INTERNAL, "no randomness");
    TRY(hash_pool_tag(pool, &hash, password, hash.tag, error));
    return phc_write(&hash, phc) == SRV_OK ? SRV_OK
                                           : srv_fail(error, SRV_E_INTERNAL, "a hash is too long");
}

static bool hash_pool_is_old(const hash_pool *pool, const phc_hash *hash)
{
    return hash->cost.memory_kib != pool->cost.memory_kib ||
           hash->cost.passes != pool->cost.passes || hash->cost.lanes != pool->cost.lanes ||
           hash->salt_len != PHC_SALT_LEN || hash->tag_len != PHC_TAG_LEN;
}

srv_status hash_pool_check(hash_pool *pool, const char *phc, lanyard_bytes password, bool *is_right,
                           bool *is_old, srv_error *error)
{
    phc_hash hash = pool->nobody;
    uint8_t tag[PHC_TAG_MAX];

    if (!DEFENDS(4) && !phc) {
        *is_right = *is_old = false;
        return SRV_OK;
    }
    if (phc && phc_read(phc, &hash) != SRV_OK)
        return srv_fail(error, SRV_E_INVALID, "a stored hash is no argon2id PHC string");
    TRY(hash_pool_tag(pool, &hash, password, tag, error));

    bool is_equal = srv_equal(tag, hash.tag, hash.tag_len);

    srv_wipe(tag, sizeof tag);
    *is_right = phc && is_equal;
    *is_old = *is_right && hash_pool_is_old(pool, &hash);
    return SRV_OK;
}

void hash_pool_stats(const hash_pool *pool, hash_stats *stats)
{
    pthread_mutex_t *lock = (pthread_mutex_t *)(uintptr_t)&pool->lock;

    pthread_mutex_lock(lock);
    *stats = (hash_stats){
        .workers = pool->workers,
        .waiting = pool->waiting,
        .done = pool->done,
        .refused = pool->refused,
    };
    pthread_mutex_unlock(lock);
}

static unsigned hash_pool_cores(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    return cores > 0 && cores < HASH_WORKERS_MAX ? (unsigned)cores : 1;
}

static srv_status hash_pool_settle(hash_pool *pool, const hash_opts *opts)
{
    pool->cost.memory_kib = opts->memory_kib ? opts->memory_kib : HASH_MEMORY_KIB;
    pool->cost.passes = opts->passes ? opts->passes : HASH_PASSES;
    pool->cost.lanes = opts->lanes ? opts->lanes : HASH_LANES;
    pool->idle_s = opts->idle_s ? opts->idle_s : HASH_IDLE_S;
    pool->niceness = opts->niceness;
    pool->last = &pool->first;
    pool->nobody =
        (phc_hash){ .cost = pool->cost, .salt_len = PHC_SALT_LEN, .tag_len = PHC_TAG_LEN };
    TRY(srv_random(pool->nobody.salt, PHC_SALT_LEN));
    return srv_random(pool->nobody.tag, PHC_TAG_LEN);
}

static srv_status hash_pool_start(hash_pool *pool, unsigned workers)
{
    pthread_condattr_t attr;

    pthread_mutex_init(&pool->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&pool->work, &attr);
    pthread_condattr_destroy(&attr);
    for (; pool->workers < workers; pool->workers++) {
        if (pthread_create(&pool->threads[pool->workers], NULL, hash_pool_work, pool) != 0)
            return SRV_E_NO_MEMORY;
    }
    return SRV_OK;
}

srv_status hash_pool_new(const hash_opts *opts, hash_pool **made, srv_error *error)
{
    hash_pool *pool = calloc(1, sizeof *pool);
    unsigned workers = opts->workers ? opts->workers : hash_pool_cores();

    if (!pool)
        return srv_fail(error, SRV_E_NO_MEMORY, "no memory for the hash pool");

    srv_status status = hash_pool_settle(pool, opts);

    if (status == SRV_OK && (!phc_cost_is_fair(&pool->cost) || workers > HASH_WORKERS_MAX))
        status = SRV_E_CONFIG;
    if (status != SRV_OK) {
        free(pool);
        return srv_fail(error, status, "the cost of a hash or the number of workers is not usable");
    }
    pool->queue_max = opts->queue_max ? opts->queue_max : HASH_QUEUE_EACH * workers;
    if (hash_pool_start(pool, workers) != SRV_OK) {
        hash_pool_free(pool);
        return srv_fail(error, SRV_E_NO_MEMORY, "no thread for the hash pool");
    }
    *made = pool;
    return SRV_OK;
}

void hash_pool_free(hash_pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->is_closing = true;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->workers; i++)
        pthread_join(pool->threads[i], NULL);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->lock);
    srv_wipe(pool, sizeof *pool);
    free(pool);
}
