/* client.h - OAuth clients: Basic authentication (RFC 6749, 2.3.1), and what one may see. */
#ifndef SERVER_API_CLIENT_H
#define SERVER_API_CLIENT_H

#include "account/scopes.h"
#include "api/api.h"

/* The client of the request into call->client. E_INVALID_CLIENT, E_RATE_LIMITED. */
SRV_CHECK srv_status client_find(api_call *call, srv_error *error);

/* true: the client has that scope. */
bool client_may(const api_call *call, const char *scope);

#endif
