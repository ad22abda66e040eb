/* backup.c - a whole database into a file and back; see store.h.
 *
 * A backup is an SQLite database, whatever the store is: rows are read in one snapshot, so nobody
 * waits, and written into a file that has a name only when it is whole and on disk. Its meta row
 * "backup" holds a digest over all rows, so that a file that was changed or cut is found.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/text.h"
#include "store/migrations.h"
#include "store/tables.h"
#include "store/txn.h"

#define BACKUP_META     "backup"
#define BACKUP_URL      "sqlite:"
#define BACKUP_PATH_MAX 4096
#define BACKUP_ROW_MAX  65536

typedef struct backup_walk {
    const store_table *table;
    store_conn *to; /* NULL: only the digest is wanted */
    uint8_t digest[SRV_SHA256_LEN];
    lanyard_buf row;
    srv_status status;
} backup_walk;

static lanyard_status backup_add_value(lanyard_buf *row, const store_value *value)
{
    bool is_number = value->type == STORE_INT || value->type == STORE_TIME;
    uint64_t number = is_number ? (uint64_t)value->number : value->bytes.len;
    uint8_t head[9] = { value->is_null ? 0 : is_number ? 1 : 2 };

    for (int i = 0; i < 8; i++)
        head[1 + i] = (uint8_t)(number >> (56 - 8 * i));

    lanyard_status status = lanyard_buf_add(row, head, sizeof head);

    if (status == LANYARD_OK && !is_number && !value->is_null && value->bytes.len > 0)
        status = lanyard_buf_add(row, value->bytes.ptr, value->bytes.len);
    return status;
}

/* digest = SHA-256(digest | table | values): each row depends on all before it. */
static srv_status backup_digest(backup_walk *walk, const store_value *values, size_t count)
{
    lanyard_buf *row = &walk->row;
    lanyard_status status;

    lanyard_buf_cut(row, 0);
    status = lanyard_buf_add(row, walk->digest, sizeof walk->digest);
    if (status == LANYARD_OK)
        status = lanyard_buf_add(row, walk->table->name, strlen(walk->table->name) + 1);
    for (size_t i = 0; status == LANYARD_OK && i < count; i++)
        status = backup_add_value(row, &values[i]);
    if (status != LANYARD_OK)
        return SRV_E_NO_MEMORY;
    return srv_sha256((lanyard_bytes){ (const uint8_t *)row->ptr, row->len }, walk->digest);
}

static bool backup_each(void *ctx, const store_result *result)
{
    backup_walk *walk = ctx;
    store_value values[TABLE_COLUMNS_MAX];
    size_t count = strlen(walk->table->columns);

    store_table_values(walk->table, result, values);
    walk->status = backup_digest(walk, values, count);
    if (walk->status == SRV_OK && walk->to)
        walk->status =
            walk->to->driver->run(walk->to, walk->table->add, values, count, NULL, NULL, NULL);
    return walk->status == SRV_OK;
}

/* All tables of one connection, in a transaction of its own that somebody began. */
static srv_status backup_walk_tables(store_conn *from, backup_walk *walk)
{
    for (size_t i = 0; (walk->table = store_table_at(i)) != NULL; i++) {
        walk->status = SRV_OK;
        TRY(from->driver->run(from, walk->table->read, NULL, 0, backup_each, walk, NULL));
        TRY(walk->status);
    }
    return SRV_OK;
}

static srv_status backup_copy(store_conn *from, store_conn *to, uint8_t digest[SRV_SHA256_LEN])
{
    backup_walk walk = { .to = to };

    lanyard_buf_init(&walk.row, NULL, BACKUP_ROW_MAX);

    srv_status status = backup_walk_tables(from, &walk);

    lanyard_buf_done(&walk.row);
    memcpy(digest, walk.digest, sizeof walk.digest);
    return status;
}

static bool backup_see(void *ctx, const store_result *result)
{
    store_column_bytes(result, 0, ctx, SRV_SHA256_LEN);
    return false;
}

static srv_status backup_clear(store_txn *txn)
{
    size_t count = 0;

    while (store_table_at(count))
        count++;
    while (count-- > 0)
        TRY(store_run(txn, store_table_at(count)->clear, NULL, 0, NULL, NULL, NULL));
    return SRV_OK;
}

typedef struct backup_work {
    store_conn *file; /* in a transaction while the job runs */
    uint8_t digest[SRV_SHA256_LEN];
} backup_work;

/* Into the file: what is there is replaced, for the job may run twice. */
static srv_status backup_out_job(store_txn *txn, void *ctx, srv_error *error)
{
    backup_work *work = ctx;
    store_txn file = { .conn = work->file, .now = txn->now };

    TRY(store_migrate_job(&file, NULL, error));
    TRY(backup_clear(&file));
    TRY(backup_copy(txn->conn, work->file, work->digest));
    return store_meta_set(&file, BACKUP_META, SRV_BYTES(work->digest));
}

