/* store.c - opens a back end and runs jobs on it; see store.h. */
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "store/driver.h"
#include "store/migrations.h"
#include "store/notice.h"
#include "store/pool.h"
#include "store/txn.h"
#include "store/writer.h"

#define STORE_ATTEMPTS    3
#define READERS_OF_SQLITE 4
#define POOL_OF_POSTGRES  16
#define WAIT_MS           5000

struct srv_store {
    const store_driver *driver;
    store_opts opts;  /* its url is ours */
    store_conn *walk; /* the one connection of a walk */
    store_writer *writer;
    store_pool pool;
    store_bundle *bundle; /* of PostgreSQL, but not of a walk */
    store_notice *notice;
};

static bool store_url_is(const char *url, const char *scheme)
{
    return strncmp(url, scheme, strlen(scheme)) == 0;
}

/* libpq reads passwords from a passfile; in a URL they would show in the list of processes. */
static bool store_has_password(const char *url)
{
    const char *host = strstr(url, "://");
    size_t authority = host ? strcspn(host + 3, "/?") : 0;
    const char *at = host ? memchr(host + 3, '@', authority) : NULL;

    return (at && memchr(host + 3, ':', (size_t)(at - host - 3))) || strstr(url, "password=");
}

srv_status store_check_environment(const char *url, srv_error *error)
{
    const char *password = store_url_is(url, "postgres") ? getenv("PGPASSWORD") : NULL;

    return password && password[0]
               ? srv_fail(error, SRV_E_CONFIG,
                          "PGPASSWORD is set, and secrets come by file only: use libpq's passfile")
               : SRV_OK;
}

static srv_status store_choose(srv_store *store, srv_error *error)
{
    const char *url = store->opts.url;
    bool is_sqlite = store_url_is(url, "sqlite:");

    if (!is_sqlite && !store_url_is(url, "postgresql://") && !store_url_is(url, "postgres://"))
        return srv_fail(error, SRV_E_CONFIG,
                        "a database is sqlite:PATH or postgresql://..., and this is neither");
    if (!is_sqlite && store_has_password(url))
        return srv_fail(error, SRV_E_CONFIG,
                        "a database URL holds no password: use libpq's passfile");
    TRY(store_check_environment(url, error));
    if (is_sqlite && !store->opts.is_walk && strcmp(url, "sqlite::memory:") == 0)
        return srv_fail(error, SRV_E_CONFIG, "a database in memory serves walks only");
    store->driver = is_sqlite ? &store_sqlite : &store_postgres;
    if (store->opts.connections == 0)
        store->opts.connections = is_sqlite ? READERS_OF_SQLITE : POOL_OF_POSTGRES;
    if (store->opts.wait_ms == 0)
        store->opts.wait_ms = WAIT_MS;
    return SRV_OK;
}

static srv_status store_connect(srv_store *store, srv_error *error)
{
    store_conn *first = NULL;

    TRY(store_notice_new(&store->opts, &store->notice, error));
    if (store->opts.is_walk) {
        TRY(store->driver->open(&store->opts, false, &store->walk, error));
        return store->driver->begin(store->walk, false, NULL);
    }
    if (store->driver->is_grouped)
        return store_writer_new(store->driver, &store->opts, &store->writer, error);
    /* Wrong names and passwords are told at once, not by the first request. */
    TRY(store_pool_first(&store->pool, &first, error));
    store_pool_give(&store->pool, first);
    return store_bundle_new(&store->pool, &store->bundle, error);
}

srv_status store_open(const store_opts *opts, srv_store **opened, srv_error *error)
{
    srv_store *store = calloc(1, sizeof *store);

    if (!store)
        return srv_fail(error, SRV_E_NO_MEMORY, "no memory");
    store->opts = *opts;
    store->opts.url = strdup(opts->url);

    srv_status status = store->opts.url ? store_choose(store, error)
                                        : srv_fail(error, SRV_E_NO_MEMORY, "no memory");

    store_pool_init(&store->pool, store->driver, &store->opts,
                    store->driver && store->driver->is_grouped, store->opts.connections);
    if (status == SRV_OK)
        status = store_connect(store, error);
    if (status != SRV_OK) {
        store_close(store);
        return status;
    }
    *opened = store;
    return SRV_OK;
}

