/* postgres.c - the PostgreSQL back end: connections and transactions; see driver.h. */
#include "store/postgres.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLOCK_SQL "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"

typedef struct postgres_state {
    const char *prefix; /* of an SQLSTATE */
    srv_status status;
    store_fault fault;
} postgres_state;

/* The first that fits. */
static const postgres_state postgres_states[] = {
    { "23", SRV_E_CONFLICT, FAULT_NONE },       /* integrity: something is unique */
    { "40", SRV_E_UNAVAILABLE, FAULT_AGAIN },   /* serialization failure, deadlock */
    { "55P03", SRV_E_UNAVAILABLE, FAULT_NONE }, /* a lock not given in time */
    { "57014", SRV_E_UNAVAILABLE, FAULT_NONE }, /* canceled */
    { "57", SRV_E_UNAVAILABLE, FAULT_LOST },    /* shut down */
    { "08", SRV_E_UNAVAILABLE, FAULT_LOST },    /* connection */
    { "26", SRV_E_UNAVAILABLE, FAULT_LOST },    /* a prepared statement that is gone */
    { "0A000", SRV_E_UNAVAILABLE, FAULT_LOST }, /* a plan of an older schema */
    { "25006", SRV_E_UNAVAILABLE, FAULT_LOST }, /* a standby */
    { "53", SRV_E_UNAVAILABLE, FAULT_NONE },    /* disk, memory, connections */
    { "58", SRV_E_UNAVAILABLE, FAULT_NONE },    /* I/O */
};

/* The sentence alone: what follows may tell values. */
static void postgres_note(postgres_conn *conn, const PGresult *result)
{
    const char *said = conn->pq.resultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

    snprintf(conn->base.why, sizeof conn->base.why, "%s",
             said ? said : conn->pq.errorMessage(conn->pg));
    conn->base.why[strcspn(conn->base.why, "\n")] = '\0';
}

srv_status store_postgres_failed(postgres_conn *conn, const PGresult *result)
{
    const char *state = conn->pq.resultErrorField(result, PG_DIAG_SQLSTATE);

    postgres_note(conn, result);
    if (conn->pq.status(conn->pg) != CONNECTION_OK || !state) {
        conn->base.fault = FAULT_LOST;
        return SRV_E_UNAVAILABLE;
    }
    for (size_t i = 0; i < sizeof postgres_states / sizeof *postgres_states; i++) {
        const postgres_state *row = &postgres_states[i];

        if (strncmp(state, row->prefix, strlen(row->prefix)) != 0)
            continue;
        if (row->fault != FAULT_NONE)
            conn->base.fault = row->fault;
        return row->status;
    }
    return SRV_E_INTERNAL;
}

static srv_status postgres_do(postgres_conn *conn, const char *text)
{
    PGresult *result = conn->pq.exec(conn->pg, text);
    ExecStatusType kind = conn->pq.resultStatus(result);
    srv_status status = kind == PGRES_COMMAND_OK || kind == PGRES_TUPLES_OK
                            ? SRV_OK
                            : store_postgres_failed(conn, result);

    conn->pq.clear(result);
    return status;
}

static void postgres_close(store_conn *base)
{
    postgres_conn *conn = (postgres_conn *)base;

    if (!conn)
        return;
    conn->pq.finish(conn->pg);
    free(conn);
}

/* What PostgreSQL says goes nowhere: the log is JSON. */
static void postgres_silence(void *ctx, const char *text)
{
    (void)ctx;
    (void)text;
}

/* What stands before dbname a URL may say otherwise. TCP may go without an answer for 5000 ms; a
 * silent one is asked for one after 5 s, and every 2 s. */
PGconn *store_postgres_dial(const libpq *pq, const char *url, bool waits)
{
    static const char *const names[] = {
        "application_name", "connect_timeout",     "tcp_user_timeout",
        "keepalives_idle",  "keepalives_interval", "keepalives_count",
        "dbname",           "client_encoding",     NULL,
    };
    const char *const values[] = { "lanyardd", "5", "5000", "5", "2", "3", url, "UTF8", NULL };
    PGconn *conn =
        waits ? pq->connectdbParams(names, values, 1) : pq->connectStartParams(names, values, 1);

    pq->setNoticeProcessor(conn, postgres_silence, NULL);
    return conn;
}

static srv_status postgres_open(const store_opts *opts, bool is_reader, store_conn **made,
                                srv_error *error)
{
    postgres_conn *conn = calloc(1, sizeof *conn);
    char detail[SRV_DETAIL_MAX];

    (void)is_reader;
    if (!conn)
        return srv_fail(error, SRV_E_NO_MEMORY, "no memory");
    conn->base.driver = &store_postgres;

    srv_status status = libpq_load(&conn->pq, error);

    if (status != SRV_OK) {
        free(conn);
        return status;
    }
    conn->pg = store_postgres_dial(&conn->pq, opts->url, true);
    /* Nobody waits for a lock longer than a client waits for an answer. To plan a statement takes
     * longer than to run it, and no value asks for another plan. */
    if (conn->pq.status(conn->pg) != CONNECTION_OK ||
        postgres_do(conn, "SET lock_timeout = '5s'; SET plan_cache_mode = force_generic_plan")) {
        snprintf(detail, sizeof detail, "%s", conn->pq.errorMessage(conn->pg));
        detail[strcspn(detail, "\n")] = '\0';
        postgres_close(&conn->base);
        return srv_fail(error, SRV_E_UNAVAILABLE, detail);
    }
    *made = &conn->base;
    return SRV_OK;
}

