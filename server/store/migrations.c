/* migrations.c - brings the schema forward, one checked step after the other; see store.h. */
#include "store/migrations.h"

#include <stdio.h>
#include <string.h>
#include "base/text.h"

#define MIGRATION(version, text) { version, text },
static const migration migrations[] = {
#include "store/migrations.inc"
};
#undef MIGRATION

#define MIGRATION_LOCK_ID 0x6c616e7961726431 /* "lanyard1" */

const migration_list store_migrations = { migrations, sizeof migrations / sizeof *migrations };

typedef struct migration_state {
    const migration_list *known;
    int found;
    bool is_changed; /* a step was edited after it had been applied */
    srv_status status;
} migration_state;

static bool migration_look(void *ctx, const store_result *result)
{
    migration_state *state = ctx;
    uint8_t kept[SRV_SHA256_LEN] = { 0 };
    uint8_t ours[SRV_SHA256_LEN];

    state->found = (int)store_column_int(result, 0);
    if (state->found < 1 || state->found > state->known->count)
        return true;
    store_column_bytes(result, 1, kept, sizeof kept);
    state->status =
        srv_sha256(SRV_BYTES_OF(lanyard_str_of(state->known->steps[state->found - 1].text)), ours);
    if (state->status != SRV_OK)
        return false;
    state->is_changed = state->is_changed || !srv_equal(kept, ours, sizeof ours);
    return true;
}

static bool migration_count(void *ctx, const store_result *result)
{
    *(int64_t *)ctx = store_column_int(result, 0);
    return false;
}

static srv_status migration_read(store_txn *txn, const migration_list *known,
                                 migration_state *state)
{
    int64_t tables = 0;

    *state = (migration_state){ .known = known, .status = SRV_OK };
    TRY(store_run(txn, STATEMENT_MIGRATIONS_IS_THERE, NULL, 0, migration_count, &tables, NULL));
    if (tables == 0)
        return SRV_OK;
    TRY(store_run(txn, STATEMENT_MIGRATIONS, NULL, 0, migration_look, state, NULL));
    return state->status;
}

static srv_status migration_judge(const migration_state *state, srv_error *error)
{
    char detail[SRV_DETAIL_MAX];

    if (state->found > state->known->count) {
        snprintf(detail, sizeof detail,
                 "the database has schema version %d, this program knows up to %d", state->found,
                 state->known->count);
        return srv_fail(error, SRV_E_SCHEMA, detail);
    }
    if (state->is_changed)
        return srv_fail(error, SRV_E_SCHEMA,
                        "a migration was changed after it had been applied to this database");
    return SRV_OK;
}

static srv_status migration_apply(store_txn *txn, const migration *step, srv_error *error)
{
    uint8_t checksum[SRV_SHA256_LEN];

    TRY(txn->conn->driver->script(txn->conn, step->text, error));
    TRY(srv_sha256(SRV_BYTES_OF(lanyard_str_of(step->text)), checksum));
    return STORE_RUN(txn, STATEMENT_MIGRATION_ADD, NULL, NULL, NULL, store_int(step->version),
                     store_bytes(SRV_BYTES(checksum)), store_time(txn->now));
}

static srv_status migration_go_on(store_txn *txn, const migration_state *state, srv_error *error)
{
    TRY(store_run(txn, STATEMENT_MIGRATIONS_TABLE, NULL, 0, NULL, NULL, NULL));
    for (int i = state->found; i < state->known->count; i++)
        TRY(migration_apply(txn, &state->known->steps[i], error));
    return SRV_OK;
}

srv_status store_migrate_job(store_txn *txn, void *ctx, srv_error *error)
{
    migration_state state;

    /* Of two processes that start at once the second waits here, and then finds all done. */
    TRY(STORE_RUN(txn, STATEMENT_MIGRATIONS_LOCK, NULL, NULL, NULL, store_int(MIGRATION_LOCK_ID)));
    TRY(migration_read(txn, ctx, &state));
    TRY(migration_judge(&state, error));
    return state.found == state.known->count ? SRV_OK : migration_go_on(txn, &state, error);
}

srv_status store_schema_job(store_txn *txn, void *ctx, srv_error *error)
{
    store_schema *schema = ctx;
    migration_state state;

    (void)error;
    TRY(migration_read(txn, &store_migrations, &state));
    *schema = (store_schema){ .found = state.found, .wanted = store_migrations.count };
    return SRV_OK;
}
