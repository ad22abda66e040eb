/* refresh.c - judges a refresh token; ADR-0011 has the table that this follows. */
#include "session/session.h"

#include <string.h>
#include "base/defense.h"
#include "session/follower.h"
#include "session/grant.h"

#define REFRESH_ATTEMPTS 4

typedef struct refresh_work {
    const sessions *all;
    const refresh_token *token;
    session_step step;
    session_row row;
    tape_batch batch;
    bool is_decided;
    srv_status verdict;
    const char *reason;
    srv_time at;
    srv_time now;
} refresh_work;

static void refresh_decide(refresh_work *work, srv_status verdict, const char *reason, srv_time at)
{
    work->is_decided = true;
    work->verdict = verdict;
    work->reason = reason;
    work->at = at;
}

static srv_status refresh_audit(refresh_work *work, store_txn *txn, audit_event event)
{
    audit_row row = { .event = event, .subject = work->row.user_id, .session_id = work->row.id };

    memcpy(row.address, work->step.from.address, sizeof row.address);
    return store_audit_add(txn, &row);
}

/* Ends the session, records why, and refuses. */
static srv_status refresh_end(refresh_work *work, store_txn *txn, end_reason reason,
                              audit_event event, srv_status verdict)
{
    audit_row by = { .event = event };
    bool is_ended = false;

    memcpy(by.address, work->step.from.address, sizeof by.address);
    TRY(session_end(work->all, txn, &work->row, reason, &by, &work->batch, &is_ended));
    TRY(refresh_audit(work, txn, event));
    refresh_decide(work, verdict, end_reason_text(reason), store_now(txn));
    return SRV_OK;
}

/* The token of this generation is out already: the same again, or the end of a follower. */
static srv_status refresh_reissue(refresh_work *work, store_txn *txn)
{
    session_row *row = &work->row;
    bool is_follower = false;

    if (row->reissued >= work->all->rules.reissues_max) {
        refresh_decide(work, SRV_E_REISSUED_TOO_OFTEN, "reissued_too_often", 0);
        return SRV_OK;
    }
    TRY(follower_count(row, work->step.from.prefix, &is_follower));
    if (is_follower)
        return refresh_end(work, txn, END_FOLLOWER, AUDIT_REFRESH_REUSED, SRV_E_REFRESH_REUSED);

    srv_status status = store_session_reissue(
        txn, &work->step, (lanyard_bytes){ row->followers, row->followers_len });

    if (status == SRV_E_NOT_FOUND) /* changed meanwhile: judge it again */
        return SRV_OK;
    TRY(status);
    refresh_decide(work, SRV_OK, NULL, 0);
    return SRV_OK;
}

static bool refresh_is_in_grace(const refresh_work *work, srv_time now)
{
    return work->all->rules.grace >= 0 && work->row.gen == work->token->gen + 1 &&
           now - work->row.rotated_at <= work->all->rules.grace;
}

static void refresh_expire(refresh_work *work)
{
    const session_row *row = &work->row;
    bool is_idle = row->idle_expires <= row->abs_expires;

    refresh_decide(work, SRV_E_SESSION_EXPIRED, is_idle ? "idle" : "absolute",
                   is_idle ? row->idle_expires : row->abs_expires);
}

/* The order of these lines is the point: see ADR-0011. */
static srv_status refresh_classify(refresh_work *work, store_txn *txn)
{
    session_row *row = &work->row;
    srv_time now = store_now(txn);
    srv_status status = store_session_lock(txn, &work->token->sid, row);

    if (status == SRV_E_NOT_FOUND) {
        refresh_decide(work, SRV_E_SESSION_ENDED, NULL, 0);
        return SRV_OK;
    }
    TRY(status);
    if (!srv_equal(row->fam_hash, work->step.fam_hash, sizeof row->fam_hash)) {
        refresh_decide(work, SRV_E_SESSION_ENDED, NULL, 0);
        return refresh_audit(work, txn, AUDIT_FOREIGN_FAMILY);
    }
    if (row->ended_at != 0) {
        refresh_decide(work, SRV_E_SESSION_ENDED, end_reason_text(row->reason), row->ended_at);
        return SRV_OK;
    }
    if (row->idle_expires <= now || row->abs_expires <= now) {
        refresh_expire(work);
        return SRV_OK;
    }
    if (refresh_is_in_grace(work, now) || (!DEFENDS(7) && row->gen > work->token->gen))
        return refresh_reissue(work, txn);
    if (DEFENDS(7) && row->gen > work->token->gen)
        return refresh_end(work, txn, END_REUSE, AUDIT_REFRESH_REUSED, SRV_E_REFRESH_REUSED);
    if (row->gen < work->token->gen)
        return refresh_end(work, txn, END_GENERATION, AUDIT_GENERATION_AHEAD, SRV_E_SESSION_ENDED);
    return SRV_OK; /* the generation is the token's, after all: try the usual way again */
}