/* Decimal digits, as PostgreSQL writes a bigint that is positive. */
static srv_time postgres_read_clock(const postgres_conn *conn, const PGresult *result)
{
    srv_time now = 0;

    for (const char *digit = conn->pq.getvalue(result, 0, 0); *digit >= '0' && *digit <= '9';
         digit++)
        now = now * 10 + (*digit - '0');
    return now;
}

static srv_status postgres_begin(store_conn *base, bool is_reader, srv_time *now)
{
    postgres_conn *conn = (postgres_conn *)base;
    PGresult *result = conn->pq.exec(
        conn->pg, is_reader ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; " CLOCK_SQL
                            : "BEGIN ISOLATION LEVEL READ COMMITTED; " CLOCK_SQL);
    bool is_begun =
        conn->pq.resultStatus(result) == PGRES_TUPLES_OK && conn->pq.ntuples(result) == 1;
    srv_status status = is_begun ? SRV_OK : store_postgres_failed(conn, result);

    if (is_begun && now)
        *now = postgres_read_clock(conn, result);
    conn->pq.clear(result);
    return status;
}

static srv_status postgres_commit(store_conn *base)
{
    postgres_conn *conn = (postgres_conn *)base;
    PGresult *result = conn->pq.exec(conn->pg, "COMMIT");
    srv_status status = conn->pq.resultStatus(result) == PGRES_COMMAND_OK
                            ? SRV_OK
                            : store_postgres_failed(conn, result);

    /* A transaction that had failed answers ROLLBACK to COMMIT, and calls it a success. */
    if (status == SRV_OK && strcmp(conn->pq.cmdStatus(result), "COMMIT") != 0)
        status = SRV_E_INTERNAL;
    conn->pq.clear(result);
    return status;
}

static bool postgres_is_open(const store_conn *base)
{
    const postgres_conn *conn = (const postgres_conn *)base;
    PGTransactionStatusType state = conn->pq.transactionStatus(conn->pg);

    return state == PQTRANS_INTRANS || state == PQTRANS_INERROR;
}

static void postgres_rollback(store_conn *base)
{
    postgres_conn *conn = (postgres_conn *)base;
    store_fault fault = base->fault;

    if (!postgres_is_open(base))
        return;
    if (postgres_do(conn, "ROLLBACK") != SRV_OK)
        base->fault = fault == FAULT_UNSURE ? FAULT_UNSURE : FAULT_LOST;
}

static srv_status postgres_save(store_conn *base, store_save what)
{
    static const char *const texts[] = {
        [SAVE_SET] = "SAVEPOINT job",
        [SAVE_RELEASE] = "RELEASE job",
        [SAVE_BACK] = "ROLLBACK TO job",
    };

    return postgres_do((postgres_conn *)base, texts[what]);
}

static srv_status postgres_script(store_conn *base, const char *text, srv_error *error)
{
    postgres_conn *conn = (postgres_conn *)base;
    char sql[STORE_SQL_MAX];
    char detail[SRV_DETAIL_MAX];

    TRY(store_spell(DIALECT_POSTGRES, text, sql));

    srv_status status = postgres_do(conn, sql);

    if (status == SRV_OK)
        return SRV_OK;
    snprintf(detail, sizeof detail, "%s", conn->pq.errorMessage(conn->pg));
    detail[strcspn(detail, "\n")] = '\0';
    return srv_fail(error, status, detail);
}

static srv_status postgres_check(store_conn *base, srv_error *error)
{
    static const store_statement all[] = { STATEMENT_MIGRATIONS, STATEMENT_TAPE_LAST,
                                           STATEMENT_KEYS, STATEMENT_CLIENTS };
    postgres_conn *conn = (postgres_conn *)base;

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        srv_status status = store_postgres_run(base, all[i], NULL, 0, NULL, NULL, NULL);

        if (status != SRV_OK)
            return srv_fail(error, status, conn->pq.errorMessage(conn->pg));
    }
    return SRV_OK;
}

const store_driver store_postgres = {
    .kind = "postgresql",
    .is_grouped = false,
    .open = postgres_open,
    .close = postgres_close,
    .begin = postgres_begin,
    .commit = postgres_commit,
    .rollback = postgres_rollback,
    .save = postgres_save,
    .is_open = postgres_is_open,
    .run = store_postgres_run,
    .run_set = store_postgres_run_set,
    .script = postgres_script,
    .column_is_null = store_postgres_is_null,
    .column_number = store_postgres_number,
    .column_bytes = store_postgres_bytes,
    .check = postgres_check,
};
