/* sweep.c - what is done to the sessions of everybody: restore, and cleaning up. */
#include "session/session.h"

#include <string.h>

#define PAGE       100
#define WALK_PAGE  500 /* rows a transaction: a millisecond or two of the one writer of SQLite */
#define WALK_PAGES 20

typedef struct sweep_work {
    const sessions *all;
    tape_batch batch;
    srv_id ids[PAGE];
    size_t count;
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

typedef struct sweep_walk {
    const sessions *all;
    srv_id from;
    srv_id after;
} sweep_walk;

static srv_status sweep_page(store_txn *txn, void *ctx, srv_error *error)
{
    sweep_walk *walk = ctx;

    (void)error;
    walk->after = walk->from;
    return store_sessions_sweep(txn, store_now(txn) - walk->all->rules.keep_ended, WALK_PAGE,
                                &walk->after);
}

srv_status sessions_sweep(const sessions *all, srv_id *after, srv_error *error)
{
    sweep_walk walk = { .all = all, .after = *after };

    for (int i = 0; i < WALK_PAGES && (i == 0 || !srv_id_is_nil(&walk.after)); i++) {
        walk.from = walk.after;
        TRY(store_write(all->store, sweep_page, &walk, error));
        *after = walk.after;
    }
    return SRV_OK;
}
