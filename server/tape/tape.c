/* tape.c - the set, the cursor and the epoch; see tape.h and ADR-0010. */
#include "tape/tape.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "tape/set.h"
#include "tape/tape_own.h"

#define EPOCH_KEY "tape_epoch"

/* Clocks of two machines, and of verifiers, may differ by that much each way. */
#define TAPE_SKEW  (30 * SRV_SECOND)
#define TAPE_AFTER (2 * TAPE_SKEW + TAPE_LEEWAY_S * SRV_SECOND)
#define TAPE_PAGE  1024

srv_status tape_new(srv_store *store, srv_tape **made, srv_error *error)
{
    srv_tape *tape = calloc(1, sizeof *tape);
    pthread_condattr_t attributes;

    if (!tape)
        return srv_fail(error, SRV_E_NO_MEMORY, "no memory");
    if (tape_set_init(&tape->set) != SRV_OK) {
        free(tape);
        return srv_fail(error, SRV_E_INTERNAL, "no randomness");
    }
    tape->store = store;
    tape->is_blind = true;
    pthread_rwlock_init(&tape->lock, NULL);
    pthread_mutex_init(&tape->poll_lock, NULL);
    pthread_mutex_init(&tape->news_lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&tape->news, &attributes);
    pthread_condattr_destroy(&attributes);
    *made = tape;
    return SRV_OK;
}

void tape_free(srv_tape *tape)
{
    if (!tape)
        return;
    tape_shut(tape);
    tape_stop(tape);
    tape_set_done(&tape->set);
    pthread_cond_destroy(&tape->news);
    pthread_mutex_destroy(&tape->news_lock);
    pthread_mutex_destroy(&tape->poll_lock);
    pthread_rwlock_destroy(&tape->lock);
    free(tape);
}

/* --- inside of jobs --- */

void tape_batch_init(tape_batch *batch)
{
    batch->rows = batch->first;
    batch->count = 0;
    batch->cap = TAPE_BATCH_FIRST;
}

void tape_batch_reset(tape_batch *batch)
{
    batch->count = 0;
}

void tape_batch_done(tape_batch *batch)
{
    if (batch->rows != batch->first)
        free(batch->rows);
    tape_batch_init(batch);
}

static srv_status tape_batch_push(tape_batch *batch, const tape_row *entry)
{
    if (batch->count == batch->cap) {
        tape_row *rows = malloc(2 * batch->cap * sizeof *rows);

        if (!rows)
            return SRV_E_NO_MEMORY;
        memcpy(rows, batch->rows, batch->count * sizeof *rows);
        if (batch->rows != batch->first)
            free(batch->rows);
        batch->rows = rows;
        batch->cap *= 2;
    }
    batch->rows[batch->count++] = *entry;
    return SRV_OK;
}

srv_status tape_write(store_txn *txn, tape_batch *batch, tape_kind kind, lanyard_bytes key,
                      srv_time token_life)
{
    tape_row entry = { .kind = kind,
                       .key_len = key.len,
                       .not_before = store_now(txn),
                       .expires_at = store_now(txn) + token_life + TAPE_AFTER };

    if (key.len > sizeof entry.key)
        return SRV_E_INTERNAL;
    if (key.len > 0)
        memcpy(entry.key, key.ptr, key.len);
    TRY(store_tape_add(txn, &entry));
    return tape_batch_push(batch, &entry);
}

srv_status tape_epoch_renew(store_txn *txn)
{
    tape_epoch epoch;

    TRY(srv_random(epoch.bytes, sizeof epoch.bytes));
    return store_meta_set(txn, EPOCH_KEY, SRV_BYTES(epoch.bytes));
}

/* --- reading --- */

typedef struct tape_reading {
    tape_epoch epoch;
    int64_t seq; /* where to begin, then the last one seen */
    tape_row *rows;
    size_t count; /* at most TAPE_PAGE */
    int64_t last;
} tape_reading;

static bool tape_read_row(void *ctx, const tape_row *entry)
{
    tape_reading *reading = ctx;

    reading->rows[reading->count++] = *entry;
    return reading->count < TAPE_PAGE;
}

