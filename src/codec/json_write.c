/* json_write.c - pieces of JSON, counted first and written then; see json_write.h. */
#include "codec/json_write.h"
#include "base/buf.h"
#include "base/text.h"
#include "codec/json_plain.h"
#include "codec/utf8.h"
#include <lanyard/json.h>

void lan_write(lan_writer *writer, lan_str text)
{
    writer->len += text.len;
    if (!writer->at || text.len == 0)
        return;
    memcpy(writer->at, text.ptr, text.len);
    writer->at += text.len;
}

void lan_write_int(lan_writer *writer, int64_t number)
{
    char digits[LAN_INT_TEXT_MAX];
    size_t len = lan_int_to_text(number, digits);

    lan_write(writer, (lan_str){ digits, len });
}

/* RFC 8259, 7: what must be escaped, and no more. */
static inline bool write_needs_escape(uint8_t c)
{
    return c < 0x20 || c == '"' || c == '\\';
}

/* The first byte from at on that must be escaped, or the end. */
static size_t write_skip_literal(lan_str text, size_t at)
{
    at = lan_json_skip_plain(text, at);
    while (at < text.len && !write_needs_escape((uint8_t)text.ptr[at]))
        at++;
    return at;
}

static void write_escape(lan_writer *writer, uint8_t c)
{
    static const char meanings[] = "\"\\\b\f\n\r\t";
    static const char letters[] = "\"\\bfnrt";
    static const char hex[] = "0123456789abcdef";
    const char *meaning = c ? strchr(meanings, c) : NULL;

    if (meaning)
        lan_write(writer, (lan_str){ (char[]){ '\\', letters[meaning - meanings] }, 2 });
    else
        lan_write(writer,
                  (lan_str){ (char[]){ '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] }, 6 });
}

void lan_write_json_str(lan_writer *writer, lan_str text)
{
    size_t start = 0;
    size_t end = write_skip_literal(text, 0);

    lan_write(writer, LAN_STR("\""));
    for (; end < text.len; end = write_skip_literal(text, start)) {
        lan_write(writer, (lan_str){ text.ptr + start, end - start });
        write_escape(writer, (uint8_t)text.ptr[end]);
        start = end + 1;
    }
    lan_write(writer, (lan_str){ text.ptr + start, text.len - start });
    lan_write(writer, LAN_STR("\""));
}

void lan_write_json_name(lan_writer *writer, lan_str name)
{
    lan_write_json_str(writer, name);
    lan_write(writer, LAN_STR(":"));
}

lanyard_status lanyard_json_write_str(lanyard_buf *out, lanyard_str text)
{
    lan_writer counter = { 0 };

    if (!out || (!text.ptr && text.len > 0) || !lan_utf8_is_valid(text))
        return LANYARD_E_ARGUMENT;
    /* Escaping makes six bytes of one at most, so no count below overflows. */
    if (text.len > out->max || text.len > SIZE_MAX / 8)
        return LANYARD_E_BUFFER_FULL;
    lan_write_json_str(&counter, text);
    TRY(lanyard_buf_reserve(out, counter.len));

    lan_writer writer = { .at = out->ptr + out->len };

    lan_write_json_str(&writer, text);
    out->len += writer.len;
    return LANYARD_OK;
}
