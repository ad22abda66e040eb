/* writer.c - see writer.h. */
#include "store/writer.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <time.h>
#include "store/txn.h"

typedef struct writer_request {
    store_job *job;
    void *ctx;
    srv_error *error;
    srv_status status;
    bool has_tape;
    sem_t done; /* of its own: who wakes up has no lock to wait for */
    struct writer_request *next;
} writer_request;

struct store_writer {
    const store_driver *driver;
    const store_opts *opts;
    store_conn *conn; /* of the thread alone */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    writer_request *first;
    writer_request **last;
    bool is_closing;
    bool is_rested; /* of the thread alone: nothing ran since it gave back what was cached */
};

/* Waits for a request. When none comes for a second, what is cached is given back. */
static void writer_wait(store_writer *writer)
{
    int64_t until = srv_monotonic() + WRITER_REST_US;
    struct timespec at = { .tv_sec = until / SRV_SECOND, .tv_nsec = until % SRV_SECOND * 1000 };

    if (writer->is_rested || !writer->conn || !writer->driver->rest) {
        pthread_cond_wait(&writer->wake, &writer->lock);
        return;
    }
    if (pthread_cond_timedwait(&writer->wake, &writer->lock, &at) == 0)
        return;
    writer->driver->rest(writer->conn);
    writer->is_rested = true;
}

/* Takes at most WRITER_BATCH_MAX requests; waits for the first. NULL: closing, and none is left. */
static writer_request *writer_take(store_writer *writer)
{
    pthread_mutex_lock(&writer->lock);
    while (!writer->first && !writer->is_closing)
        writer_wait(writer);
    writer->is_rested = false;

    writer_request *batch = writer->first;
    writer_request **end = &writer->first;

    for (int i = 0; i < WRITER_BATCH_MAX && *end; i++)
        end = &(*end)->next;
    writer->first = *end;
    if (!writer->first)
        writer->last = &writer->first;
    *end = NULL;
    pthread_mutex_unlock(&writer->lock);
    return batch;
}

/* What the batch had no time for goes back to the front of the list. */
static void writer_put_back(store_writer *writer, writer_request *rest)
{
    writer_request **end = &rest->next;

    while (*end)
        end = &(*end)->next;
    pthread_mutex_lock(&writer->lock);
    *end = writer->first;
    if (!writer->first)
        writer->last = end;
    writer->first = rest;
    pthread_mutex_unlock(&writer->lock);
}

static void writer_answer(writer_request *batch)
{
    while (batch) {
        writer_request *next = batch->next; /* the caller's stack: gone once it wakes */

        sem_post(&batch->done);
        batch = next;
    }
}

static void writer_fail(const store_conn *conn, writer_request *batch)
{
    for (; batch; batch = batch->next)
        batch->status =
            conn ? store_txn_fail(conn, SRV_E_UNAVAILABLE, TXN_NOT_TAKEN, batch->error)
                 : srv_fail(batch->error, SRV_E_UNAVAILABLE, "the database cannot be opened");
}

/* Runs jobs until the time of a batch is up. false: the transaction is gone, and what ran in it.
 * *rest: what did not run. */
static bool writer_run_jobs(store_writer *writer, writer_request *batch, writer_request **rest)
{
    int64_t until = srv_monotonic() + WRITER_BATCH_US;

    *rest = NULL;
    for (writer_request *request = batch; request; request = request->next) {
        request->status = store_txn_step(writer->conn, &writer->opts->clock, request->job,
                                         request->ctx, &request->has_tape, request->error);
        if (!writer->driver->is_open(writer->conn) || writer->conn->fault == FAULT_LOST)
            return false;
        if (request->next && srv_monotonic() >= until) {
            *rest = request->next;
            request->next = NULL;
            break;
        }
    }
    return true;
}

static srv_status writer_connect(store_writer *writer, srv_error *error)
{
    if (writer->conn && writer->conn->fault == FAULT_LOST) {
        writer->driver->close(writer->conn);
        writer->conn = NULL;
    }
    if (writer->conn) {
        writer->conn->fault = FAULT_NONE;
        return SRV_OK;
    }
    return writer->driver->open(writer->opts, false, &writer->conn, error);
}

static void writer_batch(store_writer *writer, writer_request *batch)
{
    writer_request *rest = NULL;
    srv_status status = writer_connect(writer, NULL);

    if (status == SRV_OK)
        status = writer->driver->begin(writer->conn, false, NULL);
    if (status == SRV_OK && !writer_run_jobs(writer, batch, &rest))
        status = SRV_E_UNAVAILABLE;
    else if (status == SRV_OK)
        status = writer->driver->commit(writer->conn);
    if (status != SRV_OK) {
        writer_fail(writer->conn, batch);
        if (writer->conn)
            writer->driver->rollback(writer->conn);
    }
    if (rest)
        writer_put_back(writer, rest);
    writer_answer(batch);
}

static void *writer_thread(void *arg)
{
    store_writer *writer = arg;

    for (;;) {
        writer_request *batch = writer_take(writer);

        if (!batch)
            return NULL;
        writer_batch(writer, batch);
    }
}

srv_status store_writer_new(const store_driver *driver, const store_opts *opts, store_writer **made,
                            srv_error *error)
{
    store_writer *writer = calloc(1, sizeof *writer);
    pthread_condattr_t attributes;

    if (!writer)
        return srv_fail(error, SRV_E_NO_MEMORY, "no memory");
    writer->driver = driver;
    writer->opts = opts;
    writer->last = &writer->first;
    pthread_mutex_init(&writer->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&writer->wake, &attributes);
    pthread_condattr_destroy(&attributes);

    srv_status status = writer_connect(writer, error);

    if (status == SRV_OK && pthread_create(&writer->thread, NULL, writer_thread, writer) != 0)
        status = srv_fail(error, SRV_E_NO_MEMORY, "no thread for the writer");
    if (status == SRV_OK) {
        *made = writer;
        return SRV_OK;
    }
    driver->close(writer->conn);
    pthread_cond_destroy(&writer->wake);
    pthread_mutex_destroy(&writer->lock);
    free(writer);
    return status;
}

void store_writer_free(store_writer *writer)
{
    if (!writer)
        return;
    pthread_mutex_lock(&writer->lock);
    writer->is_closing = true;
    pthread_cond_signal(&writer->wake);
    pthread_mutex_unlock(&writer->lock);
    pthread_join(writer->thread, NULL);
    writer->driver->close(writer->conn);
    pthread_cond_destroy(&writer->wake);
    pthread_mutex_destroy(&writer->lock);
    free(writer);
}

/* Under the lock a signal would wake a thread that has to wait for the lock. */
static void writer_add(store_writer *writer, writer_request *request)
{
    pthread_mutex_lock(&writer->lock);

    bool is_first = !writer->first; /* of the others the writer has been told */

    *writer->last = request;
    writer->last = &request->next;
    pthread_mutex_unlock(&writer->lock);
    if (is_first)
        pthread_cond_signal(&writer->wake);
}

srv_status store_writer_run(store_writer *writer, store_job *job, void *ctx, bool *has_tape,
                            srv_error *error)
{
    writer_request request = { .job = job, .ctx = ctx, .error = error };

    sem_init(&request.done, 0, 0);
    writer_add(writer, &request);
    while (sem_wait(&request.done) != 0) /* a signal came */
        continue;
    sem_destroy(&request.done);
    *has_tape = request.has_tape && request.status == SRV_OK;
    return request.status;
}
