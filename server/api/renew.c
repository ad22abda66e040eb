/* renew.c - POST /v1/refresh and /v1/logout, GET /v1/csrf: what a session's own tokens ask for. */
#include "api/body.h"
#include "api/caller.h"
#include "api/csrf.h"
#include "api/handlers.h"
#include "api/token_set.h"
#include "base/json_out.h"
#include "base/text.h"

/* The refresh token of the cookie, its MAC true; for what changes something the page is checked.
 * E_NO_CREDENTIAL, E_INVALID_TOKEN, E_CROSS_SITE. */
static srv_status renew_from_cookie(const api_call *call, refresh_token *token, srv_error *error)
{
    lanyard_str text = http_cookie(call->request, COOKIE_REFRESH);

    if (text.len == 0)
        return srv_fail(error, SRV_E_NO_CREDENTIAL, "");
    if (refresh_token_read(&call->api->sessions->keys, text, token) != SRV_OK)
        return srv_fail(error, SRV_E_INVALID_TOKEN, "");
    return csrf_check(call, call->request->method, &token->sid, error);
}

/* The tutorial's token names the user, whom a refresh does not look up otherwise. */
static srv_status renew_answer(api_call *call, session_grant *grant, bool is_body, srv_error *error)
{
    user_row user;

    if (!is_body || !call->api->compat)
        return token_set_answer(call, grant, NULL, is_body ? TOKEN_BODY : TOKEN_COOKIES, 200,
                                error);

    srv_status status = account_get(call->api->accounts, &grant->user_id, &user, error);

    if (status == SRV_OK)
        return token_set_answer(call, grant, &user, TOKEN_BODY, 200, error);
    session_grant_done(grant);
    return status;
}

srv_status api_refresh(api_call *call, srv_error *error)
{
    lanyard_str text;
    refresh_token token;
    session_origin from;
    session_grant grant;
    const body_member members[] = { { "refresh_token", BODY_TEXT, false, &text } };

    TRY(body_members(call, members, 1, error));
    if (!text.ptr)
        TRY(renew_from_cookie(call, &token, error));
    else if (refresh_token_read(&call->api->sessions->keys, text, &token) != SRV_OK)
        return srv_fail(error, SRV_E_INVALID_TOKEN, "");
    caller_origin(call, &from);

    srv_status status = session_refresh(call->api->sessions, &token, &from, &grant, error);

    srv_wipe(&token, sizeof token);
    TRY(status);
    return renew_answer(call, &grant, text.ptr != NULL, error);
}

static srv_status renew_read_scope(const api_call *call, logout_scope *scope, srv_error *error)
{
    lanyard_str text;
    const body_member members[] = { { "scope", BODY_TEXT, false, &text } };
    static const char *const names[] = { "this", "others", "all" };

    TRY(body_members(call, members, 1, error));
    *scope = LOGOUT_THIS;
    if (!text.ptr)
        return SRV_OK;
    for (int i = 0; i < 3; i++) {
        if (lanyard_str_equal(text, lanyard_str_of(names[i]))) {
            *scope = (logout_scope)i;
            return SRV_OK;
        }
    }
    return srv_fail(error, SRV_E_INVALID, "scope: expected this, others or all");
}

/* A token that has expired still names its session and ends it; for others it must be alive. */
static srv_status renew_read(const api_call *call, const credential *found, logout_scope scope,
                             access_identity *identity, srv_error *error)
{
    const http_request *request = call->request;
    lanyard_str method = request->method;

    if (scope != LOGOUT_THIS)
        return credential_check(call, found, method, identity, error);
    if (found->kind == CREDENTIAL_COMPAT)
        return compat_check_signature(call->api->compat, found->text,
                                      srv_time_seconds(request->now), request->worker, identity,
                                      error);
    TRY(access_check_signature(call->api->access, found->text, request->worker, identity, error));
    return found->kind == CREDENTIAL_COOKIE ? csrf_check(call, method, &identity->sid, error)
                                            : SRV_OK;
}

