/* logout.c - sessions that are ended by hand; see session.h. */
#include "session/session.h"

#include <string.h>

typedef struct logout_work {
    const sessions *all;
    const session_logout *logout;
    const refresh_token *token; /* or NULL: the credential was an access token, or an admin's */
    tape_batch batch;
    unsigned revoked;
    srv_status verdict; /* of a job that is kept */
} logout_work;

static end_reason logout_reason(const session_logout *logout)
{
    static const end_reason usual[] = {
        [LOGOUT_THIS] = END_LOGOUT,
        [LOGOUT_OTHERS] = END_OTHERS,
        [LOGOUT_ALL] = END_ALL,
    };

    return logout->reason != END_NONE ? logout->reason : usual[logout->scope];
}

static srv_status logout_this(logout_work *work, store_txn *txn, const session_row *session,
                              const audit_row *by)
{
    bool is_ended = false;

    TRY(session_end(work->all, txn, session, logout_reason(work->logout), by, &work->batch,
                    &is_ended));
    work->revoked = is_ended;
    return SRV_OK;
}

/* More than one session: the user's row is held, so that no login slips in between. */
static srv_status logout_many(logout_work *work, store_txn *txn, const srv_id *user_id,
                              const audit_row *by)
{
    const session_logout *logout = work->logout;
    bool is_all = logout->scope == LOGOUT_ALL;
    srv_id keep = { { 0 } };
    user_row user;

    TRY(store_user_lock(txn, user_id, &user));
    if (!is_all)
        keep = logout->sid;
    TRY(session_end_user(work->all, txn, user_id, &keep, logout_reason(logout), by, &work->batch,
                         &work->revoked));
    if (!is_all)
        return SRV_OK;
    /* Tokens that carry no session are refused from here on. */
    user.tokens_not_before = store_now(txn);
    user.updated_at = store_now(txn);
    return store_user_update(txn, &user);
}

static srv_status logout_foreign(store_txn *txn, const session_row *session, const audit_row *by)
{
    audit_row row = { .event = AUDIT_FOREIGN_FAMILY,
                      .subject = session->user_id,
                      .session_id = session->id };

    memcpy(row.address, by->address, sizeof row.address);
    return store_audit_add(txn, &row);
}

/* Whether the refresh token is of the session's family. */
static srv_status logout_check_family(const logout_work *work, const session_row *session,
                                      bool *is_own)
{
    uint8_t family[SRV_SHA256_LEN];

    *is_own = true;
    if (!work->token)
        return SRV_OK;
    TRY(refresh_token_family(work->token, family));
    *is_own = srv_equal(family, session->fam_hash, sizeof family);
    return SRV_OK;
}

/* It is done when this one was meant; for others its credential is worth nothing any more. */
static srv_status logout_of_ended(const session_logout *logout)
{
    return logout->scope == LOGOUT_THIS ? SRV_OK : SRV_E_SESSION_ENDED;
}

/* The session that the credential names decides what may be ended. */
static srv_status logout_by_session(logout_work *work, store_txn *txn, const audit_row *by)
{
    const session_logout *logout = work->logout;
    session_row session;
    bool is_own = true;
    srv_status status = store_session_get(txn, &logout->sid, &session);

    if (status == SRV_E_NOT_FOUND) {
        work->verdict = work->token ? SRV_E_SESSION_ENDED : logout_of_ended(logout);
        return SRV_OK;
    }
    TRY(status);
    TRY(logout_check_family(work, &session, &is_own));
    if (!is_own) {
        work->verdict = SRV_E_SESSION_ENDED;
        return logout_foreign(txn, &session, by);
    }
    if (session.ended_at != 0) {
        work->verdict = logout_of_ended(logout);
        return SRV_OK;
    }
    return logout->scope == LOGOUT_THIS ? logout_this(work, txn, &session, by)
                                        : logout_many(work, txn, &session.user_id, by);
}

static srv_status logout_job(store_txn *txn, void *ctx, srv_error *error)
{
    logout_work *work = ctx;
    const session_logout *logout = work->logout;
    audit_row by = { .actor = logout->actor };

    (void)error;
    memcpy(by.address, logout->from.address, sizeof by.address);
    tape_batch_reset(&work->batch);
    work->revoked = 0;
    work->verdict = SRV_OK;
    return srv_id_is_nil(&logout->sid) ? logout_many(work, txn, &logout->user_id, &by)
                                       : logout_by_session(work, txn, &by);
}

static srv_status logout_run(logout_work *work, unsigned *revoked, int64_t *seq, srv_error *error)
{
    TRY(store_write(work->all->store, logout_job, work, error));
    if (work->verdict != SRV_OK)
        return srv_fail(error, work->verdict, srv_status_title(work->verdict));
    *revoked = work->revoked;
    *seq = work->batch.count > 0 ? work->batch.rows[work->batch.count - 1].seq : 0;
    return tape_tell(work->all->tape, &work->batch, work->logout->scope != LOGOUT_THIS, error);
}

static srv_status logout_whole(logout_work *work, unsigned *revoked, int64_t *seq, srv_error *error)
{
    tape_batch_init(&work->batch);

    srv_status status = logout_run(work, revoked, seq, error);

    tape_batch_done(&work->batch);
    return status;
}

srv_status sessions_logout(const sessions *all, const session_logout *logout, unsigned *revoked,
                           int64_t *seq, srv_error *error)
{
    logout_work work = { .all = all, .logout = logout };

    return logout_whole(&work, revoked, seq, error);
}

srv_status sessions_logout_refresh(const sessions *all, const refresh_token *token,
                                   const session_logout *logout, unsigned *revoked, int64_t *seq,
                                   srv_error *error)
{
    session_logout named = *logout;
    logout_work work = { .all = all, .logout = &named, .token = token };

    named.sid = token->sid;
    return logout_whole(&work, revoked, seq, error);
}

typedef struct list_work {
    const srv_id *user_id;
    store_session_each *each;
    void *ctx;
} list_work;

static srv_status logout_list_job(store_txn *txn, void *ctx, srv_error *error)
{
    const list_work *work = ctx;

    (void)error;
    return store_sessions(txn, work->user_id, store_now(txn), work->each, work->ctx);
}

srv_status sessions_list(const sessions *all, const srv_id *user_id, store_session_each *each,
                         void *ctx, srv_error *error)
{
    list_work work = { user_id, each, ctx };

    return store_read(all->store, logout_list_job, &work, error);
}
