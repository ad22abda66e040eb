/* sqlite.c - the SQLite back end; see driver.h.
 *
 * WAL with synchronous=FULL: a commit is on disk before anybody hears of it. Each connection
 * prepares a statement once and keeps it.
 */
#include "store/driver.h"

#include <malloc.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SQLITE_URL "sqlite:"
#define COMMANDS   4
#define RETRY_MS   5

typedef struct sqlite_conn {
    store_conn base;
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENTS];
    sqlite3_stmt *begin_read;
    sqlite3_stmt *begin_write;
    sqlite3_stmt *commit;
    sqlite3_stmt *rollback;
    sqlite3_stmt *save[COMMANDS]; /* by store_save */
} sqlite_conn;

static srv_status sqlite_failed(sqlite_conn *conn, int code)
{
    snprintf(conn->base.why, sizeof conn->base.why, "%s", sqlite3_errmsg(conn->db));
    switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
        return SRV_E_CONFLICT;
    case SQLITE_NOMEM:
        return SRV_E_NO_MEMORY;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        conn->base.fault = FAULT_AGAIN;
        return SRV_E_UNAVAILABLE;
    case SQLITE_FULL:
        return SRV_E_UNAVAILABLE;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        /* What is in memory may differ from what is on disk: open it afresh. */
        conn->base.fault = FAULT_LOST;
        return SRV_E_UNAVAILABLE;
    default:
        return SRV_E_INTERNAL;
    }
}

static srv_status sqlite_prepare(sqlite_conn *conn, const char *text, sqlite3_stmt **statement)
{
    int code = sqlite3_prepare_v3(conn->db, text, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);

    return code == SQLITE_OK ? SRV_OK : sqlite_failed(conn, code);
}

