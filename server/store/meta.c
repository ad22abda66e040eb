/* meta.c - single values by name; see store.h. */
#include "store/driver.h"

typedef struct meta_found {
    uint8_t *value;
    size_t len;
    bool is_found;
} meta_found;

static bool meta_take(void *ctx, const store_result *result)
{
    meta_found *found = ctx;

    found->len = store_column_bytes(result, 0, found->value, META_VALUE_MAX);
    found->is_found = true;
    return false;
}

srv_status store_meta_get(store_txn *txn, const char *key, uint8_t value[META_VALUE_MAX],
                          size_t *len)
{
    meta_found found = { .value = value };

    TRY(STORE_RUN(txn, STATEMENT_META_GET, meta_take, &found, NULL, store_text(key)));
    if (!found.is_found)
        return SRV_E_NOT_FOUND;
    *len = found.len;
    return SRV_OK;
}

srv_status store_meta_set(store_txn *txn, const char *key, lanyard_bytes value)
{
    return STORE_RUN(txn, STATEMENT_META_SET, NULL, NULL, NULL, store_text(key),
                     store_bytes(value));
}

srv_status store_meta_add(store_txn *txn, const char *key, lanyard_bytes value)
{
    return STORE_RUN(txn, STATEMENT_META_ADD, NULL, NULL, NULL, store_text(key),
                     store_bytes(value));
}
