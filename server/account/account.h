/* account.h - users: register, log in, change, disable, delete. The only writer of users.
 *
 * Each call is whole: it hashes outside, then runs one transaction that looks at everything again
 * (the user is active, the password is the one that was compared), and puts what ended on the
 * tape before it returns.
 */
#ifndef SERVER_ACCOUNT_ACCOUNT_H
#define SERVER_ACCOUNT_ACCOUNT_H

#include "account/hash_pool.h"
#include "session/session.h"

typedef struct accounts { /* shared by all threads; borrows everything */
    srv_store *store;
    srv_tape *tape;
    const sessions *sessions;
    hash_pool *hashes;
    _Atomic unsigned points_min; /* of passwords; 0: the default; may change at any time */
} accounts;

/* Lower-cases ASCII in place; [a-z0-9._-]{1,64}. E_INVALID_USERNAME, saying so. */
SRV_CHECK srv_status account_username(lanyard_str text, char out[USERNAME_MAX], srv_error *error);
/* One @, no spaces or controls, at most 254 bytes; out is what is compared. E_INVALID_EMAIL. */
SRV_CHECK srv_status account_email(lanyard_str text, char address[EMAIL_MAX], char norm[EMAIL_MAX],
                                   srv_error *error);
/* Names of [a-z0-9._:-], one space between them, none twice. E_INVALID. */
SRV_CHECK srv_status account_roles(lanyard_str text, char out[ROLES_MAX], srv_error *error);
/* A JSON object of at most 4096 bytes; empty: {}. E_INVALID. */
SRV_CHECK srv_status account_profile(lanyard_str text, char out[PROFILE_MAX], srv_error *error);

typedef struct account_new {
    lanyard_str username; /* one of the two at least */
    lanyard_str email;
    lanyard_bytes password;
    lanyard_str profile;   /* a JSON object, or empty */
    session_start session; /* without user_id */
} account_new;

/* POST /v1/register. E_INVALID_*, E_WEAK_PASSWORD (*faults), E_USERNAME_TAKEN, E_EMAIL_TAKEN,
 * E_HASH_QUEUE_FULL. */
SRV_CHECK srv_status account_register(const accounts *all, const account_new *wanted,
                                      user_row *user, session_grant *grant, unsigned *faults,
                                      srv_error *error);

typedef struct account_login {
    lanyard_str login; /* a user name, or an address when it holds an @ */
    lanyard_bytes password;
    session_start session; /* without user_id */
} account_login;

/* POST /v1/login. E_INVALID_CREDENTIALS: the same work and the same words for an unknown user and
 * a wrong password; E_ACCOUNT_DISABLED only after the right one. */
SRV_CHECK srv_status account_log_in(const accounts *all, const account_login *login, user_row *user,
                                    session_grant *grant, srv_error *error);

/* POST /v1/reauth: ends the session and makes another, with a fresh auth_time and family. */
SRV_CHECK srv_status account_reauth(const accounts *all, const srv_id *user_id, const srv_id *sid,
                                    lanyard_bytes password, const session_start *start,
                                    user_row *user, session_grant *grant, srv_error *error);

/* POST /v1/me/password: ends every session of the user and makes a new one. */
SRV_CHECK srv_status account_password(const accounts *all, const srv_id *user_id,
                                      lanyard_bytes current, lanyard_bytes wanted,
                                      const session_start *start, user_row *user,
                                      session_grant *grant, unsigned *faults, srv_error *error);

SRV_CHECK srv_status account_get(const accounts *all, const srv_id *user_id, user_row *user,
                                 srv_error *error);
/* For login names and compat tokens. E_NOT_FOUND. */
SRV_CHECK srv_status account_find(const accounts *all, lanyard_str login, user_row *user,
                                  srv_error *error);

typedef struct account_change { /* a text with NULL ptr: leave it */
    lanyard_str username;
    lanyard_str email;
    bool removes_email;
    lanyard_str profile;
    lanyard_str roles; /* by the administrator only */
    srv_id actor;      /* nil: the administrator */
    session_origin from;
} account_change;

/* PATCH /v1/me and its administrator's twin. At least one of name and address stays. */
SRV_CHECK srv_status account_update(const accounts *all, const srv_id *user_id,
                                    const account_change *change, user_row *user, srv_error *error);

/* Disables or enables; disabling ends every session and puts the user on the tape. */
SRV_CHECK srv_status account_set_disabled(const accounts *all, const srv_id *user_id,
                                          bool is_disabled, srv_error *error);

/* DELETE /v1/me: ends every session, forgets name, address and password; the row stays as a
 * tombstone for the audit. */
SRV_CHECK srv_status account_delete(const accounts *all, const srv_id *user_id, const srv_id *actor,
                                    const session_origin *from, srv_error *error);

#endif
