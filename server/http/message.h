/* message.h - a request and a response as the rest of the server sees them: no libmicrohttpd.
 *
 * Both are CONFINED to the handler that got them and live as long as it runs. The listener has
 * looked at the headers before the body was read (one Host, one Content-Length or
 * Transfer-Encoding, names that are tokens), so a handler never sees a smuggled one.
 */
#ifndef SERVER_HTTP_MESSAGE_H
#define SERVER_HTTP_MESSAGE_H

#include <stdbool.h>
#include "base/address.h"
#include "base/id.h"
#include "base/status.h"
#include "base/time.h"

#define HTTP_HEADERS_MAX  64
#define HTTP_QUERY_MAX    32
#define HTTP_PATH_MAX     1024
#define HTTP_BODY_MAX     65536
#define HTTP_RESPONSE_MAX ((size_t)64 * 1024 * 1024)

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
    srv_time now;           /* when it arrived, or was looked at again (parked) */
    int64_t waited;         /* microseconds that it has been parked; 0: the first look at it */
    bool is_last_look;      /* the server is stopping: it cannot be parked any more */
    lanyard_worker *worker; /* of this thread; NULL: none */
} http_request;

typedef struct http_response {
    int status;
    lanyard_buf headers; /* name and value, a NUL behind either; by http_set() */
    lanyard_buf body;
    const char *content_type; /* static; NULL for an empty body */
    const char *route;        /* static; what the log names the request by; NULL: "-" */
    int64_t park;             /* above 0: there is nothing to say yet; ask again when http_wake()
                               * is called, or after so many microseconds */
} http_response;

/* The value of a header, or NULL ptr: none. *count (may be NULL): how often it stands. */
lanyard_str http_header(const http_request *request, const char *name, size_t *count);
/* The value of a query parameter, likewise. */
lanyard_str http_query(const http_request *request, const char *name, size_t *count);
/* The value of a cookie; a name that stands twice counts as none. */
lanyard_str http_cookie(const http_request *request, const char *name);

/* Adds a header. E_INTERNAL: value is not plain text (nobody splits our responses). */
SRV_CHECK srv_status http_set(http_response *response, const char *name, lanyard_str value);

/* An empty response with that status; what was in it is wiped. */
void http_reset(http_response *response, int status);

/* Reads name=value pairs of a query or of application/x-www-form-urlencoded, decoded into
 * storage, which holds text.len bytes at least. false: more than max, a broken escape, a NUL. */
bool http_form_read(lanyard_str text, char *storage, http_field *fields, size_t max, size_t *count);
/* Decodes %XX (and "+" when asked) of text into out, of text.len bytes. false: broken, a NUL. */
bool http_unescape(lanyard_str text, bool plus_is_space, char *out, size_t *len);

/* true: text is a token (RFC 9110, 5.6.2), such as the name of a header. */
bool http_is_token(lanyard_str text);
/* true: the same but for ASCII case. */
bool http_same(lanyard_str left, const char *right);
/* Spaces and tabs off both ends. */
lanyard_str http_trim(lanyard_str text);

/* Writes the problem body of a failure (RFC 9457) into an emptied response: status, code, title,
 * detail, reason, and Retry-After: what the error says, else a second with a 503. error may be
 * NULL. */
void http_problem(const http_request *request, http_response *response, srv_status status,
                  const srv_error *error);

#endif
