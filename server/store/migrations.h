/* migrations.h - the two jobs behind store_migrate() and store_schema_read(). */
#ifndef SERVER_STORE_MIGRATIONS_H
#define SERVER_STORE_MIGRATIONS_H

#include "store/driver.h"

typedef struct migration {
    int version; /* 1, 2, 3 ... */
    const char *text;
} migration;

typedef struct migration_list {
    const migration *steps;
    int count;
} migration_list;

extern const migration_list store_migrations; /* of this program */

/* ctx: a const migration_list, store_migrations but for tests. */
SRV_CHECK srv_status store_migrate_job(store_txn *txn, void *ctx, srv_error *error);

/* ctx: a store_schema. */
SRV_CHECK srv_status store_schema_job(store_txn *txn, void *ctx, srv_error *error);

#endif
