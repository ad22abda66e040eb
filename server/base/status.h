/* status.h - what can go wrong in the server, once: the code in the problem body, the HTTP
 * status, and the sentence (RFC 9457; docs/api.md lists them from this table).
 *
 * X(NAME, HTTP status, "code", "Title"). Codes are stable. 4xx is the caller's doing; 5xx the
 * machine's, and the only class worth paging for.
 */
#ifndef SERVER_BASE_STATUS_H
#define SERVER_BASE_STATUS_H

#include <stddef.h>
#include <stdint.h>
#include <lanyard.h>

#define SRV_STATUS_MAP(X)                                                                          \
    X(OK, 200, "ok", "OK")                                                                         \
    /* What a request may look like. */                                                            \
    X(E_MALFORMED, 400, "malformed", "Malformed request")                                          \
    X(E_NOT_FOUND, 404, "not_found", "Not found")                                                  \
    X(E_METHOD, 405, "method_not_allowed", "Method not allowed")                                   \
    X(E_NOT_ACCEPTABLE, 406, "not_acceptable", "Not acceptable")                                   \
    X(E_TOO_LARGE, 413, "too_large", "Body too large")                                             \
    X(E_MEDIA_TYPE, 415, "unsupported_media_type", "Unsupported media type")                       \
    X(E_INVALID, 422, "invalid", "Invalid value")                                                  \
    X(E_INVALID_USERNAME, 422, "invalid_username", "Invalid user name")                            \
    X(E_INVALID_EMAIL, 422, "invalid_email", "Invalid e-mail address")                             \
    X(E_WEAK_PASSWORD, 422, "weak_password", "Weak password")                                      \
    X(E_HEADERS_TOO_LARGE, 431, "headers_too_large", "Headers too large")                          \
    /* Who is asking. */                                                                           \
    X(E_NO_CREDENTIAL, 401, "no_credential", "No credential was sent")                             \
    X(E_INVALID_TOKEN, 401, "invalid_token", "Invalid token")                                      \
    X(E_INVALID_CREDENTIALS, 401, "invalid_credentials", "Wrong name or password")                 \
    X(E_INVALID_CLIENT, 401, "invalid_client", "Client authentication failed")                     \
    X(E_SESSION_ENDED, 401, "session_ended", "Session ended")                                      \
    X(E_SESSION_EXPIRED, 401, "session_expired", "Session expired")                                \
    X(E_REFRESH_REUSED, 401, "refresh_reused", "Refresh token used again")                         \
    X(E_REAUTH_REQUIRED, 401, "reauth_required", "Recent authentication required")                 \
    X(E_ACCOUNT_DISABLED, 403, "account_disabled", "Account disabled")                             \
    X(E_FORBIDDEN, 403, "forbidden", "Not allowed")                                                \
    X(E_CROSS_SITE, 403, "cross_site", "Cross-site request refused")                               \
    /* What is there already. */                                                                   \
    X(E_USERNAME_TAKEN, 409, "username_taken", "User name taken")                                  \
    X(E_EMAIL_TAKEN, 409, "email_taken", "E-mail address taken")                                   \
    X(E_CONFLICT, 409, "conflict", "Changed by somebody else")                                     \
    X(E_RATE_LIMITED, 429, "rate_limited", "Too many attempts")                                    \
    X(E_REISSUED_TOO_OFTEN, 429, "reissued_too_often", "Refresh token presented too often")        \
    /* The machine. */                                                                             \
    X(E_INTERNAL, 500, "internal", "Internal error")                                               \
    X(E_SCHEMA, 500, "schema", "Database schema of another version")                               \
    X(E_CONFIG, 500, "config", "Configuration that cannot be used")                                \
    X(E_NO_MEMORY, 503, "no_memory", "No memory")                                                  \
    X(E_UNAVAILABLE, 503, "unavailable", "Temporarily unavailable")                                \
    X(E_HASH_QUEUE_FULL, 503, "hash_queue_full", "Too many logins at once")

#define SRV_STATUS_ENUM(name, http, code, title) SRV_##name,
typedef enum srv_status { SRV_STATUS_MAP(SRV_STATUS_ENUM) } srv_status;
#undef SRV_STATUS_ENUM

#define SRV_CHECK __attribute__((warn_unused_result))

/* The columns of the table. Static text. */
int srv_status_http(srv_status status);
const char *srv_status_code(srv_status status);
const char *srv_status_title(srv_status status);

#define SRV_DETAIL_MAX  160
#define SRV_REASONS_MAX 8

/* CONFINED. What a failed call says; yours, usually on the stack, nothing to free. Written only on
 * failure; every function takes NULL. No password, token, secret or key ever stands in it. */
typedef struct srv_error {
    srv_status status;
    const char *reason; /* static, or NULL: why the session ended ("user_logout"), which limit
                         * passed ("idle", "absolute"), which rule a password breaks */
    const char *reasons[SRV_REASONS_MAX]; /* all that apply, where there may be several; static */
    int64_t at;                           /* when it ended, microseconds since 1970; 0: unknown */
    uint32_t retry_after_s;               /* 0: none */
    char detail[SRV_DETAIL_MAX]; /* a sentence for people; plain text, NUL-terminated, may be "" */
} srv_error;

/* Fills *error (NULL is fine) and returns status. detail is copied, cut at its end. */
srv_status srv_fail(srv_error *error, srv_status status, const char *detail);

/* The same for what the library says: E_NO_MEMORY stays one, everything else is E_INTERNAL. */
srv_status srv_fail_lanyard(srv_error *error, lanyard_status status);

/* Calls a stage; hands its failure on. The only macro of the server that returns (ADR-0003). */
#define TRY(call)                                                                                  \
    do {                                                                                           \
        srv_status try_status_ = (call);                                                           \
        if (try_status_ != SRV_OK)                                                                 \
            return try_status_;                                                                    \
    } while (0)

#endif
