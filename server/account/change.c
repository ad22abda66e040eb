/* change.c - accounts are changed, disabled and deleted; see account.h. The user's row is held
 * first, so that no login slips in between. */
#include "account/account.h"

#include <string.h>
#include "base/text.h"

typedef enum change_kind {
    CHANGE_UPDATE,
    CHANGE_DISABLE,
    CHANGE_ENABLE,
    CHANGE_DELETE
} change_kind;

typedef struct change_work {
    const accounts *all;
    change_kind kind;
    const srv_id *user_id;
    const account_change *change; /* of UPDATE */
    user_row *user;
    email_row email;
    audit_row by; /* actor and address */
    tape_batch batch;
} change_work;

static srv_status change_audit(const change_work *work, store_txn *txn, audit_event event)
{
    audit_row row = work->by;

    row.event = event;
    row.subject = *work->user_id;
    return store_audit_add(txn, &row);
}

/* Ends every session; tokens that carry none are refused from here on. */
static srv_status change_end_sessions(change_work *work, store_txn *txn, end_reason reason)
{
    static const srv_id none = { { 0 } };
    unsigned count = 0;

    work->user->tokens_not_before = store_now(txn);
    return session_end_user(work->all->sessions, txn, work->user_id, &none, reason, &work->by,
                            &work->batch, &count);
}

static srv_status change_save(change_work *work, store_txn *txn)
{
    work->user->updated_at = store_now(txn);
    TRY(store_user_update(txn, work->user));
    work->user->version++;
    return SRV_OK;
}

/* Nobody may log in as the user after this: whatever was made before is refused by name, too. */
static srv_status change_tell(change_work *work, store_txn *txn)
{
    srv_time life = 0;

    TRY(sessions_longest_life(work->all->sessions, txn, &life));
    return tape_write(txn, &work->batch, TAPE_SUB, SRV_BYTES(work->user_id->bytes), life);
}

static srv_status change_email(change_work *work, store_txn *txn)
{
    if (!work->change->email.ptr && !work->change->removes_email)
        return SRV_OK;
    TRY(store_emails_remove(txn, work->user_id));
    memcpy(work->user->email, work->email.address, sizeof work->user->email);
    work->user->email_verified_at = 0;
    if (!work->email.address[0])
        return SRV_OK;
    TRY(srv_id_new(store_now(txn), &work->email.id));
    work->email.user_id = *work->user_id;
    work->email.is_primary = true;
    return store_email_add(txn, &work->email);
}

/* Another privilege, another session: every login is made anew. */
static srv_status change_roles(change_work *work, store_txn *txn, srv_error *error)
{
    char roles[ROLES_MAX];

    if (!work->change->roles.ptr)
        return SRV_OK;
    TRY(account_roles(work->change->roles, roles, error));
    if (strcmp(roles, work->user->roles) == 0)
        return SRV_OK;
    memcpy(work->user->roles, roles, sizeof roles);
    TRY(change_audit(work, txn, AUDIT_ROLES_CHANGED));
    return change_end_sessions(work, txn, END_ADMIN);
}

static srv_status change_fields(change_work *work, srv_error *error)
{
    const account_change *change = work->change;

    if (change->username.ptr)
        TRY(account_username(change->username, work->user->username, error));
    return change->profile.ptr ? account_profile(change->profile, work->user->profile, error)
                               : SRV_OK;
}

/* A name or an address that was somebody else's: the tokens of that time, which carry nothing but
 * it, are not this user's. */
static srv_status change_names(change_work *work, store_txn *txn, srv_error *error)
{
    user_row *user = work->user;
    char username[USERNAME_MAX];
    char email[EMAIL_MAX];

    memcpy(username, user->username, sizeof username);
    memcpy(email, user->email, sizeof email);
    TRY(change_fields(work, error));
    TRY(change_email(work, txn));
    if (strcmp(username, user->username) != 0 || strcmp(email, user->email) != 0)
        user->tokens_not_before = store_now(txn);
    return SRV_OK;
}

static srv_status change_update(change_work *work, store_txn *txn, srv_error *error)
{
    if (work->user->status == USER_DELETED)
        return SRV_E_NOT_FOUND;
    TRY(change_names(work, txn, error));
    if (!work->user->username[0] && !work->user->email[0])
        return srv_fail(error, SRV_E_INVALID, "A user name or an e-mail address is needed.");
    TRY(change_roles(work, txn, error));
    TRY(change_save(work, txn));
    return change_audit(work, txn, AUDIT_USER_CHANGED);
}

