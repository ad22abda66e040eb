/* clients.c - who may introspect, revoke and read the tape. A secret is shown once, when it is
 * made; the row holds its SHA-256, which is enough for 256 random bits. */
#include <stdio.h>
#include <string.h>
#include "account/scopes.h"
#include "admin/call.h"
#include "base/crypto.h"
#include "base/text.h"

#define SECRET_PREFIX "lc1_"
#define SECRET_TEXT   (4 + SRV_BASE64URL_LEN(SRV_KEY_LEN) + 1)
#define CLIENT_RANDOM 9

typedef struct client_work {
    client_row row;
    audit_event event;
    char secret[SECRET_TEXT]; /* "" when none is made */
    bool is_disabled;
} client_work;

static bool clients_each(void *ctx, const client_row *row)
{
    json_out *json = &((admin_page *)ctx)->json;

    json_object(json);
    json_text(json, "id", row->id);
    json_text(json, "name", row->name);
    json_text(json, "scopes", row->scopes);
    json_int(json, "secrets", row->has_secret[0] + row->has_secret[1]);
    json_time(json, "created_at", row->created_at);
    json_time(json, "disabled_at", row->disabled_at);
    json_close(json);
    return true;
}

static srv_status clients_fill(store_txn *txn, admin_page *page)
{
    return store_clients(txn, clients_each, page);
}

srv_status clients_list(admin_call *call, srv_error *error)
{
    admin_page page = { .call = call, .fill = clients_fill };

    return page_answer(&page, error);
}

/* A new secret, and what the row keeps of it. */
static srv_status client_make_secret(char secret[SECRET_TEXT], uint8_t hash[SRV_SHA256_LEN])
{
    uint8_t bytes[SRV_KEY_LEN];

    TRY(srv_random(bytes, sizeof bytes));
    memcpy(secret, SECRET_PREFIX, strlen(SECRET_PREFIX));
    srv_base64url_write(SRV_BYTES(bytes), secret + strlen(SECRET_PREFIX));
    secret[SECRET_TEXT - 1] = '\0';
    srv_wipe(bytes, sizeof bytes);
    return srv_sha256((lanyard_bytes){ (const uint8_t *)secret, SECRET_TEXT - 1 }, hash);
}

/* A name for one who was given none. */
static srv_status client_make_id(char id[CLIENT_ID_MAX])
{
    uint8_t bytes[CLIENT_RANDOM];
    int len = snprintf(id, CLIENT_ID_MAX, "client-");

    TRY(srv_random(bytes, sizeof bytes));
    srv_base64url_write(SRV_BYTES(bytes), id + len);
    id[(size_t)len + SRV_BASE64URL_LEN(CLIENT_RANDOM)] = '\0';
    return SRV_OK;
}

static srv_status client_audit(store_txn *txn, const client_work *work)
{
    const char *const texts[] = { "client_id", work->row.id, NULL };

    return store_audit_note(txn, work->event, texts);
}

static srv_status client_add_job(store_txn *txn, void *ctx, srv_error *error)
{
    client_work *work = ctx;

    work->row.created_at = store_now(txn);
    if (store_client_add(txn, &work->row) == SRV_E_CONFLICT)
        return srv_fail(error, SRV_E_CONFLICT, "a client of that id is there already");
    return client_audit(txn, work);
}

/* Everything that the caller may see, and the secret if one was made. */
static srv_status client_answer(admin_call *call, const client_work *work)
{
    json_out json = json_out_to(&call->response->body);

    call->response->content_type = "application/json";
    json_object(&json);
    json_text(&json, "id", work->row.id);
    json_text(&json, "name", work->row.name);
    json_text(&json, "scopes", work->row.scopes);
    json_text(&json, "secret", work->secret);
    json_close(&json);
    TRY(http_set(call->response, "Cache-Control", SRV_STR("no-store")));
    return json_out_done(&json);
}

static bool client_is_id(const char *id)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

    return id[0] != '\0' && id[strspn(id, allowed)] == '\0';
}

/* A scope that is written wrong would be a client that may do nothing, and nobody knows why. */
static srv_status client_scopes(lanyard_str text, char scopes[ROLES_MAX], srv_error *error)
{
    static const char *const known[] = { SCOPE_INTROSPECT_ANY, SCOPE_REVOKE_ANY,
                                         SCOPE_REVOCATIONS };
    const char *at = scopes;

    TRY(account_roles(text, scopes, error));
    while (*at) {
        lanyard_str word = { at, strcspn(at, " ") };
        bool is_known = false;

        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            is_known |= lanyard_str_equal(word, lanyard_str_of(known[i])) == 1;
        if (!is_known)
            return srv_fail(error, SRV_E_INVALID,
                            "scopes: expected introspect:any, revoke:any, revocations");
        at += word.len + (at[word.len] == ' ');
    }
    return SRV_OK;
}

