/* json_string.c - one JSON string, read and unescaped. */
#include "codec/json_string.h"
#include "codec/json_plain.h"
#include "codec/utf8.h"

static lanyard_status string_fail(lan_json_fault *fault, lanyard_status status, size_t at,
                                  const char *detail)
{
    *fault = (lan_json_fault){ at, detail };
    return status;
}

/* Moves at over everything that stands for itself; stops at a quote or a backslash. */
static lanyard_status string_skip_literal(lan_str source, size_t *at, lan_json_fault *fault)
{
    for (;;) {
        *at = lan_json_skip_plain(source, *at);
        if (*at == source.len)
            return string_fail(fault, LANYARD_E_JSON_SYNTAX, *at, "a string without its end");

        uint8_t c = (uint8_t)source.ptr[*at];

        if (c == '"' || c == '\\')
            return LANYARD_OK;
        if (c < 0x20)
            return string_fail(fault, LANYARD_E_JSON_SYNTAX, *at,
                               "a control character in a string");

        size_t len = lan_utf8_sequence(lan_str_from(source, *at));

        if (len == 0)
            return string_fail(fault, LANYARD_E_JSON_UTF8, *at, "a byte that is not UTF-8");
        *at += len;
    }
}

static int string_hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Four hex digits at at; moves it behind them. */
static lanyard_status string_hex(lan_str source, size_t *at, uint32_t *value, lan_json_fault *fault)
{
    *value = 0;
    for (size_t end = *at + 4; *at < end; (*at)++) {
        int digit = *at < source.len ? string_hex_digit(source.ptr[*at]) : -1;
        if (digit < 0)
            return string_fail(fault, LANYARD_E_JSON_SYNTAX, *at, "expected four hex digits");
        *value = *value << 4 | (uint32_t)digit;
    }
    return LANYARD_OK;
}

/* The code point of an escape whose 'u' is at *at, both halves of a surrogate pair together. */
static lanyard_status string_code_point(lan_str source, size_t *at, uint32_t *code_point,
                                        lan_json_fault *fault)
{
    size_t start = *at - 1;
    uint32_t low = 0;

    (*at)++;
    TRY(string_hex(source, at, code_point, fault));
    if (*code_point < 0xd800 || *code_point > 0xdfff)
        return LANYARD_OK;
    if (*code_point > 0xdbff || source.len - *at < 2 || source.ptr[*at] != '\\' ||
        source.ptr[*at + 1] != 'u')
        return string_fail(fault, LANYARD_E_JSON_SURROGATE, start, "a lone surrogate");
    *at += 2;
    TRY(string_hex(source, at, &low, fault));
    if (low < 0xdc00 || low > 0xdfff)
        return string_fail(fault, LANYARD_E_JSON_SURROGATE, start, "a lone surrogate");
    *code_point = 0x10000 + ((*code_point - 0xd800) << 10) + (low - 0xdc00);
    return LANYARD_OK;
}

/* One escape whose backslash is at *at: what it stands for goes to *out. */
static lanyard_status string_escape(lan_str source, size_t *at, char **out, lan_json_fault *fault)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    uint32_t code_point = 0;
    size_t start = (*at)++;
    char c = '\0';

    if (*at < source.len)
        c = source.ptr[*at];
    if (c == 'u') {
        TRY(string_code_point(source, at, &code_point, fault));
        *out += lan_utf8_write(code_point, *out);
        return LANYARD_OK;
    }

    const char *letter = c ? strchr(letters, c) : NULL;

    if (!letter)
        return string_fail(fault, LANYARD_E_JSON_SYNTAX, start, "an escape nobody knows");
    *(*out)++ = meanings[letter - letters];
    (*at)++;
    return LANYARD_OK;
}

/* The rest of a string from its first escape on; start is where its text begins. */
static lanyard_status string_unescape(lan_arena *arena, lan_str source, size_t start, size_t *at,
                                      lan_json_scratch *scratch, lan_str *text,
                                      lan_json_fault *fault)
{
    /* Unescaped text is never longer than what it comes from, so this holds all that follows. */
    if (!scratch->next)
        scratch->next = lan_arena_alloc(arena, source.len - start);
    if (!scratch->next)
        return string_fail(fault, LANYARD_E_NO_MEMORY, start, "no memory");

    char *begin = scratch->next;
    char *out = begin;
    size_t literal = start;

    for (;;) {
        memcpy(out, source.ptr + literal, *at - literal);
        out += *at - literal;
        if (source.ptr[*at] == '"')
            break;
        TRY(string_escape(source, at, &out, fault));
        literal = *at;
        TRY(string_skip_literal(source, at, fault));
    }
    scratch->next = out;
    *text = (lan_str){ begin, (size_t)(out - begin) };
    return LANYARD_OK;
}

lanyard_status lan_json_read_string(lan_arena *arena, lan_str source, size_t *at,
                                    lan_json_scratch *scratch, lan_str *text, lan_json_fault *fault)
{
    size_t start = ++*at;

    TRY(string_skip_literal(source, at, fault));
    if (source.ptr[*at] == '"')
        *text = (lan_str){ source.ptr + start, *at - start };
    else
        TRY(string_unescape(arena, source, start, at, scratch, text, fault));
    (*at)++;
    return LANYARD_OK;
}
