/* postgres_run.c - typed values to PostgreSQL's binary format and back.
 *
 * Integers and times travel as 8 bytes, the highest first; times count microseconds from 2000.
 */
#include "store/postgres.h"

#include <stdio.h>
#include <string.h>

#define PARAMS_MAX 24

/* Of pg_type.dat; they never change. */
#define OID_BYTEA       17
#define OID_INT8        20
#define OID_TEXT        25
#define OID_JSON        114
#define OID_TIMESTAMPTZ 1184
#define OID_UUID        2950

#define EPOCH_2000 (946684800 * SRV_SECOND)

static const Oid postgres_oids[] = {
    [STORE_INT] = OID_INT8,  [STORE_ID] = OID_UUID,   [STORE_BYTES] = OID_BYTEA,
    [STORE_TEXT] = OID_TEXT, [STORE_JSON] = OID_JSON, [STORE_TIME] = OID_TIMESTAMPTZ,
};

typedef struct postgres_params {
    Oid types[PARAMS_MAX];
    const char *values[PARAMS_MAX];
    int lens[PARAMS_MAX];
    int formats[PARAMS_MAX];
    char numbers[PARAMS_MAX][8];
} postgres_params;

static void postgres_encode(postgres_params *params, size_t i, const store_value *value)
{
    bool is_number = value->type == STORE_INT || value->type == STORE_TIME;
    uint64_t number =
        (uint64_t)(value->type == STORE_TIME ? value->number - EPOCH_2000 : value->number);

    params->types[i] = postgres_oids[value->type];
    params->formats[i] = 1;
    for (int at = 0; at < 8; at++)
        params->numbers[i][at] = (char)(number >> (56 - 8 * at));
    params->lens[i] = is_number ? 8 : (int)value->bytes.len;
    params->values[i] = is_number ? params->numbers[i] : (const char *)value->bytes.ptr;
    if (!params->values[i]) /* empty, which is not NULL */
        params->values[i] = "";
    if (value->is_null)
        params->values[i] = NULL;
}

static srv_status postgres_prepare(postgres_conn *conn, store_statement number, const char *name,
                                   const postgres_params *params, size_t count)
{
    char text[STORE_SQL_MAX];

    if (conn->is_prepared[number])
        return SRV_OK;
    TRY(store_spell(DIALECT_POSTGRES, store_statement_text(number), text));

    PGresult *result = conn->pq.prepare(conn->pg, name, text, (int)count, params->types);
    srv_status status = conn->pq.resultStatus(result) == PGRES_COMMAND_OK
                            ? SRV_OK
                            : store_postgres_failed(conn, result);

    conn->pq.clear(result);
    conn->is_prepared[number] = status == SRV_OK;
    return status;
}

/* "12", of an INSERT, UPDATE or DELETE. */
static int64_t postgres_changed(const postgres_conn *conn, PGresult *result)
{
    int64_t rows = 0;

    for (const char *digit = conn->pq.cmdTuples(result); *digit >= '0' && *digit <= '9'; digit++)
        rows = rows * 10 + (*digit - '0');
    return rows;
}

static srv_status postgres_take(postgres_conn *conn, PGresult *result, store_result_each *each,
                                void *ctx, int64_t *changed)
{
    store_result row = { .conn = &conn->base, .handle = result };
    ExecStatusType kind = conn->pq.resultStatus(result);

    if (kind != PGRES_COMMAND_OK && kind != PGRES_TUPLES_OK)
        return store_postgres_failed(conn, result);
    if (changed)
        *changed =
            kind == PGRES_TUPLES_OK ? conn->pq.ntuples(result) : postgres_changed(conn, result);
    for (; each && row.row < conn->pq.ntuples(result); row.row++)
        if (!each(ctx, &row))
            break;
    return SRV_OK;
}

static srv_status postgres_ready(postgres_conn *conn, store_statement number,
                                 const store_value *values, size_t count, postgres_params *params,
                                 char name[16])
{
    if (count > PARAMS_MAX)
        return SRV_E_INTERNAL;
    for (size_t i = 0; i < count; i++)
        postgres_encode(params, i, &values[i]);
    snprintf(name, 16, "s%d", (int)number);
    return postgres_prepare(conn, number, name, params, count);
}

srv_status store_postgres_run(store_conn *base, store_statement number, const store_value *values,
                              size_t count, store_result_each *each, void *ctx, int64_t *changed)
{
    postgres_conn *conn = (postgres_conn *)base;
    postgres_params params;
    char name[16];

    TRY(postgres_ready(conn, number, values, count, &params, name));

    PGresult *result = conn->pq.execPrepared(conn->pg, name, (int)count, params.values, params.lens,
                                             params.formats, 1);
    srv_status status = postgres_take(conn, result, each, ctx, changed);

    conn->pq.clear(result);
    return status;
}

