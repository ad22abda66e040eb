/* headers.c - see headers.h. */
#include "http/headers.h"

#include <string.h>
#include "base/text.h"

#define BLOCK ((size_t)16)

typedef uint8_t headers_bytes __attribute__((vector_size(BLOCK)));
typedef uint64_t headers_words __attribute__((vector_size(BLOCK)));

/* Sixteen bytes at once: tokens and cookies are long, and every request has one. */
static bool headers_block_is_plain(const char *at)
{
    headers_bytes block;
    headers_words odd;

    memcpy(&block, at, BLOCK);
    odd = (headers_words)(((block < 0x20) & (block != '\t')) | (block == 0x7f));
    return (odd[0] | odd[1]) == 0;
}

static bool headers_value_is_plain(lanyard_str value)
{
    size_t at = 0;

    while (value.len - at >= BLOCK && headers_block_is_plain(value.ptr + at))
        at += BLOCK;
    for (; at < value.len; at++) {
        unsigned char c = (unsigned char)value.ptr[at];

        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

static bool headers_are_plain(const http_request *request)
{
    for (size_t i = 0; i < request->headers_count; i++) {
        if (!http_is_token(request->headers[i].name) ||
            !headers_value_is_plain(request->headers[i].value))
            return false;
    }
    return true;
}

/* false: no decimal number. What does not fit is SIZE_MAX. */
static bool headers_read_length(lanyard_str text, size_t *length)
{
    size_t value = 0;

    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        value = value > HTTP_BODY_MAX ? SIZE_MAX : value * 10 + (size_t)(text.ptr[i] - '0');
    }
    *length = value;
    return text.len > 0;
}

srv_status headers_check(const http_request *request)
{
    size_t lengths, encodings, hosts, length = 0;
    lanyard_str length_text = http_header(request, "Content-Length", &lengths);
    lanyard_str encoding = http_header(request, "Transfer-Encoding", &encodings);
    lanyard_str host = http_header(request, "Host", &hosts);

    /* RFC 9112, 3.2: exactly one Host, in every request. */
    if (!headers_are_plain(request) || hosts != 1 || host.len == 0)
        return SRV_E_MALFORMED;
    /* RFC 9112, 6.3: two lengths, or a length beside a transfer coding, are how to smuggle. */
    if (lengths > 1 || encodings > 1 || lengths + encodings > 1)
        return SRV_E_MALFORMED;
    if (encodings == 1 && !http_same(encoding, "chunked"))
        return SRV_E_MALFORMED;
    if (lengths == 1 && !headers_read_length(length_text, &length))
        return SRV_E_MALFORMED;
    return length > HTTP_BODY_MAX ? SRV_E_TOO_LARGE : SRV_OK;
}

static bool headers_is_trusted(const http_opts *opts, const srv_address *address)
{
    if (!address->is_known)
        return opts->trusts_local;
    for (size_t i = 0; i < opts->trusted_count; i++) {
        if (srv_block_holds(&opts->trusted[i], address))
            return true;
    }
    return false;
}

/* The last piece of a list, which it leaves. */
static lanyard_str headers_cut_last(lanyard_str *list)
{
    size_t start = list->len;

    while (start > 0 && list->ptr[start - 1] != ',')
        start--;

    lanyard_str piece = { list->ptr + start, list->len - start };

    list->len = start > 0 ? start - 1 : 0;
    return http_trim(piece);
}

/* Walks one header from its right end. false: an address that is not to be believed further was
 * found, the walk is over. */
static bool headers_walk(const http_opts *opts, http_request *request, lanyard_str list)
{
    while (list.len > 0) {
        srv_address address;

        if (!headers_is_trusted(opts, &request->peer) ||
            !srv_address_read(headers_cut_last(&list), &address))
            return false;
        request->peer = address;
    }
    return true;
}

void headers_forwarded(const http_opts *opts, http_request *request)
{
    size_t count;
    lanyard_str proto = http_header(request, "X-Forwarded-Proto", &count);
    bool goes_on = true;

    if (!headers_is_trusted(opts, &request->peer))
        return;
    request->is_secure = count == 1 && http_same(http_trim(proto), "https");
    for (size_t i = request->headers_count; i > 0 && goes_on; i--) {
        if (http_same(request->headers[i - 1].name, "X-Forwarded-For"))
            goes_on = headers_walk(opts, request, request->headers[i - 1].value);
    }
}
