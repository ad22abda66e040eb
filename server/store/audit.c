/* audit.c - rows of the audit; see store.h. */
#include "store/driver.h"

#include <string.h>
#include "base/json_out.h"

srv_status store_audit_add(store_txn *txn, const audit_row *row)
{
    return STORE_RUN(txn, STATEMENT_AUDIT_ADD, NULL, NULL, NULL,
                     store_time(row->at ? row->at : txn->now), store_int(row->event),
                     store_id_or_null(&row->actor), store_id_or_null(&row->subject),
                     store_id_or_null(&row->session_id), store_text_or_null(row->address),
                     store_json(row->data));
}

srv_status store_audit_note(store_txn *txn, audit_event event, const char *const *texts)
{
    audit_row row = { .event = event };
    lanyard_buf data;

    lanyard_buf_init(&data, NULL, sizeof row.data - 1);

    json_out json = json_out_to(&data);

    json_object(&json);
    for (; *texts; texts += 2)
        json_text(&json, texts[0], texts[1]);
    json_close(&json);

    srv_status status = json_out_done(&json);

    if (status == SRV_OK)
        memcpy(row.data, data.ptr, data.len);
    lanyard_buf_done(&data);
    return status == SRV_OK ? store_audit_add(txn, &row) : status;
}

typedef struct audit_walk {
    store_audit_each *each;
    void *ctx;
} audit_walk;

static bool audit_row_each(void *ctx, const store_result *result)
{
    const audit_walk *walk = ctx;
    audit_row row = { .seq = store_column_int(result, 0),
                      .at = store_column_time(result, 1),
                      .event = (audit_event)store_column_int(result, 2) };

    store_column_id(result, 3, &row.actor);
    store_column_id(result, 4, &row.subject);
    store_column_id(result, 5, &row.session_id);
    store_column_text(result, 6, row.address, sizeof row.address);
    store_column_text(result, 7, row.data, sizeof row.data);
    return walk->each(walk->ctx, &row);
}

srv_status store_audit(store_txn *txn, const srv_id *subject, int64_t before_seq, int limit,
                       store_audit_each *each, void *ctx)
{
    audit_walk walk = { each, ctx };

    return STORE_RUN(txn, STATEMENT_AUDIT, audit_row_each, &walk, NULL,
                     store_int(srv_id_is_nil(subject)), store_id(subject), store_int(before_seq),
                     store_int(limit));
}
