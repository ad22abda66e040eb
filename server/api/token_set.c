/* token_set.c - see token_set.h. */
#include "api/token_set.h"

#include <stdio.h>
#include <string.h>
#include "api/caller.h"
#include "api/csrf.h"
#include "base/json_out.h"
#include "base/text.h"

#define TOKEN_MAX  16384
#define COOKIE_MAX 4000 /* browsers drop a cookie above 4096 */

srv_status token_mode_read(lanyard_str text, token_mode *mode, srv_error *error)
{
    *mode = TOKEN_BODY;
    if (!text.ptr || lanyard_str_equal(text, SRV_STR("token")))
        return SRV_OK;
    *mode = TOKEN_COOKIES;
    if (lanyard_str_equal(text, SRV_STR("cookie")))
        return SRV_OK;
    return srv_fail(error, SRV_E_INVALID, "mode: expected token or cookie");
}

void token_set_roles(json_out *json, const char *roles)
{
    json_array_at(json, "roles");
    while (*roles) {
        size_t len = strcspn(roles, " ");

        json_str(json, NULL, (lanyard_str){ roles, len });
        roles += len;
        roles += strspn(roles, " ");
    }
    json_close(json);
}

static srv_status token_set_cookie(http_response *response, const char *name, lanyard_str value,
                                   const char *rest, int64_t life_s)
{
    char line[COOKIE_MAX + 256];
    int len = snprintf(line, sizeof line, "%s=%.*s; %s; Max-Age=%lld", name, (int)value.len,
                       value.ptr, rest, (long long)life_s);
    srv_status status = SRV_E_INTERNAL;

    if (value.len <= COOKIE_MAX && len > 0 && (size_t)len < sizeof line)
        status = http_set(response, "Set-Cookie", (lanyard_str){ line, (size_t)len });
    srv_wipe(line, sizeof line);
    return status;
}

#define ATTRIBUTES_ACCESS  "Path=/; Secure; HttpOnly; SameSite=Lax"
#define ATTRIBUTES_REFRESH "Path=/v1; Secure; HttpOnly; SameSite=Strict"
#define ATTRIBUTES_CSRF    "Path=/; Secure; SameSite=Strict"

srv_status token_set_csrf(api_call *call, const srv_id *sid, int64_t life_s, lanyard_buf *out)
{
    char text[CSRF_TEXT_MAX];
    lanyard_status added;

    TRY(csrf_write(call->api, sid, text));
    TRY(token_set_cookie(call->response, COOKIE_CSRF, lanyard_str_of(text), ATTRIBUTES_CSRF,
                         life_s));
    added = lanyard_buf_add(out, text, strlen(text));
    return added == LANYARD_OK ? SRV_OK : srv_fail_lanyard(NULL, added);
}

srv_status token_set_forget(api_call *call)
{
    http_response *response = call->response;

    TRY(token_set_cookie(response, COOKIE_ACCESS, SRV_STR(""), ATTRIBUTES_ACCESS, 0));
    TRY(token_set_cookie(response, COOKIE_REFRESH, SRV_STR(""), ATTRIBUTES_REFRESH, 0));
    return token_set_cookie(response, COOKIE_CSRF, SRV_STR(""), ATTRIBUTES_CSRF, 0);
}

typedef struct token_texts { /* what is wiped when the answer is written */
    lanyard_buf access;
    lanyard_buf compat;
    lanyard_buf csrf;
} token_texts;

static lanyard_str token_set_text(const lanyard_buf *buf)
{
    return (lanyard_str){ buf->ptr, buf->len };
}

/* From the transaction's now on, as expires_in: the request is older than it. */
static int64_t token_set_life(const session_grant *grant)
{
    srv_time end =
        grant->idle_expires < grant->abs_expires ? grant->idle_expires : grant->abs_expires;
    int64_t life = srv_time_seconds(end) - grant->iat;

    return life > 0 ? life : 0;
}

static srv_status token_set_cookies(api_call *call, const session_grant *grant, token_texts *texts)
{
    int64_t life = token_set_life(grant);

    TRY(token_set_cookie(call->response, COOKIE_ACCESS, token_set_text(&texts->access),
                         ATTRIBUTES_ACCESS, grant->exp - grant->iat));
    TRY(token_set_cookie(call->response, COOKIE_REFRESH, lanyard_str_of(grant->refresh),
                         ATTRIBUTES_REFRESH, life));
    return token_set_csrf(call, &grant->sid, life, &texts->csrf);
}

static void token_set_user(json_out *json, const session_grant *grant, const user_row *user)
{
    json_object_at(json, "user");
    json_id(json, "id", &grant->user_id);
    if (user) {
        json_text(json, "username", user->username[0] ? user->username : NULL);
        json_text(json, "email", user->email[0] ? user->email : NULL);
        json_bool(json, "email_verified", user->email_verified_at != 0);
    }
    token_set_roles(json, grant->roles);
    json_close(json);
}

static srv_status token_set_body(api_call *call, const session_grant *grant, const user_row *user,
                                 const token_texts *texts)
{
    json_out json = json_out_to(&call->response->body);

    json_object(&json);
    if (texts->csrf.len > 0) {
        json_str(&json, "csrf_token", token_set_text(&texts->csrf));
    } else {
        json_str(&json, "access_token", token_set_text(&texts->access));
        json_text(&json, "token_type", "Bearer");
        json_text(&json, "refresh_token", grant->refresh);
    }
    json_int(&json, "expires_in", grant->exp - grant->iat);
    json_int(&json, "refresh_expires_in", token_set_life(grant));
    if (texts->compat.len > 0)
        json_str(&json, "x_access_token", token_set_text(&texts->compat));
    json_object_at(&json, "session");
    json_id(&json, "id", &grant->sid);
    json_time(&json, "expires_at", grant->abs_expires);
    json_close(&json);
    token_set_user(&json, grant, user);
    json_close(&json);
    return json_out_done(&json);
}

static srv_status token_set_sign(api_call *call, const session_grant *grant, const user_row *user,
                                 token_mode mode, token_texts *texts, srv_error *error)
{
    const srv_api *api = call->api;
    lanyard_worker *worker = call->request->worker;

    TRY(access_write(api->access, grant, worker, &texts->access, error));
    if (mode == TOKEN_COOKIES)
        return token_set_cookies(call, grant, texts);
    if (api->compat && user && user->username[0])
        return compat_write(api->compat, grant, user->username, worker, &texts->compat, error);
    return SRV_OK;
}

srv_status token_set_answer(api_call *call, session_grant *grant, const user_row *user,
                            token_mode mode, int status, srv_error *error)
{
    token_texts texts;

    lanyard_buf_init(&texts.access, NULL, TOKEN_MAX);
    lanyard_buf_init(&texts.compat, NULL, TOKEN_MAX);
    lanyard_buf_init(&texts.csrf, NULL, CSRF_TEXT_MAX);
    call->response->status = status;
    call->response->content_type = "application/json";

    srv_status made = token_set_sign(call, grant, user, mode, &texts, error);

    if (made == SRV_OK)
        made = token_set_body(call, grant, user, &texts);
    if (made == SRV_OK)
        made = http_set(call->response, "Cache-Control", SRV_STR("no-store"));
    lanyard_buf_done(&texts.access);
    lanyard_buf_done(&texts.compat);
    lanyard_buf_done(&texts.csrf);
    session_grant_done(grant);
    return made;
}
