/* support.c - files, members, bytes and lines of TAP; see support.h. */
#include "support/support.h"
#include <openssl/evp.h>
#include <openssl/hmac.h>

#define BUF_MAX  (64u * 1024u * 1024u)
#define LEAK_RUN 8u

static struct {
    unsigned passed;
    unsigned failed;
    unsigned skipped;
} tap;

bool tap_ok(bool is_ok, const char *name, const char *why)
{
    if (is_ok)
        tap.passed++;
    else
        tap.failed++;
    printf("%s - %s\n", is_ok ? "ok" : "not ok", name);
    if (!is_ok && why && *why)
        printf("# %s\n", why);
    return is_ok;
}

void tap_skip(const char *name, const char *why)
{
    tap.skipped++;
    printf("ok - %s # SKIP %s\n", name, why);
}

int tap_done(void)
{
    printf("%u passed, %u failed, %u skipped\n", tap.passed, tap.failed, tap.skipped);
    return tap.failed || tap.passed + tap.skipped == 0;
}

void die(const char *what, lanyard_str about)
{
    printf("not ok - %s: %.*s\n", what, (int)about.len, about.ptr);
    exit(2);
}

lanyard_json *json_file_if(const char *path)
{
    static const lanyard_limits limits = { .json_depth = 64, .json_values = 1u << 20 };
    lanyard_json *json = NULL;
    lanyard_error err = { 0 };
    FILE *file = fopen(path, "rb");
    lanyard_buf text = buf_new();
    char chunk[65536];

    if (!file)
        return NULL;
    for (size_t got = fread(chunk, 1, sizeof chunk, file); got > 0;
         got = fread(chunk, 1, sizeof chunk, file))
        buf_put(&text, chunk, got);
    fclose(file);
    if (lanyard_json_read(text.ptr, text.len, &limits, NULL, &json, &err) != LANYARD_OK) {
        printf("# %s: byte %zu: %s\n", path, err.offset, err.detail);
        die("cannot read JSON", lanyard_str_of(path));
    }
    lanyard_buf_done(&text);
    return json;
}

lanyard_json *json_file(const char *path)
{
    lanyard_json *json = json_file_if(path);

    if (!json)
        die("no such file", lanyard_str_of(path));
    return json;
}

bool json_get(const lanyard_value *object, const char *name, lanyard_value *value)
{
    return lanyard_value_member(object, lanyard_str_of(name), value) == LANYARD_OK;
}

lanyard_value json_need(const lanyard_value *object, const char *name)
{
    lanyard_value value;

    if (!json_get(object, name, &value)) {
        printf("# no member \"%s\"\n", name);
        die("data file", object->json);
    }
    return value;
}

lanyard_str json_str(const lanyard_value *object, const char *name)
{
    lanyard_value value;

    return json_get(object, name, &value) ? value.text : lanyard_str_of("");
}

int64_t json_int(const lanyard_value *object, const char *name, int64_t otherwise)
{
    lanyard_value value;
    int64_t number = otherwise;

    if (json_get(object, name, &value) && lanyard_value_int(&value, &number) != LANYARD_OK)
        return otherwise;
    return number;
}

bool json_bool(const lanyard_value *object, const char *name, bool otherwise)
{
    lanyard_value value;

    return json_get(object, name, &value) ? value.type == LANYARD_JSON_TRUE : otherwise;
}

char *json_text(const lanyard_value *object, const char *name)
{
    lanyard_value value;

    return json_get(object, name, &value) ? str_copy(value.text) : NULL;
}

bool str_is(lanyard_str text, const char *expected)
{
    return lanyard_str_equal(text, lanyard_str_of(expected));
}

bool str_starts(lanyard_str text, const char *prefix)
{
    size_t len = strlen(prefix);

    return text.len >= len && memcmp(text.ptr, prefix, len) == 0;
}

char *str_copy(lanyard_str text)
{
    char *copy = malloc(text.len + 1);

    if (!copy)
        die("memory", text);
    if (text.len > 0)
        memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    return copy;
}

lanyard_buf buf_new(void)
{
    lanyard_buf buf;

    lanyard_buf_init(&buf, NULL, BUF_MAX);
    return buf;
}

