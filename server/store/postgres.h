/* postgres.h - the connection of the PostgreSQL back end, shared by its three files. */
#ifndef SERVER_STORE_POSTGRES_H
#define SERVER_STORE_POSTGRES_H

#include "store/driver.h"
#include "store/libpq.h"

#define POSTGRES_PARAMS_MAX 24

typedef struct postgres_conn {
    store_conn base;
    libpq pq;
    PGconn *pg;
    bool is_prepared[STATEMENTS];
} postgres_conn;

/* A connection, whole or failed; or, without waiting, the beginning of one for PQconnectPoll(). A
 * machine that is gone is noticed within seconds; one that answers and whose PostgreSQL stands
 * still is not. NULL: no memory. */
PGconn *store_postgres_dial(const libpq *pq, const char *url, bool waits);

/* What a result says went wrong, as a status; sets the connection's fault. */
srv_status store_postgres_failed(postgres_conn *conn, const PGresult *result);

/* A value as it travels; its bytes are number's or what the value borrows, never NULL. */
lanyard_bytes store_postgres_wire(const store_value *value, uint8_t number[8]);

/* Prepares it as name unless it is already. */
srv_status store_postgres_prepare(postgres_conn *conn, store_statement number, const Oid *types,
                                  size_t count, char name[16]);
srv_status store_postgres_run(store_conn *base, store_statement number, const store_value *values,
                              size_t count, store_result_each *each, void *ctx, int64_t *changed);
srv_status store_postgres_run_set(store_conn *base, store_call *const calls[], size_t count);
bool store_postgres_is_null(const store_result *result, int column);
int64_t store_postgres_number(const store_result *result, int column);
lanyard_bytes store_postgres_bytes(const store_result *result, int column);

#endif
