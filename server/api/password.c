/* password.c - see password.h. */
#include "api/password.h"

#include <stdio.h>
#include <string.h>
#include "account/password_policy.h"
#include "base/text.h"

#define LOOK_AGAIN ((int64_t)100000) /* microseconds */
/* Longer than any queue of hashes takes that is worth its length. */
#define WAIT_MAX (5 * SRV_SECOND)

srv_status password_take(const api_call *call, lanyard_str account, limits_taken *taken,
                         srv_error *error)
{
    char lower[EMAIL_MAX];
    size_t len = account.len < sizeof lower ? account.len : sizeof lower;

    for (size_t i = 0; i < len; i++)
        lower[i] = srv_lower(account.ptr[i]);

    srv_status status = limits_hold(call->api->limits, (lanyard_str){ lower, len },
                                    &call->request->peer, srv_monotonic(), taken, error);

    if (status != SRV_E_HASH_QUEUE_FULL || call->request->is_last_look ||
        call->request->waited >= WAIT_MAX)
        return status;
    call->response->park = LOOK_AGAIN;
    return SRV_OK;
}

void password_settle(const api_call *call, const limits_taken *taken, srv_status outcome)
{
    limits_settle(call->api->limits, taken, outcome == SRV_E_INVALID_CREDENTIALS, srv_monotonic());
}

void password_explain(unsigned faults, srv_error *error)
{
    const char *name;
    size_t len = 0;

    if (!error)
        return;
    error->status = SRV_E_WEAK_PASSWORD;
    error->reason = password_fault_name(faults, 0);
    error->detail[0] = '\0';
    for (size_t i = 0; (name = password_fault_name(faults, i)) != NULL; i++) {
        int added = snprintf(error->detail + len, sizeof error->detail - len, "%s%s",
                             i > 0 ? ", " : "", name);

        if (added < 0 || len + (size_t)added >= sizeof error->detail)
            return;
        len += (size_t)added;
    }
}
