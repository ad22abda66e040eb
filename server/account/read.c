/* read.c - users and credentials as they are; see account.h and commit.h. */
#include "account/commit.h"

#include <string.h>

typedef struct read_work {
    char username[USERNAME_MAX];
    char email[EMAIL_MAX]; /* as compared; "": by name */
    const srv_id *id;
    user_row *user;
    credential_row *credential; /* or NULL */
} read_work;

static srv_status read_job(store_txn *txn, void *ctx, srv_error *error)
{
    const read_work *work = ctx;

    (void)error;
    if (work->id)
        TRY(store_user_get(txn, work->id, work->user));
    else if (work->email[0])
        TRY(store_user_find_email(txn, work->email, work->user));
    else
        TRY(store_user_find(txn, work->username, work->user));
    return work->credential ? store_password_get(txn, &work->user->id, work->credential) : SRV_OK;
}

/* Whatever is no name and no address is nobody's. */
static srv_status read_by_login(const accounts *all, lanyard_str login, read_work *work,
                                srv_error *error)
{
    char address[EMAIL_MAX];
    bool is_address = login.len > 0 && memchr(login.ptr, '@', login.len);
    srv_status status = is_address ? account_email(login, address, work->email, NULL)
                                   : account_username(login, work->username, NULL);

    if (status != SRV_OK)
        return srv_fail(error, SRV_E_NOT_FOUND, "no such user");
    return store_read(all->store, read_job, work, error);
}

srv_status account_read_login(const accounts *all, lanyard_str login, user_row *user,
                              credential_row *credential, srv_error *error)
{
    read_work work = { .user = user, .credential = credential };

    return read_by_login(all, login, &work, error);
}

srv_status account_read_password(const accounts *all, const srv_id *user_id, user_row *user,
                                 credential_row *credential, srv_error *error)
{
    read_work work = { .id = user_id, .user = user, .credential = credential };

    return store_read(all->store, read_job, &work, error);
}

srv_status account_get(const accounts *all, const srv_id *user_id, user_row *user, srv_error *error)
{
    read_work work = { .id = user_id, .user = user };

    return store_read(all->store, read_job, &work, error);
}

srv_status account_find(const accounts *all, lanyard_str login, user_row *user, srv_error *error)
{
    read_work work = { .user = user };

    return read_by_login(all, login, &work, error);
}

static srv_status read_audit_job(store_txn *txn, void *ctx, srv_error *error)
{
    (void)error;
    return store_audit_add(txn, ctx);
}

srv_status account_audit(const accounts *all, const audit_row *row, srv_error *error)
{
    audit_row copy = *row;

    return store_write(all->store, read_audit_job, &copy, error);
}
