/* password.h - what the routes that take a password share. */
#ifndef SERVER_API_PASSWORD_H
#define SERVER_API_PASSWORD_H

#include "api/api.h"

/* Holds a guess against the account (its name in lower case) and where it comes from; the outcome
 * goes to password_settle(). When too many are in flight, the request is parked instead
 * (call->response->park > 0): return SRV_OK then. E_RATE_LIMITED, E_HASH_QUEUE_FULL: it has waited
 * too long. */
SRV_CHECK srv_status password_take(const api_call *call, lanyard_str account, limits_taken *taken,
                                   srv_error *error);
/* A wrong password is charged; nothing else is. */
void password_settle(const api_call *call, const limits_taken *taken, srv_status outcome);

/* Says in *error why a password was refused. */
void password_explain(unsigned faults, srv_error *error);

#endif
