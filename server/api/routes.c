/* routes.c - the table of routes. */
#include <string.h>
#include "api/handlers.h"
#include "base/text.h"

/* First what proxies ask along with every request of theirs. */
static const api_route route_rows[] = {
    { "GET", "/v1/verify", api_verify, BODY_NONE, CALLER_OWN, true },
    { "POST", "/v1/register", api_register, BODY_JSON, CALLER_ANY, false },
    { "POST", "/v1/login", api_login, BODY_JSON, CALLER_ANY, false },
    { "POST", "/v1/refresh", api_refresh, BODY_JSON_OPTIONAL, CALLER_OWN, false },
    { "POST", "/v1/logout", api_logout, BODY_JSON_OPTIONAL, CALLER_OWN, false },
    { "GET", "/v1/csrf", api_csrf, BODY_NONE, CALLER_OWN, false },
    { "GET", "/v1/sessions", api_sessions, BODY_NONE, CALLER_USER, false },
    { "DELETE", "/v1/sessions/{id}", api_sessions_end, BODY_NONE, CALLER_USER, false },
    { "GET", "/v1/me", api_me, BODY_NONE, CALLER_USER, false },
    { "PATCH", "/v1/me", api_me_change, BODY_JSON, CALLER_USER, false },
    { "DELETE", "/v1/me", api_me_delete, BODY_NONE, CALLER_USER, false },
    { "POST", "/v1/me/password", api_password, BODY_JSON, CALLER_USER, false },
    { "POST", "/v1/reauth", api_reauth, BODY_JSON, CALLER_USER, false },
    { "GET", "/v1/revocations", api_revocations, BODY_NONE, CALLER_CLIENT, false },
    { "POST", "/oauth/introspect", api_introspect, BODY_FORM, CALLER_CLIENT, false },
    { "POST", "/oauth/revoke", api_revoke, BODY_FORM, CALLER_CLIENT, false },
    { "GET", "/.well-known/jwks.json", api_jwks, BODY_NONE, CALLER_ANY, true },
    { "GET", "/openapi.json", api_openapi, BODY_NONE, CALLER_ANY, true },
    { "GET", "/livez", api_livez, BODY_NONE, CALLER_ANY, true },
    { "GET", "/readyz", api_readyz, BODY_NONE, CALLER_ANY, false },
};

#define ROUTES (sizeof route_rows / sizeof *route_rows)

_Static_assert(ROUTES <= ROUTES_MAX, "ROUTES_MAX counts the rows of the table");

const api_route *api_route_at(size_t index)
{
    return index < ROUTES ? &route_rows[index] : NULL;
}

size_t api_route_index(const api_route *route)
{
    return (size_t)(route - route_rows);
}

/* "{id}" stands for one segment that is not empty, at the end of the path. */
static bool route_is_for(const char *pattern, lanyard_str path, lanyard_str *id)
{
    const char *brace = strchr(pattern, '{');
    size_t len = brace ? (size_t)(brace - pattern) : strlen(pattern);

    if (path.len < len || memcmp(path.ptr, pattern, len) != 0)
        return false;
    *id = (lanyard_str){ path.ptr + len, path.len - len };
    if (!brace)
        return id->len == 0;
    return id->len > 0 && !memchr(id->ptr, '/', id->len);
}

const api_route *api_route_find(lanyard_str method, lanyard_str path, lanyard_str *id,
                                bool *path_exists)
{
    lanyard_str wanted = lanyard_str_equal(method, SRV_STR("HEAD")) ? SRV_STR("GET") : method;

    *path_exists = false;
    for (size_t i = 0; i < ROUTES; i++) {
        if (!route_is_for(route_rows[i].path, path, id))
            continue;
        if (lanyard_str_equal(wanted, lanyard_str_of(route_rows[i].method)))
            return &route_rows[i];
        *path_exists = true;
    }
    return NULL;
}
