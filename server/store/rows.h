/* rows.h - the rows of the store as values: no pointers, nothing to free.
 *
 * Texts are NUL-terminated and bounded by what the layers above accept; "" stands for NULL, and so
 * does time 0 and the nil id. Numbers that stand in the database (statuses, reasons, kinds,
 * events) are stable.
 */
#ifndef SERVER_STORE_ROWS_H
#define SERVER_STORE_ROWS_H

#include <stdbool.h>
#include "base/address.h"
#include "base/crypto.h"
#include "base/id.h"
#include "base/status.h"
#include "base/time.h"

#define USERNAME_MAX     65   /* each with its NUL: 64 characters of [a-z0-9._-] */
#define EMAIL_MAX        255  /* RFC 5321, 4.5.3.1.3: 254 */
#define ROLES_MAX        512  /* names of [a-z0-9._:-], one space between them */
#define PROFILE_MAX      4097 /* a JSON object, checked above */
#define PHC_MAX          256  /* "$argon2id$v=19$..." */
#define CLIENT_ID_MAX    65
#define DEVICE_MAX       129
#define USER_AGENT_MAX   257
#define ROTATORS_MAX     260
#define FOLLOWERS_MAX    80
#define KID_MAX          129
#define ALG_MAX          24
#define SEALED_KEY_MAX   8192
#define PUBLIC_JWK_MAX   4096
#define TAPE_KEY_MAX     128
#define AUDIT_DATA_MAX   1024
#define CLIENT_NAME_MAX  129
#define CLIENT_SCOPE_MAX 513

typedef enum user_status {
    USER_ACTIVE = 1,
    USER_DISABLED = 2,
    USER_DELETED = 3 /* a tombstone: no name, no address, no credential */
} user_status;

typedef struct user_row {
    srv_id id;
    char username[USERNAME_MAX]; /* lower case; "" when the user has an address only */
    user_status status;
    char roles[ROLES_MAX];
    char profile[PROFILE_MAX];  /* "{}" at least */
    srv_time tokens_not_before; /* of tokens without a session (compat): last logout of all,
                                 * password change, disable, taking of a name or address */
    srv_time created_at;
    srv_time updated_at;
    int64_t version;       /* counts updates; store_user_update() compares it */
    char email[EMAIL_MAX]; /* the primary address as given, joined in; "" for none */
    srv_time email_verified_at;
} user_row;

typedef struct email_row {
    srv_id id;
    srv_id user_id;
    char address[EMAIL_MAX];      /* as given */
    char address_norm[EMAIL_MAX]; /* what is unique: ASCII in lower case */
    srv_time verified_at;
    bool is_primary;
} email_row;

typedef struct credential_row { /* kind 1, password: the only one now */
    srv_id id;
    srv_id user_id;
    char secret[PHC_MAX];
    srv_time created_at;
    srv_time last_used_at;
} credential_row;

/* Why a session ended. X(NAME, number, reason in bodies, audit and metrics) */
#define END_REASON_MAP(X)                                                                          \
    X(NONE, 0, "")                                                                                 \
    X(LOGOUT, 1, "user_logout")                                                                    \
    X(OTHERS, 2, "user_logout_others")                                                             \
    X(ALL, 3, "user_logout_all")                                                                   \
    X(ADMIN, 4, "admin")                                                                           \
    X(REUSE, 5, "reuse")                                                                           \
    X(FOLLOWER, 6, "follower")                                                                     \
    X(PASSWORD, 7, "password_changed")                                                             \
    X(DISABLED, 8, "account_disabled")                                                             \
    X(DELETED, 9, "account_deleted")                                                               \
    X(CAP, 10, "cap")                                                                              \
    X(REAUTH, 11, "reauthenticated")                                                               \
    X(RESTORE, 12, "restored")                                                                     \
    X(GENERATION, 13, "generation_ahead")                                                          \
    X(REVOKED, 14, "revoked")

#define END_REASON_ENUM(name, number, text) END_##name = (number),
typedef enum end_reason { END_REASON_MAP(END_REASON_ENUM) } end_reason;
#undef END_REASON_ENUM

/* "user_logout"; "" for END_NONE. Static text. */
const char *end_reason_text(end_reason reason);

/* Where a request came from, as far as sessions care. */
typedef struct session_origin {
    char address[SRV_ADDRESS_MAX];
    char prefix[SRV_PREFIX_MAX];
    char user_agent[USER_AGENT_MAX]; /* cut; plain text */
} session_origin;

typedef struct session_row {
    srv_id id;
    srv_id user_id;
    char client_id[CLIENT_ID_MAX];
    int64_t gen;
    uint8_t fam_hash[SRV_SHA256_LEN]; /* of the family secret, which is stored nowhere */
    srv_time rotated_at;
    srv_time created_at;
    srv_time idle_expires;
    srv_time abs_expires;
    srv_time ended_at;
    end_reason reason;
    srv_time auth_time; /* when a password was last shown; a refresh never moves it */
    char device_id[DEVICE_MAX];
    char device_label[DEVICE_MAX];
    session_origin created_from;      /* its prefix and user agent are not kept: "" */
    session_origin last;              /* of the last rotation */
    int64_t reissued;                 /* of this generation */
    char rotators[ROTATORS_MAX];      /* prefixes that rotated, the latest last: " 192.0.2.0/24 " */
    uint8_t followers[FOLLOWERS_MAX]; /* see session/follower.h */
    size_t followers_len;
    char scope[CLIENT_SCOPE_MAX];
    char roles[ROLES_MAX]; /* of the user, joined in */
} session_row;

