/* documents.c - what asks nothing: the JWKS, /openapi.json, /livez and /readyz. */
#include <stddef.h>
#include "api/handlers.h"
#include "api/api.h"
#include "base/text.h"

static const char documents_openapi[] = {
#include "api/openapi.inc"
};

static srv_status documents_add(http_response *response, lanyard_str text)
{
    lanyard_status status = lanyard_buf_add(&response->body, text.ptr, text.len);

    return status == LANYARD_OK ? SRV_OK : srv_fail_lanyard(NULL, status);
}

static srv_status documents_write_jwks(api_call *call, const keyring_view *view)
{
    http_response *response = call->response;
    lanyard_str etag = lanyard_str_of(view->etag);

    TRY(http_set(response, "Cache-Control", SRV_STR("public, max-age=300")));
    TRY(http_set(response, "ETag", etag));
    if (lanyard_str_equal(http_header(call->request, "If-None-Match", NULL), etag)) {
        response->status = 304;
        return SRV_OK;
    }
    response->content_type = "application/jwk-set+json";
    return documents_add(response, view->jwks);
}

srv_status api_jwks(api_call *call, srv_error *error)
{
    keyring_view view;

    (void)error;
    keyring_take(call->api->ring, &view);

    srv_status status = documents_write_jwks(call, &view);

    keyring_give(&view);
    return status;
}

srv_status api_openapi(api_call *call, srv_error *error)
{
    (void)error;
    TRY(http_set(call->response, "Cache-Control", SRV_STR("public, max-age=300")));
    call->response->content_type = "application/json";
    return documents_add(call->response,
                         (lanyard_str){ documents_openapi, sizeof documents_openapi });
}

srv_status api_livez(api_call *call, srv_error *error)
{
    (void)error;
    return http_set(call->response, "Cache-Control", SRV_STR("no-store"));
}

#define READY_EVERY SRV_SECOND
#define READY_LAG   (5 * SRV_SECOND)
#define READY_META  "ready"

/* Writes for real: a database that can only be read is not ready. */
static srv_status documents_ready_job(store_txn *txn, void *ctx, srv_error *error)
{
    srv_time now = store_now(txn);

    (void)ctx;
    (void)error;
    return store_meta_set(txn, READY_META, SRV_BYTES(now));
}

static bool documents_is_ready(const srv_api *api)
{
    keyring_view view;

    keyring_take(api->ring, &view);

    bool has_key = view.signer != NULL;

    keyring_give(&view);
    return has_key && tape_lag(api->tape) < READY_LAG &&
           store_write(api->store, documents_ready_job, NULL, NULL) == SRV_OK;
}

srv_status api_readyz(api_call *call, srv_error *error)
{
    api_ready *ready = call->api->ready;
    int64_t now = srv_monotonic();

    (void)error;
    pthread_mutex_lock(&ready->lock);
    if (ready->asked == 0 || now - ready->asked > READY_EVERY) {
        ready->is_ready = documents_is_ready(call->api);
        ready->asked = now;
    }
    call->response->status = ready->is_ready ? 200 : 503;
    pthread_mutex_unlock(&ready->lock);
    if (call->response->status == 503)
        TRY(http_set(call->response, "Retry-After", SRV_STR("1")));
    return http_set(call->response, "Cache-Control", SRV_STR("no-store"));
}
