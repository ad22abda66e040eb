/* routes.c - the table of everything that the administrator's socket answers. Who may open the
 * socket is the administrator: the file system asks. */
#include <string.h>
#include "admin/call.h"
#include "base/text.h"

#define ROUTE_ID "{id}"

typedef struct admin_route {
    const char *method;
    const char *path;
    admin_handler *handler;
} admin_route;

static const admin_route admin_routes[] = {
    { "GET", "/admin/v1/audit", audit_list },
    { "GET", "/admin/v1/clients", clients_list },
    { "POST", "/admin/v1/clients", clients_create },
    { "DELETE", "/admin/v1/clients/{id}", clients_delete },
    { "POST", "/admin/v1/clients/{id}/disable", clients_disable },
    { "POST", "/admin/v1/clients/{id}/enable", clients_enable },
    { "POST", "/admin/v1/clients/{id}/secret", clients_secret },
    { "GET", "/admin/v1/keys", keys_list },
    { "POST", "/admin/v1/keys", keys_import },
    { "POST", "/admin/v1/keys/rotate", keys_rotate },
    { "POST", "/admin/v1/keys/{id}/revoke", keys_revoke },
    { "GET", "/admin/v1/sessions", sessions_index },
    { "DELETE", "/admin/v1/sessions/{id}", sessions_end_one },
    { "GET", "/admin/v1/users", users_list },
    { "DELETE", "/admin/v1/users/{id}", users_delete },
    { "GET", "/admin/v1/users/{id}", users_get },
    { "PATCH", "/admin/v1/users/{id}", users_patch },
    { "POST", "/admin/v1/users/{id}/disable", users_disable },
    { "POST", "/admin/v1/users/{id}/enable", users_enable },
    { "DELETE", "/admin/v1/users/{id}/sessions", users_end_sessions },
};

#define ADMIN_ROUTES (sizeof admin_routes / sizeof *admin_routes)

/* {id} stands for what lies between what is before and behind it; a slash may be part of it (of a
 * kid) only where something is behind it. An id is never empty. */
static bool route_fits(const admin_route *route, lanyard_str path, lanyard_str *id)
{
    const char *mark = strstr(route->path, ROUTE_ID);
    size_t before = mark ? (size_t)(mark - route->path) : strlen(route->path);
    const char *behind = mark ? mark + strlen(ROUTE_ID) : "";
    size_t behind_len = strlen(behind);

    *id = (lanyard_str){ NULL, 0 };
    if (!mark)
        return lanyard_str_equal(path, lanyard_str_of(route->path)) == 1;
    if (path.len <= before + behind_len || memcmp(path.ptr, route->path, before) != 0 ||
        memcmp(path.ptr + path.len - behind_len, behind, behind_len) != 0)
        return false;
    *id = (lanyard_str){ path.ptr + before, path.len - before - behind_len };
    return behind_len > 0 || !memchr(id->ptr, '/', id->len);
}

static srv_status route_run(admin_call *call, srv_error *error)
{
    bool path_exists = false;

    for (size_t i = 0; i < ADMIN_ROUTES; i++) {
        const admin_route *route = &admin_routes[i];

        if (!route_fits(route, call->request->path, &call->id))
            continue;
        path_exists = true;
        if (lanyard_str_equal(call->request->method, lanyard_str_of(route->method)) != 1)
            continue;
        call->response->route = route->path;
        return route->handler(call, error);
    }
    return path_exists ? srv_fail(error, SRV_E_METHOD, "this path has other methods")
                       : srv_fail(error, SRV_E_NOT_FOUND, "nothing is answered under this path");
}

void admin_handle(void *ctx, const http_request *request, http_response *response)
{
    admin_call call = { .admin = ctx, .request = request, .response = response };
    srv_error error = { .status = SRV_OK };
    srv_status status;

    response->status = 200;
    status = route_run(&call, &error);
    if (status != SRV_OK)
        http_problem(request, response, status, &error);
}