void store_close(srv_store *store)
{
    if (!store)
        return;
    store_writer_free(store->writer);
    store_bundle_free(store->bundle);
    store_pool_done(&store->pool);
    if (store->walk) {
        store->driver->rollback(store->walk);
        store->driver->close(store->walk);
    }
    store_notice_free(store->notice);
    free((char *)(uintptr_t)store->opts.url);
    free(store);
}

const char *store_kind(const srv_store *store)
{
    return store->driver->kind;
}

static srv_status store_run_walk(srv_store *store, store_job *job, void *ctx, srv_error *error)
{
    bool has_tape = false;

    store->walk->fault = FAULT_NONE;
    return store_txn_step(store->walk, &store->opts.clock, job, ctx, &has_tape, error);
}

/* Over the pool; on another connection when the first was lost before anything could stand. */
static srv_status store_run_pooled(srv_store *store, bool is_reader, store_job *job, void *ctx,
                                   bool *has_tape, srv_error *error)
{
    srv_status status = SRV_E_UNAVAILABLE;
    bool is_lost = true;

    *has_tape = false;
    for (int i = 0; i < STORE_ATTEMPTS && is_lost; i++) {
        store_conn *conn = NULL;

        TRY(store_pool_take(&store->pool, &conn, error));
        status = store_txn_run(conn, is_reader, &store->opts.clock, job, ctx, has_tape, error);
        is_lost = conn->fault == FAULT_LOST;
        store_pool_give(&store->pool, conn);
    }
    return status;
}

srv_status store_write(srv_store *store, store_job *job, void *ctx, srv_error *error)
{
    bool has_tape = false;
    srv_status status;

    if (store->walk)
        return store_run_walk(store, job, ctx, error);
    if (store->writer)
        status = store_writer_run(store->writer, job, ctx, &has_tape, error);
    else
        status = store_run_pooled(store, false, job, ctx, &has_tape, error);
    if (has_tape)
        store_notice_wake(store->notice);
    return status;
}

srv_status store_alone(srv_store *store, store_job *job, void *ctx, bool *is_lost, srv_error *error)
{
    *is_lost = false;
    if (store->driver->is_grouped)
        return SRV_E_NOT_FOUND;
    return store_txn_alone(store->walk, store->bundle, &store->opts.clock, job, ctx, is_lost,
                           error);
}

srv_status store_read(srv_store *store, store_job *job, void *ctx, srv_error *error)
{
    bool has_tape = false;

    return store->walk ? store_run_walk(store, job, ctx, error)
                       : store_run_pooled(store, true, job, ctx, &has_tape, error);
}

srv_status store_migrate(srv_store *store, srv_error *error)
{
    TRY(store_write(store, store_migrate_job, (void *)(uintptr_t)&store_migrations, error));
    if (!store->walk)
        return SRV_OK;
    /* SQLite would prepare every statement again after each step back over a schema that is not
     * committed. */
    TRY(store->driver->commit(store->walk));
    return store->driver->begin(store->walk, false, NULL);
}

srv_status store_schema_read(srv_store *store, store_schema *schema, srv_error *error)
{
    return store_read(store, store_schema_job, schema, error);
}

srv_status store_mark(srv_store *store)
{
    return store->walk ? store->driver->save(store->walk, SAVE_SET) : SRV_E_INTERNAL;
}

srv_status store_back(srv_store *store)
{
    if (!store->walk)
        return SRV_E_INTERNAL;
    TRY(store->driver->save(store->walk, SAVE_BACK));
    return store->driver->save(store->walk, SAVE_RELEASE);
}

void store_wait(srv_store *store, unsigned timeout_ms)
{
    store_notice_wait(store->notice, timeout_ms);
}

void store_wake(srv_store *store)
{
    store_notice_wake(store->notice);
}

static srv_status store_check_job(store_txn *txn, void *ctx, srv_error *error)
{
    (void)ctx;
    return txn->conn->driver->check(txn->conn, error);
}

srv_status store_check(srv_store *store, srv_error *error)
{
    return store_read(store, store_check_job, NULL, error);
}
