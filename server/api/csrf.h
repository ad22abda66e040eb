/* csrf.h - cookies count only when the page that sends them is ours.
 *
 * Three doors, all of which must open for a request that changes something: SameSite (the
 * browser), Origin or Sec-Fetch-Site (the request says where it comes from), and a token that
 * stands both in a cookie and in a header and is bound to the session by a MAC. Requests with
 * bearer tokens pass: no browser adds those by itself.
 */
#ifndef SERVER_API_CSRF_H
#define SERVER_API_CSRF_H

#include "api/api.h"

#define CSRF_RANDOM_LEN 16
#define CSRF_TEXT_MAX   65 /* base64url of random and MAC, with its NUL */

/* SRV_OK for GET and HEAD. E_CROSS_SITE. */
SRV_CHECK srv_status csrf_check(const api_call *call, lanyard_str method, const srv_id *sid,
                                srv_error *error);
/* Origin and Sec-Fetch-Site alone: for logins, which have no session yet. E_CROSS_SITE. */
SRV_CHECK srv_status csrf_check_origin(const api_call *call, srv_error *error);

/* A new token for the session. E_INTERNAL. */
SRV_CHECK srv_status csrf_write(const srv_api *api, const srv_id *sid, char out[CSRF_TEXT_MAX]);

#endif
