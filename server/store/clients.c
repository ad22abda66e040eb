/* clients.c - rows of OAuth clients; see store.h. */
#include "store/driver.h"

static store_value client_secret(const client_row *client, int which)
{
    store_value value = store_bytes((lanyard_bytes){ client->secret_hash[which], SRV_SHA256_LEN });

    value.is_null = !client->has_secret[which];
    return value;
}

srv_status store_client_add(store_txn *txn, const client_row *client)
{
    int64_t changed = 0;

    TRY(STORE_RUN(txn, STATEMENT_CLIENT_ADD, NULL, NULL, &changed, store_text(client->id),
                  store_text(client->name), store_text(client->scopes), client_secret(client, 0),
                  client_secret(client, 1), store_time(client->created_at),
                  store_time_or_null(client->disabled_at)));
    return changed > 0 ? SRV_OK : SRV_E_CONFLICT;
}

srv_status store_client_update(store_txn *txn, const client_row *client)
{
    int64_t changed = 0;

    TRY(STORE_RUN(txn, STATEMENT_CLIENT_UPDATE, NULL, NULL, &changed, store_text(client->id),
                  store_text(client->name), store_text(client->scopes), client_secret(client, 0),
                  client_secret(client, 1), store_time_or_null(client->disabled_at)));
    return changed > 0 ? SRV_OK : SRV_E_NOT_FOUND;
}

srv_status store_client_remove(store_txn *txn, const char *id)
{
    int64_t changed = 0;

    TRY(STORE_RUN(txn, STATEMENT_CLIENT_REMOVE, NULL, NULL, &changed, store_text(id)));
    return changed > 0 ? SRV_OK : SRV_E_NOT_FOUND;
}

static void client_from(const store_result *result, client_row *client)
{
    *client = (client_row){ .created_at = store_column_time(result, 5),
                            .disabled_at = store_column_time(result, 6) };
    store_column_text(result, 0, client->id, sizeof client->id);
    store_column_text(result, 1, client->name, sizeof client->name);
    store_column_text(result, 2, client->scopes, sizeof client->scopes);
    for (int i = 0; i < 2; i++)
        client->has_secret[i] = store_column_bytes(result, 3 + i, client->secret_hash[i],
                                                   SRV_SHA256_LEN) == SRV_SHA256_LEN;
}

typedef struct client_found {
    client_row *client;
    bool is_found;
} client_found;

static bool client_take(void *ctx, const store_result *result)
{
    client_found *found = ctx;

    client_from(result, found->client);
    found->is_found = true;
    return false;
}

srv_status store_client_get(store_txn *txn, const char *id, client_row *client)
{
    client_found found = { .client = client };

    TRY(STORE_RUN(txn, STATEMENT_CLIENT_GET, client_take, &found, NULL, store_text(id)));
    return found.is_found ? SRV_OK : SRV_E_NOT_FOUND;
}

typedef struct client_walk {
    store_client_each *each;
    void *ctx;
} client_walk;

static bool client_each(void *ctx, const store_result *result)
{
    const client_walk *walk = ctx;
    client_row client;

    client_from(result, &client);
    return walk->each(walk->ctx, &client);
}

srv_status store_clients(store_txn *txn, store_client_each *each, void *ctx)
{
    client_walk walk = { each, ctx };

    return store_run(txn, STATEMENT_CLIENTS, NULL, 0, client_each, &walk, NULL);
}