static srv_status renew_identify(const api_call *call, const credential *found,
                                 session_logout *logout, srv_error *error)
{
    access_identity identity;

    TRY(renew_read(call, found, logout->scope, &identity, error));
    logout->sid = identity.sid;
    logout->user_id = identity.user_id;
    logout->actor = identity.user_id;
    /* A compat token made elsewhere has no session; all that ends it ends all. */
    if (srv_id_is_nil(&identity.sid))
        logout->scope = LOGOUT_ALL;
    return SRV_OK;
}

static srv_status renew_log_out(const api_call *call, session_logout *logout, unsigned *revoked,
                                int64_t *seq, bool *by_cookie, srv_error *error)
{
    const sessions *all = call->api->sessions;
    credential found;
    refresh_token token;

    TRY(credential_find(call, &found, error));
    *by_cookie = found.kind == CREDENTIAL_COOKIE || found.kind == CREDENTIAL_NONE;

    bool has_refresh = *by_cookie && http_cookie(call->request, COOKIE_REFRESH).len > 0;
    srv_status status = found.kind == CREDENTIAL_NONE ? SRV_E_NO_CREDENTIAL
                                                      : renew_identify(call, &found, logout, error);

    if (status == SRV_OK)
        return sessions_logout(all, logout, revoked, seq, error);
    if (!has_refresh || status == SRV_E_CROSS_SITE || srv_status_http(status) >= 500)
        return error->status == status ? status : srv_fail(error, status, "");
    *error = (srv_error){ .status = SRV_OK };
    TRY(renew_from_cookie(call, &token, error));
    status = sessions_logout_refresh(all, &token, logout, revoked, seq, error);
    srv_wipe(&token, sizeof token);
    return status;
}

srv_status api_logout(api_call *call, srv_error *error)
{
    session_logout logout = { .reason = END_NONE };
    unsigned revoked = 0;
    int64_t seq = 0;
    bool by_cookie = false;
    json_out json = json_out_to(&call->response->body);

    TRY(renew_read_scope(call, &logout.scope, error));
    caller_origin(call, &logout.from);
    TRY(renew_log_out(call, &logout, &revoked, &seq, &by_cookie, error));
    if (by_cookie)
        TRY(token_set_forget(call));
    call->response->content_type = "application/json";
    json_object(&json);
    json_int(&json, "revoked", revoked);
    json_int(&json, "tape", seq);
    json_close(&json);
    TRY(json_out_done(&json));
    return http_set(call->response, "Cache-Control", SRV_STR("no-store"));
}

/* The session of either cookie; the double-submit token is of no use without them. */
static srv_status renew_session(const api_call *call, srv_id *sid, srv_error *error)
{
    credential found;
    access_identity identity;
    refresh_token token;

    TRY(credential_find(call, &found, error));
    if (found.kind == CREDENTIAL_COOKIE &&
        credential_check(call, &found, call->request->method, &identity, NULL) == SRV_OK) {
        *sid = identity.sid;
        return SRV_OK;
    }
    TRY(renew_from_cookie(call, &token, error));
    *sid = token.sid;
    srv_wipe(&token, sizeof token);
    return SRV_OK;
}

srv_status api_csrf(api_call *call, srv_error *error)
{
    srv_id sid;
    lanyard_buf text;
    json_out json = json_out_to(&call->response->body);

    TRY(renew_session(call, &sid, error));
    lanyard_buf_init(&text, NULL, CSRF_TEXT_MAX);

    srv_status status =
        token_set_csrf(call, &sid, call->api->sessions->rules.idle_life / SRV_SECOND, &text);

    if (status == SRV_OK) {
        call->response->content_type = "application/json";
        json_object(&json);
        json_str(&json, "token", (lanyard_str){ text.ptr, text.len });
        json_close(&json);
        status = json_out_done(&json);
    }
    lanyard_buf_done(&text);
    TRY(status);
    return http_set(call->response, "Cache-Control", SRV_STR("no-store"));
}
