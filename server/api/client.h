/* client.h - OAuth clients: Basic authentication (RFC 6749, 2.3.1), and what one may see. */
#ifndef SERVER_API_CLIENT_H
#define SERVER_API_CLIENT_H

#include "api/api.h"

#define SCOPE_INTROSPECT_ANY "introspect:any"
#define SCOPE_REVOKE_ANY     "revoke:any"
#define SCOPE_REVOCATIONS    "revocations"

/* The client of the request into call->client. E_INVALID_CLIENT, E_RATE_LIMITED. */
SRV_CHECK srv_status client_find(api_call *call, srv_error *error);

/* true: the client has that scope. */
bool client_may(const api_call *call, const char *scope);

#endif
