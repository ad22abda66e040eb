/* fail.c - see fail.h. */
#include "api/fail.h"

#include <stdio.h>
#include <string.h>
#include "base/json_out.h"
#include "base/text.h"

#define REALM "realm=\"lanyardd\""

void api_challenge(const srv_api *api, srv_status status, const srv_error *error,
                   char out[CHALLENGE_MAX])
{
    const char *what = error && error->reason ? error->reason : "";
    const char *gap = *what ? ": " : "";

    switch (status) {
    case SRV_E_NO_CREDENTIAL:
    case SRV_E_INVALID_CREDENTIALS:
        snprintf(out, CHALLENGE_MAX, "Bearer " REALM);
        break;
    case SRV_E_INVALID_CLIENT:
        snprintf(out, CHALLENGE_MAX, "Basic " REALM);
        break;
    case SRV_E_REAUTH_REQUIRED: /* RFC 9470, 3 */
        snprintf(out, CHALLENGE_MAX,
                 "Bearer " REALM ", error=\"insufficient_user_authentication\", "
                 "error_description=\"%s\", max_age=\"%lld\"",
                 srv_status_title(status), (long long)api->reauth_s);
        break;
    case SRV_E_FORBIDDEN: /* RFC 6750, 3.1 */
        snprintf(out, CHALLENGE_MAX, "Bearer " REALM ", error=\"insufficient_scope\"");
        break;
    default:
        out[0] = '\0';
        if (srv_status_http(status) == 401)
            snprintf(out, CHALLENGE_MAX,
                     "Bearer " REALM ", error=\"invalid_token\", error_description=\"%s%s%s\"",
                     srv_status_title(status), gap, what);
    }
}

typedef struct fail_row {
    srv_status status;
    int http;
    const char *word; /* RFC 6749, 5.2, and RFC 7009, 2.2.1 */
} fail_row;

static const fail_row fail_rows[] = {
    { SRV_E_INVALID_CLIENT, 401, "invalid_client" },
    { SRV_E_FORBIDDEN, 400, "unauthorized_client" },
    { SRV_E_RATE_LIMITED, 429, "slow_down" },
    { SRV_E_METHOD, 405, "invalid_request" },
    { SRV_E_NOT_FOUND, 404, "invalid_request" },
    { SRV_E_TOO_LARGE, 413, "invalid_request" },
    { SRV_E_HEADERS_TOO_LARGE, 431, "invalid_request" },
    { SRV_E_UNAVAILABLE, 503, "temporarily_unavailable" },
    { SRV_E_NO_MEMORY, 503, "temporarily_unavailable" },
};

static fail_row fail_row_of(srv_status status)
{
    for (size_t i = 0; i < sizeof fail_rows / sizeof *fail_rows; i++) {
        if (fail_rows[i].status == status)
            return fail_rows[i];
    }
    return srv_status_http(status) < 500 ? (fail_row){ status, 400, "invalid_request" }
                                         : (fail_row){ status, 500, "server_error" };
}

static srv_status fail_oauth(api_call *call, srv_status status, const srv_error *error)
{
    http_response *response = call->response;
    fail_row row = fail_row_of(status);
    json_out json = json_out_to(&response->body);
    char seconds[16];

    http_reset(response, row.http);
    response->content_type = "application/json";
    json_object(&json);
    json_text(&json, "error", row.word);
    if (row.http < 500)
        json_text(&json, "error_description",
                  error->detail[0] ? error->detail : srv_status_title(status));
    json_close(&json);
    TRY(json_out_done(&json));
    if (error->retry_after_s > 0) {
        snprintf(seconds, sizeof seconds, "%u", (unsigned)error->retry_after_s);
        TRY(http_set(response, "Retry-After", lanyard_str_of(seconds)));
    }
    return http_set(response, "Cache-Control", SRV_STR("no-store"));
}

static bool fail_is_oauth(const api_call *call)
{
    lanyard_str path = call->request->path;
    lanyard_str prefix = SRV_STR("/oauth/");

    return path.len >= prefix.len && memcmp(path.ptr, prefix.ptr, prefix.len) == 0;
}

void api_fail(api_call *call, srv_status status, const srv_error *error)
{
    char challenge[CHALLENGE_MAX];
    srv_error told = error ? *error : (srv_error){ .status = status };

    if (told.status != status)
        told = (srv_error){ .status = status };
    if (srv_status_http(status) == 503 && told.retry_after_s == 0)
        told.retry_after_s = 1;
    if (!fail_is_oauth(call))
        http_problem(call->request, call->response, status, &told);
    else if (fail_oauth(call, status, &told) != SRV_OK)
        http_reset(call->response, 503);
    api_challenge(call->api, status, &told, challenge);
    if (challenge[0] &&
        http_set(call->response, "WWW-Authenticate", lanyard_str_of(challenge)) != SRV_OK)
        http_reset(call->response, 503);
}
