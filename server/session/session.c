/* session.c - sessions begin and end; see session.h. */
#include "session/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/defense.h"
#include "base/text.h"
#include "session/grant.h"
#include "session/list.h"

#define ACCESS_LIFE   (900 * SRV_SECOND)
#define GRACE         (30 * SRV_SECOND)
#define IDLE_LIFE     (7 * SRV_DAY)
#define ABSOLUTE_LIFE (30 * SRV_DAY)
#define CAP           100
#define REISSUES_MAX  100
#define KEEP_ENDED    (30 * SRV_DAY)
#define SEEN_STEP     (5 * SRV_MINUTE)

static srv_time session_time_or(srv_time given, srv_time usual)
{
    return given ? given : usual;
}

srv_time session_rules_life(const session_rules *rules)
{
    srv_time access_life = session_time_or(rules->access_life, ACCESS_LIFE);

    return rules->other_life > access_life ? rules->other_life : access_life;
}

void sessions_set_rules(sessions *all, const session_rules *rules)
{
    srv_time life = session_rules_life(rules);

    /* Never for a moment a token that outlives its tape entry. */
    if (all->rules.longest_life < life)
        all->rules.longest_life = life;
    all->rules.access_life = session_time_or(rules->access_life, ACCESS_LIFE);
    all->rules.other_life = rules->other_life;
    all->rules.grace = session_time_or(rules->grace, GRACE);
    all->rules.idle_life = session_time_or(rules->idle_life, IDLE_LIFE);
    all->rules.absolute_life = session_time_or(rules->absolute_life, ABSOLUTE_LIFE);
    all->rules.cap = rules->cap ? rules->cap : CAP;
}

void sessions_init(sessions *all, srv_store *store, srv_tape *tape, const refresh_keys *keys,
                   const session_rules *rules)
{
    static const session_rules none = { 0 };
    const session_rules *given = rules ? rules : &none;

    *all = (sessions){ .store = store, .tape = tape, .keys = *keys };
    all->rules.reissues_max = given->reissues_max ? given->reissues_max : REISSUES_MAX;
    all->rules.keep_ended = session_time_or(given->keep_ended, KEEP_ENDED);
    sessions_set_rules(all, given);
}

void sessions_done(sessions *all)
{
    srv_wipe(&all->keys, sizeof all->keys);
}

void session_grant_done(session_grant *grant)
{
    srv_wipe(grant->refresh, sizeof grant->refresh);
}

srv_status session_grant_make(const sessions *all, const session_row *session,
                              const uint8_t secret[REFRESH_SECRET_LEN], srv_time now,
                              session_grant *grant)
{
    srv_time life = all->rules.access_life;
    srv_time exp = now + life;
    refresh_token token = { .sid = session->id, .gen = session->gen };

    if (exp > session->abs_expires)
        exp = session->abs_expires;
    *grant = (session_grant){ .sid = session->id,
                              .user_id = session->user_id,
                              .iat = srv_time_seconds(now),
                              .exp = srv_time_seconds(exp),
                              .auth_time = srv_time_seconds(session->auth_time),
                              .idle_expires = session->idle_expires,
                              .abs_expires = session->abs_expires };
    if (exp < session->abs_expires) /* whole seconds from iat, so that exp - iat is the life */
        grant->exp = grant->iat + life / SRV_SECOND;
    memcpy(grant->client_id, session->client_id, sizeof grant->client_id);
    memcpy(grant->roles, session->roles, sizeof grant->roles);
    memcpy(grant->scope, session->scope, sizeof grant->scope);
    memcpy(token.secret, secret, sizeof token.secret);

    srv_status status = refresh_token_write(&all->keys, &token, grant->refresh);

    srv_wipe(&token, sizeof token);
    return status;
}

/* Writes the tape and the audit of a session whose row says ended. */
static srv_status session_tell(store_txn *txn, const srv_id *sid, const srv_id *user_id,
                               srv_time life, end_reason reason, const audit_row *by,
                               tape_batch *batch)
{
    audit_row row = { .event = AUDIT_SESSION_ENDED, .subject = *user_id, .session_id = *sid };

    if (by) {
        row.actor = by->actor;
        memcpy(row.address, by->address, sizeof row.address);
    }
    snprintf(row.data, sizeof row.data, "{\"reason\":\"%s\"}", end_reason_text(reason));
    TRY(tape_write(txn, batch, TAPE_SID, SRV_BYTES(sid->bytes), life));
    return store_audit_add(txn, &row);
}

srv_status session_end(const sessions *all, store_txn *txn, const session_row *session,
                       end_reason reason, const audit_row *by, tape_batch *batch, bool *is_ended)
{
    srv_status status = store_session_end(txn, &session->id, reason);
    srv_time life = 0;

    *is_ended = status == SRV_OK;
    if (status == SRV_E_NOT_FOUND)
        return SRV_OK;
    TRY(status);
    TRY(sessions_longest_life(all, txn, &life));
    return session_tell(txn, &session->id, &session->user_id, life, reason, by, batch);
}

