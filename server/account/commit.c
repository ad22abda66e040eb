/* commit.c - see commit.h. Whatever makes or ends sessions holds the user's row first. */
#include "account/commit.h"

#include <stdio.h>
#include <string.h>

typedef enum commit_kind { COMMIT_LOGIN, COMMIT_REAUTH, COMMIT_PASSWORD } commit_kind;

typedef struct commit_work {
    const accounts *all;
    commit_kind kind;
    const credential_row *credential;
    const char *phc;   /* the new one, or a better one, or NULL */
    const srv_id *sid; /* of REAUTH */
    const session_start *start;
    user_row *user;
    session_grant *grant;
    tape_batch batch;
    account_register_row *row; /* of a registration */
} commit_work;

static audit_row commit_audit_row(const commit_work *work, audit_event event)
{
    audit_row row = { .event = event, .actor = work->user->id, .subject = work->user->id };

    if (work->start)
        memcpy(row.address, work->start->from.address, sizeof row.address);
    return row;
}

static srv_status commit_audit(const commit_work *work, store_txn *txn, audit_event event)
{
    audit_row row = commit_audit_row(work, event);

    if (work->grant)
        row.session_id = work->grant->sid;
    return store_audit_add(txn, &row);
}

static srv_status commit_begin(commit_work *work, store_txn *txn)
{
    session_start start = *work->start;

    start.user_id = work->user->id;
    return session_begin(work->all->sessions, txn, work->user, &start, &work->batch, work->grant);
}

/* The user as it is now, held; the password still the one that was compared. */
static srv_status commit_hold(commit_work *work, store_txn *txn)
{
    credential_row now;

    TRY(store_user_lock(txn, &work->credential->user_id, work->user));
    if (work->user->status != USER_ACTIVE)
        return SRV_E_ACCOUNT_DISABLED;

    srv_status status = store_password_get(txn, &work->user->id, &now);

    if (status == SRV_E_NOT_FOUND)
        return SRV_E_INVALID_CREDENTIALS;
    TRY(status);
    return strcmp(now.secret, work->credential->secret) == 0 ? SRV_OK : SRV_E_CONFLICT;
}

static srv_status commit_login(commit_work *work, store_txn *txn)
{
    if (work->phc)
        TRY(store_password_rehash(txn, &work->credential->id, work->credential->secret, work->phc));
    TRY(commit_begin(work, txn));
    if (work->phc)
        TRY(commit_audit(work, txn, AUDIT_PASSWORD_REHASHED));
    return commit_audit(work, txn, AUDIT_LOGIN);
}

static srv_status commit_reauth(commit_work *work, store_txn *txn)
{
    audit_row by = commit_audit_row(work, AUDIT_SESSION_ENDED);
    session_row old = { .id = *work->sid, .user_id = work->user->id };
    bool is_ended = false;

    TRY(session_end(work->all->sessions, txn, &old, END_REAUTH, &by, &work->batch, &is_ended));
    if (!is_ended)
        return SRV_E_SESSION_ENDED;
    TRY(commit_begin(work, txn));
    return commit_audit(work, txn, AUDIT_REAUTHENTICATED);
}

static srv_status commit_password(commit_work *work, store_txn *txn)
{
    static const srv_id none = { { 0 } };
    audit_row by = commit_audit_row(work, AUDIT_SESSION_ENDED);
    credential_row fresh = { .user_id = work->user->id, .created_at = store_now(txn) };
    unsigned count = 0;

    TRY(session_end_user(work->all->sessions, txn, &work->user->id, &none, END_PASSWORD, &by,
                         &work->batch, &count));
    TRY(srv_id_new(store_now(txn), &fresh.id));
    snprintf(fresh.secret, sizeof fresh.secret, "%s", work->phc);
    TRY(store_password_set(txn, &fresh));
    work->user->tokens_not_before = store_now(txn);
    work->user->updated_at = store_now(txn);
    TRY(store_user_update(txn, work->user));
    work->user->version++;
    TRY(commit_begin(work, txn));
    return commit_audit(work, txn, AUDIT_PASSWORD_CHANGED);
}

static srv_status commit_job(store_txn *txn, void *ctx, srv_error *error)
{
    commit_work *work = ctx;

    (void)error;
    tape_batch_reset(&work->batch);
    TRY(commit_hold(work, txn));
    switch (work->kind) {
    case COMMIT_REAUTH:
        return commit_reauth(work, txn);
    case COMMIT_PASSWORD:
        return commit_password(work, txn);
    default:
        return commit_login(work, txn);
    }
}

