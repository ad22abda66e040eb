/* users.c - list, look at, change, disable, delete users. No password is ever set here: whoever
 * could set one could log in as anybody. */
#include <string.h>
#include "admin/call.h"
#include "base/text.h"

#define FIND_MAX 256

static const char *user_status_text(user_status status)
{
    static const char *const texts[] = { "unknown", "active", "disabled", "deleted" };

    return texts[status <= USER_DELETED ? status : 0];
}

static void user_write(json_out *json, const user_row *user)
{
    json_object(json);
    json_id(json, "id", &user->id);
    json_text(json, "username", user->username[0] ? user->username : NULL);
    json_text(json, "email", user->email[0] ? user->email : NULL);
    json_text(json, "status", user_status_text(user->status));
    json_text(json, "roles", user->roles);
    json_time(json, "created_at", user->created_at);
    json_time(json, "updated_at", user->updated_at);
    json_close(json);
}

typedef struct users_page {
    admin_page page;
    srv_id after;
    char find[FIND_MAX];
    int limit;
} users_page;

static bool users_each(void *ctx, const user_row *user)
{
    users_page *users = ctx;

    user_write(&users->page.json, user);
    return true;
}

static srv_status users_fill(store_txn *txn, admin_page *page)
{
    users_page *users = (users_page *)page;

    return store_users(txn, &users->after, users->find, users->limit, users_each, users);
}

srv_status users_list(admin_call *call, srv_error *error)
{
    users_page users = { .page = { .call = call, .fill = users_fill } };
    lanyard_str after = http_query(call->request, "after", NULL);

    if (after.ptr && !srv_id_read(after, &users.after))
        return srv_fail(error, SRV_E_INVALID, "after: expected an id");
    if (!srv_copy(http_query(call->request, "find", NULL), users.find, sizeof users.find))
        return srv_fail(error, SRV_E_INVALID, "find: too long");
    TRY(admin_limit(call, &users.limit, error));
    return page_answer(&users.page, error);
}

static srv_status users_answer(admin_call *call, const user_row *user)
{
    json_out json = json_out_to(&call->response->body);

    call->response->content_type = "application/json";
    user_write(&json, user);
    return json_out_done(&json);
}

srv_status users_get(admin_call *call, srv_error *error)
{
    user_row user;

    TRY(admin_user(call, call->id, &user, error));
    return users_answer(call, &user);
}

static srv_status users_change(admin_call *call, const user_row *user, lanyard_json **json,
                               srv_error *error)
{
    static const char *const names[] = { "roles" };
    char roles[ROLES_MAX];
    lanyard_str wanted = { NULL, 0 };
    user_row changed;

    TRY(admin_body(call, names, &wanted, 1, json, error));
    if (!wanted.ptr)
        return srv_fail(error, SRV_E_INVALID, "roles: is missing");
    TRY(account_roles(wanted, roles, error));

    const account_change change = { .roles = lanyard_str_of(roles) };

    TRY(account_update(call->admin->accounts, &user->id, &change, &changed, error));
    return users_answer(call, &changed);
}

srv_status users_patch(admin_call *call, srv_error *error)
{
    lanyard_json *json = NULL;
    user_row user;

    TRY(admin_user(call, call->id, &user, error));

    srv_status status = users_change(call, &user, &json, error);

    lanyard_json_free(json);
    return status;
}

static srv_status users_set_disabled(admin_call *call, bool is_disabled, srv_error *error)
{
    user_row user;

    TRY(admin_user(call, call->id, &user, error));
    TRY(account_set_disabled(call->admin->accounts, &user.id, is_disabled, error));
    return admin_say(call, is_disabled ? "disabled" : "enabled");
}

srv_status users_disable(admin_call *call, srv_error *error)
{
    return users_set_disabled(call, true, error);
}

srv_status users_enable(admin_call *call, srv_error *error)
{
    return users_set_disabled(call, false, error);
}

srv_status users_delete(admin_call *call, srv_error *error)
{
    static const srv_id nobody = { { 0 } };
    const session_origin from = { .address = "" };
    user_row user;

    TRY(admin_user(call, call->id, &user, error));
    TRY(account_delete(call->admin->accounts, &user.id, &nobody, &from, error));
    return admin_say(call, "deleted");
}

srv_status users_end_sessions(admin_call *call, srv_error *error)
{
    session_logout logout = { .scope = LOGOUT_ALL, .reason = END_ADMIN };
    json_out json = json_out_to(&call->response->body);
    unsigned revoked = 0;
    int64_t seq = 0;
    user_row user;

    TRY(admin_user(call, call->id, &user, error));
    logout.user_id = user.id;
    TRY(sessions_logout(call->admin->sessions, &logout, &revoked, &seq, error));
    call->response->content_type = "application/json";
    json_object(&json);
    json_text(&json, "result", "ended");
    json_int(&json, "sessions", revoked);
    json_close(&json);
    return json_out_done(&json);
}
