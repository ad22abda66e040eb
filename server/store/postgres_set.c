/* postgres_set.c - one statement for many callers: for each of its parameters an array.
 *
 * An array travels as a head of five numbers (dimensions, whether it holds a NULL, the type of its
 * elements, how many they are, the index of the first) and the elements, each behind its length, -1
 * for NULL. All these numbers have 4 bytes, the highest first.
 */
#include "store/postgres.h"

#include <stdlib.h>
#include <string.h>

#define HEAD_LEN 20

typedef struct set_type { /* of pg_type.dat; they never change */
    Oid array;
    Oid element;
} set_type;

static const set_type set_types[] = {
    [STORE_INT] = { 1016, 20 },  [STORE_ID] = { 2951, 2950 }, [STORE_BYTES] = { 1001, 17 },
    [STORE_TEXT] = { 1009, 25 }, [STORE_JSON] = { 199, 114 }, [STORE_TIME] = { 1185, 1184 },
};

typedef struct set_params {
    Oid types[POSTGRES_PARAMS_MAX];
    const char *values[POSTGRES_PARAMS_MAX];
    int lens[POSTGRES_PARAMS_MAX];
    int formats[POSTGRES_PARAMS_MAX];
} set_params;

static uint8_t *set_put_number(uint8_t *at, uint32_t number)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        *at++ = (uint8_t)(number >> shift);
    return at;
}

static uint8_t *set_put_value(uint8_t *at, const store_value *value)
{
    uint8_t number[8];
    lanyard_bytes bytes = store_postgres_wire(value, number);

    if (value->is_null)
        return set_put_number(at, UINT32_MAX);
    at = set_put_number(at, (uint32_t)bytes.len);
    memcpy(at, bytes.ptr, bytes.len);
    return at + bytes.len;
}

/* What the arrays take at most. */
static size_t set_size(store_call *const calls[], size_t count)
{
    uint8_t number[8];
    size_t size = calls[0]->count * HEAD_LEN;

    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < calls[0]->count; k++)
            size += 4 + store_postgres_wire(&calls[i]->values[k], number).len;
    return size;
}

/* The array of parameter k. Returns its end. */
static uint8_t *set_put_array(set_params *params, size_t k, uint8_t *at, store_call *const calls[],
                              size_t count)
{
    const set_type *type = &set_types[calls[0]->values[k].type];
    const uint8_t *start = at;

    at = set_put_number(at, 1);
    at = set_put_number(at, 1);
    at = set_put_number(at, type->element);
    at = set_put_number(at, (uint32_t)count);
    at = set_put_number(at, 1);
    for (size_t i = 0; i < count; i++)
        at = set_put_value(at, &calls[i]->values[k]);
    params->types[k] = type->array;
    params->formats[k] = 1;
    params->values[k] = (const char *)start;
    params->lens[k] = (int)(at - start);
    return at;
}

/* Each row to the caller whose place stands in its last column. */
static srv_status set_give(const postgres_conn *conn, const PGresult *result,
                           store_call *const calls[], size_t count)
{
    store_result row = { .conn = &conn->base, .handle = result };
    int last = conn->pq.nfields(result) - 1;

    for (; row.row < conn->pq.ntuples(result); row.row++) {
        int64_t place = store_postgres_number(&row, last);

        if (place < 1 || (size_t)place > count)
            return SRV_E_INTERNAL;

        const store_call *call = calls[place - 1];

        if (call->changed)
            ++*call->changed;
        if (call->each)
            call->each(call->ctx, &row);
    }
    return SRV_OK;
}

static srv_status set_run(postgres_conn *conn, const set_params *params, store_call *const calls[],
                          size_t count)
{
    int params_count = (int)calls[0]->count;
    char name[16];

    TRY(store_postgres_prepare(conn, calls[0]->statement, params->types, calls[0]->count, name));

    PGresult *result = conn->pq.execPrepared(conn->pg, name, params_count, params->values,
                                             params->lens, params->formats, 1);
    srv_status status = conn->pq.resultStatus(result) == PGRES_TUPLES_OK
                            ? set_give(conn, result, calls, count)
                            : store_postgres_failed(conn, result);

    conn->pq.clear(result);
    return status;
}

srv_status store_postgres_run_set(store_conn *base, store_call *const calls[], size_t count)
{
    set_params params;

    if (calls[0]->count > POSTGRES_PARAMS_MAX)
        return SRV_E_INTERNAL;

    uint8_t *arrays = malloc(set_size(calls, count));
    uint8_t *at = arrays;

    if (!arrays)
        return SRV_E_NO_MEMORY;
    for (size_t k = 0; k < calls[0]->count; k++)
        at = set_put_array(&params, k, at, calls, count);
    for (size_t i = 0; i < count; i++)
        if (calls[i]->changed)
            *calls[i]->changed = 0;

    srv_status status = set_run((postgres_conn *)base, &params, calls, count);

    for (size_t i = 0; i < count; i++)
        calls[i]->status = status;
    free(arrays);
    return status;
}
