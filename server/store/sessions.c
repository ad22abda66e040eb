/* sessions.c - rows of sessions; see store.h. */
#include "store/driver.h"

#include <stdio.h>
#include <string.h>
#include "base/text.h"

typedef struct session_found {
    session_row *session;
    bool is_found;
} session_found;

static void session_from_times(const store_result *result, session_row *session)
{
    session->rotated_at = store_column_time(result, 5);
    session->created_at = store_column_time(result, 6);
    session->idle_expires = store_column_time(result, 7);
    session->abs_expires = store_column_time(result, 8);
    session->ended_at = store_column_time(result, 9);
    session->reason = (end_reason)store_column_int(result, 10);
    session->auth_time = store_column_time(result, 11);
}

static void session_from(const store_result *result, session_row *session)
{
    *session = (session_row){ .gen = store_column_int(result, 3) };
    store_column_id(result, 0, &session->id);
    store_column_id(result, 1, &session->user_id);
    store_column_text(result, 2, session->client_id, sizeof session->client_id);
    store_column_bytes(result, 4, session->fam_hash, sizeof session->fam_hash);
    session_from_times(result, session);
    store_column_text(result, 12, session->device_id, sizeof session->device_id);
    store_column_text(result, 13, session->device_label, sizeof session->device_label);
    store_column_text(result, 14, session->created_from.address,
                      sizeof session->created_from.address);
    store_column_text(result, 15, session->last.address, sizeof session->last.address);
    store_column_text(result, 16, session->last.prefix, sizeof session->last.prefix);
    store_column_text(result, 17, session->last.user_agent, sizeof session->last.user_agent);
    session->reissued = store_column_int(result, 18);
    store_column_text(result, 19, session->rotators, sizeof session->rotators);
    session->followers_len =
        store_column_bytes(result, 20, session->followers, sizeof session->followers);
    store_column_text(result, 21, session->scope, sizeof session->scope);
    store_column_text(result, 22, session->roles, sizeof session->roles);
}

static bool session_take(void *ctx, const store_result *result)
{
    session_found *found = ctx;

    session_from(result, found->session);
    found->is_found = true;
    return false;
}

/* A prefix as it stands in the list of rotators, so that none is found inside of another. */
static void session_rotator(const char *prefix, char out[SRV_PREFIX_MAX + 2])
{
    snprintf(out, SRV_PREFIX_MAX + 2, " %s ", prefix);
}

srv_status store_session_add(store_txn *txn, const session_row *session)
{
    char rotator[SRV_PREFIX_MAX + 2];

    session_rotator(session->last.prefix, rotator);
    return STORE_RUN(txn, STATEMENT_SESSION_ADD, NULL, NULL, NULL, store_id(&session->id),
                     store_id(&session->user_id), store_text_or_null(session->client_id),
                     store_int(session->gen), store_bytes(SRV_BYTES(session->fam_hash)),
                     store_time(session->rotated_at), store_time(session->created_at),
                     store_time(session->idle_expires), store_time(session->abs_expires),
                     store_time(session->auth_time), store_text_or_null(session->device_id),
                     store_text_or_null(session->device_label),
                     store_text_or_null(session->created_from.address),
                     store_text_or_null(session->last.address), store_text(session->last.prefix),
                     store_text_or_null(session->last.user_agent), store_text(rotator),
                     store_text_or_null(session->scope));
}

srv_status store_session_get(store_txn *txn, const srv_id *id, session_row *session)
{
    session_found found = { .session = session };

    TRY(STORE_RUN(txn, STATEMENT_SESSION_GET, session_take, &found, NULL, store_id(id)));
    return found.is_found ? SRV_OK : SRV_E_NOT_FOUND;
}

srv_status store_session_lock(store_txn *txn, const srv_id *id, session_row *session)
{
    session_found found = { .session = session };

    TRY(STORE_RUN(txn, STATEMENT_SESSION_LOCK, session_take, &found, NULL, store_id(id)));
    return found.is_found ? SRV_OK : SRV_E_NOT_FOUND;
}

