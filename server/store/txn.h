/* txn.h - one job, whole or as a step inside of a transaction that others share. */
#ifndef SERVER_STORE_TXN_H
#define SERVER_STORE_TXN_H

#include "store/bundle.h"

/* From BEGIN to COMMIT, and again when the fault says so. *has_tape: a revocation was committed. */
SRV_CHECK srv_status store_txn_run(store_conn *conn, bool is_reader, const srv_clock *clock,
                                   store_job *job, void *ctx, bool *has_tape, srv_error *error);

/* A job of one statement, on a connection or, where that is NULL, in a bundle. Its time is 0, the
 * statement's own, unless a clock was given. */
SRV_CHECK srv_status store_txn_alone(store_conn *conn, store_bundle *bundle, const srv_clock *clock,
                                     store_job *job, void *ctx, bool *is_lost, srv_error *error);

#define TXN_NOT_TAKEN "the database did not take the transaction"

/* Fills the error with what was tried and what the database said. Returns status. */
srv_status store_txn_fail(const store_conn *conn, srv_status status, const char *what,
                          srv_error *error);

/* Inside a savepoint of its own: released on SRV_OK, else undone. */
SRV_CHECK srv_status store_txn_step(store_conn *conn, const srv_clock *clock, store_job *job,
                                    void *ctx, bool *has_tape, srv_error *error);

#endif
