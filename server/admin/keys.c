/* keys.c - list, rotate, revoke, import signing keys. Public parts only ever leave. */
#include <string.h>
#include "admin/call.h"
#include "base/text.h"

static bool keys_each(void *ctx, const signing_key_row *row)
{
    json_out *json = &((admin_page *)ctx)->json;

    json_object(json);
    json_text(json, "kid", row->kid);
    json_text(json, "alg", row->alg);
    json_text(json, "state", keyring_state_text(row->state));
    json_time(json, "created_at", row->created_at);
    json_time(json, "active_from", row->active_from);
    json_time(json, "retire_after", row->retire_after);
    json_close(json);
    return true;
}

static srv_status keys_fill(store_txn *txn, admin_page *page)
{
    return store_keys(txn, keys_each, page);
}

srv_status keys_list(admin_call *call, srv_error *error)
{
    admin_page page = { .call = call, .fill = keys_fill };

    return page_answer(&page, error);
}

static bool keys_at_once(const admin_call *call)
{
    lanyard_str now = http_query(call->request, "now", NULL);

    return now.ptr && lanyard_str_equal(now, SRV_STR("true")) == 1;
}

/* The body is the key, in any form that the library reads. ?until=SECONDS: it only verifies;
 * ?now=true: it signs at once, and not only after everybody could have fetched it. */
srv_status keys_import(admin_call *call, srv_error *error)
{
    bool at_once = keys_at_once(call);
    lanyard_str body = call->request->body;
    lanyard_key *key = NULL;
    int64_t until = 0;

    TRY(admin_number(call, "until", &until, error));

    lanyard_status status =
        lanyard_key_read(body.ptr ? body.ptr : "", body.len, NULL, NULL, &key, NULL);

    if (status == LANYARD_E_NO_MEMORY)
        return srv_fail_lanyard(error, status);
    if (status != LANYARD_OK)
        return srv_fail(error, SRV_E_INVALID, lanyard_status_text(status));

    srv_status imported =
        keyring_import(call->admin->ring, key, until * SRV_SECOND, at_once, error);

    lanyard_key_free(key);
    TRY(imported);
    return admin_say(call, until ? "verifies" : at_once ? "signs" : "published");
}

srv_status keys_rotate(admin_call *call, srv_error *error)
{
    bool at_once = keys_at_once(call);

    TRY(keyring_rotate(call->admin->ring, at_once, error));
    return admin_say(call, at_once ? "signs" : "published");
}

srv_status keys_revoke(admin_call *call, srv_error *error)
{
    char kid[KID_MAX];

    if (!srv_copy(call->id, kid, sizeof kid))
        return srv_fail(error, SRV_E_NOT_FOUND, "no key in use has that kid");
    TRY(keyring_revoke(call->admin->ring, kid, call->admin->tape, error));
    return admin_say(call, "revoked");
}
