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

static void worker_slot_clear(lan_worker_slot *slot)
{
    lan_prepared_done(&slot->prepared);
    lan_pkey_free(slot->pkey);
    *slot = (lan_worker_slot){ .pkey = NULL };
}

void lanyard_worker_free(lanyard_worker *worker)
{
    if (!worker)
        return;

    lanyard_alloc alloc = worker->alloc;

    for (size_t i = 0; i < LANYARD_WORKER_KEYS; i++)
        worker_slot_clear(&worker->slots[i]);
    lan_cleanse(worker, sizeof *worker);
    lan_alloc_free(&alloc, worker, sizeof *worker);
}

static bool worker_slot_is(const lan_worker_slot *slot, const lan_pkey *pkey, lan_scheme scheme,
                           lan_direction direction)
{
    return slot->pkey == pkey && slot->scheme.padding == scheme.padding &&
           slot->scheme.hash == scheme.hash && slot->direction == direction;
}

/* The slot of that use, or else the one to be given up: a free one was used at 0. */
static lan_worker_slot *worker_slot_find(lanyard_worker *worker, const lan_pkey *pkey,
                                         lan_scheme scheme, lan_direction direction)
{
    lan_worker_slot *oldest = worker->slots;

    for (size_t i = 0; i < LANYARD_WORKER_KEYS; i++) {
        lan_worker_slot *slot = &worker->slots[i];

        if (worker_slot_is(slot, pkey, scheme, direction))
            return slot;
        if (slot->used_at < oldest->used_at)
            oldest = slot;
    }
    return oldest;
}

lanyard_status lan_worker_prepared(lanyard_worker *worker, lan_pkey *pkey, lan_scheme scheme,
                                   lan_direction direction, const lan_prepared **prepared,
                                   lanyard_error *err)
{
    lan_worker_slot *slot = worker_slot_find(worker, pkey, scheme, direction);

    if (!worker_slot_is(slot, pkey, scheme, direction)) {
        worker_slot_clear(slot);
        TRY(lan_prepare(pkey, scheme, direction, &slot->prepared, err));
        slot->pkey = lan_pkey_ref(pkey);
        slot->scheme = scheme;
        slot->direction = direction;
    }
    slot->used_at = ++worker->uses;
    *prepared = &slot->prepared;
    return LANYARD_OK;
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
