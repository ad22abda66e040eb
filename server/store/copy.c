/* copy.c - all rows from one store to another, whatever they are: backup and restore.
 *
 * A backup is an SQLite database with the same tables, also of PostgreSQL; so it restores into
 * either. It is read in one snapshot and written in one transaction. Its meta row "backup", which
 * is never copied, holds a digest over all rows, so that a file that was changed or cut is found.
 */
#include "store/driver.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define COPY_PAGE   1000 /* as in the statements */
#define COLUMNS_MAX 24
#define KEY_MAX     256
#define ROW_MAX     65536

#define BACKUP_META "backup"

typedef struct copy_table {
    const char *name;
    store_statement read;
    store_statement add;
    store_statement clear;
    const char *types;
} copy_table;

#define COPY(table, key, columns, parameters, types)                                               \
    { #table, STATEMENT_COPY_READ_##table, STATEMENT_COPY_ADD_##table,                             \
      STATEMENT_COPY_CLEAR_##table, types },
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
    store_txn *into; /* NULL: rows are only digested */
    uint8_t digest[SRV_SHA256_LEN];
    lanyard_buf row;
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

static lanyard_status copy_digest_value(lanyard_buf *row, const store_value *value)
{
    bool is_number = value->type == STORE_INT || value->type == STORE_TIME;
    uint64_t number = is_number ? (uint64_t)value->number : value->bytes.len;
    uint8_t head[9] = { value->is_null ? 0 : 1 };

    for (int i = 0; !value->is_null && i < 8; i++)
        head[1 + i] = (uint8_t)(number >> (56 - 8 * i));

    lanyard_status status = lanyard_buf_add(row, head, sizeof head);

    if (status == LANYARD_OK && !is_number && !value->is_null && value->bytes.len > 0)
        status = lanyard_buf_add(row, value->bytes.ptr, value->bytes.len);
    return status;
}

/* digest = SHA-256(digest | table | values): each row depends on all before it. */
static srv_status copy_digest_row(copy_work *work, const store_value *values, size_t count)
{
    lanyard_buf *row = &work->row;
    lanyard_status status;

    lanyard_buf_cut(row, 0);
    status = lanyard_buf_add(row, work->digest, sizeof work->digest);
    if (status == LANYARD_OK)
        status = lanyard_buf_add(row, work->table->name, strlen(work->table->name) + 1);
    for (size_t i = 0; status == LANYARD_OK && i < count; i++)
        status = copy_digest_value(row, &values[i]);
    if (status != LANYARD_OK)
        return SRV_E_NO_MEMORY;
    return srv_sha256((lanyard_bytes){ (const uint8_t *)row->ptr, row->len }, work->digest);
}

static bool copy_is_own(const copy_table *table, const store_value *key)
{
    return strcmp(table->name, "meta") == 0 && key->bytes.len == strlen(BACKUP_META) &&
           memcmp(key->bytes.ptr, BACKUP_META, strlen(BACKUP_META)) == 0;
}

static bool copy_row(void *ctx, const store_result *result)
{
    copy_work *work = ctx;
    store_value values[COLUMNS_MAX];
    size_t count = strlen(work->table->types);

    for (size_t i = 0; i < count; i++)
        values[i] = copy_value(result, (int)i, work->table->types[i]);
    work->rows++;
    if (copy_is_own(work->table, &values[0]))
        work->status = SRV_OK;
    else if (work->into)
        work->status = store_run(work->into, work->table->add, values, count, NULL, NULL, NULL);
    else
        work->status = copy_digest_row(work, values, count);
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

static srv_status copy_clear(store_txn *txn)
{
    for (size_t i = COPY_TABLES; i > 0; i--)
        TRY(store_run(txn, copy_tables[i - 1].clear, NULL, 0, NULL, NULL, NULL));
    return SRV_OK;
}

static srv_status copy_into(store_txn *txn, void *ctx, srv_error *error)
{
    copy_work *work = ctx;

    (void)error;
    work->into = txn;
    TRY(work->clears ? copy_clear(txn) : SRV_OK);
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

static srv_status copy_digest_job(store_txn *txn, void *ctx, srv_error *error)
{
    copy_work *work = ctx;

    (void)error;
    work->from = txn;
    memset(work->digest, 0, sizeof work->digest);
    for (size_t i = 0; i < COPY_TABLES; i++)
        TRY(copy_one(work, &copy_tables[i]));
    return SRV_OK;
}

/* Over the rows of a file in its own order, so that whoever reads it finds the same. */
static srv_status copy_digest(srv_store *file, uint8_t digest[SRV_SHA256_LEN], srv_error *error)
{
    copy_work work = { .into = NULL };

    lanyard_buf_init(&work.row, NULL, ROW_MAX);

    srv_status status = store_read(file, copy_digest_job, &work, error);

    lanyard_buf_done(&work.row);
    memcpy(digest, work.digest, sizeof work.digest);
    return status;
}

static srv_status copy_seal_job(store_txn *txn, void *ctx, srv_error *error)
{
    (void)error;
    return store_meta_set(txn, BACKUP_META, (lanyard_bytes){ ctx, SRV_SHA256_LEN });
}

static srv_status copy_to_file(srv_store *store, const char *path, srv_error *error)
{
    copy_work work = { .to = NULL };
    uint8_t digest[SRV_SHA256_LEN];

    TRY(copy_open(path, &work.to, error));

    srv_status status = store_migrate(work.to, error);

    if (status == SRV_OK)
        status = store_read(store, copy_from, &work, error);
    if (status == SRV_OK)
        status = copy_digest(work.to, digest, error);
    if (status == SRV_OK)
        status = store_write(work.to, copy_seal_job, digest, error);
    store_close(work.to);
    return status;
}

/* What is of another version is not guessed at. */
static srv_status copy_check_schema(srv_store *from, const char *what, srv_error *error)
{
    store_schema schema = { 0 };
    char detail[SRV_DETAIL_MAX];

    TRY(store_schema_read(from, &schema, error));
    if (schema.found == schema.wanted)
        return SRV_OK;
    if (schema.found == 0)
        snprintf(detail, sizeof detail, "the %s is empty: there is no table of lanyardd in it",
                 what);
    else
        snprintf(detail, sizeof detail, "the %s has schema version %d, this program has %d", what,
                 schema.found, schema.wanted);
    return srv_fail(error, SRV_E_SCHEMA, detail);
}

srv_status store_backup(srv_store *store, const char *path, srv_error *error)
{
    TRY(copy_check_schema(store, "database", error));

    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (file < 0)
        return srv_fail(error, SRV_E_CONFIG, "a backup goes to a file that is not there yet");
    close(file);

    srv_status status = copy_to_file(store, path, error);

    if (status != SRV_OK)
        unlink(path);
    return status;
}

static srv_status copy_said_job(store_txn *txn, void *ctx, srv_error *error)
{
    uint8_t value[META_VALUE_MAX];
    size_t len = 0;
    srv_status status = store_meta_get(txn, BACKUP_META, value, &len);

    if (status == SRV_E_NOT_FOUND || (status == SRV_OK && len != SRV_SHA256_LEN))
        return srv_fail(error, SRV_E_INVALID, "this database is no backup");
    if (status == SRV_OK)
        memcpy(ctx, value, SRV_SHA256_LEN);
    return status;
}

static srv_status copy_check(srv_store *file, srv_error *error)
{
    uint8_t said[SRV_SHA256_LEN] = { 0 };
    uint8_t found[SRV_SHA256_LEN];

    TRY(copy_check_schema(file, "backup", error));
    TRY(store_check(file, error));
    TRY(store_read(file, copy_said_job, said, error));
    TRY(copy_digest(file, found, error));
    return srv_equal(said, found, sizeof said)
               ? SRV_OK
               : srv_fail(error, SRV_E_INVALID, "the backup was changed after it was made");
}

/* Opens a file and checks it; *opened is closed by the caller, in any case. */
static srv_status copy_open_backup(const char *path, srv_store **opened, srv_error *error)
{
    if (access(path, R_OK) != 0)
        return srv_fail(error, SRV_E_CONFIG, "there is no backup that can be read at that path");
    TRY(copy_open(path, opened, error));
    return copy_check(*opened, error);
}

srv_status store_backup_check(const char *path, srv_error *error)
{
    srv_store *file = NULL;
    srv_status status = copy_open_backup(path, &file, error);

    store_close(file);
    return status;
}

srv_status store_restore(srv_store *store, const char *path, srv_error *error)
{
    copy_work work = { .to = store, .clears = true };
    srv_store *from = NULL;
    srv_status status = copy_open_backup(path, &from, error);

    if (status == SRV_OK)
        status = store_read(from, copy_from, &work, error);
    store_close(from);
    return status;
}