static void sqlite_close(store_conn *base)
{
    sqlite_conn *conn = (sqlite_conn *)base;

    if (!conn)
        return;
    for (size_t i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(conn->statements[i]);
    for (size_t i = 0; i < COMMANDS; i++)
        sqlite3_finalize(conn->save[i]);
    sqlite3_finalize(conn->begin_read);
    sqlite3_finalize(conn->begin_write);
    sqlite3_finalize(conn->commit);
    sqlite3_finalize(conn->rollback);
    sqlite3_close(conn->db);
    free(conn);
}

/* Of several that open a new file at once one turns it to WAL, and SQLite's own waiting does not
 * cover that moment. */
static int sqlite_pragmas(sqlite3 *db, const char *text, unsigned wait_ms)
{
    int64_t until = srv_monotonic() + (int64_t)wait_ms * 1000;
    int code = sqlite3_exec(db, text, NULL, NULL, NULL);

    while ((code & 0xff) == SQLITE_BUSY && srv_monotonic() < until) {
        sqlite3_sleep(RETRY_MS);
        code = sqlite3_exec(db, text, NULL, NULL, NULL);
    }
    return code;
}

static srv_status sqlite_prepare_rest(sqlite_conn *conn)
{
    TRY(sqlite_prepare(conn, "BEGIN IMMEDIATE", &conn->begin_write));
    TRY(sqlite_prepare(conn, "COMMIT", &conn->commit));
    return sqlite_prepare(conn, "ROLLBACK", &conn->rollback);
}

static srv_status sqlite_prepare_commands(sqlite_conn *conn)
{
    static const char *const saves[COMMANDS] = {
        [SAVE_SET] = "SAVEPOINT job",
        [SAVE_RELEASE] = "RELEASE job",
        [SAVE_BACK] = "ROLLBACK TO job",
    };

    for (size_t i = 0; i < COMMANDS; i++)
        TRY(saves[i] ? sqlite_prepare(conn, saves[i], &conn->save[i]) : SRV_OK);
    TRY(sqlite_prepare(conn, "BEGIN", &conn->begin_read));
    return sqlite_prepare_rest(conn);
}

/* The cache is a connection's own, and a database that grows would fill each up to 2 MiB. Pages
 * that readers let go stay in the system's cache, which all of them share. */
static srv_status sqlite_set_up(sqlite_conn *conn, bool is_reader, unsigned wait_ms)
{
    const char *pragmas = is_reader ? "PRAGMA foreign_keys=ON; PRAGMA query_only=ON;"
                                      " PRAGMA cache_size=-256;"
                                    : "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                                      " PRAGMA foreign_keys=ON;";

    sqlite3_extended_result_codes(conn->db, 1);
    sqlite3_busy_timeout(conn->db, (int)wait_ms);

    int code = sqlite_pragmas(conn->db, pragmas, wait_ms);

    return code == SQLITE_OK ? sqlite_prepare_commands(conn) : sqlite_failed(conn, code);
}

static srv_status sqlite_open(const store_opts *opts, bool is_reader, store_conn **made,
                              srv_error *error)
{
    const char *path = opts->url + strlen(SQLITE_URL);
    int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (opts->is_there ? 0 : SQLITE_OPEN_CREATE);
    char detail[SRV_DETAIL_MAX];

    if (opts->is_there && access(path, F_OK) != 0) {
        snprintf(detail, sizeof detail, "there is no database at %s", path);
        return srv_fail(error, SRV_E_CONFIG, detail);
    }

    sqlite_conn *conn = calloc(1, sizeof *conn);

    if (!conn)
        return srv_fail(error, SRV_E_NO_MEMORY, "no memory");
    conn->base.driver = &store_sqlite;

    int code = sqlite3_open_v2(path, &conn->db, flags, NULL);
    srv_status status = code == SQLITE_OK ? sqlite_set_up(conn, is_reader, opts->wait_ms)
                                          : sqlite_failed(conn, code);

    if (status != SRV_OK) {
        snprintf(detail, sizeof detail, "the database %s cannot be opened: %s", path,
                 conn->db ? sqlite3_errmsg(conn->db) : sqlite3_errstr(code));
        sqlite_close(&conn->base);
        return srv_fail(error, status == SRV_E_INTERNAL ? SRV_E_UNAVAILABLE : status, detail);
    }
    *made = &conn->base;
    return SRV_OK;
}

static srv_status sqlite_do(sqlite_conn *conn, sqlite3_stmt *statement)
{
    int code = sqlite3_step(statement);

    sqlite3_reset(statement);
    return code == SQLITE_DONE || code == SQLITE_ROW ? SRV_OK : sqlite_failed(conn, code);
}

static srv_status sqlite_begin(store_conn *base, bool is_reader, srv_time *now)
{
    sqlite_conn *conn = (sqlite_conn *)base;

    (void)now;
    return sqlite_do(conn, is_reader ? conn->begin_read : conn->begin_write);
}

static srv_status sqlite_commit(store_conn *base)
{
    sqlite_conn *conn = (sqlite_conn *)base;

    return sqlite_do(conn, conn->commit);
}

static void sqlite_rollback(store_conn *base)
{
    sqlite_conn *conn = (sqlite_conn *)base;

    if (sqlite3_get_autocommit(conn->db)) /* SQLite did it itself, after a full disk */
        return;
    if (sqlite_do(conn, conn->rollback) != SRV_OK)
        base->fault = FAULT_LOST;
}

static srv_status sqlite_save(store_conn *base, store_save what)
{
    sqlite_conn *conn = (sqlite_conn *)base;

    return sqlite_do(conn, conn->save[what]);
}

static bool sqlite_is_open(const store_conn *base)
{
    return !sqlite3_get_autocommit(((const sqlite_conn *)base)->db);
}

static int sqlite_bind(sqlite3_stmt *statement, int at, const store_value *value)
{
    if (value->is_null)
        return sqlite3_bind_null(statement, at);

    /* A NULL pointer would bind NULL, and an empty one is not that. */
    const void *ptr = value->bytes.ptr ? (const void *)value->bytes.ptr : "";
    int len = (int)value->bytes.len;

    switch (value->type) {
    case STORE_INT:
    case STORE_TIME:
        return sqlite3_bind_int64(statement, at, value->number);
    case STORE_ID:
    case STORE_BYTES:
        return sqlite3_bind_blob(statement, at, ptr, len, SQLITE_STATIC);
    default:
        return sqlite3_bind_text(statement, at, ptr, len, SQLITE_STATIC);
    }
}

static srv_status sqlite_bind_all(sqlite_conn *conn, sqlite3_stmt *statement,
                                  const store_value *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int code = sqlite_bind(statement, (int)i + 1, &values[i]);

        if (code != SQLITE_OK)
            return sqlite_failed(conn, code);
    }
    return SRV_OK;
}

static srv_status sqlite_step_all(sqlite_conn *conn, sqlite3_stmt *statement,
                                  store_result_each *each, void *ctx, int64_t *changed)
{
    store_result result = { .conn = &conn->base, .handle = statement };
    int64_t rows = 0;
    bool goes_on = true;
    int code = sqlite3_step(statement);

    for (; code == SQLITE_ROW; code = sqlite3_step(statement)) {
        rows++;
        /* An UPDATE that returns rows is stepped to its end, wanted or not. */
        if (each && goes_on)
            goes_on = each(ctx, &result);
        if (!goes_on && sqlite3_stmt_readonly(statement))
            break;
    }
    if (code != SQLITE_DONE && code != SQLITE_ROW)
        return sqlite_failed(conn, code);
    if (changed)
        *changed = sqlite3_column_count(statement) > 0 ? rows : sqlite3_changes64(conn->db);
    return SRV_OK;
}