static srv_status change_disable(change_work *work, store_txn *txn)
{
    if (work->user->status != USER_ACTIVE)
        return work->user->status == USER_DISABLED ? SRV_OK : SRV_E_NOT_FOUND;
    work->user->status = USER_DISABLED;
    TRY(change_end_sessions(work, txn, END_DISABLED));
    TRY(change_tell(work, txn));
    TRY(change_save(work, txn));
    return change_audit(work, txn, AUDIT_USER_DISABLED);
}

static srv_status change_enable(change_work *work, store_txn *txn)
{
    if (work->user->status != USER_DISABLED)
        return work->user->status == USER_ACTIVE ? SRV_OK : SRV_E_NOT_FOUND;
    work->user->status = USER_ACTIVE;
    TRY(change_save(work, txn));
    return change_audit(work, txn, AUDIT_USER_ENABLED);
}

static srv_status change_forget(change_work *work, store_txn *txn)
{
    TRY(store_emails_remove(txn, work->user_id));
    return store_credentials_remove(txn, work->user_id);
}

static srv_status change_delete(change_work *work, store_txn *txn)
{
    user_row *user = work->user;

    if (user->status == USER_DELETED)
        return SRV_E_NOT_FOUND;
    TRY(change_end_sessions(work, txn, END_DELETED));
    TRY(change_tell(work, txn));
    TRY(change_forget(work, txn));
    user->status = USER_DELETED;
    user->username[0] = '\0';
    user->roles[0] = '\0';
    user->email[0] = '\0';
    memcpy(user->profile, "{}", sizeof "{}");
    TRY(change_save(work, txn));
    return change_audit(work, txn, AUDIT_USER_DELETED);
}

static srv_status change_user_job(store_txn *txn, void *ctx, srv_error *error)
{
    change_work *work = ctx;

    tape_batch_reset(&work->batch);
    TRY(store_user_lock(txn, work->user_id, work->user));
    switch (work->kind) {
    case CHANGE_DISABLE:
        return change_disable(work, txn);
    case CHANGE_ENABLE:
        return change_enable(work, txn);
    case CHANGE_DELETE:
        return change_delete(work, txn);
    default:
        return change_update(work, txn, error);
    }
}

/* Whether it ends sessions, some of which others may have ended. */
static bool change_is_end(const change_work *work)
{
    return work->kind == CHANGE_DISABLE || work->kind == CHANGE_DELETE ||
           (work->kind == CHANGE_UPDATE && work->change->roles.ptr);
}

static srv_status change_whole(change_work *work, srv_error *error)
{
    tape_batch_init(&work->batch);

    srv_status status = store_write(work->all->store, change_user_job, work, error);

    if (status == SRV_OK && change_is_end(work))
        status = tape_tell(work->all->tape, &work->batch, true, error);
    tape_batch_done(&work->batch);
    return status;
}

srv_status account_update(const accounts *all, const srv_id *user_id, const account_change *change,
                          user_row *user, srv_error *error)
{
    user_row changed;
    change_work work = { .all = all,
                         .kind = CHANGE_UPDATE,
                         .user_id = user_id,
                         .change = change,
                         .user = &changed,
                         .by = { .actor = change->actor } };

    memcpy(work.by.address, change->from.address, sizeof work.by.address);
    if (change->email.ptr)
        TRY(account_email(change->email, work.email.address, work.email.address_norm, error));
    TRY(change_whole(&work, error));
    *user = changed;
    return SRV_OK;
}

srv_status account_set_disabled(const accounts *all, const srv_id *user_id, bool is_disabled,
                                srv_error *error)
{
    user_row user;
    change_work work = { .all = all,
                         .kind = is_disabled ? CHANGE_DISABLE : CHANGE_ENABLE,
                         .user_id = user_id,
                         .user = &user };

    return change_whole(&work, error);
}

srv_status account_delete(const accounts *all, const srv_id *user_id, const srv_id *actor,
                          const session_origin *from, srv_error *error)
{
    user_row user;
    change_work work = { .all = all,
                         .kind = CHANGE_DELETE,
                         .user_id = user_id,
                         .user = &user,
                         .by = { .actor = *actor } };

    memcpy(work.by.address, from->address, sizeof work.by.address);
    return change_whole(&work, error);
}
