/* oauth.c - POST /oauth/introspect (RFC 7662) and /oauth/revoke (RFC 7009). */
#include <string.h>
#include "api/body.h"
#include "api/caller.h"
#include "api/client.h"
#include "api/handlers.h"
#include "api/token_set.h"
#include "base/json_out.h"
#include "base/text.h"

typedef struct oauth_token { /* what was presented, of whichever kind */
    bool is_refresh;
    refresh_token refresh;
    session_row session; /* of a refresh token */
    access_identity access;
} oauth_token;

/* A client is told of tokens of its own; of others only when the administrator said so. */
static bool oauth_may(const api_call *call, const char *client_id, const char *scope)
{
    const char *owner = client_id[0] ? client_id : call->api->client_id;

    return strcmp(call->client.id, owner) == 0 || client_may(call, scope);
}

static srv_status oauth_session_job(store_txn *txn, void *ctx, srv_error *error)
{
    oauth_token *token = ctx;
    uint8_t family[SRV_SHA256_LEN];

    (void)error;
    TRY(refresh_token_family(&token->refresh, family));
    TRY(store_session_get(txn, &token->refresh.sid, &token->session));
    return srv_equal(family, token->session.fam_hash, sizeof family) ? SRV_OK : SRV_E_NOT_FOUND;
}

/* The row of a refresh token. E_NOT_FOUND: none of that family. */
static srv_status oauth_read_refresh(const api_call *call, lanyard_str text, oauth_token *token,
                                     srv_error *error)
{
    *token = (oauth_token){ .is_refresh = true };
    if (refresh_token_read(&call->api->sessions->keys, text, &token->refresh) != SRV_OK)
        return srv_fail(error, SRV_E_NOT_FOUND, "");
    return store_read(call->api->store, oauth_session_job, token, error);
}

static bool oauth_is_refresh(lanyard_str text)
{
    size_t len = strlen(REFRESH_PREFIX);

    return text.len > len && memcmp(text.ptr, REFRESH_PREFIX, len) == 0;
}

static srv_status oauth_read_text(const api_call *call, lanyard_str *text, srv_error *error)
{
    *text = body_form(call, "token");
    return text->len > 0 ? SRV_OK : srv_fail(error, SRV_E_MALFORMED, "token is missing");
}

static void oauth_tell_access(const api_call *call, json_out *json, const access_identity *token)
{
    json_bool(json, "active", true);
    json_text(json, "token_type", "Bearer");
    json_text(json, "iss", call->api->issuer);
    json_id(json, "sub", &token->user_id);
    json_text(json, "client_id", token->client_id);
    json_id(json, "sid", &token->sid);
    json_text(json, "jti", token->jti);
    json_int(json, "iat", token->iat);
    json_int(json, "exp", token->exp);
    json_int(json, "auth_time", token->auth_time);
    if (token->scope[0])
        json_text(json, "scope", token->scope);
    token_set_roles(json, token->roles);
}

/* The token of the current generation, or its parent within the grace window, of a live session. */
static bool oauth_is_live(const api_call *call, const oauth_token *token)
{
    const session_row *row = &token->session;
    srv_time now = call->request->now;
    bool is_parent = token->refresh.gen + 1 == row->gen &&
                     now - row->rotated_at <= call->api->sessions->rules.grace;

    return row->ended_at == 0 && row->idle_expires > now && row->abs_expires > now &&
           (token->refresh.gen == row->gen || is_parent);
}

static void oauth_tell_refresh(const api_call *call, json_out *json, const oauth_token *token)
{
    const session_row *row = &token->session;
    srv_time end = row->idle_expires < row->abs_expires ? row->idle_expires : row->abs_expires;

    json_bool(json, "active", true);
    json_text(json, "token_type", "refresh_token");
    json_id(json, "sub", &row->user_id);
    json_text(json, "client_id", row->client_id[0] ? row->client_id : call->api->client_id);
    json_id(json, "sid", &row->id);
    json_int(json, "iat", srv_time_seconds(row->rotated_at));
    json_int(json, "exp", srv_time_seconds(end));
}

