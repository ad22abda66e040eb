/* revocations.c - GET /v1/revocations?since=EPOCH:N&wait_ms=M: the tape for verifiers.
 *
 * The first line is {"epoch","seq","now"}; the entries follow, one a line. Without since, or with
 * another epoch, it is a snapshot: everything that still counts. wait_ms: when there is nothing
 * after N, the answer waits until there is, or that long.
 */
#include <stdio.h>
#include <string.h>
#include "api/client.h"
#include "api/handlers.h"
#include "base/json_out.h"
#include "base/text.h"

#define REVOCATIONS_BATCH 1000
#define WAIT_MAX_MS       60000
#define DIGITS_MAX        18
#define EPOCH_TEXT_LEN    SRV_BASE64URL_LEN(TAPE_EPOCH_LEN)
#define HEAD_LEN          128 /* of the first line, which is padded and written last */

typedef struct revocations_wish {
    bool has_since;
    tape_epoch epoch;
    int64_t seq;
    int64_t wait_ms;
} revocations_wish;

static bool revocations_read_since(lanyard_str text, revocations_wish *wish)
{
    const char *colon = memchr(text.ptr, ':', text.len);
    size_t epoch_len = colon ? (size_t)(colon - text.ptr) : 0;
    size_t len = 0;

    wish->has_since = true;
    return epoch_len == EPOCH_TEXT_LEN &&
           srv_base64url_read((lanyard_str){ text.ptr, epoch_len }, wish->epoch.bytes,
                              TAPE_EPOCH_LEN, &len) &&
           srv_number_read((lanyard_str){ colon + 1, text.len - epoch_len - 1 }, DIGITS_MAX,
                           &wish->seq);
}

static srv_status revocations_read_wish(const http_request *request, revocations_wish *wish,
                                        srv_error *error)
{
    size_t sinces, waits;
    lanyard_str since = http_query(request, "since", &sinces);
    lanyard_str wait = http_query(request, "wait_ms", &waits);

    *wish = (revocations_wish){ .has_since = false };
    if (sinces > 1 || waits > 1 || (sinces == 1 && !revocations_read_since(since, wish)))
        return srv_fail(error, SRV_E_MALFORMED, "since: expected EPOCH:N");
    if (waits == 1 &&
        (!srv_number_read(wait, DIGITS_MAX, &wish->wait_ms) || wish->wait_ms > WAIT_MAX_MS))
        return srv_fail(error, SRV_E_MALFORMED, "wait_ms: expected a number up to 60000");
    return SRV_OK;
}

typedef struct revocations_page {
    lanyard_buf *out;
    int64_t after;
    int64_t last;
    int count; /* of the batch */
    srv_status status;
} revocations_page;

static void revocations_key(json_out *json, const tape_row *entry)
{
    srv_id id;

    if (entry->kind != TAPE_SID && entry->kind != TAPE_SUB) {
        json_str(json, "key", (lanyard_str){ (const char *)entry->key, entry->key_len });
        return;
    }
    memcpy(id.bytes, entry->key, SRV_ID_LEN);
    json_id(json, "key", &id);
}

/* Seconds, as in tokens: what is refused is rounded to the strict side. */
static bool revocations_each(void *ctx, const tape_row *entry)
{
    revocations_page *page = ctx;
    json_out json = json_out_to(page->out);

    json_object(&json);
    json_int(&json, "seq", entry->seq);
    json_text(&json, "kind", tape_kind_text(entry->kind));
    revocations_key(&json, entry);
    json_int(&json, "not_before", srv_time_seconds(entry->not_before));
    json_int(&json, "expires", srv_time_seconds(entry->expires_at) + 1);
    json_close(&json);
    page->status = json_out_done(&json);
    if (page->status == SRV_OK && lanyard_buf_add(page->out, "\n", 1) != LANYARD_OK)
        page->status = SRV_E_NO_MEMORY;
    page->last = entry->seq;
    page->count++;
    return page->status == SRV_OK;
}

/* All in one snapshot of the store; run again from its start, it starts the body anew. */
static srv_status revocations_job(store_txn *txn, void *ctx, srv_error *error)
{
    revocations_page *page = ctx;

    (void)error;
    lanyard_buf_cut(page->out, HEAD_LEN);
    page->last = page->after;
    do {
        page->count = 0;
        page->status = SRV_OK;
        TRY(store_tape(txn, page->last, REVOCATIONS_BATCH, revocations_each, page));
        TRY(page->status);
    } while (page->count == REVOCATIONS_BATCH);
    return SRV_OK;
}

/* The first line, of HEAD_LEN bytes: white space is allowed around JSON. */
static void revocations_head(char *head, const tape_epoch *epoch, int64_t seq, srv_time now)
{
    char text[EPOCH_TEXT_LEN + 1];
    char line[HEAD_LEN];
    int len;

    srv_base64url_write((lanyard_bytes){ epoch->bytes, TAPE_EPOCH_LEN }, text);
    text[EPOCH_TEXT_LEN] = '\0';
    len = snprintf(line, sizeof line, "{\"epoch\":\"%s\",\"seq\":%lld,\"now\":%lld}", text,
                   (long long)seq, (long long)srv_time_seconds(now));
    memset(head, ' ', HEAD_LEN);
    memcpy(head, line, (size_t)len);
    head[HEAD_LEN - 1] = '\n';
}

static srv_status revocations_write(api_call *call, const tape_epoch *epoch, int64_t seq,
                                    int64_t after, srv_error *error)
{
    lanyard_buf *body = &call->response->body;
    revocations_page page = { .out = body, .after = after };
    char blank[HEAD_LEN] = { 0 };

    if (lanyard_buf_add(body, blank, sizeof blank) != LANYARD_OK)
        return srv_fail(error, SRV_E_NO_MEMORY, "no memory");
    TRY(store_read(call->api->store, revocations_job, &page, error));
    revocations_head(body->ptr, epoch, page.last > seq ? page.last : seq, call->request->now);
    call->response->content_type = "application/x-ndjson";
    return http_set(call->response, "Cache-Control", SRV_STR("no-store"));
}

srv_status api_revocations(api_call *call, srv_error *error)
{
    revocations_wish wish;
    tape_epoch epoch;
    int64_t seq;

    if (!client_may(call, SCOPE_REVOCATIONS))
        return srv_fail(error, SRV_E_FORBIDDEN, "the client lacks the scope " SCOPE_REVOCATIONS);
    TRY(revocations_read_wish(call->request, &wish, error));
    tape_position(call->api->tape, &epoch, &seq);

    bool is_delta =
        wish.has_since && memcmp(wish.epoch.bytes, epoch.bytes, sizeof epoch.bytes) == 0;
    int64_t left = wish.wait_ms * 1000 - call->request->waited;

    if (is_delta && wish.seq >= seq && left > 0 && !call->request->is_last_look) {
        call->response->park = left;
        return SRV_OK;
    }
    return revocations_write(call, &epoch, seq, is_delta ? wish.seq : 0, error);
}