static srv_status tape_read_epoch(store_txn *txn, tape_epoch *epoch)
{
    uint8_t value[META_VALUE_MAX];
    size_t len = 0;

    TRY(store_meta_get(txn, EPOCH_KEY, value, &len));
    if (len != TAPE_EPOCH_LEN)
        return SRV_E_INTERNAL;
    memcpy(epoch->bytes, value, len);
    return SRV_OK;
}

static srv_status tape_read_job(store_txn *txn, void *ctx, srv_error *error)
{
    tape_reading *reading = ctx;

    (void)error;
    reading->count = 0;
    TRY(tape_read_epoch(txn, &reading->epoch));
    TRY(store_tape(txn, reading->seq, TAPE_PAGE, tape_read_row, reading));
    return store_tape_last(txn, &reading->last);
}

static srv_status tape_first_epoch(store_txn *txn, void *ctx, srv_error *error)
{
    tape_epoch epoch;

    (void)ctx;
    (void)error;
    TRY(srv_random(epoch.bytes, sizeof epoch.bytes));
    return store_meta_add(txn, EPOCH_KEY, SRV_BYTES(epoch.bytes));
}

static srv_status tape_fill(tape_set *set, const tape_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        TRY(tape_set_add(set, &rows[i]));
    return SRV_OK;
}

static void tape_announce(srv_tape *tape, const tape_reading *reading)
{
    pthread_mutex_lock(&tape->news_lock);
    tape->epoch = reading->epoch;
    tape->seq = reading->seq;
    pthread_cond_broadcast(&tape->news);
    pthread_mutex_unlock(&tape->news_lock);
    atomic_store(&tape->polled_at, srv_monotonic());
}

/* Reads one page after reading->seq into the set, which is locked only while it changes. */
static srv_status tape_read_page(srv_tape *tape, tape_reading *reading, tape_set *set,
                                 srv_error *error)
{
    TRY(store_read(tape->store, tape_read_job, reading, error));
    pthread_rwlock_wrlock(&tape->lock);

    srv_status status = tape_fill(set, reading->rows, reading->count);

    if (status != SRV_OK && set == &tape->set)
        tape->is_blind = true;
    pthread_rwlock_unlock(&tape->lock);
    if (status == SRV_OK) /* after the last page: what lies between is expired */
        reading->seq =
            reading->count == TAPE_PAGE ? reading->rows[TAPE_PAGE - 1].seq : reading->last;
    return status;
}

static srv_status tape_read_all(srv_tape *tape, tape_reading *reading, tape_set *set,
                                srv_error *error)
{
    do
        TRY(tape_read_page(tape, reading, set, error));
    while (reading->count == TAPE_PAGE);
    return SRV_OK;
}

/* Fills a second set while the first goes on answering; tape_add() adds to both. */
static srv_status tape_reload(srv_tape *tape, tape_reading *reading, srv_error *error)
{
    tape_set fresh;

    TRY(tape_set_init(&fresh));
    pthread_rwlock_wrlock(&tape->lock);
    tape->fresh = &fresh;
    pthread_rwlock_unlock(&tape->lock);

    srv_status status = tape_read_all(tape, reading, &fresh, error);

    pthread_rwlock_wrlock(&tape->lock);
    tape->fresh = NULL;
    if (status == SRV_OK) {
        tape_set_done(&tape->set);
        tape->set = fresh;
        tape->is_blind = false;
    }
    pthread_rwlock_unlock(&tape->lock);
    if (status == SRV_OK)
        tape_announce(tape, reading);
    else
        tape_set_done(&fresh);
    return status;
}

static tape_row *tape_page(srv_error *error)
{
    tape_row *rows = malloc(TAPE_PAGE * sizeof *rows);

    if (!rows)
        (void)srv_fail(error, SRV_E_NO_MEMORY, "no memory for the tape");
    return rows;
}

srv_status tape_load(srv_tape *tape, srv_error *error)
{
    tape_reading reading = { .rows = NULL };

    TRY(store_write(tape->store, tape_first_epoch, NULL, error));
    reading.rows = tape_page(error);
    if (!reading.rows)
        return SRV_E_NO_MEMORY;

    srv_status status = tape_reload(tape, &reading, error);

    free(reading.rows);
    return status;
}

static srv_status tape_follow(srv_tape *tape, tape_reading *reading, srv_error *error)
{
    TRY(tape_read_all(tape, reading, &tape->set, error));
    tape_announce(tape, reading);
    return SRV_OK;
}

