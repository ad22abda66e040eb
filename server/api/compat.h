/* compat.h - the tutorial's tokens: HS256 under its SECRET_KEY, {"user": NAME, "exp": T}, in the
 * header x-access-token.
 *
 * Those made here carry "sid" and "iat" besides, and end with their session. One made elsewhere
 * with the same secret has no session: it counts until its exp for an active user of that name,
 * unless it was made (exp - 900) at or before the user's last logout of all, password change,
 * disabling, or taking of a name or address. IMMUTABLE; shared by all threads; borrows accounts and
 * tape.
 */
#ifndef SERVER_API_COMPAT_H
#define SERVER_API_COMPAT_H

#include "account/account.h"
#include "session/access.h"

#define COMPAT_LIFE_S 900

typedef struct compat_tokens compat_tokens;

/* E_CONFIG: no secret in the file; E_NO_MEMORY. */
SRV_CHECK srv_status compat_new(const char *secret_path, const accounts *users,
                                const srv_tape *tape, compat_tokens **made, srv_error *error);
void compat_free(compat_tokens *tokens); /* wipes; NULL is fine */

/* Appends the token of a session, for COMPAT_LIFE_S and not past the absolute limit. username is
 * what stands in "user". What ends the session must stay on the tape as long: session_rules. */
SRV_CHECK srv_status compat_write(const compat_tokens *tokens, const session_grant *grant,
                                  const char *username, lanyard_worker *worker, lanyard_buf *out,
                                  srv_error *error);

/* The whole judgment; asks the database for the user. For a token made elsewhere identity->sid is
 * nil and auth_time 0: its exp does not tell when a password was shown. E_INVALID_TOKEN,
 * E_SESSION_ENDED. */
SRV_CHECK srv_status compat_check(const compat_tokens *tokens, lanyard_str text, int64_t now_s,
                                  lanyard_worker *worker, access_identity *identity,
                                  srv_error *error);

#endif
