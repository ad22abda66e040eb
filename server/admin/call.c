/* call.c - see call.h. */
#include "admin/call.h"

#include <stdio.h>
#include "base/text.h"

#define NUMBER_DIGITS_MAX 18

srv_status admin_number(const admin_call *call, const char *name, int64_t *number, srv_error *error)
{
    lanyard_str text = http_query(call->request, name, NULL);
    int64_t value = 0;

    if (text.ptr && !srv_number_read(text, NUMBER_DIGITS_MAX, &value)) {
        char detail[SRV_DETAIL_MAX];

        snprintf(detail, sizeof detail, "%s: expected a number", name);
        return srv_fail(error, SRV_E_INVALID, detail);
    }
    *number = value;
    return SRV_OK;
}

srv_status admin_limit(const admin_call *call, int *limit, srv_error *error)
{
    int64_t number = 0;

    TRY(admin_number(call, "limit", &number, error));
    if (number > PAGE_LIMIT_MAX)
        return srv_fail(error, SRV_E_INVALID, "limit: at most 1000");
    *limit = number > 0 ? (int)number : PAGE_LIMIT;
    return SRV_OK;
}

srv_status admin_user(const admin_call *call, lanyard_str text, user_row *user, srv_error *error)
{
    const accounts *all = call->admin->accounts;
    srv_id id;

    if (srv_id_read(text, &id))
        return account_get(all, &id, user, error);
    return account_find(all, text, user, error);
}

static void page_open(admin_page *page)
{
    http_response *response = page->call->response;

    lanyard_buf_cut(&response->body, 0);
    response->content_type = "application/json";
    page->count = 0;
    page->json = json_out_to(&response->body);
    json_object(&page->json);
    json_array_at(&page->json, "items");
}

static srv_status page_close(admin_page *page)
{
    json_close(&page->json);
    json_close(&page->json);
    return json_out_done(&page->json);
}

static srv_status page_job(store_txn *txn, void *ctx, srv_error *error)
{
    admin_page *page = ctx;

    (void)error;
    page_open(page);
    TRY(page->fill(txn, page));
    return page_close(page);
}

srv_status page_answer(admin_page *page, srv_error *error)
{
    return store_read(page->call->admin->store, page_job, page, error);
}

srv_status admin_say(admin_call *call, const char *result)
{
    json_out json = json_out_to(&call->response->body);

    call->response->content_type = "application/json";
    json_object(&json);
    json_text(&json, "result", result);
    json_close(&json);
    return json_out_done(&json);
}

static srv_status call_take(const lanyard_value *value, const char *const *names,
                            lanyard_str *values, size_t count, srv_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (lanyard_str_equal(value->name, lanyard_str_of(names[i])) != 1)
            continue;
        if (value->type != LANYARD_JSON_STRING)
            return srv_fail(error, SRV_E_MALFORMED, "expected a string");
        values[i] = value->text.ptr ? value->text : SRV_STR("");
        return SRV_OK;
    }
    return srv_fail(error, SRV_E_MALFORMED, "a member that is not known here");
}

srv_status admin_body(const admin_call *call, const char *const *names, lanyard_str *values,
                      size_t count, lanyard_json **json, srv_error *error)
{
    lanyard_str body = call->request->body;
    lanyard_value value;
    size_t cursor = 0;
    lanyard_status status =
        lanyard_json_read(body.ptr ? body.ptr : "", body.len, NULL, NULL, json, NULL);

    if (status == LANYARD_E_NO_MEMORY)
        return srv_fail_lanyard(error, status);
    if (status != LANYARD_OK || lanyard_json_root(*json).type != LANYARD_JSON_OBJECT)
        return srv_fail(error, SRV_E_MALFORMED, "expected a JSON object");

    lanyard_value root = lanyard_json_root(*json);

    while (lanyard_value_next(&root, &cursor, &value))
        TRY(call_take(&value, names, values, count, error));
    return SRV_OK;
}
