/* access.c - see access.h. */
#include "session/access.h"

#include <stdlib.h>
#include <string.h>
#include "base/defense.h"
#include "base/json_out.h"
#include "base/text.h"
#include "session/verified.h"

#define ROLES_JSON_MAX 2048
#define LEEWAY_MAX     TAPE_LEEWAY_S

struct access_tokens {
    const keyring *ring;
    const srv_tape *tape;
    char *issuer;
    char *audience;
    char *client_id;
    lanyard_policy *policy;
    lanyard_policy *signature; /* the same, but for the time */
    _Atomic int64_t leeway_s;
    verified_tokens *verified;
};

static srv_status access_policies(access_tokens *tokens, srv_error *error)
{
    static const char *const required[] = { "sub", "sid",       "client_id", "jti",
                                            "iat", "auth_time", NULL };
    lanyard_policy_opts opts = { .size = sizeof opts,
                                 .algs = LANYARD_ALGS_OF_KEYS,
                                 .issuers = LANYARD_LIST(tokens->issuer),
                                 .audiences = LANYARD_LIST(tokens->audience),
                                 .typ = ACCESS_TYP,
                                 .required = required,
                                 /* access_check_time() judges these two itself. */
                                 .leeway_s = LEEWAY_MAX,
                                 .allow = LANYARD_ALLOW_FUTURE_IAT };
    lanyard_error why = { 0 };

    if (lanyard_policy_new(&opts, NULL, &tokens->policy, &why) != LANYARD_OK)
        return srv_fail(error, SRV_E_CONFIG, why.detail);
    if (lanyard_policy_new(&opts, NULL, &tokens->signature, &why) != LANYARD_OK)
        return srv_fail(error, SRV_E_CONFIG, why.detail);
    return SRV_OK;
}

srv_status access_new(const access_opts *opts, const keyring *ring, const srv_tape *tape,
                      access_tokens **made, srv_error *error)
{
    if (!opts->issuer || !opts->audience || !opts->client_id || opts->leeway_s > LEEWAY_MAX)
        return srv_fail(error, SRV_E_CONFIG,
                        "access tokens need an issuer, an audience, a client ID, and at most 60 "
                        "seconds of leeway");

    access_tokens *tokens = calloc(1, sizeof *tokens);

    if (!tokens)
        return srv_fail(error, SRV_E_NO_MEMORY, "no memory");
    tokens->ring = ring;
    tokens->tape = tape;
    tokens->issuer = strdup(opts->issuer);
    tokens->audience = strdup(opts->audience);
    tokens->client_id = strdup(opts->client_id);
    tokens->leeway_s = opts->leeway_s;

    srv_status status = tokens->issuer && tokens->audience && tokens->client_id
                            ? access_policies(tokens, error)
                            : srv_fail(error, SRV_E_NO_MEMORY, "no memory");

    if (status == SRV_OK)
        status = verified_new(&tokens->verified, error);
    if (status != SRV_OK) {
        access_free(tokens);
        return status;
    }
    *made = tokens;
    return SRV_OK;
}

void access_set_leeway(access_tokens *tokens, uint32_t leeway_s)
{
    tokens->leeway_s = leeway_s <= LEEWAY_MAX ? leeway_s : LEEWAY_MAX;
}

void access_free(access_tokens *tokens)
{
    if (!tokens)
        return;
    verified_free(tokens->verified);
    lanyard_policy_free(tokens->policy);
    lanyard_policy_free(tokens->signature);
    free(tokens->issuer);
    free(tokens->audience);
    free(tokens->client_id);
    free(tokens);
}

/* --- a grant to text --- */

static srv_status access_roles(const char *roles, lanyard_buf *out)
{
    json_out json = json_out_to(out);

    json_array_at(&json, NULL);
    while (*roles) {
        size_t len = strcspn(roles, " ");

        json_str(&json, NULL, (lanyard_str){ roles, len });
        roles += len + (roles[len] == ' ');
    }
    json_close(&json);
    return json_out_done(&json);
}

static lanyard_claim access_str(const char *name, const char *text)
{
    return (lanyard_claim){ .name = name, .text = lanyard_str_of(text) };
}

static lanyard_claim access_int(const char *name, int64_t number)
{
    return (lanyard_claim){ .name = name, .kind = LANYARD_CLAIM_INT, .number = number };
}

