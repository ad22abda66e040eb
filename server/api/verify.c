/* verify.c - GET /v1/verify: for nginx's auth_request and its like (docs/server.md).
 *
 * Answers 200, 401 and 403 only: nginx takes anything else for an error of its own. No body:
 * nginx would close the connection over it. Nothing here waits, but for compat tokens.
 */
#include <string.h>
#include "api/caller.h"
#include "api/fail.h"
#include "api/handlers.h"
#include "base/text.h"

#define SECONDS_DIGITS_MAX 9

typedef struct verify_wish { /* what the query asks for; -1: not asked */
    lanyard_str roles;
    int64_t max_age_s;
    int64_t max_lag_ms;
} verify_wish;

/* false: a parameter that is not known, or stands twice. A slip in the proxy's configuration must
 * not open a door, so it is refused and not passed over. */
static bool verify_read_wish(const http_request *request, verify_wish *wish)
{
    *wish = (verify_wish){ .max_age_s = -1, .max_lag_ms = -1 };
    for (size_t i = 0; i < request->query_count; i++) {
        lanyard_str name = request->query[i].name;
        lanyard_str value = request->query[i].value;
        bool is_read = false;

        if (lanyard_str_equal(name, SRV_STR("roles")) && !wish->roles.ptr) {
            wish->roles = value;
            is_read = true;
        }
        if (lanyard_str_equal(name, SRV_STR("max_age")) && wish->max_age_s < 0)
            is_read = srv_number_read(value, SECONDS_DIGITS_MAX, &wish->max_age_s);
        if (lanyard_str_equal(name, SRV_STR("max_lag")) && wish->max_lag_ms < 0)
            is_read = srv_number_read(value, SECONDS_DIGITS_MAX, &wish->max_lag_ms);
        if (!is_read)
            return false;
    }
    return true;
}

static size_t verify_role_len(lanyard_str text)
{
    size_t len = 0;

    while (len < text.len && text.ptr[len] != ',' && text.ptr[len] != ' ')
        len++;
    return len;
}

/* All of them, with commas or spaces between. Where a role is missing, at an end or between two
 * commas, there was a variable of the proxy that nobody set: nobody has that role. */
static bool verify_has_roles(const char *roles, lanyard_str wanted)
{
    bool is_missing = true;

    while (wanted.len > 0) {
        size_t len = verify_role_len(wanted);
        bool is_comma = len == 0 && wanted.ptr[0] == ',';

        if (len > 0 && !caller_has(roles, (lanyard_str){ wanted.ptr, len }))
            return false;
        if (is_comma && is_missing)
            return false;
        is_missing = is_comma || (is_missing && len == 0);
        len = len > 0 ? len : 1;
        wanted = (lanyard_str){ wanted.ptr + len, wanted.len - len };
    }
    return !is_missing;
}

/* A browser sends a cookie along with whatever page asks: it counts only when the proxy tells the
 * method of the original request, so that the page can be checked for what changes something. */
static srv_status verify_judge(const api_call *call, access_identity *identity, srv_error *error)
{
    credential found;
    size_t methods;
    lanyard_str method = http_header(call->request, "X-Original-Method", &methods);

    TRY(credential_find(call, &found, error));
    if (found.kind == CREDENTIAL_COOKIE && (methods != 1 || !http_is_token(method)))
        return srv_fail(error, SRV_E_NO_CREDENTIAL, "");
    return credential_check(call, &found, method, identity, error);
}

static srv_status verify_fulfil(const api_call *call, const access_identity *identity,
                                const verify_wish *wish, srv_error *error)
{
    if (wish->max_lag_ms >= 0 && tape_lag(call->api->tape) > wish->max_lag_ms * 1000) {
        (void)srv_fail(error, SRV_E_INVALID_TOKEN, "");
        error->reason = "revocations are not known to be fresh";
        return SRV_E_INVALID_TOKEN;
    }
    if (wish->max_age_s >= 0 && !caller_is_fresh(call, identity, wish->max_age_s))
        return srv_fail(error, SRV_E_REAUTH_REQUIRED, "");
    if (wish->roles.ptr && !verify_has_roles(identity->roles, wish->roles))
        return srv_fail(error, SRV_E_FORBIDDEN, "");
    return SRV_OK;
}

static srv_status verify_tell(http_response *response, const access_identity *identity)
{
    char text[SRV_ID_TEXT_LEN + 1];
    char exp[SRV_NUMBER_MAX];

    srv_id_write(&identity->user_id, text);
    TRY(http_set(response, "Lanyard-Sub", lanyard_str_of(text)));
    if (!srv_id_is_nil(&identity->sid)) {
        srv_id_write(&identity->sid, text);
        TRY(http_set(response, "Lanyard-Sid", lanyard_str_of(text)));
    }
    if (identity->roles[0])
        TRY(http_set(response, "Lanyard-Roles", lanyard_str_of(identity->roles)));
    srv_number_write(identity->exp, exp);
    return http_set(response, "Lanyard-Exp", lanyard_str_of(exp));
}

/* 403 for what is forbidden, 401 for all else, whatever its status would be elsewhere. */
static srv_status verify_refuse(const api_call *call, srv_status status, srv_error *error,
                                int64_t max_age_s)
{
    char challenge[CHALLENGE_MAX];
    srv_api told = { .reauth_s = max_age_s };
    bool is_forbidden = srv_status_http(status) == 403;

    if (error->status != status)
        *error = (srv_error){ .status = status };
    http_reset(call->response, is_forbidden ? 403 : 401);
    api_challenge(&told, status, error, challenge);
    if (!challenge[0] && !is_forbidden)
        api_challenge(&told, SRV_E_NO_CREDENTIAL, NULL, challenge);
    return challenge[0] ? http_set(call->response, "WWW-Authenticate", lanyard_str_of(challenge))
                        : SRV_OK;
}

srv_status api_verify(api_call *call, srv_error *error)
{
    access_identity identity;
    verify_wish wish;
    srv_status status = SRV_E_FORBIDDEN;

    if (verify_read_wish(call->request, &wish)) {
        status = verify_judge(call, &identity, error);
        if (status == SRV_OK)
            status = verify_fulfil(call, &identity, &wish, error);
    }
    if (status == SRV_OK)
        status = verify_tell(call->response, &identity);
    if (status != SRV_OK)
        TRY(verify_refuse(call, status, error, wish.max_age_s));
    return http_set(call->response, "Cache-Control", SRV_STR("no-store"));
}