void buf_put(lanyard_buf *buf, const void *data, size_t len)
{
    if (len > 0 && lanyard_buf_add(buf, data, len) != LANYARD_OK)
        die("memory", lanyard_str_of("buffer"));
}

void buf_put_str(lanyard_buf *buf, lanyard_str text)
{
    buf_put(buf, text.ptr, text.len);
}

void buf_put_text(lanyard_buf *buf, const char *text)
{
    buf_put(buf, text, strlen(text));
}

static unsigned hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = c ? strchr(digits, c) : NULL;

    if (!at)
        die("hex", (lanyard_str){ &c, 1 });
    return (unsigned)(at - digits) % 16;
}

void buf_put_hex(lanyard_buf *buf, lanyard_str hex)
{
    for (size_t i = 0; i + 1 < hex.len; i += 2) {
        char byte = (char)(hex_digit(hex.ptr[i]) << 4 | hex_digit(hex.ptr[i + 1]));

        buf_put(buf, &byte, 1);
    }
}

static const char base64url_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void buf_put_base64url(lanyard_buf *buf, lanyard_bytes bytes)
{
    unsigned bits = 0;
    unsigned count = 0;

    for (size_t i = 0; i < bytes.len; i++) {
        bits = (bits << 8 | bytes.ptr[i]) & 0xffffu;
        for (count += 8; count >= 6; count -= 6)
            buf_put(buf, &base64url_digits[bits >> (count - 6) & 63u], 1);
    }
    if (count > 0)
        buf_put(buf, &base64url_digits[bits << (6 - count) & 63u], 1);
}

void buf_put_decoded(lanyard_buf *buf, lanyard_str base64url)
{
    unsigned bits = 0;
    unsigned count = 0;

    for (size_t i = 0; i < base64url.len; i++) {
        const char *at = memchr(base64url_digits, base64url.ptr[i], 64);

        if (!at)
            continue;
        bits = (bits << 6 | (unsigned)(at - base64url_digits)) & 0xffffu;
        count += 6;
        if (count < 8)
            continue;
        count -= 8;

        char byte = (char)(bits >> count & 255u);

        buf_put(buf, &byte, 1);
    }
}

lanyard_bytes buf_bytes(const lanyard_buf *buf)
{
    return (lanyard_bytes){ (const uint8_t *)buf->ptr, buf->len };
}

lanyard_str buf_str(const lanyard_buf *buf)
{
    return (lanyard_str){ buf->ptr, buf->len };
}

void buf_put_hmac(lanyard_buf *buf, int bits, lanyard_bytes key, lanyard_bytes message)
{
    const EVP_MD *hash = bits == 256 ? EVP_sha256() : bits == 384 ? EVP_sha384() : EVP_sha512();
    uint8_t mac[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    if (!HMAC(hash, key.len ? (const void *)key.ptr : "", (int)key.len, message.ptr, message.len,
              mac, &len))
        die("HMAC", lanyard_str_of(""));
    buf_put(buf, mac, len);
}

static bool text_has(lanyard_str text, const uint8_t *run, size_t len)
{
    const char *end = text.ptr + text.len;
    const char *at = text.ptr;

    while (at && (size_t)(end - at) >= len) {
        at = memchr(at, run[0], (size_t)(end - at) - len + 1);
        if (at && memcmp(at, run, len) == 0)
            return true;
        at = at ? at + 1 : NULL;
    }
    return false;
}

bool text_leaks(lanyard_str text, lanyard_bytes needle)
{
    size_t len = needle.len < LEAK_RUN ? needle.len : LEAK_RUN;

    for (size_t i = 0; len > 0 && i + len <= needle.len; i++)
        if (text_has(text, needle.ptr + i, len))
            return true;
    return false;
}

bool text_contains(lanyard_str text, lanyard_str needle)
{
    return needle.len > 0 && text_has(text, (const uint8_t *)needle.ptr, needle.len);
}

lanyard_status status_named(lanyard_str name)
{
    if (str_is(name, "OK"))
        return LANYARD_OK;
    for (size_t i = 1; lanyard_status_at(i) != LANYARD_OK; i++)
        if (str_is(name, lanyard_status_name(lanyard_status_at(i))))
            return lanyard_status_at(i);
    die("no such status", name);
}

const char *vectors_folder(void)
{
    const char *said = getenv("LANYARD_VECTORS");

    return said && *said ? said : "../shared/vectors";
}
