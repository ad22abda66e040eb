/* sessions.c - whose sessions are alive, and the end of one. */
#include "admin/call.h"
#include "base/text.h"

typedef struct sessions_page {
    admin_page page;
    srv_id user_id; /* nil: of everybody */
    srv_id after;
    int limit;
} sessions_page;

static bool sessions_write(void *ctx, const session_row *session)
{
    sessions_page *rows = ctx;
    json_out *json = &rows->page.json;

    json_object(json);
    json_id(json, "id", &session->id);
    json_id(json, "user_id", &session->user_id);
    json_text(json, "client_id", session->client_id[0] ? session->client_id : NULL);
    json_time(json, "created_at", session->created_at);
    json_time(json, "rotated_at", session->rotated_at);
    json_time(json, "idle_expires", session->idle_expires);
    json_time(json, "abs_expires", session->abs_expires);
    json_time(json, "ended_at", session->ended_at);
    json_text(json, "reason", session->ended_at ? end_reason_text(session->reason) : NULL);
    json_text(json, "ip", session->last.address[0] ? session->last.address : NULL);
    json_text(json, "device", session->device_label[0] ? session->device_label : NULL);
    json_text(json, "user_agent", session->last.user_agent[0] ? session->last.user_agent : NULL);
    json_close(json);
    return ++rows->page.count < rows->limit;
}

static srv_status sessions_fill(store_txn *txn, admin_page *page)
{
    sessions_page *rows = (sessions_page *)page;

    if (srv_id_is_nil(&rows->user_id))
        return store_sessions_all(txn, &rows->after, rows->limit, sessions_write, rows);
    return store_sessions(txn, &rows->user_id, store_now(txn), sessions_write, rows);
}

srv_status sessions_index(admin_call *call, srv_error *error)
{
    sessions_page rows = { .page = { .call = call, .fill = sessions_fill } };
    lanyard_str name = http_query(call->request, "user", NULL);
    lanyard_str after = http_query(call->request, "after", NULL);
    user_row user;

    if (after.ptr && !srv_id_read(after, &rows.after))
        return srv_fail(error, SRV_E_INVALID, "after: expected an id");
    if (name.ptr) {
        TRY(admin_user(call, name, &user, error));
        rows.user_id = user.id;
    }
    TRY(admin_limit(call, &rows.limit, error));
    return page_answer(&rows.page, error);
}

srv_status sessions_end_one(admin_call *call, srv_error *error)
{
    session_logout logout = { .scope = LOGOUT_THIS, .reason = END_ADMIN };
    unsigned revoked = 0;
    int64_t seq = 0;

    if (!srv_id_read(call->id, &logout.sid))
        return srv_fail(error, SRV_E_NOT_FOUND, "expected the id of a session");
    TRY(sessions_logout(call->admin->sessions, &logout, &revoked, &seq, error));
    return admin_say(call, revoked > 0 ? "ended" : "had ended");
}