static srv_status client_read(const admin_call *call, client_row *row, lanyard_json **json,
                              srv_error *error)
{
    static const char *const names[] = { "id", "name", "scopes" };
    lanyard_str values[] = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
    char scopes[ROLES_MAX] = "";

    TRY(admin_body(call, names, values, sizeof names / sizeof *names, json, error));
    if (values[0].ptr && (!srv_copy(values[0], row->id, sizeof row->id) || !client_is_id(row->id)))
        return srv_fail(error, SRV_E_INVALID, "id: expected 1 to 64 of [A-Za-z0-9._-]");
    if (!values[0].ptr)
        TRY(client_make_id(row->id));
    if (lanyard_str_is_plain(values[1]) != 1 || !srv_copy(values[1], row->name, sizeof row->name))
        return srv_fail(error, SRV_E_INVALID, "name: at most 128 bytes of plain text");
    if (values[2].len > 0)
        TRY(client_scopes(values[2], scopes, error));
    snprintf(row->scopes, sizeof row->scopes, "%s", scopes);
    return SRV_OK;
}

static srv_status client_create(admin_call *call, client_work *work, lanyard_json **json,
                                srv_error *error)
{
    TRY(client_read(call, &work->row, json, error));
    TRY(client_make_secret(work->secret, work->row.secret_hash[0]));
    work->row.has_secret[0] = true;
    TRY(store_write(call->admin->store, client_add_job, work, error));
    TRY(client_answer(call, work));
    call->response->status = 201;
    return SRV_OK;
}

srv_status clients_create(admin_call *call, srv_error *error)
{
    client_work work = { .event = AUDIT_CLIENT_CREATED };
    lanyard_json *json = NULL;
    srv_status status = client_create(call, &work, &json, error);

    lanyard_json_free(json);
    srv_wipe(&work, sizeof work);
    return status;
}

static srv_status client_find(store_txn *txn, client_work *work, srv_error *error)
{
    char id[CLIENT_ID_MAX];

    memcpy(id, work->row.id, sizeof id);

    srv_status status = store_client_get(txn, id, &work->row);

    return status == SRV_E_NOT_FOUND ? srv_fail(error, status, "no client has that id") : status;
}

typedef struct client_secret_work {
    client_work work;
    uint8_t hash[SRV_SHA256_LEN];
} client_secret_work;

/* The newer secret stays beside the new one, so that its users can change over; the older goes. */
static srv_status client_secret_job(store_txn *txn, void *ctx, srv_error *error)
{
    client_secret_work *secret = ctx;
    client_row *row = &secret->work.row;

    TRY(client_find(txn, &secret->work, error));
    memcpy(row->secret_hash[1], row->secret_hash[0], SRV_SHA256_LEN);
    row->has_secret[1] = row->has_secret[0];
    memcpy(row->secret_hash[0], secret->hash, SRV_SHA256_LEN);
    row->has_secret[0] = true;
    TRY(store_client_update(txn, row));
    return client_audit(txn, &secret->work);
}

static srv_status client_take_id(const admin_call *call, client_row *row, srv_error *error)
{
    return srv_copy(call->id, row->id, sizeof row->id)
               ? SRV_OK
               : srv_fail(error, SRV_E_NOT_FOUND, "no client has that id");
}

srv_status clients_secret(admin_call *call, srv_error *error)
{
    client_secret_work secret = { .work = { .event = AUDIT_CLIENT_CHANGED } };

    TRY(client_take_id(call, &secret.work.row, error));
    TRY(client_make_secret(secret.work.secret, secret.hash));

    srv_status status = store_write(call->admin->store, client_secret_job, &secret, error);

    if (status == SRV_OK)
        status = client_answer(call, &secret.work);
    srv_wipe(&secret, sizeof secret);
    return status;
}

static srv_status client_disable_job(store_txn *txn, void *ctx, srv_error *error)
{
    client_work *work = ctx;

    TRY(client_find(txn, work, error));
    work->row.disabled_at = work->is_disabled ? store_now(txn) : 0;
    TRY(store_client_update(txn, &work->row));
    return client_audit(txn, work);
}

static srv_status client_set_disabled(admin_call *call, bool is_disabled, srv_error *error)
{
    client_work work = { .event = AUDIT_CLIENT_CHANGED, .is_disabled = is_disabled };

    TRY(client_take_id(call, &work.row, error));
    TRY(store_write(call->admin->store, client_disable_job, &work, error));
    return admin_say(call, is_disabled ? "disabled" : "enabled");
}

srv_status clients_disable(admin_call *call, srv_error *error)
{
    return client_set_disabled(call, true, error);
}

srv_status clients_enable(admin_call *call, srv_error *error)
{
    return client_set_disabled(call, false, error);
}

static srv_status client_remove_job(store_txn *txn, void *ctx, srv_error *error)
{
    client_work *work = ctx;

    TRY(client_find(txn, work, error));
    TRY(store_client_remove(txn, work->row.id));
    return client_audit(txn, work);
}

srv_status clients_delete(admin_call *call, srv_error *error)
{
    client_work work = { .event = AUDIT_CLIENT_REMOVED };

    TRY(client_take_id(call, &work.row, error));
    TRY(store_write(call->admin->store, client_remove_job, &work, error));
    return admin_say(call, "removed");
}
