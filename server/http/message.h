/* message.h - a request and a response as the rest of the server sees them: no libmicrohttpd.
 *
 * Both are CONFINED to the handler that got them and live as long as it runs. The listener has
 * looked at the headers before the body was read (stack.md's rules: one Host, one Content-Length
 * or Transfer-Encoding, names that are tokens), so a handler never sees a smuggled one.
 */
#ifndef SERVER_HTTP_MESSAGE_H
#define SERVER_HTTP_MESSAGE_H

#include <stdbool.h>
#include "base/address.h"
#include "base/id.h"
#include "base/status.h"
#include "base/time.h"

#define HTTP_HEADERS_MAX 64
#define HTTP_QUERY_MAX   32
#define HTTP_BODY_MAX    65536

typedef struct http_field { /* names of headers compare without case, those of a query exactly */
    lanyard_str name;
    lanyard_str value;
} http_field;

typedef struct http_request {
    lanyard_str method;
    lanyard_str path; /* decoded once; no query */
    http_field headers[HTTP_HEADERS_MAX];
    size_t headers_count;
    http_field query[HTTP_QUERY_MAX]; /* decoded */
    size_t query_count;
    lanyard_str body;
    srv_address peer;       /* of the socket, or what a trusted proxy says */
    bool is_secure;         /* TLS here, or at a trusted proxy */
    srv_id id;              /* Lanyard-Request-Id */
    srv_time now;           /* when it arrived */
    lanyard_worker *worker; /* of this thread */
} http_request;

typedef struct http_response {
    int status;
    lanyard_buf headers; /* "Name: value\r\n" each; by http_set() */
    lanyard_buf body;
    const char *content_type; /* static; NULL for an empty body */
} http_response;

/* The value of a header, or NULL ptr: none. *count (may be NULL): how often it stands. */
lanyard_str http_header(const http_request *request, const char *name, size_t *count);
/* The value of a query parameter, likewise. */
lanyard_str http_query(const http_request *request, const char *name, size_t *count);
/* The value of a cookie; a name that stands twice counts as none. */
lanyard_str http_cookie(const http_request *request, const char *name);

/* Adds a header. E_INTERNAL: value is not plain text (nobody splits our responses). */
SRV_CHECK srv_status http_set(http_response *response, const char *name, lanyard_str value);

#endif
