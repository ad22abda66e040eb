/* users.c - rows of users, their addresses and passwords; see store.h. */
#include "store/driver.h"

#include <string.h>
#include "base/text.h"

/* One row wanted: where it goes, and whether it came. */
typedef struct user_found {
    user_row *user;
    bool is_found;
} user_found;

static void user_from(const store_result *result, user_row *user)
{
    *user = (user_row){ .status = (user_status)store_column_int(result, 2) };
    store_column_id(result, 0, &user->id);
    store_column_text(result, 1, user->username, sizeof user->username);
    store_column_text(result, 3, user->roles, sizeof user->roles);
    store_column_text(result, 4, user->profile, sizeof user->profile);
    user->tokens_not_before = store_column_time(result, 5);
    user->created_at = store_column_time(result, 6);
    user->updated_at = store_column_time(result, 7);
    user->version = store_column_int(result, 8);
    store_column_text(result, 9, user->email, sizeof user->email);
    user->email_verified_at = store_column_time(result, 10);
}

static bool user_take(void *ctx, const store_result *result)
{
    user_found *found = ctx;

    user_from(result, found->user);
    found->is_found = true;
    return false;
}

static srv_status user_one(store_txn *txn, store_statement statement, store_value key,
                           user_row *user)
{
    user_found found = { .user = user };

    TRY(STORE_RUN(txn, statement, user_take, &found, NULL, key));
    return found.is_found ? SRV_OK : SRV_E_NOT_FOUND;
}

srv_status store_user_add(store_txn *txn, const user_row *user)
{
    int64_t changed = 0;

    TRY(STORE_RUN(txn, STATEMENT_USER_ADD, NULL, NULL, &changed, store_id(&user->id),
                  store_text_or_null(user->username), store_int(user->status),
                  store_text(user->roles), store_json(user->profile),
                  store_time_or_null(user->tokens_not_before), store_time(user->created_at),
                  store_time(user->updated_at)));
    return changed > 0 ? SRV_OK : SRV_E_USERNAME_TAKEN;
}

srv_status store_user_get(store_txn *txn, const srv_id *id, user_row *user)
{
    return user_one(txn, STATEMENT_USER_GET, store_id(id), user);
}

srv_status store_user_lock(store_txn *txn, const srv_id *id, user_row *user)
{
    return user_one(txn, STATEMENT_USER_LOCK, store_id(id), user);
}

srv_status store_user_find(store_txn *txn, const char *username, user_row *user)
{
    return user_one(txn, STATEMENT_USER_FIND, store_text(username), user);
}

srv_status store_user_find_email(store_txn *txn, const char *address_norm, user_row *user)
{
    return user_one(txn, STATEMENT_USER_FIND_EMAIL, store_text(address_norm), user);
}

srv_status store_user_update(store_txn *txn, const user_row *user)
{
    int64_t changed = 0;
    srv_status status = STORE_RUN(
        txn, STATEMENT_USER_UPDATE, NULL, NULL, &changed, store_text_or_null(user->username),
        store_int(user->status), store_text(user->roles), store_json(user->profile),
        store_time_or_null(user->tokens_not_before), store_time(user->updated_at),
        store_id(&user->id), store_int(user->version));

    if (status == SRV_E_CONFLICT) /* the only thing unique besides the id */
        return SRV_E_USERNAME_TAKEN;
    TRY(status);
    return changed > 0 ? SRV_OK : SRV_E_CONFLICT;
}

typedef struct user_walk {
    store_user_each *each;
    void *ctx;
} user_walk;

static bool user_each(void *ctx, const store_result *result)
{
    const user_walk *walk = ctx;
    user_row user;

    user_from(result, &user);
    return walk->each(walk->ctx, &user);
}

srv_status store_users(store_txn *txn, const srv_id *after, const char *find, int limit,
                       store_user_each *each, void *ctx)
{
    user_walk walk = { each, ctx };

    return STORE_RUN(txn, STATEMENT_USERS, user_each, &walk, NULL, store_id(after),
                     store_text(find), store_int(limit));
}

srv_status store_email_add(store_txn *txn, const email_row *email)
{
    int64_t changed = 0;

    TRY(STORE_RUN(txn, STATEMENT_EMAIL_ADD, NULL, NULL, &changed, store_id(&email->id),
                  store_id(&email->user_id), store_text(email->address),
                  store_text(email->address_norm), store_time_or_null(email->verified_at),
                  store_int(email->is_primary)));
    return changed > 0 ? SRV_OK : SRV_E_EMAIL_TAKEN;
}

srv_status store_emails_remove(store_txn *txn, const srv_id *user_id)
{
    return STORE_RUN(txn, STATEMENT_EMAILS_REMOVE, NULL, NULL, NULL, store_id(user_id));
}

typedef struct credential_found {
    credential_row *credential;
    bool is_found;
} credential_found;

static bool credential_take(void *ctx, const store_result *result)
{
    credential_found *found = ctx;
    credential_row *credential = found->credential;

    store_column_id(result, 0, &credential->id);
    store_column_id(result, 1, &credential->user_id);
    store_column_text(result, 2, credential->secret, sizeof credential->secret);
    credential->created_at = store_column_time(result, 3);
    credential->last_used_at = store_column_time(result, 4);
    found->is_found = true;
    return false;
}

srv_status store_password_get(store_txn *txn, const srv_id *user_id, credential_row *credential)
{
    credential_found found = { .credential = credential };

    TRY(STORE_RUN(txn, STATEMENT_PASSWORD_GET, credential_take, &found, NULL, store_id(user_id)));
    return found.is_found ? SRV_OK : SRV_E_NOT_FOUND;
}

static store_value credential_secret(const char *secret)
{
    return store_bytes(SRV_BYTES_OF(lanyard_str_of(secret)));
}

srv_status store_password_set(store_txn *txn, const credential_row *credential)
{
    TRY(STORE_RUN(txn, STATEMENT_PASSWORD_REMOVE, NULL, NULL, NULL,
                  store_id(&credential->user_id)));
    return STORE_RUN(txn, STATEMENT_PASSWORD_ADD, NULL, NULL, NULL, store_id(&credential->id),
                     store_id(&credential->user_id), credential_secret(credential->secret),
                     store_time(credential->created_at),
                     store_time_or_null(credential->last_used_at));
}

srv_status store_password_rehash(store_txn *txn, const srv_id *id, const char *old,
                                 const char *better)
{
    int64_t changed = 0;

    TRY(STORE_RUN(txn, STATEMENT_PASSWORD_REHASH, NULL, NULL, &changed, credential_secret(better),
                  store_id(id), credential_secret(old)));
    return changed > 0 ? SRV_OK : SRV_E_CONFLICT;
}

srv_status store_credentials_remove(store_txn *txn, const srv_id *user_id)
{
    return STORE_RUN(txn, STATEMENT_CREDENTIALS_REMOVE, NULL, NULL, NULL, store_id(user_id));
}