static lanyard_status access_issue(const access_tokens *tokens, const session_grant *grant,
                                   const lanyard_issuer *issuer, lanyard_str roles, const char *jti,
                                   lanyard_worker *worker, lanyard_buf *out)
{
    char sub[SRV_ID_TEXT_LEN + 1];
    char sid[SRV_ID_TEXT_LEN + 1];

    srv_id_write(&grant->user_id, sub);
    srv_id_write(&grant->sid, sid);

    lanyard_claim list[] = {
        access_str("sub", sub),
        access_str("client_id", grant->client_id[0] ? grant->client_id : tokens->client_id),
        access_str("sid", sid),
        access_str("jti", jti),
        access_int("iat", grant->iat),
        access_int("exp", grant->exp),
        access_int("auth_time", grant->auth_time),
        { .name = "roles", .kind = LANYARD_CLAIM_JSON, .text = roles },
        access_str("scope", grant->scope),
    };
    size_t count = sizeof list / sizeof *list - (grant->scope[0] ? 0 : 1);

    return lanyard_issue(issuer, LANYARD_CLAIMS(.list = list, .list_len = count), grant->iat,
                         worker, out, NULL);
}

static srv_status access_sign(const access_tokens *tokens, const session_grant *grant,
                              const lanyard_key *signer, lanyard_str roles, lanyard_worker *worker,
                              lanyard_buf *out, srv_error *error)
{
    const char *const audiences[] = { tokens->audience, NULL };
    lanyard_issuer *issuer = NULL;
    char jti[SRV_ID_TEXT_LEN + 1];
    srv_id id;

    TRY(srv_id_new(grant->iat * SRV_SECOND, &id));
    srv_id_write(&id, jti);

    lanyard_status status =
        lanyard_issuer_new(LANYARD_ISSUER(.key = signer, .typ = ACCESS_TYP, .iss = tokens->issuer,
                                          .audiences = audiences),
                           NULL, &issuer, NULL);

    if (status == LANYARD_OK)
        status = access_issue(tokens, grant, issuer, roles, jti, worker, out);
    lanyard_issuer_free(issuer);
    return status == LANYARD_OK ? SRV_OK : srv_fail_lanyard(error, status);
}

srv_status access_write(const access_tokens *tokens, const session_grant *grant,
                        lanyard_worker *worker, lanyard_buf *out, srv_error *error)
{
    keyring_view view;
    lanyard_buf roles;

    lanyard_buf_init(&roles, NULL, ROLES_JSON_MAX);

    srv_status status = access_roles(grant->roles, &roles);

    if (status == SRV_OK) {
        keyring_take(tokens->ring, &view);
        status = access_sign(tokens, grant, view.signer, (lanyard_str){ roles.ptr, roles.len },
                             worker, out, error);
        keyring_give(&view);
    }
    lanyard_buf_done(&roles);
    return status;
}

/* --- text to an identity --- */

static bool access_read_id(const lanyard_token *token, const char *name, srv_id *id)
{
    lanyard_str text;

    return lanyard_token_claim_str(token, name, &text) == LANYARD_OK && srv_id_read(text, id);
}

static bool access_read_text(const lanyard_token *token, const char *name, char *out, size_t size)
{
    lanyard_str text;

    return lanyard_token_claim_str(token, name, &text) == LANYARD_OK && srv_copy(text, out, size);
}

/* An array of names to names with a space between; none when there is no such claim. */
static bool access_read_roles(const lanyard_token *token, char roles[ROLES_MAX])
{
    lanyard_str name = SRV_STR("roles");
    lanyard_value list;
    lanyard_value role;
    size_t cursor = 0;
    size_t len = 0;

    roles[0] = '\0';
    if (lanyard_token_find(token, &name, 1, &list) != LANYARD_OK)
        return true;
    if (list.type != LANYARD_JSON_ARRAY)
        return false;
    while (lanyard_value_next(&list, &cursor, &role)) {
        if (role.type != LANYARD_JSON_STRING || role.text.len + len + 2 > ROLES_MAX)
            return false;
        if (len > 0)
            roles[len++] = ' ';
        if (!srv_copy(role.text, roles + len, ROLES_MAX - len))
            return false;
        len += role.text.len;
    }
    return true;
}

static bool access_read(const lanyard_token *token, access_identity *identity)
{
    lanyard_str scope;

    *identity = (access_identity){ .iat = 0 };
    if (lanyard_token_claim_str(token, "scope", &scope) == LANYARD_OK &&
        !srv_copy(scope, identity->scope, sizeof identity->scope))
        return false;
    return access_read_id(token, "sub", &identity->user_id) &&
           access_read_id(token, "sid", &identity->sid) &&
           access_read_text(token, "client_id", identity->client_id, sizeof identity->client_id) &&
           access_read_text(token, "jti", identity->jti, sizeof identity->jti) &&
           access_read_roles(token, identity->roles) &&
           lanyard_token_claim_int(token, "iat", &identity->iat) == LANYARD_OK &&
           lanyard_token_claim_int(token, "exp", &identity->exp) == LANYARD_OK &&
           lanyard_token_claim_int(token, "auth_time", &identity->auth_time) == LANYARD_OK;
}