/* RFC 7662, 2.2: whatever is wrong with a token, and whoever's it is, the answer is "inactive". */
static srv_status oauth_introspect(api_call *call, lanyard_str text, json_out *json,
                                   srv_error *error)
{
    oauth_token token;
    srv_status status;
    bool is_told = false;

    if (oauth_is_refresh(text)) {
        status = oauth_read_refresh(call, text, &token, error);
        is_told = status == SRV_OK && oauth_is_live(call, &token) &&
                  oauth_may(call, token.session.client_id, SCOPE_INTROSPECT_ANY);
        if (is_told)
            oauth_tell_refresh(call, json, &token);
    } else {
        status = access_check(call->api->access, text, srv_time_seconds(call->request->now),
                              call->request->worker, &token.access, error);
        is_told = status == SRV_OK && oauth_may(call, token.access.client_id, SCOPE_INTROSPECT_ANY);
        if (is_told)
            oauth_tell_access(call, json, &token.access);
    }
    srv_wipe(&token.refresh, sizeof token.refresh);
    if (srv_status_http(status) >= 500)
        return status;
    if (!is_told)
        json_bool(json, "active", false);
    return SRV_OK;
}

srv_status api_introspect(api_call *call, srv_error *error)
{
    json_out json = json_out_to(&call->response->body);
    lanyard_str text;

    TRY(oauth_read_text(call, &text, error));
    json_object(&json);
    TRY(oauth_introspect(call, text, &json, error));
    json_close(&json);
    call->response->content_type = "application/json";
    TRY(json_out_done(&json));
    return http_set(call->response, "Cache-Control", SRV_STR("no-store"));
}

static srv_status oauth_revoke_refresh(const api_call *call, lanyard_str text,
                                       session_logout *logout, srv_error *error)
{
    oauth_token token;
    unsigned revoked;
    int64_t seq;
    srv_status status = oauth_read_refresh(call, text, &token, error);

    if (status == SRV_OK && !oauth_may(call, token.session.client_id, SCOPE_REVOKE_ANY))
        status = srv_fail(error, SRV_E_FORBIDDEN, "the token is another client's");
    if (status == SRV_OK)
        status = sessions_logout_refresh(call->api->sessions, &token.refresh, logout, &revoked,
                                         &seq, error);
    srv_wipe(&token, sizeof token);
    return status;
}

static srv_status oauth_revoke_access(const api_call *call, lanyard_str text,
                                      session_logout *logout, srv_error *error)
{
    access_identity token;
    unsigned revoked;
    int64_t seq;

    TRY(access_check_signature(call->api->access, text, call->request->worker, &token, error));
    if (!oauth_may(call, token.client_id, SCOPE_REVOKE_ANY))
        return srv_fail(error, SRV_E_FORBIDDEN, "the token is another client's");
    logout->sid = token.sid;
    logout->user_id = token.user_id;
    return sessions_logout(call->api->sessions, logout, &revoked, &seq, error);
}

/* RFC 7009, 2.2: 200 for a token that is none, too; 503 when the tape cannot be written. */
srv_status api_revoke(api_call *call, srv_error *error)
{
    session_logout logout = { .scope = LOGOUT_THIS, .reason = END_REVOKED };
    lanyard_str text;

    TRY(oauth_read_text(call, &text, error));
    caller_origin(call, &logout.from);

    srv_status status = oauth_is_refresh(text) ? oauth_revoke_refresh(call, text, &logout, error)
                                               : oauth_revoke_access(call, text, &logout, error);

    if (status != SRV_OK && (status == SRV_E_FORBIDDEN || srv_status_http(status) >= 500))
        return status;
    return http_set(call->response, "Cache-Control", SRV_STR("no-store"));
}
