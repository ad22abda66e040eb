/* password.h - what the routes that take a password share. */
#ifndef SERVER_API_PASSWORD_H
#define SERVER_API_PASSWORD_H

#include "api/api.h"

/* Counts a guess against the account (its name in lower case) and where it comes from.
 * E_RATE_LIMITED. */
SRV_CHECK srv_status password_take(const api_call *call, lanyard_str account, limits_taken *taken,
                                   srv_error *error);

/* Says in *error why a password was refused. */
void password_explain(unsigned faults, srv_error *error);

#endif