/* A login ends sessions only to make room for its own; a password change ends all, and some may
 * have been ended by others. */
static srv_status commit_tell(const commit_work *work, srv_error *error)
{
    if (work->kind == COMMIT_PASSWORD)
        return tape_tell(work->all->tape, &work->batch, true, error);
    if (tape_add(work->all->tape, &work->batch) != SRV_OK)
        return srv_fail(error, SRV_E_UNAVAILABLE, "no memory for the tape");
    return SRV_OK;
}

static srv_status commit_whole(commit_work *work, store_job *job, srv_error *error)
{
    tape_batch_init(&work->batch);

    srv_status status = store_write(work->all->store, job, work, error);

    if (status == SRV_OK)
        status = commit_tell(work, error);
    tape_batch_done(&work->batch);
    return status;
}

static commit_work commit_of(const accounts *all, commit_kind kind,
                             const credential_row *credential, const session_start *start,
                             user_row *user, session_grant *grant)
{
    return (commit_work){ .all = all,
                          .kind = kind,
                          .credential = credential,
                          .start = start,
                          .user = user,
                          .grant = grant };
}

srv_status account_commit_login(const accounts *all, const credential_row *credential,
                                const char *better, const session_start *start, user_row *user,
                                session_grant *grant, srv_error *error)
{
    commit_work work = commit_of(all, COMMIT_LOGIN, credential, start, user, grant);

    work.phc = better;
    return commit_whole(&work, commit_job, error);
}

srv_status account_commit_reauth(const accounts *all, const credential_row *credential,
                                 const srv_id *sid, const session_start *start, user_row *user,
                                 session_grant *grant, srv_error *error)
{
    commit_work work = commit_of(all, COMMIT_REAUTH, credential, start, user, grant);

    work.sid = sid;
    return commit_whole(&work, commit_job, error);
}

srv_status account_commit_password(const accounts *all, const credential_row *credential,
                                   const char *phc, const session_start *start, user_row *user,
                                   session_grant *grant, srv_error *error)
{
    commit_work work = commit_of(all, COMMIT_PASSWORD, credential, start, user, grant);

    work.phc = phc;
    return commit_whole(&work, commit_job, error);
}

static srv_status commit_add_email(account_register_row *row, store_txn *txn)
{
    if (!row->email.address[0])
        return SRV_OK;
    TRY(srv_id_new(store_now(txn), &row->email.id));
    row->email.user_id = row->user.id;
    row->email.is_primary = true;
    TRY(store_email_add(txn, &row->email));
    memcpy(row->user.email, row->email.address, sizeof row->user.email);
    return SRV_OK;
}

static srv_status commit_add_password(const account_register_row *row, store_txn *txn)
{
    credential_row credential = { .created_at = store_now(txn), .user_id = row->user.id };

    TRY(srv_id_new(credential.created_at, &credential.id));
    snprintf(credential.secret, sizeof credential.secret, "%s", row->phc);
    return store_password_set(txn, &credential);
}

static srv_status commit_add_user(account_register_row *row, store_txn *txn)
{
    srv_time now = store_now(txn);
    user_row *user = &row->user;

    TRY(srv_id_new(now, &user->id));
    user->status = USER_ACTIVE;
    user->version = 0;
    user->created_at = now;
    user->updated_at = now;
    /* A name that was somebody else's: the tokens of that time are not this user's. */
    user->tokens_not_before = now;
    TRY(store_user_add(txn, user));
    TRY(commit_add_email(row, txn));
    return commit_add_password(row, txn);
}

static srv_status commit_register_job(store_txn *txn, void *ctx, srv_error *error)
{
    commit_work *work = ctx;

    (void)error;
    tape_batch_reset(&work->batch);
    TRY(commit_add_user(work->row, txn));
    if (work->start)
        TRY(commit_begin(work, txn));
    return commit_audit(work, txn, AUDIT_REGISTERED);
}

srv_status account_commit_register(const accounts *all, account_register_row *row,
                                   session_grant *grant, srv_error *error)
{
    commit_work work = { .all = all,
                         .row = row,
                         .start = row->start,
                         .user = &row->user,
                         .grant = row->start ? grant : NULL };

    return commit_whole(&work, commit_register_job, error);
}