static srv_status postgres_send(postgres_conn *conn, const store_call *call)
{
    postgres_params params;
    char name[16];

    TRY(postgres_ready(conn, call->statement, call->values, call->count, &params, name));
    return conn->pq.sendQueryPrepared(conn->pg, name, (int)call->count, params.values, params.lens,
                                      params.formats, 1) == 1
               ? SRV_OK
               : store_postgres_failed(conn, NULL);
}

/* Takes a result that holds rows or a count, as long as one more is expected. */
static bool postgres_keep(const postgres_conn *conn, PGresult *result, PGresult **results,
                          size_t count, size_t *got)
{
    ExecStatusType kind = conn->pq.resultStatus(result); /* an error for NULL */

    if ((kind != PGRES_TUPLES_OK && kind != PGRES_COMMAND_OK) || *got == count)
        return false;
    results[(*got)++] = result;
    return true;
}

/* Up to the end of the pipeline: what comes before it is not committed yet. *got results, also
 * when it fails. */
static srv_status postgres_receive(postgres_conn *conn, PGresult **results, size_t count,
                                   size_t *got)
{
    srv_status status = SRV_OK;
    bool was_null = false; /* one ends a statement, a second the connection */

    for (;;) {
        PGresult *result = conn->pq.getResult(conn->pg);
        ExecStatusType kind = conn->pq.resultStatus(result);

        if (!result && was_null)
            return store_postgres_failed(conn, NULL);
        was_null = !result;
        if (postgres_keep(conn, result, results, count, got))
            continue;
        if (result && kind != PGRES_PIPELINE_SYNC && status == SRV_OK)
            status = store_postgres_failed(conn, result);
        conn->pq.clear(result);
        if (kind == PGRES_PIPELINE_SYNC)
            return status == SRV_OK && *got < count ? SRV_E_INTERNAL : status;
    }
}

static srv_status postgres_pipeline(postgres_conn *conn, store_call *const calls[], size_t count,
                                    PGresult **results, size_t *got)
{
    if (conn->pq.enterPipelineMode(conn->pg) != 1)
        return store_postgres_failed(conn, NULL);
    for (size_t i = 0; i < count; i++)
        TRY(postgres_send(conn, calls[i]));
    if (conn->pq.pipelineSync(conn->pg) != 1)
        return store_postgres_failed(conn, NULL);

    srv_status status = postgres_receive(conn, results, count, got);

    if (conn->base.fault < FAULT_LOST && conn->pq.exitPipelineMode(conn->pg) != 1)
        return store_postgres_failed(conn, NULL);
    return status;
}

/* In a pipeline nothing can be prepared. */
static srv_status postgres_prepare_all(postgres_conn *conn, store_call *const calls[], size_t count)
{
    postgres_params params;
    char name[16];

    for (size_t i = 0; i < count; i++)
        if (!conn->is_prepared[calls[i]->statement])
            TRY(postgres_ready(conn, calls[i]->statement, calls[i]->values, calls[i]->count,
                               &params, name));
    return SRV_OK;
}

srv_status store_postgres_run_all(store_conn *base, store_call *const calls[], size_t count)
{
    postgres_conn *conn = (postgres_conn *)base;
    PGresult *results[STORE_CALLS_MAX];
    size_t got = 0;

    if (count > STORE_CALLS_MAX)
        return SRV_E_INTERNAL;
    TRY(postgres_prepare_all(conn, calls, count));

    srv_status status = postgres_pipeline(conn, calls, count, results, &got);

    for (size_t i = 0; i < got; i++) {
        if (status == SRV_OK)
            calls[i]->status =
                postgres_take(conn, results[i], calls[i]->each, calls[i]->ctx, calls[i]->changed);
        conn->pq.clear(results[i]);
    }
    return status;
}

static const libpq *postgres_library(const store_result *result)
{
    return &((const postgres_conn *)result->conn)->pq;
}

bool store_postgres_is_null(const store_result *result, int column)
{
    return postgres_library(result)->getisnull(result->handle, result->row, column) == 1;
}

int64_t store_postgres_number(const store_result *result, int column)
{
    const libpq *pq = postgres_library(result);
    const PGresult *rows = result->handle;
    const char *bytes = pq->getvalue(rows, result->row, column);
    int len = pq->getlength(rows, result->row, column);
    uint64_t number = len > 0 && (bytes[0] & 0x80) ? UINT64_MAX : 0; /* the sign goes on */

    for (int i = 0; i < len && i < 8; i++)
        number = number << 8 | (uint8_t)bytes[i];
    return pq->ftype(rows, column) == OID_TIMESTAMPTZ ? (int64_t)number + EPOCH_2000
                                                      : (int64_t)number;
}

lanyard_bytes store_postgres_bytes(const store_result *result, int column)
{
    const libpq *pq = postgres_library(result);
    const PGresult *rows = result->handle;

    return (lanyard_bytes){ (const uint8_t *)pq->getvalue(rows, result->row, column),
                            (size_t)pq->getlength(rows, result->row, column) };
}