static srv_status access_refuse(srv_error *error, const lanyard_error *why)
{
    if (why->status >= LANYARD_E_ARGUMENT) /* ours, not the token's */
        return srv_fail_lanyard(error, why->status);
    (void)srv_fail(error, SRV_E_INVALID_TOKEN, lanyard_status_text(why->status));
    if (error && why->status == LANYARD_E_EXPIRED)
        error->reason = "expired";
    return SRV_E_INVALID_TOKEN;
}

/* Whether something that the token names has been ended. */
static srv_status access_ask_tape(const access_tokens *tokens, const access_identity *identity,
                                  const char *kid, srv_error *error)
{
    tape_question question = { .sid = identity->sid,
                               .sub = identity->user_id,
                               .client = lanyard_str_of(identity->client_id),
                               .jti = lanyard_str_of(identity->jti),
                               .kid = lanyard_str_of(kid),
                               .iat = identity->iat };
    srv_status status = DEFENDS(11) ? tape_check(tokens->tape, &question) : SRV_OK;

    return status == SRV_OK ? SRV_OK : srv_fail(error, status, srv_status_title(status));
}

static srv_status access_verify(const lanyard_policy *policy, const lanyard_keyset *keys,
                                lanyard_str text, int64_t now_s, lanyard_worker *worker,
                                lanyard_token **token, srv_error *error)
{
    lanyard_mem mem = { .worker = worker };
    lanyard_error why = { 0 };
    lanyard_status status =
        lanyard_verify(policy, keys, text.ptr, text.len, now_s, &mem, token, &why);

    return status == LANYARD_OK ? SRV_OK : access_refuse(error, &why);
}

static bool access_read_kid(const lanyard_token *token, char kid[KID_MAX])
{
    lanyard_str text = { NULL, 0 };

    kid[0] = '\0';
    return lanyard_token_header_str(token, "kid", &text) != LANYARD_OK ||
           srv_copy(text, kid, KID_MAX);
}

/* By its signature; what was found true is remembered. */
static srv_status access_check_cold(const access_tokens *tokens, const lanyard_keyset *keys,
                                    lanyard_str text, int64_t now_s, lanyard_worker *worker,
                                    access_identity *identity, char kid[KID_MAX], srv_error *error)
{
    lanyard_token *token = NULL;

    TRY(access_verify(tokens->policy, keys, text, now_s, worker, &token, error));

    bool is_read = access_read(token, identity) && access_read_kid(token, kid);

    lanyard_token_free(token);
    if (!is_read)
        return srv_fail(error, SRV_E_INVALID_TOKEN, "a claim of the wrong type");
    verified_keep(tokens->verified, keys, text, identity, kid);
    return SRV_OK;
}

/* Of a token that is remembered the time is still to be judged. The database's clock may be a
 * little ahead of this process's, and its tokens are ours; by more, the token would live longer
 * here than its tape entry in the database. */
static srv_status access_check_time(const access_tokens *tokens, const access_identity *identity,
                                    int64_t now_s, srv_error *error)
{
    if (now_s < identity->exp + tokens->leeway_s && identity->iat <= now_s + LEEWAY_MAX)
        return SRV_OK;

    const lanyard_error why = { .status = now_s >= identity->exp ? LANYARD_E_EXPIRED
                                                                 : LANYARD_E_ISSUED_LATER };

    return access_refuse(error, &why);
}

srv_status access_check(const access_tokens *tokens, lanyard_str text, int64_t now_s,
                        lanyard_worker *worker, access_identity *identity, srv_error *error)
{
    keyring_view view;
    srv_status status;
    char kid[KID_MAX];

    keyring_take(tokens->ring, &view);
    status =
        verified_find(tokens->verified, view.verify, text, identity, kid)
            ? SRV_OK
            : access_check_cold(tokens, view.verify, text, now_s, worker, identity, kid, error);
    keyring_give(&view);
    TRY(status);
    TRY(access_check_time(tokens, identity, now_s, error));
    return access_ask_tape(tokens, identity, kid, error);
}

srv_status access_check_signature(const access_tokens *tokens, lanyard_str text,
                                  lanyard_worker *worker, access_identity *identity,
                                  srv_error *error)
{
    lanyard_token *token = NULL;
    keyring_view view;

    keyring_take(tokens->ring, &view);

    /* At the beginning of time nothing has expired yet. */
    srv_status status =
        access_verify(tokens->signature, view.verify, text, 0, worker, &token, error);

    keyring_give(&view);
    TRY(status);

    bool is_read = access_read(token, identity);

    lanyard_token_free(token);
    return is_read ? SRV_OK : srv_fail(error, SRV_E_INVALID_TOKEN, "a claim of the wrong type");
}