/* Leaves in the list those that had not ended already; *count: of those that were alive. */
static srv_status session_end_rows(store_txn *txn, session_list *list, end_reason reason,
                                   unsigned *count)
{
    size_t ended = 0;

    *count = 0;
    for (size_t i = 0; i < list->count; i++) {
        srv_status status = store_session_end(txn, &list->items[i].id, reason);

        if (status == SRV_E_NOT_FOUND)
            continue;
        TRY(status);
        *count += list->items[i].is_live;
        list->items[ended++] = list->items[i];
    }
    list->count = ended;
    return SRV_OK;
}

/* All rows before the first tape entry: who waits for a row never holds the tape (ADR-0009). */
static srv_status session_end_list(const sessions *all, store_txn *txn, session_list *list,
                                   const srv_id *user_id, end_reason reason, const audit_row *by,
                                   tape_batch *batch, unsigned *count)
{
    srv_time life = 0;

    TRY(session_end_rows(txn, list, reason, count));
    if (list->count > 0)
        TRY(sessions_longest_life(all, txn, &life));
    for (size_t i = 0; i < list->count; i++)
        TRY(session_tell(txn, &list->items[i].id, user_id, life, reason, by, batch));
    return SRV_OK;
}

srv_status session_end_user(const sessions *all, store_txn *txn, const srv_id *user_id,
                            const srv_id *keep, end_reason reason, const audit_row *by,
                            tape_batch *batch, unsigned *count)
{
    session_list list = { .keep = *keep };
    srv_status status = session_list_read(txn, user_id, &list);

    if (status == SRV_OK)
        status = session_end_list(all, txn, &list, user_id, reason, by, batch, count);
    session_list_done(&list);
    return status;
}

/* Makes room for one more: the oldest end. */
static srv_status session_keep_cap(const sessions *all, store_txn *txn, const srv_id *user_id,
                                   const audit_row *by, tape_batch *batch)
{
    session_list list = { .items = NULL };
    unsigned ended = 0;

    if (!DEFENDS(60))
        return SRV_OK;

    srv_status status = session_list_read_beyond(txn, user_id, all->rules.cap - 1, &list);

    if (status == SRV_OK)
        status = session_end_list(all, txn, &list, user_id, END_CAP, by, batch, &ended);
    session_list_done(&list);
    return status;
}

static void session_copy(const char *text, char *out, size_t size)
{
    if (text)
        snprintf(out, size, "%s", text);
}

srv_status session_begin(const sessions *all, store_txn *txn, const user_row *user,
                         const session_start *start, tape_batch *batch, session_grant *grant)
{
    srv_time now = store_now(txn);
    refresh_token token = { .gen = 0 };
    audit_row by = { .actor = user->id };
    session_row session = { .user_id = user->id,
                            .rotated_at = now,
                            .created_at = now,
                            .auth_time = now,
                            .idle_expires = now + all->rules.idle_life,
                            .abs_expires = now + all->rules.absolute_life,
                            .created_from = start->from,
                            .last = start->from };

    memcpy(by.address, start->from.address, sizeof by.address);
    TRY(session_keep_cap(all, txn, &user->id, &by, batch));
    TRY(srv_id_new(now, &session.id));
    TRY(srv_random(token.secret, sizeof token.secret));
    TRY(refresh_token_family(&token, session.fam_hash));
    session_copy(start->client_id, session.client_id, sizeof session.client_id);
    session_copy(start->device_id, session.device_id, sizeof session.device_id);
    session_copy(start->device_label, session.device_label, sizeof session.device_label);
    session_copy(start->scope, session.scope, sizeof session.scope);
    memcpy(session.roles, user->roles, sizeof session.roles);
    TRY(store_session_add(txn, &session));

    srv_status status = session_grant_make(all, &session, token.secret, now, grant);

    srv_wipe(&token, sizeof token);
    return status;
}

typedef struct session_search {
    const srv_id *sid;
    session_row row;
} session_search;

static srv_status session_search_job(store_txn *txn, void *ctx, srv_error *error)
{
    session_search *search = ctx;

    (void)error;
    return store_session_get(txn, search->sid, &search->row);
}

srv_status sessions_get(const sessions *all, const srv_id *sid, session_row *session,
                        srv_error *error)
{
    session_search search = { .sid = sid };

    TRY(store_read(all->store, session_search_job, &search, error));
    *session = search.row;
    return SRV_OK;
}

srv_time session_last_seen(const session_row *session)
{
    return session->rotated_at - session->rotated_at % SEEN_STEP;
}
