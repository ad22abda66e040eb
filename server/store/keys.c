/* keys.c - rows of signing keys; see store.h. */
#include "store/driver.h"

#define KEYS_LOCK_ID 0x6c616e7961726433 /* "lanyard3" */

srv_status store_keys_lock(store_txn *txn)
{
    return STORE_RUN(txn, STATEMENT_KEYS_LOCK, NULL, NULL, NULL, store_int(KEYS_LOCK_ID));
}

static store_value key_bytes_or_null(const uint8_t *bytes, size_t len)
{
    store_value value = store_bytes((lanyard_bytes){ bytes, len });

    value.is_null = len == 0;
    return value;
}

srv_status store_key_add(store_txn *txn, const signing_key_row *key)
{
    int64_t changed = 0;

    TRY(STORE_RUN(txn, STATEMENT_KEY_ADD, NULL, NULL, &changed, store_text(key->kid),
                  store_text(key->alg), store_json(key->public_jwk[0] ? key->public_jwk : "{}"),
                  key_bytes_or_null(key->sealed, key->sealed_len), store_int(key->state),
                  store_time(key->created_at), store_time_or_null(key->active_from),
                  store_time_or_null(key->retire_after)));
    return changed > 0 ? SRV_OK : SRV_E_CONFLICT;
}

srv_status store_key_update(store_txn *txn, const signing_key_row *key)
{
    int64_t changed = 0;

    TRY(STORE_RUN(txn, STATEMENT_KEY_UPDATE, NULL, NULL, &changed, store_text(key->kid),
                  store_int(key->state), store_time_or_null(key->active_from),
                  store_time_or_null(key->retire_after)));
    return changed > 0 ? SRV_OK : SRV_E_NOT_FOUND;
}

typedef struct key_walk {
    store_key_each *each;
    void *ctx;
} key_walk;

static bool key_each(void *ctx, const store_result *result)
{
    const key_walk *walk = ctx;
    signing_key_row key = { .state = (key_state)store_column_int(result, 4),
                            .created_at = store_column_time(result, 5),
                            .active_from = store_column_time(result, 6),
                            .retire_after = store_column_time(result, 7) };

    store_column_text(result, 0, key.kid, sizeof key.kid);
    store_column_text(result, 1, key.alg, sizeof key.alg);
    store_column_text(result, 2, key.public_jwk, sizeof key.public_jwk);
    if (key.public_jwk[0] == '{' && key.public_jwk[1] == '}') /* of a secret */
        key.public_jwk[0] = '\0';
    key.sealed_len = store_column_bytes(result, 3, key.sealed, sizeof key.sealed);
    return walk->each(walk->ctx, &key);
}

srv_status store_keys(store_txn *txn, store_key_each *each, void *ctx)
{
    key_walk walk = { each, ctx };

    return store_run(txn, STATEMENT_KEYS, NULL, 0, key_each, &walk, NULL);
}
