/* route.h - one table of everything the public listener answers.
 *
 * A request reads top to bottom: find the route, find out who asks (as much as the route wants),
 * read the body, call the handler, write the problem if it failed. A handler returns a status and
 * never writes an error body itself.
 */
#ifndef SERVER_API_ROUTE_H
#define SERVER_API_ROUTE_H

#include "account/account.h"
#include "http/message.h"
#include "session/access.h"

typedef struct srv_api srv_api; /* what handlers reach: api/api.h */

typedef enum route_body { BODY_NONE, BODY_JSON, BODY_JSON_OPTIONAL, BODY_FORM } route_body;
typedef enum route_caller {
    CALLER_ANY,    /* nobody is asked */
    CALLER_USER,   /* a live access token, by header, cookie or compat header */
    CALLER_CLIENT, /* Basic */
    CALLER_OWN     /* the handler finds out: logout, verify, refresh */
} route_caller;

#define FORM_MAX 16

typedef struct api_call {
    const srv_api *api;
    const http_request *request;
    http_response *response;
    const struct api_route *route;
    lanyard_str id;            /* what stands for {id} in the path */
    lanyard_json *json;        /* of BODY_JSON; NULL: no body, where that is allowed */
    http_field form[FORM_MAX]; /* of BODY_FORM; no name stands twice */
    size_t form_count;
    access_identity identity; /* of CALLER_USER */
    bool is_cookie;           /* it came by cookie: Origin and double submit were checked */
    client_row client;        /* of CALLER_CLIENT */
} api_call;

typedef srv_status api_handler(api_call *call, srv_error *error);

typedef struct api_route {
    const char *method;
    const char *path; /* "/v1/sessions/{id}" */
    api_handler *handler;
    route_body body;
    route_caller caller;
    bool is_quick; /* never waits: event thread */
} api_route;

#define ROUTES_MAX 40

/* Borrowed; *path_exists: another method would fit (405). HEAD finds GET. NULL: none. */
const api_route *api_route_find(lanyard_str method, lanyard_str path, lanyard_str *id,
                                bool *path_exists);
/* Iterate from 0; NULL past the end. */
const api_route *api_route_at(size_t index);
/* Its place in the table. */
size_t api_route_index(const api_route *route);

#endif
