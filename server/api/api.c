/* api.c - one request, top to bottom. */
#include "api/api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "api/body.h"
#include "api/caller.h"
#include "api/fail.h"
#include "base/log.h"
#include "base/text.h"

/* RFC 9110, 15.5.6: what would be allowed there. */
static srv_status api_allow(const api_call *call)
{
    const api_route *route;
    lanyard_str id;
    char allowed[64] = "";
    bool exists;

    for (size_t i = 0; (route = api_route_at(i)) != NULL; i++) {
        if (api_route_find(lanyard_str_of(route->method), call->request->path, &id, &exists) !=
            route)
            continue;

        size_t len = strlen(allowed);

        snprintf(allowed + len, sizeof allowed - len, "%s%s", len > 0 ? ", " : "", route->method);
    }
    return http_set(call->response, "Allow", lanyard_str_of(allowed));
}

static srv_status api_run(api_call *call, char *storage, srv_error *error)
{
    bool exists = false;

    call->route = api_route_find(call->request->method, call->request->path, &call->id, &exists);
    if (!call->route)
        return srv_fail(error, exists ? SRV_E_METHOD : SRV_E_NOT_FOUND, "");
    call->response->route = call->route->path;
    TRY(caller_find(call, error));
    TRY(body_open(call, storage, error));
    return call->route->handler(call, error);
}

static void api_count(const api_call *call)
{
    int class = call->response->status / 100;

    if (call->route && class > 0 && class < API_CLASSES)
        atomic_fetch_add_explicit(&call->api->counts->answers[api_route_index(call->route)][class],
                                  1, memory_order_relaxed);
    if (call->response->status == 429)
        atomic_fetch_add_explicit(&call->api->counts->rate_limited, 1, memory_order_relaxed);
}

/* The cause of a 5xx is told here and not to the client. */
static void api_log_failure(const api_call *call, const srv_error *error)
{
    log_line line;

    log_begin(&line, LOG_ERROR, "failed");
    json_id(&line.json, "id", &call->request->id);
    json_text(&line.json, "route", call->response->route ? call->response->route : "-");
    json_text(&line.json, "code", srv_status_code(error->status));
    json_text(&line.json, "detail", error->detail);
    log_end(&line);
}

void api_handle(void *ctx, const http_request *request, http_response *response)
{
    api_call call = { .api = ctx, .request = request, .response = response };
    srv_error error = { .status = SRV_OK };
    /* A decoded form is never longer than its text. */
    char *storage = request->body.len > 0 ? malloc(request->body.len) : NULL;
    srv_status status = SRV_E_NO_MEMORY;

    response->status = 200;
    if (storage || request->body.len == 0)
        status = api_run(&call, storage, &error);
    if (status != SRV_OK) {
        error.status = error.status == SRV_OK ? status : error.status;
        api_fail(&call, status, &error);
        if (srv_status_http(status) >= 500)
            api_log_failure(&call, &error);
        if (status == SRV_E_METHOD && api_allow(&call) != SRV_OK)
            http_reset(response, 503);
    }
    if (response->park == 0)
        api_count(&call);
    if (storage)
        srv_wipe(storage, request->body.len);
    free(storage);
    lanyard_json_free(call.json);
}

void api_refuse(void *ctx, const http_request *request, http_response *response, srv_status fault)
{
    api_call call = { .api = ctx, .request = request, .response = response };

    api_fail(&call, fault, NULL);
}

bool api_is_quick(void *ctx, const http_request *request)
{
    const srv_api *api = ctx;
    lanyard_str id;
    bool exists;
    const api_route *route = api_route_find(request->method, request->path, &id, &exists);

    /* A compat token has to be looked up in the database. */
    if (route && api->compat && http_header(request, HEADER_COMPAT, NULL).ptr)
        return false;
    return route && route->is_quick;
}
