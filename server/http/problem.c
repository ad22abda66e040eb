/* problem.c - the body of every failure outside of /oauth (RFC 9457). */
#include "http/message.h"

#include <stdio.h>
#include "base/json_out.h"
#include "base/text.h"

/* "/problems/session-ended" for "session_ended". */
static void problem_type(const char *code, char *out, size_t size)
{
    size_t at = (size_t)snprintf(out, size, "/problems/");

    while (*code && at + 1 < size) {
        out[at++] = *code++;
        if (out[at - 1] == '_')
            out[at - 1] = '-';
    }
    out[at] = '\0';
}

static srv_status problem_body(const http_request *request, http_response *response,
                               srv_status status, const srv_error *error)
{
    json_out json = json_out_to(&response->body);
    char type[64];

    problem_type(srv_status_code(status), type, sizeof type);
    json_object(&json);
    json_text(&json, "type", type);
    json_text(&json, "title", srv_status_title(status));
    json_int(&json, "status", srv_status_http(status));
    json_text(&json, "code", srv_status_code(status));
    /* What is wrong with the machine is for the log, not for the client. */
    if (error && error->detail[0] && srv_status_http(status) < 500)
        json_text(&json, "detail", error->detail);
    json_str(&json, "instance", request->path);
    json_id(&json, "request_id", &request->id);
    if (error && error->reason)
        json_text(&json, "reason", error->reason);
    if (error && error->at)
        json_time(&json, "at", error->at);
    json_close(&json);
    return json_out_done(&json);
}

void http_problem(const http_request *request, http_response *response, srv_status status,
                  const srv_error *error)
{
    char seconds[16];
    srv_status set = SRV_OK;
    unsigned wait_s = error ? error->retry_after_s : 0;

    if (wait_s == 0 && srv_status_http(status) == 503)
        wait_s = 1;
    http_reset(response, srv_status_http(status));
    if (problem_body(request, response, status, error) == SRV_OK)
        response->content_type = "application/problem+json";
    else
        lanyard_buf_cut(&response->body, 0);
    if (wait_s > 0) {
        snprintf(seconds, sizeof seconds, "%u", wait_s);
        set = http_set(response, "Retry-After", lanyard_str_of(seconds));
    }
    if (set != SRV_OK || http_set(response, "Cache-Control", SRV_STR("no-store")) != SRV_OK)
        http_reset(response, srv_status_http(SRV_E_NO_MEMORY));
}
