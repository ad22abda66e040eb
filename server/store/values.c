/* values.c - rows to parameters, columns to rows; see driver.h. */
#include "store/bundle.h"

#include <string.h>
#include "base/text.h"

store_value store_int(int64_t number)
{
    return (store_value){ .type = STORE_INT, .number = number };
}

store_value store_time(srv_time time)
{
    return (store_value){ .type = STORE_TIME, .number = time };
}

store_value store_time_or_null(srv_time time)
{
    return (store_value){ .type = STORE_TIME, .number = time, .is_null = time == 0 };
}

store_value store_id(const srv_id *id)
{
    return (store_value){ .type = STORE_ID, .bytes = { id->bytes, SRV_ID_LEN } };
}

store_value store_id_or_null(const srv_id *id)
{
    store_value value = store_id(id);

    value.is_null = srv_id_is_nil(id);
    return value;
}

store_value store_bytes(lanyard_bytes bytes)
{
    return (store_value){ .type = STORE_BYTES, .bytes = bytes };
}

store_value store_text(const char *text)
{
    return (store_value){ .type = STORE_TEXT, .bytes = { (const uint8_t *)text, strlen(text) } };
}

store_value store_text_or_null(const char *text)
{
    store_value value = store_text(text);

    value.is_null = value.bytes.len == 0;
    return value;
}

store_value store_json(const char *text)
{
    store_value value = store_text_or_null(text);

    value.type = STORE_JSON;
    return value;
}

srv_status store_run(store_txn *txn, store_statement statement, const store_value *values,
                     size_t count, store_result_each *each, void *ctx, int64_t *changed)
{
    if (!txn->is_alone)
        return txn->conn->driver->run(txn->conn, statement, values, count, each, ctx, changed);

    store_call call = { statement, values, count, each, ctx, changed, SRV_OK, false };
    store_call *calls[] = { &call };

    if (!txn->bundle)
        return txn->conn->driver->run_set(txn->conn, calls, 1);

    srv_status status = store_bundle_run(txn->bundle, &call);

    txn->is_lost = call.is_lost;
    return status;
}

static bool column_is_null(const store_result *result, int column)
{
    return result->conn->driver->column_is_null(result, column);
}

int64_t store_column_int(const store_result *result, int column)
{
    return column_is_null(result, column) ? 0 : result->conn->driver->column_number(result, column);
}

srv_time store_column_time(const store_result *result, int column)
{
    return store_column_int(result, column);
}

size_t store_column_bytes(const store_result *result, int column, void *out, size_t size)
{
    if (column_is_null(result, column))
        return 0;

    lanyard_bytes bytes = result->conn->driver->column_bytes(result, column);
    size_t len = bytes.len < size ? bytes.len : size;

    if (len > 0)
        memcpy(out, bytes.ptr, len);
    return len;
}

void store_column_id(const store_result *result, int column, srv_id *id)
{
    srv_id found = { { 0 } };

    store_column_bytes(result, column, found.bytes, SRV_ID_LEN);
    *id = found;
}

void store_column_text(const store_result *result, int column, char *out, size_t size)
{
    out[store_column_bytes(result, column, out, size - 1)] = '\0';
}
