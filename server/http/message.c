/* message.c - see message.h. */
#include "http/message.h"

#include <string.h>
#include "base/text.h"

static bool message_is_same(lanyard_str left, lanyard_str right)
{
    if (left.len != right.len)
        return false;
    for (size_t i = 0; i < left.len; i++) {
        if (srv_lower(left.ptr[i]) != srv_lower(right.ptr[i]))
            return false;
    }
    return true;
}

bool http_same(lanyard_str left, const char *right)
{
    return message_is_same(left, lanyard_str_of(right));
}

lanyard_str http_trim(lanyard_str text)
{
    while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t')) {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0 && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t'))
        text.len--;
    return text;
}

bool http_is_token(lanyard_str text)
{
    static const char marks[] = "!#$%&'*+-.^_`|~";

    for (size_t i = 0; i < text.len; i++) {
        char c = srv_lower(text.ptr[i]);
        bool is_alnum = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

        if (!is_alnum && (c == '\0' || !strchr(marks, c)))
            return false;
    }
    return text.len > 0;
}

lanyard_str http_header(const http_request *request, const char *name, size_t *count)
{
    lanyard_str wanted = lanyard_str_of(name);
    lanyard_str found = { NULL, 0 };
    size_t times = 0;

    for (size_t i = 0; i < request->headers_count; i++) {
        if (!message_is_same(request->headers[i].name, wanted))
            continue;
        if (times++ == 0)
            found = request->headers[i].value;
    }
    if (count)
        *count = times;
    return found;
}

lanyard_str http_query(const http_request *request, const char *name, size_t *count)
{
    lanyard_str found = { NULL, 0 };
    size_t times = 0;

    for (size_t i = 0; i < request->query_count; i++) {
        if (!lanyard_str_equal(request->query[i].name, lanyard_str_of(name)))
            continue;
        if (times++ == 0)
            found = request->query[i].value;
    }
    if (count)
        *count = times;
    return found;
}

/* Cuts the next piece off text, up to the mark. */
static lanyard_str message_cut(lanyard_str *text, char mark)
{
    const char *end = text->len > 0 ? memchr(text->ptr, mark, text->len) : NULL;
    size_t len = end ? (size_t)(end - text->ptr) : text->len;
    lanyard_str piece = { text->ptr, len };

    text->ptr += len + (end ? 1 : 0);
    text->len -= len + (end ? 1 : 0);
    return piece;
}

static size_t message_cookies(lanyard_str header, const char *name, lanyard_str *found)
{
    size_t times = 0;

    while (header.len > 0) {
        lanyard_str value = http_trim(message_cut(&header, ';'));
        lanyard_str key = message_cut(&value, '=');

        if (lanyard_str_equal(key, lanyard_str_of(name)) && times++ == 0)
            *found = value;
    }
    return times;
}

lanyard_str http_cookie(const http_request *request, const char *name)
{
    lanyard_str found = { NULL, 0 };
    size_t times = 0;

    for (size_t i = 0; i < request->headers_count; i++) {
        if (http_same(request->headers[i].name, "Cookie"))
            times += message_cookies(request->headers[i].value, name, &found);
    }
    return times == 1 ? found : (lanyard_str){ NULL, 0 };
}

srv_status http_set(http_response *response, const char *name, lanyard_str value)
{
    size_t len = response->headers.len;
    lanyard_buf *headers = &response->headers;

    if (!lanyard_str_is_plain(value) || value.len == 0)
        return SRV_E_INTERNAL;
    if (lanyard_buf_add(headers, name, strlen(name) + 1) == LANYARD_OK &&
        lanyard_buf_add(headers, value.ptr, value.len) == LANYARD_OK &&
        lanyard_buf_add(headers, "", 1) == LANYARD_OK)
        return SRV_OK;
    lanyard_buf_cut(headers, len);
    return SRV_E_NO_MEMORY;
}

void http_reset(http_response *response, int status)
{
    lanyard_buf_cut(&response->headers, 0);
    lanyard_buf_cut(&response->body, 0);
    response->status = status;
    response->content_type = NULL;
    response->park = 0;
}

/* The two digits behind "%", or -1. */
static int message_escaped(lanyard_str text, size_t at)
{
    int high = text.len - at > 2 ? srv_hex_value(text.ptr[at + 1]) : -1;
    int low = text.len - at > 2 ? srv_hex_value(text.ptr[at + 2]) : -1;

    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

bool http_unescape(lanyard_str text, bool plus_is_space, char *out, size_t *len)
{
    size_t done = 0;

    for (size_t i = 0; i < text.len; i++) {
        bool is_escape = text.ptr[i] == '%';
        int c = is_escape ? message_escaped(text, i) : (unsigned char)text.ptr[i];

        if (c <= 0)
            return false;
        i += is_escape ? 2 : 0;
        if (c == '+' && plus_is_space && !is_escape)
            c = ' ';
        out[done++] = (char)c;
    }
    *len = done;
    return true;
}

bool http_form_read(lanyard_str text, char *storage, http_field *fields, size_t max, size_t *count)
{
    size_t found = 0;

    while (text.len > 0) {
        lanyard_str value = message_cut(&text, '&');
        lanyard_str name = message_cut(&value, '=');

        if (name.len == 0 && value.len == 0)
            continue;
        if (found == max)
            return false;

        http_field *field = &fields[found++];

        field->name.ptr = storage;
        if (!http_unescape(name, true, storage, &field->name.len))
            return false;
        storage += field->name.len;
        field->value.ptr = storage;
        if (!http_unescape(value, true, storage, &field->value.len))
            return false;
        storage += field->value.len;
    }
    *count = found;
    return true;
}