static srv_status backup_open(const char *path, bool is_reader, store_conn **file, srv_error *error)
{
    char url[BACKUP_PATH_MAX + sizeof BACKUP_URL];
    const store_opts opts = { .url = url };

    if (snprintf(url, sizeof url, BACKUP_URL "%s", path) >= (int)sizeof url)
        return srv_fail(error, SRV_E_CONFIG, "a path that is too long");
    return store_sqlite.open(&opts, is_reader, file, error);
}

/* One file in the end: no journal beside it. */
static srv_status backup_write(srv_store *store, const char *path, srv_error *error)
{
    backup_work work = { .file = NULL };
    const store_driver *driver = &store_sqlite;

    TRY(backup_open(path, false, &work.file, error));

    srv_status status = driver->begin(work.file, false, NULL);

    if (status == SRV_OK)
        status = store_read(store, backup_out_job, &work, error);
    if (status == SRV_OK)
        status = driver->commit(work.file);
    else
        driver->rollback(work.file);
    if (status == SRV_OK)
        status = driver->script(work.file, "PRAGMA journal_mode=DELETE", error);
    driver->close(work.file);
    return status;
}

srv_status store_backup(srv_store *store, const char *path, srv_error *error)
{
    char made[BACKUP_PATH_MAX];
    mode_t mask = umask(077);

    if (snprintf(made, sizeof made, "%s.part", path) >= (int)sizeof made)
        return srv_fail(error, SRV_E_CONFIG, "a path that is too long");
    (void)unlink(made); /* of a backup that was cut off */

    srv_status status = backup_write(store, made, error);

    umask(mask);
    /* A link fails where a rename would replace: no backup is ever written over. */
    if (status == SRV_OK && link(made, path) != 0)
        status = srv_fail(error, SRV_E_CONFIG,
                          "the backup's file is there already, or its folder "
                          "cannot be written");
    (void)unlink(made);
    return status;
}

static srv_status backup_verify(store_conn *file, srv_error *error)
{
    uint8_t said[SRV_SHA256_LEN] = { 0 };
    uint8_t found[SRV_SHA256_LEN];
    store_txn txn = { .conn = file };
    store_schema schema;
    char detail[SRV_DETAIL_MAX];

    TRY(file->driver->check(file, error));
    TRY(store_schema_job(&txn, &schema, error));
    if (schema.found != schema.wanted) {
        snprintf(detail, sizeof detail, "the backup has schema version %d, this program %d",
                 schema.found, schema.wanted);
        return srv_fail(error, SRV_E_SCHEMA, detail);
    }
    TRY(STORE_RUN(&txn, STATEMENT_META_GET, backup_see, said, NULL, store_text(BACKUP_META)));
    TRY(backup_copy(file, NULL, found));
    if (!srv_equal(said, found, sizeof said))
        return srv_fail(error, SRV_E_INVALID, "this is no backup, or it was changed since");
    return SRV_OK;
}

static srv_status backup_begin(const char *path, store_conn **file, srv_error *error)
{
    if (access(path, R_OK) != 0)
        return srv_fail(error, SRV_E_CONFIG, "the backup's file is not there, or cannot be read");
    TRY(backup_open(path, true, file, error));

    srv_status status = (*file)->driver->begin(*file, true, NULL);

    if (status == SRV_OK)
        status = backup_verify(*file, error);
    if (status != SRV_OK) {
        (*file)->driver->rollback(*file);
        (*file)->driver->close(*file);
    }
    return status == SRV_E_INTERNAL ? srv_fail(error, SRV_E_INVALID, "this is no backup") : status;
}

static void backup_end(store_conn *file)
{
    file->driver->rollback(file);
    file->driver->close(file);
}

srv_status store_backup_check(const char *path, srv_error *error)
{
    store_conn *file = NULL;

    TRY(backup_begin(path, &file, error));
    backup_end(file);
    return SRV_OK;
}

static srv_status backup_in_job(store_txn *txn, void *ctx, srv_error *error)
{
    backup_work *work = ctx;
    const audit_row audit = { .event = AUDIT_RESTORED };

    (void)error;
    TRY(backup_clear(txn));
    TRY(backup_copy(work->file, txn->conn, work->digest));
    TRY(store_run(txn, STATEMENT_SEQ_revocations, NULL, 0, NULL, NULL, NULL));
    TRY(store_run(txn, STATEMENT_SEQ_audit, NULL, 0, NULL, NULL, NULL));
    return store_audit_add(txn, &audit);
}

srv_status store_restore(srv_store *store, const char *path, srv_error *error)
{
    backup_work work = { .file = NULL };

    TRY(backup_begin(path, &work.file, error));

    srv_status status = store_write(store, backup_in_job, &work, error);

    backup_end(work.file);
    return status;
}
