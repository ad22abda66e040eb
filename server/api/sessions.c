/* sessions.c - GET /v1/sessions, DELETE /v1/sessions/{id}. */
#include "api/caller.h"
#include "api/handlers.h"
#include "base/json_out.h"
#include "base/text.h"

typedef struct sessions_page {
    json_out json;
    api_call *call;
} sessions_page;

static bool sessions_each(void *ctx, const session_row *session)
{
    sessions_page *page = ctx;
    json_out *json = &page->json;
    const srv_api *api = page->call->api;

    json_object(json);
    json_id(json, "id", &session->id);
    json_bool(json, "current", srv_id_equal(&session->id, &page->call->identity.sid));
    json_time(json, "created_at", session->created_at);
    json_time(json, "last_seen_at", session_last_seen(session));
    json_time(json, "expires_at",
              session->abs_expires < session->idle_expires ? session->abs_expires
                                                           : session->idle_expires);
    json_object_at(json, "device");
    json_text(json, "id", session->device_id[0] ? session->device_id : NULL);
    json_text(json, "label", session->device_label[0] ? session->device_label : NULL);
    json_close(json);
    json_text(json, "ip", session->last.address[0] ? session->last.address : NULL);
    json_text(json, "user_agent", session->last.user_agent[0] ? session->last.user_agent : NULL);
    json_text(json, "client_id", session->client_id[0] ? session->client_id : api->client_id);
    json_close(json);
    return true;
}

/* A job may run again, so it starts the body anew. */
static srv_status sessions_page_job(store_txn *txn, void *ctx, srv_error *error)
{
    sessions_page *page = ctx;
    api_call *call = page->call;

    (void)error;
    lanyard_buf_cut(&call->response->body, 0);
    page->json = json_out_to(&call->response->body);
    json_object(&page->json);
    json_array_at(&page->json, "items");
    TRY(store_sessions(txn, &call->identity.user_id, store_now(txn), sessions_each, page));
    json_close(&page->json);
    json_close(&page->json);
    return json_out_done(&page->json);
}

srv_status api_sessions(api_call *call, srv_error *error)
{
    sessions_page page = { .call = call };

    call->response->content_type = "application/json";
    TRY(store_read(call->api->store, sessions_page_job, &page, error));
    return http_set(call->response, "Cache-Control", SRV_STR("no-store"));
}

srv_status api_sessions_end(api_call *call, srv_error *error)
{
    session_row session;
    session_logout logout = { .scope = LOGOUT_THIS, .reason = END_LOGOUT };
    unsigned revoked;
    int64_t seq;

    if (!srv_id_read(call->id, &logout.sid))
        return srv_fail(error, SRV_E_NOT_FOUND, "");
    TRY(sessions_get(call->api->sessions, &logout.sid, &session, error));
    /* Somebody else's session is not there. */
    if (!srv_id_equal(&session.user_id, &call->identity.user_id))
        return srv_fail(error, SRV_E_NOT_FOUND, "");
    if (!srv_id_equal(&logout.sid, &call->identity.sid))
        TRY(caller_is_recent(call, error));
    logout.user_id = logout.actor = call->identity.user_id;
    caller_origin(call, &logout.from);
    TRY(sessions_logout(call->api->sessions, &logout, &revoked, &seq, error));
    http_reset(call->response, 204);
    return SRV_OK;
}
