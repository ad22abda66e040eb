/* json_read.c - strict JSON to a flat tree in an arena; see json_read.h. */
#include "codec/json_read.h"
#include "codec/json_names.h"
#include "codec/json_plain.h"
#include "codec/json_string.h"

typedef struct json_reader {
    lan_arena *arena;
    lan_str source;
    size_t at;
    lan_json_node *nodes;
    uint32_t count;
    uint32_t nodes_max;
    uint32_t depth;
    uint32_t depth_max;
    uint32_t open; /* the innermost open container; its `next` holds the one around it */
    lan_json_scratch scratch;
    lan_json_fault *fault;
} json_reader;

#define NO_CONTAINER UINT32_MAX

static lanyard_status json_fail(const json_reader *reader, lanyard_status status, size_t at,
                                const char *detail)
{
    *reader->fault = (lan_json_fault){ at, detail };
    return status;
}

static int json_peek(const json_reader *reader)
{
    return reader->at < reader->source.len ? (uint8_t)reader->source.ptr[reader->at] : -1;
}

static inline bool json_is_space(int c)
{
    return c <= ' ' && (c == ' ' || c == '\n' || c == '\t' || c == '\r');
}

static inline int json_skip_space(json_reader *reader)
{
    int c = json_peek(reader);

    while (json_is_space(c)) {
        reader->at++;
        c = json_peek(reader);
    }
    return c;
}

/* Whatever is not plain ASCII up to its closing quote. Works on copies, so that the compiler may
 * keep the reader in registers. */
static lanyard_status json_string_with_escapes(json_reader *reader, lan_str *text)
{
    lan_json_scratch scratch = reader->scratch;
    size_t at = reader->at;
    lanyard_status status =
        lan_json_read_string(reader->arena, reader->source, &at, &scratch, text, reader->fault);

    reader->scratch = scratch;
    reader->at = at;
    return status;
}

static inline lanyard_status json_string(json_reader *reader, lan_str *text)
{
    lan_str source = reader->source;
    size_t start = reader->at + 1;
    size_t end = lan_json_skip_plain(source, start);

    if (end == source.len || source.ptr[end] != '"')
        return json_string_with_escapes(reader, text);
    *text = (lan_str){ source.ptr + start, end - start };
    reader->at = end + 1;
    return LANYARD_OK;
}

static bool json_digits(json_reader *reader)
{
    size_t start = reader->at;

    while (json_peek(reader) >= '0' && json_peek(reader) <= '9')
        reader->at++;
    return reader->at > start;
}

/* RFC 8259, 6: -0, 10, 0.5, 1e-3; no leading zero, no bare point. */
static lanyard_status json_number(json_reader *reader)
{
    bool is_negative = json_peek(reader) == '-';

    if (is_negative)
        reader->at++;

    bool is_zero = json_peek(reader) == '0';
    size_t start = reader->at;

    if (!json_digits(reader))
        return json_fail(reader, LANYARD_E_JSON_SYNTAX, reader->at,
                         is_negative ? "expected a digit" : "expected a value");
    if (is_zero && reader->at - start > 1)
        return json_fail(reader, LANYARD_E_JSON_SYNTAX, start, "a number with a leading zero");
    if (json_peek(reader) == '.') {
        reader->at++;
        if (!json_digits(reader))
            return json_fail(reader, LANYARD_E_JSON_SYNTAX, reader->at,
                             "expected a digit after the point");
    }
    if (json_peek(reader) != 'e' && json_peek(reader) != 'E')
        return LANYARD_OK;
    reader->at++;
    if (json_peek(reader) == '+' || json_peek(reader) == '-')
        reader->at++;
    if (!json_digits(reader))
        return json_fail(reader, LANYARD_E_JSON_SYNTAX, reader->at,
                         "expected a digit in the exponent");
    return LANYARD_OK;
}

static lanyard_status json_word(json_reader *reader, lan_str word)
{
    for (size_t i = 0; i < word.len; i++, reader->at++)
        if (json_peek(reader) != word.ptr[i])
            return json_fail(reader, LANYARD_E_JSON_SYNTAX, reader->at, "expected a value");
    return LANYARD_OK;
}

