/* fuzz_cookie.c - any bytes as Cookie headers and as a form: what is found lies in what was given,
 * and a cookie that stands twice counts as none. */
#include <string.h>
#include "check.h"
#include "http/message.h"

#define INPUT_MAX 4096
#define NAME      "__Host-lanyard-access"

static bool is_inside(lanyard_str part, const char *from, size_t len)
{
    return part.len == 0 || (part.ptr >= from && part.ptr + part.len <= from + len);
}

static void check_form(const char *text, size_t len)
{
    http_field fields[HTTP_QUERY_MAX];
    char storage[INPUT_MAX];
    char plain[INPUT_MAX];
    size_t count = 0;
    size_t plain_len = 0;

    if (http_form_read((lanyard_str){ text, len }, storage, fields, HTTP_QUERY_MAX, &count))
        check(count <= HTTP_QUERY_MAX);
    for (size_t i = 0; i < count; i++) {
        check(is_inside(fields[i].name, storage, len) && is_inside(fields[i].value, storage, len));
        check(!fields[i].name.len || !memchr(fields[i].name.ptr, '\0', fields[i].name.len));
        check(!fields[i].value.len || !memchr(fields[i].value.ptr, '\0', fields[i].value.len));
    }
    if (http_unescape((lanyard_str){ text, len }, true, plain, &plain_len))
        check(plain_len <= len && (!plain_len || !memchr(plain, '\0', plain_len)));
}

/* The first byte says where the headers are cut in two. */
static void check_cookies(const char *text, size_t len, size_t cut)
{
    http_request request = { .headers_count = 2 };
    lanyard_str found;

    request.headers[0] = (http_field){ { "Cookie", 6 }, { text, cut } };
    request.headers[1] = (http_field){ { "cookie", 6 }, { text + cut, len - cut } };
    found = http_cookie(&request, NAME);
    check(is_inside(found, text, len));
    check(!found.ptr || !memchr(found.ptr, ';', found.len));
    request.headers_count = 3;
    request.headers[2] = (http_field){ { "Cookie", 6 }, { NAME "=once", sizeof NAME "=once" - 1 } };
    if (found.ptr)
        check(!http_cookie(&request, NAME).ptr);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len < 2 || len > INPUT_MAX)
        return 0;
    check_cookies((const char *)data + 1, len - 1, data[0] % len);
    check_form((const char *)data + 1, len - 1);
    return 0;
}
