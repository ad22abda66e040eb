/* headers.h - judges the header of a request before its body is read, and who sent it. */
#ifndef SERVER_HTTP_HEADERS_H
#define SERVER_HTTP_HEADERS_H

#include "http/listener.h"

/* libmicrohttpd 0.9.75 lets pass what another server reads in another way, which is how a request
 * is smuggled past a proxy. E_MALFORMED; E_TOO_LARGE when Content-Length says so. */
srv_status headers_check(const http_request *request);

/* request->peer and is_secure from what a trusted proxy says: of X-Forwarded-For the rightmost
 * address that is no trusted proxy itself. */
void headers_forwarded(const http_opts *opts, http_request *request);

#endif