static lanyard_status json_scalar(json_reader *reader, lan_json_node *node)
{
    lan_str text = { 0 };

    switch (json_peek(reader)) {
    case '"':
        node->type = LANYARD_JSON_STRING;
        TRY(json_string(reader, &text));
        node->text = text.ptr;
        node->text_len = (uint32_t)text.len;
        return LANYARD_OK;
    case 't':
        node->type = LANYARD_JSON_TRUE;
        return json_word(reader, LAN_STR("true"));
    case 'f':
        node->type = LANYARD_JSON_FALSE;
        return json_word(reader, LAN_STR("false"));
    case 'n':
        node->type = LANYARD_JSON_NULL;
        return json_word(reader, LAN_STR("null"));
    case -1:
        return json_fail(reader, LANYARD_E_JSON_SYNTAX, reader->at,
                         "expected a value, found the end");
    default:
        node->type = LANYARD_JSON_NUMBER;
        return json_number(reader);
    }
}

/* Reads a scalar whole, or opens a container. */
static lanyard_status json_begin(json_reader *reader, lan_str name)
{
    if (reader->count == reader->nodes_max)
        return json_fail(reader, LANYARD_E_JSON_MEMBERS, reader->at, "more values than the limit");

    int c = json_peek(reader);
    uint32_t self = reader->count++;
    lan_json_node *node = &reader->nodes[self];

    *node = (lan_json_node){ .name = name.ptr,
                             .name_len = (uint32_t)name.len,
                             .start = (uint32_t)reader->at };
    if (reader->open != NO_CONTAINER)
        reader->nodes[reader->open].count++;
    if (c != '{' && c != '[') {
        TRY(json_scalar(reader, node));
        node->len = (uint32_t)reader->at - node->start;
        node->next = reader->count;
        return LANYARD_OK;
    }
    if (reader->depth == reader->depth_max)
        return json_fail(reader, LANYARD_E_JSON_DEPTH, reader->at, "nested deeper than the limit");
    node->type = c == '{' ? LANYARD_JSON_OBJECT : LANYARD_JSON_ARRAY;
    node->next = reader->open;
    reader->open = self;
    reader->depth++;
    reader->at++;
    return LANYARD_OK;
}

static lanyard_status json_end(json_reader *reader)
{
    uint32_t self = reader->open;
    lan_json_node *node = &reader->nodes[self];

    reader->at++;
    reader->open = node->next;
    reader->depth--;
    node->next = reader->count;
    node->len = (uint32_t)reader->at - node->start;
    if (node->type == LANYARD_JSON_OBJECT && node->count > 1)
        return lan_json_check_names(reader->arena, reader->nodes, self, reader->source,
                                    reader->fault);
    return LANYARD_OK;
}

/* Of the next member; empty in an array, and at the end. */
static lanyard_status json_name(json_reader *reader, lan_str *name)
{
    *name = (lan_str){ 0 };
    if (reader->open == NO_CONTAINER || reader->nodes[reader->open].type != LANYARD_JSON_OBJECT)
        return LANYARD_OK;
    if (json_peek(reader) != '"')
        return json_fail(reader, LANYARD_E_JSON_SYNTAX, reader->at, "expected a name in quotes");
    TRY(json_string(reader, name));
    if (json_skip_space(reader) != ':')
        return json_fail(reader, LANYARD_E_JSON_SYNTAX, reader->at, "expected ':' after a name");
    reader->at++;
    json_skip_space(reader);
    return LANYARD_OK;
}

/* What closes the innermost container. */
static int json_closing(const json_reader *reader)
{
    return reader->nodes[reader->open].type == LANYARD_JSON_OBJECT ? '}' : ']';
}

/* Closes the containers that end here; c is what follows. */
static lanyard_status json_close(json_reader *reader, int *c)
{
    *c = json_skip_space(reader);
    while (reader->open != NO_CONTAINER && *c == json_closing(reader)) {
        TRY(json_end(reader));
        *c = json_skip_space(reader);
    }
    return LANYARD_OK;
}

/* After a value or an opening: goes on to where the next value or name begins, or to the end. */
static lanyard_status json_after(json_reader *reader)
{
    int c = 0;

    TRY(json_close(reader, &c));
    if (reader->open == NO_CONTAINER && c == -1)
        return LANYARD_OK;
    if (reader->open == NO_CONTAINER)
        return json_fail(reader, LANYARD_E_JSON_SYNTAX, reader->at,
                         "text after the end of the value");
    if (reader->nodes[reader->open].count == 0)
        return LANYARD_OK;
    if (c != ',')
        return json_fail(reader, LANYARD_E_JSON_SYNTAX, reader->at,
                         json_closing(reader) == '}' ? "expected ',' or '}'"
                                                     : "expected ',' or ']'");
    reader->at++;
    json_skip_space(reader);
    return LANYARD_OK;
}

