/* compat.c - see compat.h. */
#include "api/compat.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/text.h"

#define COMPAT_SECRET_MAX 1024
#define COMPAT_CLIENT     "x-access-token"

struct compat_tokens {
    const accounts *accounts;
    const srv_tape *tape;
    lanyard_key *key;
    lanyard_keyset *keys;
    lanyard_policy *policy;
    lanyard_issuer *issuer;
};

/* One line end at the end of the file is the editor's, not the secret's. */
static srv_status compat_read_secret(const char *path, char secret[COMPAT_SECRET_MAX], size_t *len,
                                     srv_error *error)
{
    char detail[SRV_DETAIL_MAX];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t found = fd >= 0 ? read(fd, secret, COMPAT_SECRET_MAX) : -1;

    if (fd >= 0)
        close(fd);
    if (found > 0 && secret[found - 1] == '\n')
        found--;
    if (found > 0 && found < COMPAT_SECRET_MAX - 1) {
        *len = (size_t)found;
        return SRV_OK;
    }
    snprintf(detail, sizeof detail, "compat-secret-file: no secret in %.100s", path);
    return srv_fail(error, SRV_E_CONFIG, detail);
}

/* The tutorial's secrets are short: this switch is the named opt-out. */
static lanyard_status compat_make(compat_tokens *made, const char *secret, size_t len)
{
    lanyard_status status = lanyard_key_read(
        secret, len,
        LANYARD_KEY(.format = LANYARD_KEY_SECRET, .alg = "HS256", .allow_short_key = 1), NULL,
        &made->key, NULL);

    if (status == LANYARD_OK)
        status = lanyard_keyset_new(&made->key, 1, NULL, &made->keys, NULL);
    if (status == LANYARD_OK)
        status = lanyard_policy_new(LANYARD_POLICY(.algs = "HS256"), NULL, &made->policy, NULL);
    if (status == LANYARD_OK)
        status = lanyard_issuer_new(LANYARD_ISSUER(.key = made->key, .alg = "HS256", .no_kid = 1),
                                    NULL, &made->issuer, NULL);
    return status;
}

srv_status compat_new(const char *secret_path, const accounts *users, const srv_tape *tape,
                      compat_tokens **made, srv_error *error)
{
    char secret[COMPAT_SECRET_MAX];
    size_t len = 0;

    TRY(compat_read_secret(secret_path, secret, &len, error));

    compat_tokens *tokens = calloc(1, sizeof *tokens);
    lanyard_status status = tokens ? compat_make(tokens, secret, len) : LANYARD_E_NO_MEMORY;

    srv_wipe(secret, sizeof secret);
    if (status != LANYARD_OK) {
        compat_free(tokens);
        return srv_fail_lanyard(error, status);
    }
    tokens->accounts = users;
    tokens->tape = tape;
    *made = tokens;
    return SRV_OK;
}

void compat_free(compat_tokens *tokens)
{
    if (!tokens)
        return;
    lanyard_issuer_free(tokens->issuer);
    lanyard_policy_free(tokens->policy);
    lanyard_keyset_free(tokens->keys);
    lanyard_key_free(tokens->key);
    free(tokens);
}

srv_status compat_write(const compat_tokens *tokens, const session_grant *grant,
                        const char *username, lanyard_worker *worker, lanyard_buf *out,
                        srv_error *error)
{
    int64_t exp = grant->iat + COMPAT_LIFE_S;
    char sid[SRV_ID_TEXT_LEN + 1];

    srv_id_write(&grant->sid, sid);
    if (exp > srv_time_seconds(grant->abs_expires))
        exp = srv_time_seconds(grant->abs_expires);

    const lanyard_claim claims[] = {
        { "user", LANYARD_CLAIM_STR, lanyard_str_of(username), 0 },
        { "exp", LANYARD_CLAIM_INT, { NULL, 0 }, exp },
        { "iat", LANYARD_CLAIM_INT, { NULL, 0 }, grant->iat },
        { "sid", LANYARD_CLAIM_STR, lanyard_str_of(sid), 0 },
    };
    lanyard_status status = lanyard_issue(
        tokens->issuer, LANYARD_CLAIMS(.list = claims, .list_len = sizeof claims / sizeof *claims),
        grant->iat, worker, out, NULL);

    return status == LANYARD_OK ? SRV_OK : srv_fail_lanyard(error, status);
}

typedef struct compat_claims {
    char user[EMAIL_MAX];
    int64_t exp;
    int64_t iat;
    srv_id sid; /* nil: made elsewhere */
} compat_claims;