static bool tape_is_blind(srv_tape *tape)
{
    pthread_rwlock_rdlock(&tape->lock);

    bool is_blind = tape->is_blind;

    pthread_rwlock_unlock(&tape->lock);
    return is_blind;
}

/* The lock is held: a set that is loaded anew has one reader. */
static srv_status tape_poll_once(srv_tape *tape, tape_reading *reading, srv_error *error)
{
    tape_epoch epoch;

    tape_position(tape, &epoch, &reading->seq);

    srv_status status = tape_follow(tape, reading, error);
    bool is_other = memcmp(epoch.bytes, reading->epoch.bytes, TAPE_EPOCH_LEN) != 0;

    if ((status != SRV_OK || !is_other) && !tape_is_blind(tape))
        return status;
    *reading = (tape_reading){ .rows = reading->rows };
    return tape_reload(tape, reading, error);
}

srv_status tape_poll(srv_tape *tape, srv_error *error)
{
    tape_reading reading = { .rows = tape_page(error) };

    if (!reading.rows)
        return SRV_E_NO_MEMORY;
    pthread_mutex_lock(&tape->poll_lock);

    srv_status status = tape_poll_once(tape, &reading, error);

    pthread_mutex_unlock(&tape->poll_lock);
    free(reading.rows);
    return status;
}

/* --- telling and asking --- */

srv_status tape_add(srv_tape *tape, const tape_batch *batch)
{
    pthread_rwlock_wrlock(&tape->lock);

    srv_status status = tape_fill(&tape->set, batch->rows, batch->count);

    if (status == SRV_OK && tape->fresh)
        status = tape_fill(tape->fresh, batch->rows, batch->count);
    if (status != SRV_OK)
        tape->is_blind = true;
    pthread_rwlock_unlock(&tape->lock);
    return status;
}

srv_status tape_tell(srv_tape *tape, const tape_batch *batch, bool is_many, srv_error *error)
{
    if (tape_add(tape, batch) != SRV_OK)
        return srv_fail(error, SRV_E_UNAVAILABLE, "no memory for the tape");
    return is_many || batch->count == 0 ? tape_poll(tape, error) : SRV_OK;
}

/* Of a user, a client, or all: refused when it was made before. */
static bool tape_is_before(const tape_set *set, tape_kind kind, lanyard_bytes key, int64_t iat)
{
    const tape_slot *slot = tape_set_find(set, kind, key);

    return slot && iat <= srv_time_seconds(slot->not_before);
}

static bool tape_names(const tape_set *set, const tape_question *question)
{
    lanyard_bytes sid = SRV_BYTES(question->sid.bytes);
    lanyard_bytes sub = SRV_BYTES(question->sub.bytes);
    int64_t iat = question->iat;

    return tape_set_find(set, TAPE_SID, sid) || tape_is_before(set, TAPE_SUB, sub, iat) ||
           tape_is_before(set, TAPE_ALL, (lanyard_bytes){ NULL, 0 }, iat) ||
           tape_set_find(set, TAPE_KID, SRV_BYTES_OF(question->kid)) ||
           tape_set_find(set, TAPE_JTI, SRV_BYTES_OF(question->jti)) ||
           tape_is_before(set, TAPE_CLIENT, SRV_BYTES_OF(question->client), iat);
}

srv_status tape_check(const srv_tape *tape, const tape_question *question)
{
    pthread_rwlock_t *lock = (pthread_rwlock_t *)(uintptr_t)&tape->lock;
    srv_status status = SRV_OK;

    pthread_rwlock_rdlock(lock);
    if (tape->is_blind)
        status = SRV_E_UNAVAILABLE;
    else if (tape->set.count > 0 && tape_names(&tape->set, question))
        status = SRV_E_SESSION_ENDED;
    pthread_rwlock_unlock(lock);
    return status;
}

size_t tape_count(const srv_tape *tape)
{
    pthread_rwlock_t *lock = (pthread_rwlock_t *)(uintptr_t)&tape->lock;

    pthread_rwlock_rdlock(lock);

    size_t count = tape->set.count;

    pthread_rwlock_unlock(lock);
    return count;
}

int64_t tape_lag(const srv_tape *tape)
{
    return srv_monotonic() - atomic_load(&tape->polled_at);
}
