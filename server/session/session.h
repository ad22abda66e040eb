/* session.h - the life of a session: begin, refresh, end; the only writer of sessions.
 *
 * Two kinds of function. Those with a store_txn are steps inside somebody's job (a login makes the
 * session in the transaction that checks the account). Those without are whole: they run the job,
 * put what ended on the tape after COMMIT, and only then return.
 *
 * How a refresh is judged is docs/adr/0011-refresh.md. A session_grant is the permission to make
 * tokens; nothing else makes one, and session/access.h turns it into text outside the transaction.
 */
#ifndef SERVER_SESSION_SESSION_H
#define SERVER_SESSION_SESSION_H

#include "session/refresh_token.h"
#include "store/store.h"
#include "tape/tape.h"

/* Each may change while sessions are at work, and counts from then on. */
typedef struct session_rules {      /* zero: the default */
    _Atomic srv_time access_life;   /* 900 s */
    _Atomic srv_time other_life;    /* of tokens made beside access tokens (compat); or none */
    _Atomic srv_time longest_life;  /* of those two, or more: see sessions_settle_life() */
    _Atomic srv_time grace;         /* 30 s; SESSION_NO_GRACE: none */
    _Atomic srv_time idle_life;     /* 7 days */
    _Atomic srv_time absolute_life; /* 30 days */
    _Atomic unsigned cap;           /* live sessions of a user: 100 */
    unsigned reissues_max;          /* of one generation: 100 */
    srv_time keep_ended;            /* rows of dead sessions stay that long: 30 days */
} session_rules;

#define SESSION_NO_GRACE ((srv_time)-1)

/* Shared by all threads. Borrows store, tape and ring. */
typedef struct sessions {
    srv_store *store;
    srv_tape *tape;
    refresh_keys keys;
    session_rules rules; /* defaults filled in */
} sessions;

void sessions_init(sessions *all, srv_store *store, srv_tape *tape, const refresh_keys *keys,
                   const session_rules *rules);
void sessions_done(sessions *all); /* wipes the keys */

/* Other lives, grace and cap from now on. Any thread; who calls sees to it that one does. */
void sessions_set_rules(sessions *all, const session_rules *rules);

/* Tokens that were made under a longer access_life are still about for so long: finds out, from
 * the database, how long what ends a session must stay on the tape, and notes the life of now
 * there. at_least: a life that the database may not know of (restore). Called at the start, after
 * sessions_set_rules(), and each minute. */
SRV_CHECK srv_status sessions_settle_life(sessions *all, srv_time at_least, srv_error *error);

/* The longest life of what is made under these rules. */
srv_time session_rules_life(const session_rules *rules);

/* sessions_set_rules() while tokens are being made: whoever ends a session, in whichever process,
 * knows of a longer life before the first token has it. A failure changes nothing. */
SRV_CHECK srv_status sessions_take_rules(sessions *all, const session_rules *rules,
                                         srv_error *error);

/* Inside a job, after the rows of what ends and before the first tape entry: how long what names
 * it must stay on the tape. Another process may give longer lives than this one knows of yet. */
SRV_CHECK srv_status sessions_longest_life(const sessions *all, store_txn *txn, srv_time *life);

/* The permission to make one TokenSet. Wipe it after use (session_grant_done). */
typedef struct session_grant {
    srv_id sid;
    srv_id user_id;
    char client_id[CLIENT_ID_MAX];
    char roles[ROLES_MAX];
    char scope[CLIENT_SCOPE_MAX];
    int64_t iat; /* seconds: the transaction's own now */
    int64_t exp; /* iat + access life, but never past the absolute limit */
    int64_t auth_time;
    srv_time idle_expires;
    srv_time abs_expires;
    char refresh[REFRESH_TEXT_MAX];
} session_grant;

void session_grant_done(session_grant *grant);

typedef struct session_start {
    srv_id user_id;
    const char *client_id; /* "" or NULL: none */
    const char *device_id;
    const char *device_label;
    const char *scope;
    session_origin from;
} session_start;

