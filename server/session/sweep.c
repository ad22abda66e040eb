/* sweep.c - what is done to the sessions of everybody: restore, and cleaning up. */
#include "session/session.h"

#include <string.h>

#define PAGE 100

typedef struct sweep_work {
    const sessions *all;
    tape_batch batch;
    srv_id ids[PAGE];
    size_t count;
    int64_t removed;
} sweep_work;

static bool sweep_take(void *ctx, const session_row *session)
{
    sweep_work *work = ctx;

    work->ids[work->count++] = session->id;
    return work->count < PAGE;
}

static srv_status sweep_end_page(store_txn *txn, void *ctx, srv_error *error)
{
    static const srv_id first = { { 0 } };
    sweep_work *work = ctx;

    (void)error;
    work->count = 0;
    TRY(store_sessions_all(txn, &first, PAGE, sweep_take, work));
    for (size_t i = 0; i < work->count; i++) {
        srv_status status = store_session_end(txn, &work->ids[i], END_RESTORE);

        if (status != SRV_OK && status != SRV_E_NOT_FOUND)
            return status;
    }
    return SRV_OK;
}

/* Tokens of sessions that the copy does not know are refused as well: everything made before. */
static srv_status sweep_renew(store_txn *txn, void *ctx, srv_error *error)
{
    sweep_work *work = ctx;
    audit_row row = { .event = AUDIT_RESTORED };
    srv_time life = 0;

    (void)error;
    tape_batch_reset(&work->batch);
    TRY(sessions_longest_life(work->all, txn, &life));
    TRY(tape_write(txn, &work->batch, TAPE_ALL, (lanyard_bytes){ NULL, 0 }, life));
    TRY(tape_epoch_renew(txn));
    return store_audit_add(txn, &row);
}

static srv_status sweep_everything(sweep_work *work, unsigned *count, srv_error *error)
{
    *count = 0;
    do {
        TRY(store_write(work->all->store, sweep_end_page, work, error));
        *count += (unsigned)work->count;
    } while (work->count == PAGE);
    TRY(store_write(work->all->store, sweep_renew, work, error));
    return tape_add(work->all->tape, &work->batch);
}

srv_status sessions_end_everything(const sessions *all, unsigned *count, srv_error *error)
{
    sweep_work work = { .all = all };

    tape_batch_init(&work.batch);

    srv_status status = sweep_everything(&work, count, error);

    tape_batch_done(&work.batch);
    return status;
}

static srv_status sweep_job(store_txn *txn, void *ctx, srv_error *error)
{
    sweep_work *work = ctx;

    (void)error;
    return store_sessions_sweep(txn, store_now(txn) - work->all->rules.keep_ended, PAGE,
                                &work->removed);
}

srv_status sessions_sweep(const sessions *all, srv_error *error)
{
    sweep_work work = { .all = all };

    do
        TRY(store_write(all->store, sweep_job, &work, error));
    while (work.removed == PAGE);
    return SRV_OK;
}
