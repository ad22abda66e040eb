/* access.h - access tokens: a grant becomes at+jwt text, and text becomes an identity (RFC 9068).
 *
 * Everything cryptographic is the library's. Signing happens on the caller's thread, outside of
 * any transaction. access_check() is the whole judgment of a token: signature, claims, tape.
 */
#ifndef SERVER_SESSION_ACCESS_H
#define SERVER_SESSION_ACCESS_H

#include "keyring/keyring.h"
#include "session/session.h"

#define ACCESS_TYP "at+jwt"

typedef struct access_opts {
    const char *issuer;    /* required */
    const char *audience;  /* required */
    const char *client_id; /* of sessions without a client; required: RFC 9068, 2.2 */
    uint32_t leeway_s;     /* at most 60 */
} access_opts;

typedef struct access_tokens access_tokens;

/* IMMUTABLE but for the leeway: shared by all threads; borrows ring and tape. E_CONFIG,
 * E_NO_MEMORY. */
SRV_CHECK srv_status access_new(const access_opts *opts, const keyring *ring, const srv_tape *tape,
                                access_tokens **made, srv_error *error);
void access_free(access_tokens *tokens); /* NULL is fine */
/* Another leeway from now on. Any thread. */
void access_set_leeway(access_tokens *tokens, uint32_t leeway_s);

/* Appends the token. worker may be NULL. */
SRV_CHECK srv_status access_write(const access_tokens *tokens, const session_grant *grant,
                                  lanyard_worker *worker, lanyard_buf *out, srv_error *error);

/* What a verified token says. */
typedef struct access_identity {
    srv_id user_id;
    srv_id sid;
    char client_id[CLIENT_ID_MAX];
    char roles[ROLES_MAX];
    char scope[CLIENT_SCOPE_MAX];
    char jti[SRV_ID_TEXT_LEN + 1];
    int64_t iat;
    int64_t exp;
    int64_t auth_time;
} access_identity;

/* E_INVALID_TOKEN: not ours, changed, of another kind; E_SESSION_EXPIRED is never said of an access
 * token: an expired one is E_INVALID_TOKEN with reason "expired"; E_SESSION_ENDED: the tape. */
SRV_CHECK srv_status access_check(const access_tokens *tokens, lanyard_str text, int64_t now_s,
                                  lanyard_worker *worker, access_identity *identity,
                                  srv_error *error);

/* The same for logout and revocation: expiry and tape are forgiven, the signature is not. */
SRV_CHECK srv_status access_check_signature(const access_tokens *tokens, lanyard_str text,
                                            lanyard_worker *worker, access_identity *identity,
                                            srv_error *error);

#endif
