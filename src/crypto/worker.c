/* worker.c - what a thread keeps between calls: prepared handles and a pool of random bytes. */
#include "crypto/worker.h"
#include <openssl/rand.h>
#include <unistd.h>
#include "crypto/random.h"

lanyard_status lanyard_worker_new(const lanyard_mem *mem, lanyard_worker **worker,
                                  lanyard_error *err)
{
    lanyard_alloc alloc = mem ? mem->alloc : (lanyard_alloc){ 0 };

    if (!worker)
        return lan_fail(err, LANYARD_E_ARGUMENT, "argument", 0);

    lanyard_worker *self = lan_alloc(&alloc, sizeof *self);

    if (!self)
        return lan_no_memory(err);
    *self = (lanyard_worker){ .alloc = alloc };
    *worker = self;
    return LANYARD_OK;
}

void lanyard_worker_free(lanyard_worker *worker)
{
    if (!worker)
        return;

    lanyard_alloc alloc = worker->alloc;

    lan_cleanse(worker, sizeof *worker);
    lan_alloc_free(&alloc, worker, sizeof *worker);
}

static lanyard_status random_draw(uint8_t *out, size_t len, lanyard_error *err)
{
    if (len <= INT32_MAX && RAND_bytes(out, (int)len) == 1)
        return LANYARD_OK;
    return lan_fail(err, LANYARD_E_CRYPTO, "random", 0);
}

lanyard_status lan_random(lanyard_worker *worker, uint8_t *out, size_t len, lanyard_error *err)
{
    if (!worker || len > WORKER_POOL_LEN / 4)
        return random_draw(out, len, err);
    if (worker->pool_left < len || worker->pool_pid != getpid()) {
        worker->pool_left = 0;
        TRY(random_draw(worker->pool, WORKER_POOL_LEN, err));
        worker->pool_left = WORKER_POOL_LEN;
        worker->pool_pid = getpid();
    }

    uint8_t *from = worker->pool + WORKER_POOL_LEN - worker->pool_left;

    memcpy(out, from, len);
    lan_cleanse(from, len);
    worker->pool_left -= len;
    return LANYARD_OK;
}
