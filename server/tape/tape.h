/* tape.h - what has been ended, in memory: the set that every verification asks.
 *
 * The store's revocations are the truth; a tape is this process's copy. Two things fill it:
 *   - who ends something adds the entries after COMMIT and before the answer: tape_add();
 *   - tape_poll() reads, in order of seq, what anybody committed. Only it moves the cursor, so
 *     an entry whose commit was slow is never passed over.
 * Shared by all threads. tape_load() comes before the first request.
 */
#ifndef SERVER_TAPE_TAPE_H
#define SERVER_TAPE_TAPE_H

#include "store/store.h"

#define TAPE_EPOCH_LEN 16 /* 128 random bits: new at creation and at restore */
#define TAPE_POLL_MS   250
#define TAPE_LEEWAY_S  60 /* how long past exp who verifies may accept a token, at most */

typedef struct srv_tape srv_tape;

typedef struct tape_epoch {
    uint8_t bytes[TAPE_EPOCH_LEN];
} tape_epoch;

/* An empty one. E_NO_MEMORY. */
SRV_CHECK srv_status tape_new(srv_store *store, srv_tape **made, srv_error *error);
void tape_free(srv_tape *tape); /* stops its thread; NULL is fine */

/* Forgets everything and reads the epoch (made when the store has none) and the live entries. */
SRV_CHECK srv_status tape_load(srv_tape *tape, srv_error *error);

/* Reads what was committed since. Loads anew when the epoch is another. From any thread. */
SRV_CHECK srv_status tape_poll(srv_tape *tape, srv_error *error);

/* Starts the thread that waits for notice, polls at least every TAPE_POLL_MS, and drops what has
 * expired, here and in the store. */
SRV_CHECK srv_status tape_start(srv_tape *tape, srv_error *error);
/* How long ago the last poll succeeded, in microseconds: for /readyz and max_lag. */
int64_t tape_lag(const srv_tape *tape);

/* What one transaction wrote: filled inside the job, given to tape_add() after it. */
#define TAPE_BATCH_FIRST 8
typedef struct tape_batch {
    tape_row first[TAPE_BATCH_FIRST];
    tape_row *rows; /* first, or memory */
    size_t count;
    size_t cap;
} tape_batch;

void tape_batch_init(tape_batch *batch);  /* before the job, and at its start: see store_job */
void tape_batch_reset(tape_batch *batch); /* forgets the rows, keeps the memory */
void tape_batch_done(tape_batch *batch);

/* Inside a job: writes the entry into the store and remembers it. not_before is the transaction's
 * now; it lives for token_life, the longest life of a token it names, what clocks may differ, and
 * the largest leeway.
 */
SRV_CHECK srv_status tape_write(store_txn *txn, tape_batch *batch, tape_kind kind,
                                lanyard_bytes key, srv_time token_life);

/* After COMMIT, before the answer. E_NO_MEMORY: see tape_check(). */
SRV_CHECK srv_status tape_add(srv_tape *tape, const tape_batch *batch);

/* The same, and what others ended before: who is told "ended" finds it refused here, also when
 * another process did it, or a COMMIT whose outcome was not heard of. Reads the store when the
 * batch is empty, or is_many: when some of what was to be ended may have been ended by others.
 * E_UNAVAILABLE: the batch counts all the same. */
SRV_CHECK srv_status tape_tell(srv_tape *tape, const tape_batch *batch, bool is_many,
                               srv_error *error);

/* What a token says of itself. Texts may be empty. */
typedef struct tape_question {
    srv_id sid; /* nil: none */
    srv_id sub; /* nil: none */
    lanyard_str client;
    lanyard_str jti;
    lanyard_str kid;
    int64_t iat; /* seconds */
} tape_question;

/* SRV_OK; E_SESSION_ENDED: refuse it; E_UNAVAILABLE: this tape has lost something (no memory, not
 * yet loaded), so nothing can be accepted until tape_load() or tape_poll() succeeds. */
SRV_CHECK srv_status tape_check(const srv_tape *tape, const tape_question *question);

/* The feed of GET /v1/revocations?since=EPOCH:N. */
void tape_position(const srv_tape *tape, tape_epoch *epoch, int64_t *seq);
/* Waits until the position is past seq or the epoch another, or timeout_ms. true: there is news. */
bool tape_await(srv_tape *tape, const tape_epoch *epoch, int64_t seq, unsigned timeout_ms);
/* Ends every wait: at shutdown. */
void tape_shut(srv_tape *tape);

/* Inside a write: a new epoch, so that every reader takes a whole snapshot (restore). */
SRV_CHECK srv_status tape_epoch_renew(store_txn *txn);

size_t tape_count(const srv_tape *tape); /* entries in memory */

/* The last seq kept beside the master key: a store that is behind it was put back by hand, and is
 * treated as restored. So is any store while TAPE_MARK_AHEAD is kept: no seq is as high. */
#define TAPE_MARK_AHEAD INT64_C(999999999999999999)
SRV_CHECK srv_status tape_mark_read(const char *path, int64_t *seq); /* no file: 0 */
SRV_CHECK srv_status tape_mark_write(const char *path, int64_t seq, srv_error *error);

#endif
