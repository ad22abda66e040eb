/* writer.h - group commit: one thread, one connection, many jobs a commit.
 *
 * How it works. Callers put their job on a list and sleep. The writer takes the whole list, opens
 * one transaction, runs each job inside a savepoint of its own (a failing job is rolled back
 * alone), commits once, and wakes the callers. While a commit waits for the disk the next list
 * grows, so that it never has to wait for company.
 */
#ifndef SERVER_STORE_WRITER_H
#define SERVER_STORE_WRITER_H

#include "store/driver.h"

#define WRITER_BATCH_MAX 64
#define WRITER_BATCH_US  2000
#define WRITER_REST_US   SRV_SECOND

typedef struct store_writer store_writer;

/* Starts the thread. Borrows opts. E_NO_MEMORY, E_UNAVAILABLE, E_CONFIG. */
SRV_CHECK srv_status store_writer_new(const store_driver *driver, const store_opts *opts,
                                      store_writer **made, srv_error *error);
/* Runs what is on the list, then stops. NULL is fine. */
void store_writer_free(store_writer *writer);

/* Returns after COMMIT. *has_tape: a revocation was written. */
SRV_CHECK srv_status store_writer_run(store_writer *writer, store_job *job, void *ctx,
                                      bool *has_tape, srv_error *error);

#endif
