/* me.c - GET, PATCH and DELETE /v1/me, POST /v1/me/password and /v1/reauth. */
#include "api/body.h"
#include "api/caller.h"
#include "api/handlers.h"
#include "api/password.h"
#include "api/token_set.h"
#include "base/json_out.h"
#include "base/text.h"

static srv_status me_answer(api_call *call, const user_row *user)
{
    json_out json = json_out_to(&call->response->body);

    call->response->content_type = "application/json";
    json_object(&json);
    json_id(&json, "id", &user->id);
    json_text(&json, "username", user->username[0] ? user->username : NULL);
    json_text(&json, "email", user->email[0] ? user->email : NULL);
    json_bool(&json, "email_verified", user->email_verified_at != 0);
    token_set_roles(&json, user->roles);
    json_raw(&json, "profile", lanyard_str_of(user->profile));
    json_time(&json, "created_at", user->created_at);
    json_time(&json, "updated_at", user->updated_at);
    json_id(&json, "session_id", &call->identity.sid);
    json_close(&json);
    TRY(json_out_done(&json));
    return http_set(call->response, "Cache-Control", SRV_STR("no-store"));
}

srv_status api_me(api_call *call, srv_error *error)
{
    user_row user;

    TRY(account_get(call->api->accounts, &call->identity.user_id, &user, error));
    return me_answer(call, &user);
}

srv_status api_me_change(api_call *call, srv_error *error)
{
    account_change change = { .actor = call->identity.user_id };
    user_row user;
    const body_member members[] = {
        { "username", BODY_TEXT, false, &change.username },
        { "email", BODY_TEXT_OR_NULL, false, &change.email },
        { "profile", BODY_OBJECT, false, &change.profile },
    };

    TRY(body_members(call, members, sizeof members / sizeof *members, error));
    change.removes_email = body_is_null(change.email);
    if (change.removes_email)
        change.email = (lanyard_str){ NULL, 0 };
    /* What one logs in by is not changed with a token that was found. */
    if (change.username.ptr || change.email.ptr || change.removes_email)
        TRY(caller_is_recent(call, error));
    caller_origin(call, &change.from);
    TRY(account_update(call->api->accounts, &call->identity.user_id, &change, &user, error));
    return me_answer(call, &user);
}

srv_status api_me_delete(api_call *call, srv_error *error)
{
    const srv_id *self = &call->identity.user_id;
    session_origin from;

    TRY(caller_is_recent(call, error));
    caller_origin(call, &from);
    TRY(account_delete(call->api->accounts, self, self, &from, error));
    if (call->is_cookie)
        TRY(token_set_forget(call));
    call->response->status = 204;
    return SRV_OK;
}

/* A token of the tutorial made elsewhere has no session that could be made anew. */
static srv_status me_take_guess(const api_call *call, limits_taken *taken, srv_error *error)
{
    char id[SRV_ID_TEXT_LEN + 1];

    if (srv_id_is_nil(&call->identity.sid))
        return srv_fail(error, SRV_E_INVALID, "this token has no session; log in");
    srv_id_write(&call->identity.user_id, id);
    return password_take(call, lanyard_str_of(id), taken, error);
}

static void me_start(const api_call *call, session_start *start)
{
    *start = (session_start){ .user_id = call->identity.user_id };
    caller_origin(call, &start->from);
}

static token_mode me_mode(const api_call *call)
{
    return call->is_cookie ? TOKEN_COOKIES : TOKEN_BODY;
}

srv_status api_password(api_call *call, srv_error *error)
{
    lanyard_str current, wanted;
    limits_taken taken;
    session_start start;
    session_grant grant;
    user_row user;
    unsigned faults = 0;
    const body_member members[] = {
        { "current_password", BODY_TEXT, true, &current },
        { "new_password", BODY_TEXT, true, &wanted },
    };

    TRY(body_members(call, members, 2, error));
    TRY(me_take_guess(call, &taken, error));
    if (call->response->park > 0)
        return SRV_OK;
    me_start(call, &start);

    srv_status status =
        account_password(call->api->accounts, &call->identity.user_id, SRV_BYTES_OF(current),
                         SRV_BYTES_OF(wanted), &start, &user, &grant, &faults, error);

    password_settle(call, &taken, status);
    if (status == SRV_E_WEAK_PASSWORD)
        password_explain(faults, error);
    TRY(status);
    return token_set_answer(call, &grant, &user, me_mode(call), 200, error);
}

srv_status api_reauth(api_call *call, srv_error *error)
{
    lanyard_str password;
    limits_taken taken;
    session_start start;
    session_grant grant;
    user_row user;
    const body_member members[] = { { "password", BODY_TEXT, true, &password } };

    TRY(body_members(call, members, 1, error));
    TRY(me_take_guess(call, &taken, error));
    if (call->response->park > 0)
        return SRV_OK;
    me_start(call, &start);

    srv_status status =
        account_reauth(call->api->accounts, &call->identity.user_id, &call->identity.sid,
                       SRV_BYTES_OF(password), &start, &user, &grant, error);

    password_settle(call, &taken, status);
    TRY(status);
    return token_set_answer(call, &grant, &user, me_mode(call), 200, error);
}