/* $1 is a name to SQLite, numbered by where it stands first and to be looked up for each value;
 * ?1 is the first. No statement has a dollar sign elsewhere. */
static void sqlite_number(char *text)
{
    for (char *at = strchr(text, '$'); at; at = strchr(at, '$'))
        *at = '?';
}

static srv_status sqlite_statement(sqlite_conn *conn, store_statement number,
                                   sqlite3_stmt **statement)
{
    char text[STORE_SQL_MAX];

    if (!conn->statements[number]) {
        TRY(store_spell(DIALECT_SQLITE, store_statement_text(number), text));
        sqlite_number(text);
        if (text[0])
            TRY(sqlite_prepare(conn, text, &conn->statements[number]));
    }
    *statement = conn->statements[number];
    return SRV_OK;
}

static srv_status sqlite_run(store_conn *base, store_statement number, const store_value *values,
                             size_t count, store_result_each *each, void *ctx, int64_t *changed)
{
    sqlite_conn *conn = (sqlite_conn *)base;
    sqlite3_stmt *statement = NULL;

    TRY(sqlite_statement(conn, number, &statement));
    if (!statement) /* nothing to do in this dialect */
        return SRV_OK;

    srv_status status = sqlite_bind_all(conn, statement, values, count);

    if (status == SRV_OK)
        status = sqlite_step_all(conn, statement, each, ctx, changed);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return status;
}

static srv_status sqlite_script(store_conn *base, const char *text, srv_error *error)
{
    sqlite_conn *conn = (sqlite_conn *)base;
    char sql[STORE_SQL_MAX];

    TRY(store_spell(DIALECT_SQLITE, text, sql));

    int code = sqlite3_exec(conn->db, sql, NULL, NULL, NULL);

    return code == SQLITE_OK ? SRV_OK
                             : srv_fail(error, sqlite_failed(conn, code), sqlite3_errmsg(conn->db));
}

static bool sqlite_column_is_null(const store_result *result, int column)
{
    sqlite3_stmt *statement = (sqlite3_stmt *)(uintptr_t)result->handle;

    return sqlite3_column_type(statement, column) == SQLITE_NULL;
}

static int64_t sqlite_column_number(const store_result *result, int column)
{
    return sqlite3_column_int64((sqlite3_stmt *)(uintptr_t)result->handle, column);
}

static lanyard_bytes sqlite_column_bytes(const store_result *result, int column)
{
    sqlite3_stmt *statement = (sqlite3_stmt *)(uintptr_t)result->handle;
    const void *ptr = sqlite3_column_blob(statement, column);

    return (lanyard_bytes){ ptr, (size_t)sqlite3_column_bytes(statement, column) };
}

static int sqlite_check_line(void *ctx, int count, char **values, char **names)
{
    char *found = ctx;

    (void)names;
    if (count > 0 && values[0] && strcmp(values[0], "ok") != 0 && !found[0])
        snprintf(found, SRV_DETAIL_MAX, "%s", values[0]);
    return 0;
}

static srv_status sqlite_check(store_conn *base, srv_error *error)
{
    sqlite_conn *conn = (sqlite_conn *)base;
    char found[SRV_DETAIL_MAX] = "";
    int code = sqlite3_exec(conn->db, "PRAGMA quick_check; PRAGMA foreign_key_check;",
                            sqlite_check_line, found, NULL);

    if (code != SQLITE_OK)
        return srv_fail(error, sqlite_failed(conn, code), sqlite3_errmsg(conn->db));
    return found[0] ? srv_fail(error, SRV_E_INTERNAL, found) : SRV_OK;
}

/* Its pages, 2 MiB at most; the system has them as well. */
static void sqlite_rest(store_conn *base)
{
    sqlite3_db_release_memory(((sqlite_conn *)base)->db);
    malloc_trim(0);
}

const store_driver store_sqlite = {
    .kind = "sqlite",
    .is_grouped = true,
    .open = sqlite_open,
    .close = sqlite_close,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .save = sqlite_save,
    .is_open = sqlite_is_open,
    .run = sqlite_run,
    .script = sqlite_script,
    .column_is_null = sqlite_column_is_null,
    .column_number = sqlite_column_number,
    .column_bytes = sqlite_column_bytes,
    .rest = sqlite_rest,
    .check = sqlite_check,
};
