/* grant.h - the one place where a grant is made, for the files of session/. */
#ifndef SERVER_SESSION_GRANT_H
#define SERVER_SESSION_GRANT_H

#include "session/session.h"

/* Of the generation in the row, whose state the caller has just changed or confirmed in the same
 * transaction. E_INTERNAL. */
SRV_CHECK srv_status session_grant_make(const sessions *all, const session_row *session,
                                        const uint8_t secret[REFRESH_SECRET_LEN], srv_time now,
                                        session_grant *grant);

#endif
