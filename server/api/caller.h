/* caller.h - who asks: finds the one credential of a request, and judges it. */
#ifndef SERVER_API_CALLER_H
#define SERVER_API_CALLER_H

#include "api/api.h"

#define COOKIE_ACCESS  "__Host-lanyard-access"
#define COOKIE_REFRESH "__Secure-lanyard-refresh"
#define COOKIE_CSRF    "__Host-lanyard-csrf"
#define HEADER_COMPAT  "x-access-token"
#define HEADER_CSRF    "Lanyard-CSRF-Token"

typedef enum credential_kind {
    CREDENTIAL_NONE,
    CREDENTIAL_BEARER,
    CREDENTIAL_COMPAT,
    CREDENTIAL_COOKIE
} credential_kind;

typedef struct credential {
    credential_kind kind;
    lanyard_str text;
} credential;

/* A header goes before a cookie, which browsers send unasked. E_MALFORMED: a broken Authorization,
 * or more than one credential by header (RFC 6750, 3.1). */
SRV_CHECK srv_status credential_find(const api_call *call, credential *found, srv_error *error);

/* The whole judgment of a credential: signature, claims, tape; for cookies of a request with the
 * given method Origin and double submit as well. E_NO_CREDENTIAL, E_INVALID_TOKEN,
 * E_SESSION_ENDED, E_CROSS_SITE. */
SRV_CHECK srv_status credential_check(const api_call *call, const credential *found,
                                      lanyard_str method, access_identity *identity,
                                      srv_error *error);

/* The caller that the route wants, into the call. */
SRV_CHECK srv_status caller_find(api_call *call, srv_error *error);

/* Where the request comes from. */
void caller_origin(const api_call *call, session_origin *origin);

/* true: the password was last shown at most max_age_s ago, and not in a future that no clock beside
 * this one explains. */
bool caller_is_fresh(const api_call *call, const access_identity *identity, int64_t max_age_s);
/* E_REAUTH_REQUIRED when the password was last shown more than reauth_s ago. */
SRV_CHECK srv_status caller_is_recent(const api_call *call, srv_error *error);

/* true: name stands in a list of names with one space between them. */
bool caller_has(const char *list, lanyard_str name);

#endif
