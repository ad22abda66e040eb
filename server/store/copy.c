/* copy.c - all rows from one store to another, whatever they are: backup and restore.
 *
 * A backup is an SQLite database with the same tables, also of PostgreSQL; so it restores into
 * either. It is read in one snapshot and written in one transaction.
 */
#include "store/driver.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define COPY_PAGE   1000 /* as in the statements */
#define COLUMNS_MAX 24
#define KEY_MAX     256

typedef struct copy_table {
    store_statement read;
    store_statement add;
    store_statement clear;
    const char *types;
} copy_table;

#define COPY(table, key, columns, parameters, types)                                               \
    { STATEMENT_COPY_READ_##table, STATEMENT_COPY_ADD_##table, STATEMENT_COPY_CLEAR_##table,       \
      types },
static const copy_table copy_tables[] = {
#include "store/copy.inc"
};
#undef COPY

#define COPY_TABLES (sizeof copy_tables / sizeof *copy_tables)

typedef struct copy_work {
    srv_store *to;
    store_txn *from; /* while the snapshot is open */
    bool clears;
    /* Of the table at hand. */
    const copy_table *table;
    store_txn *into;
    store_value last; /* the key of the last row */
    char key[KEY_MAX];
    size_t rows;
    srv_status status;
} copy_work;

static store_type copy_type(char letter)
{
    switch (letter) {
    case 'i':
        return STORE_ID;
    case 'n':
        return STORE_INT;
    case 't':
        return STORE_TIME;
    case 'j':
        return STORE_JSON;
    case 'b':
        return STORE_BYTES;
    default:
        return STORE_TEXT;
    }
}

static store_value copy_value(const store_result *result, int column, char letter)
{
    const store_driver *driver = result->conn->driver;
    store_value value = { .type = copy_type(letter) };

    value.is_null = driver->column_is_null(result, column);
    if (value.is_null)
        return value;
    if (value.type == STORE_INT || value.type == STORE_TIME)
        value.number = driver->column_number(result, column);
    else
        value.bytes = driver->column_bytes(result, column);
    return value;
}

/* Remembers the key of a row past the row's life. */
static void copy_remember(copy_work *work, const store_value *key)
{
    work->last = *key;
    if (key->bytes.len == 0 || key->bytes.len > sizeof work->key)
        return;
    memcpy(work->key, key->bytes.ptr, key->bytes.len);
    work->last.bytes.ptr = (const uint8_t *)work->key;
}

static bool copy_row(void *ctx, const store_result *result)
{
    copy_work *work = ctx;
    store_value values[COLUMNS_MAX];
    size_t count = strlen(work->table->types);

    for (size_t i = 0; i < count; i++)
        values[i] = copy_value(result, (int)i, work->table->types[i]);
    work->rows++;
    work->status = store_run(work->into, work->table->add, values, count, NULL, NULL, NULL);
    copy_remember(work, &values[0]);
    return work->status == SRV_OK;
}

/* Before every key. */
static void copy_begin(copy_work *work, const copy_table *table)
{
    static const srv_id nil = { { 0 } };

    work->table = table;
    work->last = copy_type(table->types[0]) == STORE_ID    ? store_id(&nil)
                 : copy_type(table->types[0]) == STORE_INT ? store_int(INT64_MIN)
                                                           : store_text("");
}

static srv_status copy_one(copy_work *work, const copy_table *table)
{
    copy_begin(work, table);
    do {
        store_value after = work->last;

        work->rows = 0;
        work->status = SRV_OK;
        TRY(store_run(work->from, table->read, &after, 1, copy_row, work, NULL));
        TRY(work->status);
    } while (work->rows == COPY_PAGE);
    return SRV_OK;
}

static srv_status copy_into(store_txn *txn, void *ctx, srv_error *error)
{
    copy_work *work = ctx;

    (void)error;
    work->into = txn;
    for (size_t i = COPY_TABLES; work->clears && i > 0; i--)
        TRY(store_run(txn, copy_tables[i - 1].clear, NULL, 0, NULL, NULL, NULL));
    for (size_t i = 0; i < COPY_TABLES; i++)
        TRY(copy_one(work, &copy_tables[i]));
    TRY(store_run(txn, STATEMENT_COPY_REVOCATIONS_SEQ, NULL, 0, NULL, NULL, NULL));
    return store_run(txn, STATEMENT_COPY_AUDIT_SEQ, NULL, 0, NULL, NULL, NULL);
}

static srv_status copy_from(store_txn *txn, void *ctx, srv_error *error)
{
    copy_work *work = ctx;

    work->from = txn;
    return store_write(work->to, copy_into, work, error);
}

static srv_status copy_open(const char *path, srv_store **opened, srv_error *error)
{
    char url[4096];
    store_opts opts = { .url = url, .connections = 1 };
    int len = snprintf(url, sizeof url, "sqlite:%s", path);

    if (len < 0 || (size_t)len >= sizeof url)
        return srv_fail(error, SRV_E_CONFIG, "a path that is too long");
    return store_open(&opts, opened, error);
}

static srv_status copy_to_file(srv_store *store, const char *path, srv_error *error)
{
    copy_work work = { .to = NULL };

    TRY(copy_open(path, &work.to, error));

    srv_status status = store_migrate(work.to, error);

    if (status == SRV_OK)
        status = store_read(store, copy_from, &work, error);
    store_close(work.to);
    return status;
}

srv_status store_backup(srv_store *store, const char *path, srv_error *error)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (file < 0)
        return srv_fail(error, SRV_E_CONFIG, "a backup goes to a file that is not there yet");
    close(file);

    srv_status status = copy_to_file(store, path, error);

    if (status != SRV_OK)
        unlink(path);
    return status;
}

/* A copy of another version is not guessed at. */
static srv_status copy_check_schema(srv_store *from, srv_error *error)
{
    store_schema schema = { 0 };
    char detail[SRV_DETAIL_MAX];

    TRY(store_schema_read(from, &schema, error));
    if (schema.found == schema.wanted)
        return SRV_OK;
    snprintf(detail, sizeof detail, "the backup has schema version %d, this program has %d",
             schema.found, schema.wanted);
    return srv_fail(error, SRV_E_SCHEMA, detail);
}

srv_status store_restore(srv_store *store, const char *path, srv_error *error)
{
    copy_work work = { .to = store, .clears = true };
    srv_store *from = NULL;

    if (access(path, R_OK) != 0)
        return srv_fail(error, SRV_E_CONFIG, "there is no backup that can be read at that path");
    TRY(copy_open(path, &from, error));

    srv_status status = copy_check_schema(from, error);

    if (status == SRV_OK)
        status = store_check(from, error);
    if (status == SRV_OK)
        status = store_read(from, copy_from, &work, error);
    store_close(from);
    return status;
}