/* What tape entries name. Numbers stand in the database and, as texts, in the feed. */
#define TAPE_KIND_MAP(X)                                                                           \
    X(SID, 1, "sid")                                                                               \
    X(SUB, 2, "sub")                                                                               \
    X(CLIENT, 3, "client")                                                                         \
    X(JTI, 4, "jti")                                                                               \
    X(KID, 5, "kid")                                                                               \
    X(ALL, 6, "all")

#define TAPE_KIND_ENUM(name, number, text) TAPE_##name = (number),
typedef enum tape_kind { TAPE_KIND_MAP(TAPE_KIND_ENUM) } tape_kind;
#undef TAPE_KIND_ENUM

const char *tape_kind_text(tape_kind kind); /* static */

/* sid, jti and kid: refuse. sub, client and all: refuse when iat <= not_before. */
typedef struct tape_row {
    int64_t seq; /* given by the store */
    tape_kind kind;
    uint8_t key[TAPE_KEY_MAX]; /* sid and sub: the id's 16 bytes; else text; all: empty */
    size_t key_len;
    srv_time not_before;
    srv_time expires_at; /* no token it names lives longer */
} tape_row;

/* X(NAME, number, text) */
#define AUDIT_EVENT_MAP(X)                                                                         \
    X(REGISTERED, 1, "registered")                                                                 \
    X(LOGIN, 2, "login")                                                                           \
    X(LOGIN_FAILED, 3, "login_failed")                                                             \
    X(SESSION_ENDED, 4, "session_ended")                                                           \
    X(REFRESH_REUSED, 5, "refresh_reused")                                                         \
    X(FOREIGN_FAMILY, 6, "foreign_family")                                                         \
    X(GENERATION_AHEAD, 7, "generation_ahead")                                                     \
    X(PASSWORD_CHANGED, 8, "password_changed")                                                     \
    X(PASSWORD_REHASHED, 9, "password_rehashed")                                                   \
    X(USER_CHANGED, 10, "user_changed")                                                            \
    X(USER_DISABLED, 11, "user_disabled")                                                          \
    X(USER_ENABLED, 12, "user_enabled")                                                            \
    X(USER_DELETED, 13, "user_deleted")                                                            \
    X(ROLES_CHANGED, 14, "roles_changed")                                                          \
    X(REAUTHENTICATED, 15, "reauthenticated")                                                      \
    X(REAUTH_FAILED, 16, "reauth_failed")                                                          \
    X(KEY_CREATED, 17, "key_created")                                                              \
    X(KEY_ACTIVATED, 18, "key_activated")                                                          \
    X(KEY_RETIRED, 19, "key_retired")                                                              \
    X(KEY_REVOKED, 20, "key_revoked")                                                              \
    X(KEY_IMPORTED, 21, "key_imported")                                                            \
    X(CLIENT_CREATED, 22, "client_created")                                                        \
    X(CLIENT_CHANGED, 23, "client_changed")                                                        \
    X(CLIENT_REMOVED, 24, "client_removed")                                                        \
    X(CLIENT_FAILED, 25, "client_failed")                                                          \
    X(RESTORED, 26, "restored")                                                                    \
    X(MIGRATED, 27, "migrated")

#define AUDIT_EVENT_ENUM(name, number, text) AUDIT_##name = (number),
typedef enum audit_event { AUDIT_EVENT_MAP(AUDIT_EVENT_ENUM) } audit_event;
#undef AUDIT_EVENT_ENUM

const char *audit_event_text(audit_event event); /* static; "unknown" */

/* No token, password, hash or secret ever stands in one. */
typedef struct audit_row {
    int64_t seq; /* given by the store */
    srv_time at; /* 0: the transaction's now */
    audit_event event;
    srv_id actor;   /* who did it; nil: nobody known, or the administrator */
    srv_id subject; /* the user it happened to */
    srv_id session_id;
    char address[SRV_ADDRESS_MAX];
    char data[AUDIT_DATA_MAX]; /* a JSON object or "" */
} audit_row;

typedef enum key_state {
    KEY_PUBLISHED = 1, /* in the JWKS, not yet used */
    KEY_ACTIVE = 2,    /* signs; one for an algorithm */
    KEY_RETIRING = 3,  /* verifies until its last token has expired */
    KEY_RETIRED = 4,
    KEY_COMPROMISED = 5,
    KEY_VERIFY_ONLY = 6 /* imported to accept what another issuer signed, until retire_after */
} key_state;

typedef struct signing_key_row {
    char kid[KID_MAX];
    char alg[ALG_MAX];
    char public_jwk[PUBLIC_JWK_MAX]; /* "" for a secret */
    uint8_t sealed[SEALED_KEY_MAX];  /* srv_seal() of the private JWK */
    size_t sealed_len;               /* 0: verify only */
    key_state state;
    srv_time created_at;
    srv_time active_from;
    srv_time retire_after;
} signing_key_row;

typedef struct client_row {
    char id[CLIENT_ID_MAX];
    char name[CLIENT_NAME_MAX];
    char scopes[CLIENT_SCOPE_MAX]; /* "introspect:any revocations ...", one space between */
    uint8_t secret_hash[2][SRV_SHA256_LEN]; /* of two live secrets: 256 random bits each */
    bool has_secret[2];
    srv_time created_at;
    srv_time disabled_at;
} client_row;

#endif
