/* exchange.c - see exchange.h. */
#include "http/exchange.h"

#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/text.h"
#include "http/headers.h"

#define HEADERS_LEN_MAX 16384
/* What of a body that is too long is read and thrown away, so that the answer arrives. */
#define DISCARD_MAX (16 * (size_t)HTTP_BODY_MAX)

http_exchange *exchange_new(http_exchange **spare, const char *uri)
{
    size_t size = strlen(uri) + 1;
    http_exchange *made = *spare ? *spare : malloc(sizeof *made);
    char *texts = malloc(2 * size);

    *spare = NULL;
    if (!made || !texts) {
        free(made);
        free(texts);
        return NULL;
    }
    memcpy(texts, uri, size);
    *made = (http_exchange){ .uri = texts, .storage = texts + size };
    lanyard_buf_init(&made->response.headers, NULL, HEADERS_LEN_MAX);
    lanyard_buf_init(&made->response.body, NULL, HTTP_RESPONSE_MAX);
    lanyard_buf_init(&made->body, NULL, HTTP_BODY_MAX);
    return made;
}

void exchange_end(http_exchange *exchange, http_exchange **spare)
{
    lanyard_buf_done(&exchange->response.headers);
    lanyard_buf_done(&exchange->response.body);
    lanyard_buf_done(&exchange->body);
    free(exchange->uri);
    if (!spare) {
        free(exchange);
        return;
    }
    free(*spare);
    *spare = exchange;
}

static enum MHD_Result exchange_add_header(void *cls, enum MHD_ValueKind kind, const char *key,
                                           size_t key_len, const char *value, size_t value_len)
{
    http_exchange *exchange = cls;
    http_request *request = &exchange->request;

    (void)kind;
    if (request->headers_count == HTTP_HEADERS_MAX) {
        exchange->fault = SRV_E_HEADERS_TOO_LARGE;
        return MHD_NO;
    }
    request->headers[request->headers_count++] =
        (http_field){ { key, key_len }, { value ? value : "", value_len } };
    return MHD_YES;
}

/* Path and query are decoded once, here. */
static srv_status exchange_read_uri(http_exchange *exchange)
{
    http_request *request = &exchange->request;
    lanyard_str uri = lanyard_str_of(exchange->uri);
    const char *mark = memchr(uri.ptr, '?', uri.len);
    lanyard_str path = { uri.ptr, mark ? (size_t)(mark - uri.ptr) : uri.len };
    size_t len = 0;

    if (path.len == 0 || path.len > HTTP_PATH_MAX || path.ptr[0] != '/' ||
        !http_unescape(path, false, exchange->storage, &len))
        return SRV_E_MALFORMED;

    lanyard_str decoded = { exchange->storage, len };

    if (!lanyard_str_is_plain(decoded))
        return SRV_E_MALFORMED;
    request->path = decoded;
    if (!mark)
        return SRV_OK;
    return http_form_read((lanyard_str){ mark + 1, uri.len - path.len - 1 },
                          exchange->storage + len, request->query, HTTP_QUERY_MAX,
                          &request->query_count)
               ? SRV_OK
               : SRV_E_MALFORMED;
}

static srv_address exchange_peer(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

    return srv_address_of(info ? info->client_addr : NULL);
}

static bool exchange_is_http1(const char *version)
{
    return strcmp(version, "HTTP/1.1") == 0 || strcmp(version, "HTTP/1.0") == 0;
}

void exchange_open(http_exchange *exchange, const http_opts *opts,
                   struct MHD_Connection *connection, srv_id_pool *ids, const char *method,
                   const char *version)
{
    http_request *request = &exchange->request;
    srv_status uri = exchange_read_uri(exchange);

    exchange->connection = connection;
    exchange->state = EXCHANGE_READING;
    exchange->started = srv_monotonic();
    request->now = srv_now();
    request->method = lanyard_str_of(method);
    request->is_secure = opts->cert_path != NULL;
    if (srv_id_next(ids, request->now, &request->id) != SRV_OK)
        exchange->fault = SRV_E_INTERNAL;
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, exchange_add_header, exchange);
    if (exchange->fault == SRV_OK)
        exchange->fault = headers_check(request);
    if (exchange->fault == SRV_OK)
        exchange->fault = uri;
    if (!exchange_is_http1(version) || !http_is_token(request->method))
        exchange->fault = SRV_E_MALFORMED;
    request->peer = exchange_peer(connection);
    headers_forwarded(opts, request);
    exchange->must_close = exchange->fault != SRV_OK;
}

bool exchange_feed(http_exchange *exchange, const char *data, size_t len)
{
    exchange->received += len;
    if (exchange->received > DISCARD_MAX)
        return false;
    if (exchange->fault != SRV_OK)
        return true;

    lanyard_status added = lanyard_buf_add(&exchange->body, data, len);

    if (added != LANYARD_OK) {
        exchange->fault = added == LANYARD_E_BUFFER_FULL ? SRV_E_TOO_LARGE : SRV_E_NO_MEMORY;
        exchange->must_close = true;
    }
    return true;
}

void exchange_close_body(http_exchange *exchange)
{
    exchange->request.body = (lanyard_str){ exchange->body.ptr, exchange->body.len };
}

static bool exchange_add_headers(const http_response *from, struct MHD_Response *response)
{
    size_t at = 0;

    while (at < from->headers.len) {
        const char *name = from->headers.ptr + at;
        const char *value = name + strlen(name) + 1;

        if (MHD_add_response_header(response, name, value) != MHD_YES)
            return false;
        at = (size_t)(value - from->headers.ptr) + strlen(value) + 1;
    }
    return true;
}

static bool exchange_add_own_headers(const http_exchange *exchange, struct MHD_Response *response)
{
    char id[SRV_ID_TEXT_LEN + 1];
    const char *type = exchange->response.content_type;
    bool is_empty = exchange->response.body.len == 0; /* then there is no type to guess */

    srv_id_write(&exchange->request.id, id);
    return MHD_add_response_header(response, "Lanyard-Request-Id", id) == MHD_YES &&
           (is_empty ||
            MHD_add_response_header(response, "X-Content-Type-Options", "nosniff") == MHD_YES) &&
           (!type || MHD_add_response_header(response, "Content-Type", type) == MHD_YES) &&
           (!exchange->must_close ||
            MHD_add_response_header(response, "Connection", "close") == MHD_YES);
}

enum MHD_Result exchange_send(http_exchange *exchange)
{
    lanyard_buf *body = &exchange->response.body;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body->len, body->ptr, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result queued = MHD_NO;

    if (!response)
        return MHD_NO;
    if (exchange_add_headers(&exchange->response, response) &&
        exchange_add_own_headers(exchange, response))
        queued =
            MHD_queue_response(exchange->connection, (unsigned)exchange->response.status, response);
    MHD_destroy_response(response);
    return queued;
}

void exchange_log(const http_exchange *exchange)
{
    const http_response *response = &exchange->response;
    char address[SRV_ADDRESS_MAX];
    bool is_token = http_is_token(exchange->request.method) && exchange->request.method.len < 16;
    log_line line;

    srv_address_write(&exchange->request.peer, address);
    log_begin(&line, response->status >= 500 ? LOG_ERROR : LOG_INFO, "request");
    json_id(&line.json, "id", &exchange->request.id);
    json_str(&line.json, "method", is_token ? exchange->request.method : SRV_STR("-"));
    json_text(&line.json, "route", response->route ? response->route : "-");
    json_int(&line.json, "status", response->status);
    json_int(&line.json, "us", srv_monotonic() - exchange->started);
    json_text(&line.json, "address", address);
    log_end(&line);
}
