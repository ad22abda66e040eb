/* revocations.c - rows of the tape; see store.h. */
#include "store/driver.h"
#include "store/notice.h"

#define TAPE_LOCK_ID 0x6c616e7961726432 /* "lanyard2" */

static bool revocation_seq(void *ctx, const store_result *result)
{
    *(int64_t *)ctx = store_column_int(result, 0);
    return false;
}

srv_status store_tape_add(store_txn *txn, tape_row *entry)
{
    lanyard_bytes key = { entry->key, entry->key_len };

    /* Sequences count outside of transactions: without the lock a larger number could be
     * committed, and read, before a smaller one. */
    if (!txn->has_tape_lock)
        TRY(STORE_RUN(txn, STATEMENT_TAPE_LOCK, NULL, NULL, NULL, store_int(TAPE_LOCK_ID)));
    txn->has_tape_lock = true;
    TRY(STORE_RUN(txn, STATEMENT_TAPE_ADD, revocation_seq, &entry->seq, NULL,
                  store_int(entry->kind), store_bytes(key), store_time(entry->not_before),
                  store_time(entry->expires_at)));
    if (!txn->has_written_tape)
        TRY(STORE_RUN(txn, STATEMENT_TAPE_NOTIFY, NULL, NULL, NULL, store_text(NOTICE_CHANNEL)));
    txn->has_written_tape = true;
    return SRV_OK;
}

typedef struct revocation_walk {
    store_tape_each *each;
    void *ctx;
} revocation_walk;

static bool revocation_each(void *ctx, const store_result *result)
{
    const revocation_walk *walk = ctx;
    tape_row entry = { .seq = store_column_int(result, 0),
                       .kind = (tape_kind)store_column_int(result, 1),
                       .not_before = store_column_time(result, 3),
                       .expires_at = store_column_time(result, 4) };

    entry.key_len = store_column_bytes(result, 2, entry.key, sizeof entry.key);
    return walk->each(walk->ctx, &entry);
}

srv_status store_tape(store_txn *txn, int64_t after_seq, int limit, store_tape_each *each,
                      void *ctx)
{
    revocation_walk walk = { each, ctx };

    return STORE_RUN(txn, STATEMENT_TAPE, revocation_each, &walk, NULL, store_int(after_seq),
                     store_time(txn->now), store_int(limit));
}

srv_status store_tape_last(store_txn *txn, int64_t *seq)
{
    return store_run(txn, STATEMENT_TAPE_LAST, NULL, 0, revocation_seq, seq, NULL);
}

srv_status store_tape_trim(store_txn *txn, srv_time before, int limit, int64_t *removed)
{
    return STORE_RUN(txn, STATEMENT_TAPE_TRIM, NULL, NULL, removed, store_time(before),
                     store_int(limit));
}