/* Inside a job that holds store_user_lock() on an active user, whose row is given: makes a session
 * with now as auth_time; when the user has too many, ends the oldest (reason cap). */
SRV_CHECK srv_status session_begin(const sessions *all, store_txn *txn, const user_row *user,
                                   const session_start *start, tape_batch *batch,
                                   session_grant *grant);

/* Inside a job: ends one session (id and user_id count), writes tape and audit. *is_ended false: it
 * had ended already. */
SRV_CHECK srv_status session_end(const sessions *all, store_txn *txn, const session_row *session,
                                 end_reason reason, const audit_row *by, tape_batch *batch,
                                 bool *is_ended);

/* Inside a job that holds store_user_lock(): ends every live session of the user but keep (nil:
 * all), one tape entry each; *count of them. */
SRV_CHECK srv_status session_end_user(const sessions *all, store_txn *txn, const srv_id *user_id,
                                      const srv_id *keep, end_reason reason, const audit_row *by,
                                      tape_batch *batch, unsigned *count);

/* POST /v1/refresh. token: as read, its MAC true.
 * E_SESSION_ENDED, E_SESSION_EXPIRED (error->reason "idle" or "absolute"), E_REFRESH_REUSED,
 * E_REISSUED_TOO_OFTEN: error->reason and error->at say more. */
SRV_CHECK srv_status session_refresh(const sessions *all, const refresh_token *token,
                                     const session_origin *from, session_grant *grant,
                                     srv_error *error);

typedef enum logout_scope { LOGOUT_THIS, LOGOUT_OTHERS, LOGOUT_ALL } logout_scope;

typedef struct session_logout {
    srv_id sid;     /* the session of the credential; nil only with LOGOUT_ALL */
    srv_id user_id; /* nil: that of the session */
    logout_scope scope;
    end_reason reason; /* END_NONE: by scope */
    srv_id actor;
    session_origin from;
} session_logout;

/* POST /v1/logout and every other way to end sessions by hand. The credential was verified, its
 * expiry forgiven. *revoked 0: all had ended. *seq: position of the last tape entry, 0 for none.
 * LOGOUT_OTHERS and LOGOUT_ALL by a session that has ended: E_SESSION_ENDED, nothing was ended. */
SRV_CHECK srv_status sessions_logout(const sessions *all, const session_logout *logout,
                                     unsigned *revoked, int64_t *seq, srv_error *error);

/* The same with a refresh token alone: its family must be the session's. E_SESSION_ENDED: it is
 * not, or it has ended and more than it was meant; nothing was ended. LOGOUT_THIS of a session that
 * had ended already is SRV_OK with *revoked 0. */
SRV_CHECK srv_status sessions_logout_refresh(const sessions *all, const refresh_token *token,
                                             const session_logout *logout, unsigned *revoked,
                                             int64_t *seq, srv_error *error);

/* The row of one, whatever has become of it. E_NOT_FOUND. */
SRV_CHECK srv_status sessions_get(const sessions *all, const srv_id *sid, session_row *session,
                                  srv_error *error);

/* GET /v1/sessions: the user's live ones (each may be called from the first again, see store.h);
 * last_seen_at is rotated_at in steps of five minutes (session_last_seen), or a follower could time
 * the owner. */
SRV_CHECK srv_status sessions_list(const sessions *all, const srv_id *user_id,
                                   store_session_each *each, void *ctx, srv_error *error);
srv_time session_last_seen(const session_row *session);

/* Ends every session of everybody and renews the epoch: restore. */
SRV_CHECK srv_status sessions_end_everything(const sessions *all, unsigned *count,
                                             srv_error *error);

/* Removes rows that are of no use any more, on a walk over all of them in the order of their ids:
 * goes on after that one, some ten thousand rows a call, and begins again after the last (nil).
 * Called each minute. */
SRV_CHECK srv_status sessions_sweep(const sessions *all, srv_id *after, srv_error *error);

#endif
