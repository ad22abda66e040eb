/* fail.h - the answer to a request that failed: RFC 9457, and RFC 6749, 5.2 under /oauth, with a
 * challenge wherever it is 401. */
#ifndef SERVER_API_FAIL_H
#define SERVER_API_FAIL_H

#include "api/api.h"

void api_fail(api_call *call, srv_status status, const srv_error *error);

/* The value of WWW-Authenticate for a failure; "" when none belongs there. */
#define CHALLENGE_MAX 256
void api_challenge(const srv_api *api, srv_status status, const srv_error *error,
                   char out[CHALLENGE_MAX]);

#endif
