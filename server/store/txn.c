/* txn.c - see txn.h. */
#include "store/txn.h"

#include <stdio.h>

#define TXN_ATTEMPTS 8

srv_time store_now(const store_txn *txn)
{
    return txn->now;
}

srv_status store_txn_fail(const store_conn *conn, srv_status status, const char *what,
                          srv_error *error)
{
    char detail[2 * SRV_DETAIL_MAX];

    snprintf(detail, sizeof detail, "%s%s%s", what, conn->why[0] ? ": " : "", conn->why);
    return srv_fail(error, status, detail);
}

/* Runs the job. A failure without words of its own gets some: what is wrong with the machine is
 * told to the log alone, so that the database may have its say. */
static srv_status txn_job(store_txn *txn, store_job *job, void *ctx, srv_error *error)
{
    srv_error said = { .status = SRV_OK };

    if (txn->conn)
        txn->conn->why[0] = '\0';

    srv_status status = job(txn, ctx, &said);

    if (status == SRV_OK || !error)
        return status;
    if (said.status == status)
        *error = said;
    else if (txn->conn && srv_status_http(status) >= 500)
        store_txn_fail(txn->conn, status, srv_status_title(status), error);
    else
        srv_fail(error, status, srv_status_title(status));
    return status;
}

srv_status store_txn_step(store_conn *conn, const srv_clock *clock, store_job *job, void *ctx,
                          bool *has_tape, srv_error *error)
{
    store_txn txn = { .conn = conn, .now = srv_clock_now(clock) };
    srv_status status = conn->driver->save(conn, SAVE_SET);

    if (status != SRV_OK)
        return store_txn_fail(conn, status, "no savepoint", error);
    status = txn_job(&txn, job, ctx, error);
    *has_tape = status == SRV_OK && txn.has_written_tape;
    if (status != SRV_OK && conn->driver->is_open(conn) &&
        conn->driver->save(conn, SAVE_BACK) != SRV_OK)
        conn->fault = FAULT_LOST;
    if (conn->driver->is_open(conn) && conn->driver->save(conn, SAVE_RELEASE) != SRV_OK)
        conn->fault = FAULT_LOST;
    return status;
}

srv_status store_txn_alone(store_conn *conn, store_bundle *bundle, const srv_clock *clock,
                           store_job *job, void *ctx, bool *is_lost, srv_error *error)
{
    store_txn txn = { .conn = conn,
                      .bundle = bundle,
                      .now = clock->now ? srv_clock_now(clock) : 0,
                      .is_alone = true };
    srv_status status = txn_job(&txn, job, ctx, error);

    *is_lost = txn.is_lost;
    return status;
}

static srv_status txn_once(store_conn *conn, bool is_reader, const srv_clock *clock, store_job *job,
                           void *ctx, bool *has_tape, srv_error *error)
{
    store_txn txn = { .conn = conn };
    srv_status status = conn->driver->begin(conn, is_reader, &txn.now);

    if (status != SRV_OK)
        return store_txn_fail(conn, status, "no transaction", error);
    /* A clock that was given goes before the database's. */
    if (clock->now || txn.now == 0)
        txn.now = srv_clock_now(clock);
    status = txn_job(&txn, job, ctx, error);
    if (status == SRV_OK) {
        status = conn->driver->commit(conn);
        if (status == SRV_OK) {
            *has_tape = txn.has_written_tape;
            return SRV_OK;
        }
        store_txn_fail(conn, status, TXN_NOT_TAKEN, error);
        if (conn->fault == FAULT_LOST)
            conn->fault = FAULT_UNSURE;
    }
    conn->driver->rollback(conn);
    return status;
}

srv_status store_txn_run(store_conn *conn, bool is_reader, const srv_clock *clock, store_job *job,
                         void *ctx, bool *has_tape, srv_error *error)
{
    srv_status status = SRV_E_UNAVAILABLE;

    *has_tape = false;
    for (int i = 0; i < TXN_ATTEMPTS; i++) {
        conn->fault = FAULT_NONE;
        status = txn_once(conn, is_reader, clock, job, ctx, has_tape, error);
        if (conn->fault != FAULT_AGAIN)
            return status;
    }
    return status;
}