srv_status store_session_rotate(store_txn *txn, const session_step *step, session_row *session)
{
    session_found found = { .session = session };
    store_statement rotate =
        txn->is_alone ? STATEMENT_SESSION_ROTATE_SET : STATEMENT_SESSION_ROTATE;
    char rotator[SRV_PREFIX_MAX + 2];

    session_rotator(step->from.prefix, rotator);
    TRY(STORE_RUN(txn, rotate, session_take, &found, NULL, store_time_or_null(txn->now),
                  store_id(&step->id), store_int(step->gen), store_bytes(SRV_BYTES(step->fam_hash)),
                  store_int(step->idle_life), store_text_or_null(step->from.address),
                  store_text(step->from.prefix), store_text_or_null(step->from.user_agent),
                  store_text(rotator)));
    return found.is_found ? SRV_OK : SRV_E_NOT_FOUND;
}

srv_status store_session_reissue(store_txn *txn, const session_step *step, lanyard_bytes followers)
{
    int64_t changed = 0;

    TRY(STORE_RUN(txn, STATEMENT_SESSION_REISSUE, NULL, NULL, &changed, store_time(txn->now),
                  store_id(&step->id), store_int(step->gen + 1),
                  store_bytes(SRV_BYTES(step->fam_hash)), store_bytes(followers)));
    return changed > 0 ? SRV_OK : SRV_E_NOT_FOUND;
}

srv_status store_session_end(store_txn *txn, const srv_id *id, end_reason reason)
{
    int64_t changed = 0;

    TRY(STORE_RUN(txn, STATEMENT_SESSION_END, NULL, NULL, &changed, store_time(txn->now),
                  store_int(reason), store_id(id)));
    return changed > 0 ? SRV_OK : SRV_E_NOT_FOUND;
}

typedef struct session_walk {
    store_session_each *each;
    void *ctx;
} session_walk;

static bool session_each(void *ctx, const store_result *result)
{
    const session_walk *walk = ctx;
    session_row session;

    session_from(result, &session);
    return walk->each(walk->ctx, &session);
}

srv_status store_sessions(store_txn *txn, const srv_id *user_id, srv_time alive_at,
                          store_session_each *each, void *ctx)
{
    session_walk walk = { each, ctx };

    return STORE_RUN(txn, STATEMENT_SESSIONS, session_each, &walk, NULL, store_time(alive_at),
                     store_id(user_id));
}

srv_status store_sessions_all(store_txn *txn, const srv_id *after, int limit,
                              store_session_each *each, void *ctx)
{
    session_walk walk = { each, ctx };

    return STORE_RUN(txn, STATEMENT_SESSIONS_ALL, session_each, &walk, NULL, store_time(txn->now),
                     store_id(after), store_int(limit));
}

typedef struct session_id_walk {
    store_id_each *each;
    void *ctx;
} session_id_walk;

static bool session_each_id(void *ctx, const store_result *result)
{
    const session_id_walk *walk = ctx;
    srv_id id;

    store_column_id(result, 0, &id);
    return walk->each(walk->ctx, &id);
}

srv_status store_sessions_beyond(store_txn *txn, const srv_id *user_id, unsigned count,
                                 store_id_each *each, void *ctx)
{
    session_id_walk walk = { each, ctx };

    return STORE_RUN(txn, STATEMENT_SESSIONS_BEYOND, session_each_id, &walk, NULL,
                     store_time(txn->now), store_id(user_id), store_int(count),
                     store_int(INT32_MAX));
}

static bool session_take_id(void *ctx, const store_result *result)
{
    store_column_id(result, 0, ctx);
    return false;
}

srv_status store_sessions_sweep(store_txn *txn, srv_time before, int count, srv_id *after)
{
    srv_id last = { { 0 } };
    srv_id end;

    TRY(STORE_RUN(txn, STATEMENT_SESSIONS_PAGE, session_take_id, &last, NULL, store_id(after),
                  store_int(count - 1)));
    memset(&end, 0xff, sizeof end);
    if (!srv_id_is_nil(&last))
        end = last;
    TRY(STORE_RUN(txn, STATEMENT_SESSIONS_SWEEP, NULL, NULL, NULL, store_time(before),
                  store_id(after), store_id(&end)));
    *after = last;
    return SRV_OK;
}