#define COUNT_BLOCK 64u /* bytes counted at once, so that one byte holds the count */

static uint8_t json_count_starts(const char bytes[COUNT_BLOCK])
{
    uint8_t count = 0;

    /* Setting one bit more makes one of '[' and '{', and of nothing else. */
    for (size_t i = 0; i < COUNT_BLOCK; i++)
        count = (uint8_t)(count + (bytes[i] == ',') + ((bytes[i] | 0x20) == '{'));
    return count;
}

/* No more values than commas and openings, plus one; and no more than the limit. */
static uint32_t json_values_bound(lan_str source, uint32_t values_max)
{
    char rest[COUNT_BLOCK] = { 0 };
    size_t count = 1;
    size_t at = 0;

    for (; source.len - at >= COUNT_BLOCK; at += COUNT_BLOCK)
        count += json_count_starts(source.ptr + at);
    if (source.len > at)
        memcpy(rest, source.ptr + at, source.len - at);
    count += json_count_starts(rest);
    return count < values_max ? (uint32_t)count : values_max;
}

size_t lan_json_mem(size_t source_len, size_t values_max)
{
    size_t values = source_len + 1 < values_max ? source_len + 1 : values_max;

    return LAN_ARENA_COST(values * sizeof(lan_json_node)) + LAN_ARENA_COST(source_len) +
           lan_json_names_mem(values);
}

static lanyard_status json_make_nodes(json_reader *reader, uint32_t values_max)
{
    size_t count = json_values_bound(reader->source, values_max);

    if (count < SIZE_MAX / sizeof *reader->nodes)
        reader->nodes = lan_arena_alloc(reader->arena, count * sizeof *reader->nodes);
    if (!reader->nodes)
        return json_fail(reader, LANYARD_E_NO_MEMORY, 0, "no memory");
    reader->nodes_max = (uint32_t)count;
    return LANYARD_OK;
}

/* One value, or the opening of one, and the name of what comes next. Called in one place, so that
 * the compiler puts all of it there, with the reader in registers. */
static lanyard_status json_step(json_reader *reader, lan_str *name)
{
    TRY(json_begin(reader, *name));
    TRY(json_after(reader));
    return json_name(reader, name);
}

static lanyard_status json_read_all(json_reader *reader)
{
    lanyard_status status = LANYARD_OK;
    lan_str name = { 0 };

    json_skip_space(reader);
    do
        status = json_step(reader, &name);
    while (status == LANYARD_OK && reader->open != NO_CONTAINER);
    return status;
}

lanyard_status lan_json_parse(lan_arena *arena, lan_str source, const lanyard_limits *limits,
                              lan_json *json, lan_json_fault *fault)
{
    uint32_t depth_max = limits && limits->json_depth ? limits->json_depth : LANYARD_JSON_DEPTH_MAX;
    uint32_t values_max =
        limits && limits->json_values ? limits->json_values : LANYARD_JSON_VALUES_MAX;
    json_reader reader = { .arena = arena,
                           .source = source,
                           .depth_max = depth_max,
                           .open = NO_CONTAINER,
                           .fault = fault };

    if (source.len > LANYARD_LIMIT_CEILING)
        return json_fail(&reader, LANYARD_E_JSON_MEMBERS, 0, "a text of more than 1 GiB");
    TRY(json_make_nodes(&reader, values_max));
    TRY(json_read_all(&reader));
    *json = (lan_json){ source, reader.nodes, reader.count };
    return LANYARD_OK;
}

lanyard_status lan_json_parse_saying(lan_arena *arena, lan_str source, const lanyard_limits *limits,
                                     const char *where, lan_json *json, lanyard_error *err)
{
    lan_json_fault fault = { 0 };
    lanyard_status status = lan_json_parse(arena, source, limits, json, &fault);

    return status == LANYARD_OK ? LANYARD_OK
                                : lan_fail_saying(err, status, where, fault.at, fault.detail);
}
