/* enter.c - POST /v1/register and /v1/login. */
#include <string.h>
#include "api/body.h"
#include "api/caller.h"
#include "api/csrf.h"
#include "api/handlers.h"
#include "api/token_set.h"
#include "base/json_out.h"
#include "base/text.h"
#include "account/password_policy.h"
#include "api/password.h"

typedef struct enter_body { /* the members both have; NULL ptr: absent */
    lanyard_str device;
    lanyard_str mode;
    char device_id[DEVICE_MAX];
    char device_label[DEVICE_MAX];
    token_mode how;
} enter_body;

static srv_status enter_device(enter_body *body, srv_error *error)
{
    lanyard_json *json = NULL;
    lanyard_str id, label;
    const body_member members[] = {
        { "id", BODY_TEXT, false, &id },
        { "label", BODY_TEXT, false, &label },
    };
    srv_status status = body_object(body->device, members, 2, &json, error);

    body->device_id[0] = body->device_label[0] = '\0';
    if (status == SRV_OK && (!lanyard_str_is_plain(id) || !lanyard_str_is_plain(label) ||
                             !srv_copy(id, body->device_id, sizeof body->device_id) ||
                             !srv_copy(label, body->device_label, sizeof body->device_label)))
        status = srv_fail(error, SRV_E_INVALID,
                          "device: id and label are plain text of at most 128 bytes");
    lanyard_json_free(json);
    return status;
}

/* Cookies are for pages of this site: another's form must not log anybody in. */
static srv_status enter_prepare(const api_call *call, enter_body *body, session_start *start,
                                srv_error *error)
{
    TRY(token_mode_read(body->mode, &body->how, error));
    if (body->how == TOKEN_COOKIES)
        TRY(csrf_check_origin(call, error));
    TRY(enter_device(body, error));
    *start = (session_start){ .device_id = body->device_id, .device_label = body->device_label };
    caller_origin(call, &start->from);
    return SRV_OK;
}

static srv_status enter_registration(api_call *call, account_new *wanted, const enter_body *body,
                                     srv_error *error)
{
    session_grant grant;
    user_row user;
    unsigned faults = 0;

    TRY(limits_take_registration(call->api->limits, &call->request->peer, srv_monotonic(), error));

    srv_status status =
        account_register(call->api->accounts, wanted, &user, &grant, &faults, error);

    if (status == SRV_E_WEAK_PASSWORD)
        password_explain(faults, error);
    TRY(status);
    return token_set_answer(call, &grant, &user, body->how, 201, error);
}

srv_status api_register(api_call *call, srv_error *error)
{
    account_new wanted = { .username = { NULL, 0 } };
    lanyard_str password;
    enter_body body;
    const body_member members[] = {
        { "username", BODY_TEXT, false, &wanted.username },
        { "email", BODY_TEXT, false, &wanted.email },
        { "password", BODY_TEXT, true, &password },
        { "profile", BODY_OBJECT, false, &wanted.profile },
        { "device", BODY_OBJECT, false, &body.device },
        { "mode", BODY_TEXT, false, &body.mode },
    };

    TRY(body_members(call, members, sizeof members / sizeof *members, error));
    TRY(enter_prepare(call, &body, &wanted.session, error));
    wanted.password = SRV_BYTES_OF(password);
    return enter_registration(call, &wanted, &body, error);
}

srv_status api_login(api_call *call, srv_error *error)
{
    account_login login = { .login = { NULL, 0 } };
    limits_taken taken;
    session_grant grant;
    user_row user;
    lanyard_str password;
    enter_body body;
    const body_member members[] = {
        { "login", BODY_TEXT, true, &login.login },
        { "password", BODY_TEXT, true, &password },
        { "device", BODY_OBJECT, false, &body.device },
        { "mode", BODY_TEXT, false, &body.mode },
    };

    TRY(body_members(call, members, sizeof members / sizeof *members, error));
    TRY(enter_prepare(call, &body, &login.session, error));
    login.password = SRV_BYTES_OF(password);
    TRY(password_take(call, login.login, &taken, error));
    if (call->response->park > 0)
        return SRV_OK;

    srv_status status = account_log_in(call->api->accounts, &login, &user, &grant, error);

    password_settle(call, &taken, status);
    TRY(status);
    return token_set_answer(call, &grant, &user, body.how, 200, error);
}
