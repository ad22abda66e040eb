/* json_read.h - strict JSON (RFC 8259) to a flat tree in an arena; what lanyard/json.h is made of.
 *
 * How it works: values stand in one array in the order of the text, a container before its
 * contents; `next` is the value after a value and all it holds.
 *
 *   {"a":[1,2],"b":3}      0 object next 5 | 1 array next 4 | 2 number | 3 number | 4 number
 */
#ifndef LAN_CODEC_JSON_READ_H
#define LAN_CODEC_JSON_READ_H

#include <lanyard/json.h>
#include "base/arena.h"

typedef struct lan_json_node {
    const char *text; /* of a string, unescaped */
    const char *name; /* of a member, unescaped */
    uint32_t text_len;
    uint32_t name_len;
    uint32_t start; /* in the source */
    uint32_t len;
    uint32_t next;
    uint32_t count;
    lanyard_json_type type;
} lan_json_node;

typedef struct lan_json {
    lan_str source;
    const lan_json_node *nodes; /* nodes[0] is the outermost value */
    uint32_t count;
} lan_json;

typedef struct lan_json_fault {
    size_t at;          /* byte of the source */
    const char *detail; /* static: "expected ':' after a name" */
} lan_json_fault;

#define LAN_JSON_NONE 0u /* no node: the outermost value is nobody's member */

/* Reads all of source, which must outlive the tree. 0 in a limit is its default. E_JSON_*,
 * E_NO_MEMORY. */
lanyard_status lan_json_parse(lan_arena *arena, lan_str source, const lanyard_limits *limits,
                              lan_json *json, lan_json_fault *fault);

/* The same, with the fault told as an error at `where`, offset from the start of the source. */
lanyard_status lan_json_parse_saying(lan_arena *arena, lan_str source, const lanyard_limits *limits,
                                     const char *where, lan_json *json, lanyard_error *err);

/* Bytes of arena that a source of that length takes at most. */
size_t lan_json_mem(size_t source_len, size_t values_max);

/* The member of that name, or LAN_JSON_NONE; of what is no object too. */
uint32_t lan_json_find(const lan_json *json, uint32_t object, lan_str name);

/* A name of three bytes as a number: nearly all that JOSE registers have three. */
#define LAN_JSON_THREE(a, b, c)                                                                    \
    ((uint32_t)(uint8_t)(a) << 16 | (uint32_t)(uint8_t)(b) << 8 | (uint8_t)(c))

/* Several members in one walk: found[i] is the member names[i], or LAN_JSON_NONE. */
void lan_json_find_threes(const lan_json *json, uint32_t object, const uint32_t *names,
                          size_t count, uint32_t *found);

/* By names and array indexes; LAN_JSON_NONE when something on the way is missing. An empty path
 * is the caller's to handle. */
uint32_t lan_json_find_path(const lan_json *json, const lan_str *path, size_t path_len);

static inline lan_str lan_json_text(const lan_json *json, uint32_t node)
{
    return (lan_str){ json->nodes[node].text, json->nodes[node].text_len };
}

static inline lan_str lan_json_name(const lan_json *json, uint32_t node)
{
    return (lan_str){ json->nodes[node].name, json->nodes[node].name_len };
}

/* The JSON text of a node, as received. */
static inline lan_str lan_json_source(const lan_json *json, uint32_t node)
{
    return (lan_str){ json->source.ptr + json->nodes[node].start, json->nodes[node].len };
}

static inline bool lan_json_is(const lan_json *json, uint32_t node, lanyard_json_type type)
{
    return json->nodes[node].type == type;
}

lanyard_value lan_json_value(const lan_json *json, uint32_t node);

#endif
