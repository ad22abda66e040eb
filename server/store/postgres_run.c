/* postgres_run.c - typed values to PostgreSQL's binary format and back.
 *
 * Integers and times travel as 8 bytes, the highest first; times count microseconds from 2000.
 */
#include "store/postgres.h"

#include <stdio.h>
#include <string.h>

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
    Oid types[POSTGRES_PARAMS_MAX];
    const char *values[POSTGRES_PARAMS_MAX];
    int lens[POSTGRES_PARAMS_MAX];
    int formats[POSTGRES_PARAMS_MAX];
    uint8_t numbers[POSTGRES_PARAMS_MAX][8];
} postgres_params;

lanyard_bytes store_postgres_wire(const store_value *value, uint8_t number[8])
{
    bool is_number = value->type == STORE_INT || value->type == STORE_TIME;
    uint64_t bits =
        (uint64_t)(value->type == STORE_TIME ? value->number - EPOCH_2000 : value->number);

    for (int at = 0; at < 8; at++)
        number[at] = (uint8_t)(bits >> (56 - 8 * at));
    if (is_number)
        return (lanyard_bytes){ number, 8 };
    return value->bytes.ptr ? value->bytes : (lanyard_bytes){ number, 0 };
}

static void postgres_encode(postgres_params *params, size_t i, const store_value *value)
{
    lanyard_bytes bytes = store_postgres_wire(value, params->numbers[i]);

    params->types[i] = postgres_oids[value->type];
    params->formats[i] = 1;
    params->lens[i] = (int)bytes.len;
    params->values[i] = value->is_null ? NULL : (const char *)bytes.ptr;
}

srv_status store_postgres_prepare(postgres_conn *conn, store_statement number, const Oid *types,
                                  size_t count, char name[16])
{
    char text[STORE_SQL_MAX];

    snprintf(name, 16, "s%d", (int)number);
    if (conn->is_prepared[number])
        return SRV_OK;
    TRY(store_spell(DIALECT_POSTGRES, store_statement_text(number), text));

    PGresult *result = conn->pq.prepare(conn->pg, name, text, (int)count, types);
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

srv_status store_postgres_run(store_conn *base, store_statement number, const store_value *values,
                              size_t count, store_result_each *each, void *ctx, int64_t *changed)
{
    postgres_conn *conn = (postgres_conn *)base;
    postgres_params params = { .types = { 0 } };
    char name[16];

    if (count > POSTGRES_PARAMS_MAX)
        return SRV_E_INTERNAL;
    for (size_t i = 0; i < count; i++)
        postgres_encode(&params, i, &values[i]);
    TRY(store_postgres_prepare(conn, number, params.types, count, name));

    PGresult *result = conn->pq.execPrepared(conn->pg, name, (int)count, params.values, params.lens,
                                             params.formats, 1);
    srv_status status = postgres_take(conn, result, each, ctx, changed);

    conn->pq.clear(result);
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
