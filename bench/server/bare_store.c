/* bare_store.c - the compare-and-swap of a refresh and nothing else, over SQLite or libpq with the
 * same durability: what /v1/refresh is measured beside.
 *
 *   bare_store sqlite:PATH|postgresql://... THREADS SECONDS
 *
 * SQLite: one writer, as many updates a commit as there are threads, as group commit makes of them.
 * PostgreSQL: a connection a thread, a transaction each. Prints updates a second. */
#include <libpq-fe.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bare.h"

#define ROWS 10000

typedef struct job {
    const char *url;
    long seed;
    double seconds;
    long done;
} job;

static void run(sqlite3 *db, const char *text)
{
    need(sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK, sqlite3_errmsg(db));
}

static long sqlite_rate(const char *path, int batch, double seconds)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *swap = NULL;
    long done = 0;
    double end;

    need(sqlite3_open(path, &db) == SQLITE_OK, path);
    run(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            "CREATE TABLE s(id INTEGER PRIMARY KEY, gen INTEGER NOT NULL, hash BLOB NOT NULL,"
            " idle_expires INTEGER NOT NULL, ended_at INTEGER);"
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)"
            "INSERT INTO s SELECT i, 0, zeroblob(32), i, NULL FROM n;");
    need(sqlite3_prepare_v2(db,
                            "UPDATE s SET gen = gen + 1, idle_expires = idle_expires + 10000"
                            " WHERE id = ?1 AND hash = zeroblob(32) AND ended_at IS NULL"
                            " RETURNING gen",
                            -1, &swap, NULL) == SQLITE_OK,
         sqlite3_errmsg(db));
    end = now() + seconds;
    while (now() < end) {
        run(db, "BEGIN IMMEDIATE");
        for (int i = 0; i < batch; i++) {
            sqlite3_bind_int64(swap, 1, random() % ROWS);
            while (sqlite3_step(swap) == SQLITE_ROW)
                done++;
            sqlite3_reset(swap);
        }
        run(db, "COMMIT");
    }
    sqlite3_finalize(swap);
    sqlite3_close(db);
    return done;
}

static void ask(PGconn *conn, const char *text)
{
    PGresult *got = PQexec(conn, text);
    ExecStatusType status = PQresultStatus(got);

    need(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK, PQerrorMessage(conn));
    PQclear(got);
}

static void *postgres_work(void *ctx)
{
    job *work = ctx;
    PGconn *conn = PQconnectdb(work->url);
    double end = now() + work->seconds;
    unsigned seed = (unsigned)work->seed;

    ask(conn,
        "PREPARE swap(bigint) AS UPDATE bare SET gen = gen + 1, idle_expires = idle_expires + 10000"
        " WHERE id = $1 AND ended_at IS NULL AND hash = decode('00', 'hex') RETURNING gen");
    while (now() < end) {
        char id[24];
        const char *values[] = { id };

        snprintf(id, sizeof id, "%d", rand_r(&seed) % ROWS);

        PGresult *got = PQexecPrepared(conn, "swap", 1, values, NULL, NULL, 0);

        need(PQresultStatus(got) == PGRES_TUPLES_OK, PQerrorMessage(conn));
        PQclear(got);
        work->done++;
    }
    PQfinish(conn);
    return NULL;
}

static long postgres_rate(const char *url, int threads, double seconds)
{
    PGconn *conn = PQconnectdb(url);
    pthread_t *ids = calloc((size_t)threads, sizeof *ids);
    job *jobs = calloc((size_t)threads, sizeof *jobs);
    long done = 0;

    need(PQstatus(conn) == CONNECTION_OK && ids && jobs, PQerrorMessage(conn));
    ask(conn, "CREATE TABLE bare(id bigint PRIMARY KEY, gen bigint NOT NULL, hash bytea NOT NULL,"
              " idle_expires bigint NOT NULL, ended_at bigint) WITH (fillfactor = 80)");
    ask(conn,
        "INSERT INTO bare SELECT i, 0, decode('00', 'hex'), i FROM generate_series(0, 9999) i");
    for (int i = 0; i < threads; i++) {
        jobs[i] = (job){ .url = url, .seed = i + 1, .seconds = seconds };
        need(pthread_create(&ids[i], NULL, postgres_work, &jobs[i]) == 0, "no thread");
    }
    for (int i = 0; i < threads; i++) {
        pthread_join(ids[i], NULL);
        done += jobs[i].done;
    }
    ask(conn, "DROP TABLE bare");
    PQfinish(conn);
    free(ids);
    free(jobs);
    return done;
}

int main(int argc, char **argv)
{
    need(argc == 4, "usage: bare_store URL THREADS SECONDS");

    int threads = (int)strtol(argv[2], NULL, 10);
    double seconds = strtod(argv[3], NULL);
    int is_sqlite = strncmp(argv[1], "sqlite:", 7) == 0;
    long done = is_sqlite ? sqlite_rate(argv[1] + 7, threads, seconds)
                          : postgres_rate(argv[1], threads, seconds);

    printf("%.0f\n", (double)done / seconds);
    return 0;
}
