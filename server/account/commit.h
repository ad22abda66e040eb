/* commit.h - the transactions of account.h, below the password hash: a password stands here as the
 * PHC string that was compared, or that was made. The conductors of account.c call these; so do
 * tests that walk through thousands of orders without hashing.
 */
#ifndef SERVER_ACCOUNT_COMMIT_H
#define SERVER_ACCOUNT_COMMIT_H

#include "account/account.h"

typedef struct account_register_row {
    user_row user;   /* id, version and times are filled in */
    email_row email; /* address "" for none */
    const char *phc;
    const session_start *start; /* NULL: no session (made by the administrator) */
} account_register_row;

/* E_USERNAME_TAKEN, E_EMAIL_TAKEN. */
SRV_CHECK srv_status account_commit_register(const accounts *all, account_register_row *row,
                                             session_grant *grant, srv_error *error);

/* The password phc was right: a session for the user, when it still is. better: a new hash of the
 * same password, or NULL. E_CONFLICT: another hash is there now, of the same password or another;
 * E_INVALID_CREDENTIALS: none; E_ACCOUNT_DISABLED. So do the next two. */
SRV_CHECK srv_status account_commit_login(const accounts *all, const credential_row *credential,
                                          const char *better, const session_start *start,
                                          user_row *user, session_grant *grant, srv_error *error);

/* The same, and the session sid is ended. E_SESSION_ENDED: it had ended. */
SRV_CHECK srv_status account_commit_reauth(const accounts *all, const credential_row *credential,
                                           const srv_id *sid, const session_start *start,
                                           user_row *user, session_grant *grant, srv_error *error);

/* Ends every session, puts the new hash in the place of the old, makes a session. */
SRV_CHECK srv_status account_commit_password(const accounts *all, const credential_row *credential,
                                             const char *phc, const session_start *start,
                                             user_row *user, session_grant *grant,
                                             srv_error *error);

/* What one login has to compare: user and credential by login name. E_NOT_FOUND. */
SRV_CHECK srv_status account_read_login(const accounts *all, lanyard_str login, user_row *user,
                                        credential_row *credential, srv_error *error);
SRV_CHECK srv_status account_read_password(const accounts *all, const srv_id *user_id,
                                           user_row *user, credential_row *credential,
                                           srv_error *error);

/* Writes one audit row in a transaction of its own. */
SRV_CHECK srv_status account_audit(const accounts *all, const audit_row *row, srv_error *error);

#endif
