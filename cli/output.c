/* output.c - text on its way out; see output.h. */
#include "output.h"
#include <errno.h>
#include <langinfo.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define OUT_LINE_MAX 512
#define COLUMNS      80
#define COLUMNS_MIN  20

static const char *const style_codes[] = {
    [STYLE_HEAD] = "\x1b[1m",
    [STYLE_GOOD] = "\x1b[32m",
    [STYLE_BAD] = "\x1b[31m",
    [STYLE_FAINT] = "\x1b[2m",
};

static size_t out_columns(int fd)
{
    struct winsize size = { 0 };

    if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col < COLUMNS_MIN)
        return COLUMNS;
    return size.ws_col;
}

void out_init(cli_out *out, int fd)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");

    *out = (cli_out){ .is_terminal = isatty(fd) == 1, .columns = COLUMNS };
    lanyard_buf_init(&out->buf, NULL, LANYARD_LIMIT_CEILING);
    out->is_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    if (!out->is_terminal)
        return;
    out->columns = out_columns(fd);
    out->is_colored = !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}

void out_done(cli_out *out)
{
    lanyard_buf_done(&out->buf);
}

void out_add(cli_out *out, const void *data, size_t len)
{
    if (out->is_broken || len == 0)
        return;
    if (lanyard_buf_add(&out->buf, data, len) != LANYARD_OK)
        out->is_broken = true;
}

void out_text(cli_out *out, const char *text)
{
    out_add(out, text, strlen(text));
}

void out_int(cli_out *out, int64_t number)
{
    out_print(out, "%lld", (long long)number);
}

void out_pad(cli_out *out, size_t count)
{
    while (count-- > 0)
        out_add(out, " ", 1);
}

void out_print(cli_out *out, const char *format, ...)
{
    char line[OUT_LINE_MAX];
    va_list values;

    va_start(values, format);

    int len = vsnprintf(line, sizeof line, format, values);

    va_end(values);
    if (len < 0)
        out->is_broken = true;
    else
        out_add(out, line, (size_t)len < sizeof line ? (size_t)len : sizeof line - 1);
}

void out_styled(cli_out *out, cli_style style, const char *text)
{
    if (out->is_colored)
        out_text(out, style_codes[style]);
    out_text(out, text);
    if (out->is_colored)
        out_text(out, "\x1b[0m");
}

/* How many bytes the UTF-8 character that c begins has; 1 for what begins none. */
static size_t utf8_len(unsigned char c)
{
    if (c >= 0xf0)
        return 4;
    if (c >= 0xe0)
        return 3;
    return c >= 0xc0 ? 2 : 1;
}

/* Marks that turn the direction of what follows can make a line read as another. */
static bool utf8_turns(lanyard_str character)
{
    const unsigned char *byte = (const unsigned char *)character.ptr;

    if (character.len != 3 || byte[0] != 0xe2)
        return false;
    return (byte[1] == 0x80 && ((byte[2] >= 0x8e && byte[2] <= 0x8f) || byte[2] >= 0xa8) &&
            byte[2] <= 0xae) ||
           (byte[1] == 0x81 && byte[2] >= 0xa6 && byte[2] <= 0xa9);
}

void out_foreign(cli_out *out, lanyard_str text)
{
    size_t at = 0;

    while (at < text.len) {
        lanyard_str one = { text.ptr + at, utf8_len((unsigned char)text.ptr[at]) };

        if (one.len <= text.len - at && lanyard_str_is_plain(one) && !utf8_turns(one)) {
            out_add(out, one.ptr, one.len);
        } else {
            one.len = 1;
            out_print(out, "\\x%02x", (unsigned char)*one.ptr);
        }
        at += one.len;
    }
}

void out_json_str(cli_out *out, lanyard_str text)
{
    cli_out plain = { 0 };
    lanyard_status status = lanyard_json_write_str(&out->buf, text);

    if (status == LANYARD_OK)
        return;
    if (status != LANYARD_E_ARGUMENT) {
        out->is_broken = true;
        return;
    }
    /* Not UTF-8, which JSON cannot say otherwise. */
    lanyard_buf_init(&plain.buf, NULL, LANYARD_LIMIT_CEILING);
    out_foreign(&plain, text);
    if (plain.is_broken ||
        lanyard_json_write_str(&out->buf, (lanyard_str){ plain.buf.ptr, plain.buf.len }))
        out->is_broken = true;
    lanyard_buf_done(&plain.buf);
}

void out_json_item(cli_out *out)
{
    const lanyard_buf *buf = &out->buf;
    if (buf->len > 0 && !strchr("{[,", buf->ptr[buf->len - 1]))
        out_text(out, ",");
}

void out_json_name(cli_out *out, const char *name)
{
    out_json_item(out);
    out_json_str(out, lanyard_str_of(name));
    out_text(out, ":");
}

void out_json_base64url(cli_out *out, lanyard_str bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    out_text(out, "\"");
    for (size_t at = 0; at < bytes.len; at += 3) {
        size_t left = bytes.len - at < 3 ? bytes.len - at : 3;
        uint32_t bits = 0;
        char group[4];

        for (size_t i = 0; i < 3; i++)
            bits = bits << 8 | (i < left ? (unsigned char)bytes.ptr[at + i] : 0);
        for (size_t i = 0; i < 4; i++)
            group[i] = digits[bits >> (18 - 6 * i) & 63];
        out_add(out, group, left + 1);
    }
    out_text(out, "\"");
}

void out_json_member(cli_out *out, const char *name, const char *text)
{
    out_json_name(out, name);
    out_json_str(out, lanyard_str_of(text));
}

void out_json_member_int(cli_out *out, const char *name, int64_t number)
{
    out_json_name(out, name);
    out_int(out, number);
}

void out_json_member_bool(cli_out *out, const char *name, bool is_true)
{
    out_json_name(out, name);
    out_text(out, is_true ? "true" : "false");
}

int out_write(int fd, const void *data, size_t len)
{
    const char *at = data;

    while (len > 0) {
        ssize_t written = write(fd, at, len);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return errno;
        at += written;
        len -= (size_t)written;
    }
    return 0;
}