static bool compat_read_claims(const lanyard_token *token, compat_claims *claims)
{
    lanyard_str user, sid;

    *claims = (compat_claims){ .exp = 0 };
    if (lanyard_token_claim_str(token, "user", &user) != LANYARD_OK ||
        lanyard_token_claim_int(token, "exp", &claims->exp) != LANYARD_OK ||
        !srv_copy(user, claims->user, sizeof claims->user))
        return false;
    if (lanyard_token_claim_str(token, "sid", &sid) != LANYARD_OK) {
        claims->iat = claims->exp - COMPAT_LIFE_S;
        return true;
    }
    return srv_id_read(sid, &claims->sid) && !srv_id_is_nil(&claims->sid) &&
           lanyard_token_claim_int(token, "iat", &claims->iat) == LANYARD_OK;
}

static srv_status compat_verify(const compat_tokens *tokens, lanyard_str text, int64_t now_s,
                                lanyard_worker *worker, compat_claims *claims, srv_error *error)
{
    lanyard_token *token = NULL;
    lanyard_mem mem = { .worker = worker };
    lanyard_status status =
        lanyard_verify(tokens->policy, tokens->keys, text.ptr, text.len, now_s, &mem, &token, NULL);
    bool is_read = status == LANYARD_OK && compat_read_claims(token, claims);

    lanyard_token_free(token);
    if (is_read)
        return SRV_OK;
    if (status == LANYARD_E_NO_MEMORY)
        return srv_fail_lanyard(error, status);
    (void)srv_fail(error, SRV_E_INVALID_TOKEN, "");
    if (error && status == LANYARD_E_EXPIRED)
        error->reason = "expired";
    return SRV_E_INVALID_TOKEN;
}

/* The name alone does not say whose the token is: it may have been another user's when it was made.
 */
static srv_status compat_judge_session(const compat_tokens *tokens, const srv_id *sid,
                                       const user_row *user, srv_error *error)
{
    session_row session;
    srv_status status = sessions_get(tokens->accounts->sessions, sid, &session, error);

    if (status == SRV_E_NOT_FOUND) /* ended, long ago */
        return srv_fail(error, SRV_E_SESSION_ENDED, "");
    TRY(status);
    if (!srv_id_equal(&session.user_id, &user->id))
        return srv_fail(error, SRV_E_INVALID_TOKEN, "");
    return session.ended_at == 0 ? SRV_OK : srv_fail(error, SRV_E_SESSION_ENDED, "");
}

/* Of one that was made elsewhere. */
static srv_status compat_judge_time(const compat_claims *claims, const user_row *user,
                                    srv_error *error)
{
    if (claims->iat <= srv_time_seconds(user->tokens_not_before))
        return srv_fail(error, SRV_E_SESSION_ENDED, "");
    return SRV_OK;
}

static srv_status compat_judge(const compat_tokens *tokens, const compat_claims *claims,
                               const user_row *user, srv_error *error)
{
    tape_question question = { .sid = claims->sid, .sub = user->id, .iat = claims->iat };

    if (user->status != USER_ACTIVE)
        return srv_fail(error, SRV_E_INVALID_TOKEN, "");
    TRY(srv_id_is_nil(&claims->sid) ? compat_judge_time(claims, user, error)
                                    : compat_judge_session(tokens, &claims->sid, user, error));

    srv_status status = tape_check(tokens->tape, &question);

    return status == SRV_OK ? SRV_OK : srv_fail(error, status, "");
}

srv_status compat_check(const compat_tokens *tokens, lanyard_str text, int64_t now_s,
                        lanyard_worker *worker, access_identity *identity, srv_error *error)
{
    compat_claims claims;
    user_row user;

    TRY(compat_verify(tokens, text, now_s, worker, &claims, error));

    srv_status found = account_find(tokens->accounts, lanyard_str_of(claims.user), &user, error);

    if (found == SRV_E_NOT_FOUND || found == SRV_E_INVALID_USERNAME || found == SRV_E_INVALID_EMAIL)
        return srv_fail(error, SRV_E_INVALID_TOKEN, "");
    TRY(found);
    TRY(compat_judge(tokens, &claims, &user, error));
    *identity = (access_identity){ .user_id = user.id,
                                   .sid = claims.sid,
                                   .client_id = COMPAT_CLIENT,
                                   .iat = claims.iat,
                                   .exp = claims.exp,
                                   .auth_time = srv_id_is_nil(&claims.sid) ? 0 : claims.iat };
    memcpy(identity->roles, user.roles, sizeof identity->roles);
    return SRV_OK;
}
