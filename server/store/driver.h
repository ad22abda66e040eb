/* driver.h - what a back end must be able to do; the tables are written once on top of it.
 *
 * A connection is CONFINED. Statements are numbered (statements.inc), prepared on first use, and
 * take typed values; the text of a statement is the same for both back ends, but for tokens in
 * braces that each dialect spells its own way (dialect.c).
 */
#ifndef SERVER_STORE_DRIVER_H
#define SERVER_STORE_DRIVER_H

#include "store/statements.h"
#include "store/store.h"

typedef enum store_type {
    STORE_INT,
    STORE_ID,
    STORE_BYTES,
    STORE_TEXT,
    STORE_JSON,
    STORE_TIME
} store_type;

typedef struct store_value {
    store_type type;
    bool is_null;
    int64_t number;      /* of INT and TIME */
    lanyard_bytes bytes; /* of the others; borrowed */
} store_value;

/* Values from what rows hold; "", 0 times and nil ids become NULL in the _or_null ones. */
store_value store_int(int64_t number);
store_value store_id(const srv_id *id);
store_value store_id_or_null(const srv_id *id);
store_value store_bytes(lanyard_bytes bytes);
store_value store_text(const char *text);
store_value store_text_or_null(const char *text);
store_value store_json(const char *text);
store_value store_time(srv_time time);
store_value store_time_or_null(srv_time time);

typedef struct store_driver store_driver;
typedef struct store_conn store_conn;

/* What a failed call did to its transaction. */
typedef enum store_fault {
    FAULT_NONE,  /* the statement alone */
    FAULT_AGAIN, /* run the whole job again: deadlock, serialization */
    FAULT_LOST,  /* the connection is of no more use; nothing of the job stands */
    FAULT_UNSURE /* the same, and it was lost while committing: the job may stand */
} store_fault;

struct store_conn { /* the first member of each back end's own */
    const store_driver *driver;
    store_fault fault;
    char why[SRV_DETAIL_MAX]; /* what failed last, in the database's words: for the log */
    store_conn *next;         /* of the pool */
};

/* Savepoints inside of a transaction; they nest. */
typedef enum store_save {
    SAVE_SET,
    SAVE_RELEASE,
    SAVE_BACK /* undoes all since, and leaves the savepoint set */
} store_save;

/* One row of a result, while it is looked at. */
typedef struct store_result {
    const store_conn *conn;
    const void *handle;
    int row;
} store_result;

typedef bool store_result_each(void *ctx, const store_result *result); /* false: enough */

#define STORE_CALLS_MAX 64

/* What one caller asks of a statement that others ask for, too; borrows all of it. The text of such
 * a statement takes an array for each value, an element a caller, and gives the caller's place,
 * from 1, in the last column of each row. */
typedef struct store_call {
    store_statement statement;
    const store_value *values;
    size_t count;
    store_result_each *each;
    void *ctx;
    int64_t *changed;
    srv_status status;
    bool is_lost; /* it failed and may stand all the same */
} store_call;

struct store_driver {
    const char *kind;
    bool is_grouped; /* one writer for all (SQLite) */
    srv_status (*open)(const store_opts *opts, bool is_reader, store_conn **made, srv_error *error);
    void (*close)(store_conn *conn);
    /* *now: the database's clock, untouched when it has none of its own. */
    srv_status (*begin)(store_conn *conn, bool is_reader, srv_time *now);
    srv_status (*commit)(store_conn *conn);
    void (*rollback)(store_conn *conn);
    srv_status (*save)(store_conn *conn, store_save what);
    bool (*is_open)(const store_conn *conn); /* is in a transaction still */
    /* E_CONFLICT: something is unique. *changed (may be NULL): rows that came back or changed. */
    srv_status (*run)(store_conn *conn, store_statement statement, const store_value *values,
                      size_t count, store_result_each *each, void *ctx, int64_t *changed);
    /* Calls of one statement, as one: their statuses once that is committed. A failure is
     * everybody's: nothing stands, unless the fault says otherwise. NULL where it is_grouped. */
    srv_status (*run_set)(store_conn *conn, store_call *const calls[], size_t count);
    srv_status (*script)(store_conn *conn, const char *sql, srv_error *error);
    bool (*column_is_null)(const store_result *result, int column);
    int64_t (*column_number)(const store_result *result, int column);      /* INT and TIME */
    lanyard_bytes (*column_bytes)(const store_result *result, int column); /* the others */
    void (*rest)(store_conn *conn); /* gives back what is cached: nothing to do; may be NULL */
    srv_status (*check)(store_conn *conn, srv_error *error);
};

extern const store_driver store_sqlite;
extern const store_driver store_postgres;

struct store_txn {
    store_conn *conn;
    struct store_bundle *bundle; /* in the place of conn: of a job that runs alone, store_alone() */
    srv_time now;
    bool is_alone;
    bool is_lost; /* of what ran alone */
    bool has_tape_lock;
    bool has_written_tape;
};

/* Runs a statement of the transaction. */
#define STORE_RUN(txn, statement, each, ctx, changed, ...)                                         \
    store_run((txn), (statement), (const store_value[]){ __VA_ARGS__ },                            \
              sizeof((const store_value[]){ __VA_ARGS__ }) / sizeof(store_value), (each), (ctx),   \
              (changed))
SRV_CHECK srv_status store_run(store_txn *txn, store_statement statement, const store_value *values,
                               size_t count, store_result_each *each, void *ctx, int64_t *changed);

/* Columns into rows. A text or bytes that do not fit are cut: they came through the same limits. */
int64_t store_column_int(const store_result *result, int column);
srv_time store_column_time(const store_result *result, int column);       /* NULL: 0 */
void store_column_id(const store_result *result, int column, srv_id *id); /* NULL: nil */
void store_column_text(const store_result *result, int column, char *out, size_t size);
size_t store_column_bytes(const store_result *result, int column, void *out, size_t size);

/* The statement's text in a dialect. E_INTERNAL: it does not fit or has an unknown token. */
typedef enum store_dialect { DIALECT_SQLITE, DIALECT_POSTGRES } store_dialect;
#define STORE_SQL_MAX 8192
SRV_CHECK srv_status store_spell(store_dialect dialect, const char *text, char out[STORE_SQL_MAX]);

#endif
