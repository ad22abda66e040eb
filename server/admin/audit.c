/* audit.c - what happened, the latest first. */
#include "admin/call.h"

typedef struct audit_page {
    admin_page page;
    srv_id subject; /* nil: of everybody */
    int64_t before;
    int limit;
} audit_page;

static bool audit_each(void *ctx, const audit_row *row)
{
    audit_page *audit = ctx;
    json_out *json = &audit->page.json;

    json_object(json);
    json_int(json, "seq", row->seq);
    json_time(json, "at", row->at);
    json_text(json, "event", audit_event_text(row->event));
    json_id(json, "actor", &row->actor);
    json_id(json, "subject", &row->subject);
    json_id(json, "session_id", &row->session_id);
    json_text(json, "ip", row->address[0] ? row->address : NULL);
    if (row->data[0])
        json_raw(json, "data", lanyard_str_of(row->data));
    else
        json_null(json, "data");
    json_close(json);
    return true;
}

static srv_status audit_fill(store_txn *txn, admin_page *page)
{
    audit_page *audit = (audit_page *)page;

    return store_audit(txn, &audit->subject, audit->before, audit->limit, audit_each, audit);
}

srv_status audit_list(admin_call *call, srv_error *error)
{
    audit_page audit = { .page = { .call = call, .fill = audit_fill } };
    lanyard_str name = http_query(call->request, "user", NULL);
    user_row user;

    if (name.ptr && !srv_id_read(name, &audit.subject)) {
        TRY(admin_user(call, name, &user, error));
        audit.subject = user.id;
    }
    TRY(admin_number(call, "before", &audit.before, error));
    TRY(admin_limit(call, &audit.limit, error));
    return page_answer(&audit.page, error);
}