static srv_status refresh_job(store_txn *txn, void *ctx, srv_error *error)
{
    refresh_work *work = ctx;

    tape_batch_reset(&work->batch);
    work->is_decided = false;
    work->now = store_now(txn);
    for (int i = 0; i < REFRESH_ATTEMPTS && !work->is_decided; i++) {
        srv_status status = store_session_rotate(txn, &work->step, &work->row);

        if (status == SRV_OK)
            refresh_decide(work, SRV_OK, NULL, 0);
        else if (status == SRV_E_NOT_FOUND)
            TRY(refresh_classify(work, txn));
        else
            return status;
    }
    return work->is_decided ? SRV_OK
                            : srv_fail(error, SRV_E_UNAVAILABLE, "the session changes too fast");
}

/* What is left of the window of grace, in which this token would be shown again and again. */
static uint32_t refresh_wait_s(const refresh_work *work)
{
    srv_time left = work->row.rotated_at + work->all->rules.grace - work->now;

    return left > 0 ? (uint32_t)((left + SRV_SECOND - 1) / SRV_SECOND) : 1;
}

static srv_status refresh_answer(const refresh_work *work, session_grant *grant, srv_error *error)
{
    if (work->verdict == SRV_OK)
        return session_grant_make(work->all, &work->row, work->token->secret, work->now, grant);
    srv_fail(error, work->verdict, srv_status_title(work->verdict));
    if (error) {
        error->reason = work->reason;
        error->at = work->at;
        error->retry_after_s = work->verdict == SRV_E_REISSUED_TOO_OFTEN ? refresh_wait_s(work) : 0;
    }
    return work->verdict;
}

static srv_status refresh_alone_job(store_txn *txn, void *ctx, srv_error *error)
{
    refresh_work *work = ctx;

    (void)error;
    return store_session_rotate(txn, &work->step, &work->row);
}

/* The usual case in one round trip, where there are any. What it does not decide, a transaction
 * does: also when the connection was lost, as for an owner who lost the answer and asks again. */
static srv_status refresh_alone(refresh_work *work, srv_error *error)
{
    bool is_lost = false;
    srv_status status = store_alone(work->all->store, refresh_alone_job, work, &is_lost, error);

    if (status == SRV_OK) {
        work->now = work->row.rotated_at;
        refresh_decide(work, SRV_OK, NULL, 0);
    }
    /* Without a window of grace to ask again would end the session. */
    return status == SRV_E_NOT_FOUND || (is_lost && work->all->rules.grace >= 0) ? SRV_OK : status;
}

static srv_status refresh_run(refresh_work *work, session_grant *grant, srv_error *error)
{
    TRY(refresh_alone(work, error));
    if (work->is_decided)
        return refresh_answer(work, grant, error);
    TRY(store_write(work->all->store, refresh_job, work, error));
    if (tape_add(work->all->tape, &work->batch) != SRV_OK)
        return srv_fail(error, SRV_E_UNAVAILABLE, "no memory for the tape");
    return refresh_answer(work, grant, error);
}

srv_status session_refresh(const sessions *all, const refresh_token *token,
                           const session_origin *from, session_grant *grant, srv_error *error)
{
    refresh_work work = { .all = all,
                          .token = token,
                          .step = { .id = token->sid,
                                    .gen = token->gen,
                                    .idle_life = all->rules.idle_life,
                                    .from = *from } };

    TRY(refresh_token_family(token, work.step.fam_hash));
    tape_batch_init(&work.batch);

    srv_status status = refresh_run(&work, grant, error);

    tape_batch_done(&work.batch);
    return status;
}
