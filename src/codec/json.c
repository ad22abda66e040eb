/* json.c - finding one's way in a JSON tree, and the public document; see lanyard/json.h. */
#include "codec/json_read.h"
#include "base/text.h"
#include "codec/number.h"

uint32_t lan_json_find(const lan_json *json, uint32_t object, lan_str name)
{
    const lan_json_node *nodes = json->nodes;

    if (nodes[object].type != LANYARD_JSON_OBJECT)
        return LAN_JSON_NONE;
    for (uint32_t node = object + 1; node < nodes[object].next; node = nodes[node].next)
        if (lan_str_eq(lan_json_name(json, node), name))
            return node;
    return LAN_JSON_NONE;
}

void lan_json_find_threes(const lan_json *json, uint32_t object, const uint32_t *names,
                          size_t count, uint32_t *found)
{
    const lan_json_node *nodes = json->nodes;
    uint32_t end = nodes[object].type == LANYARD_JSON_OBJECT ? nodes[object].next : 0;

    for (size_t i = 0; i < count; i++)
        found[i] = LAN_JSON_NONE;
    for (uint32_t node = object + 1; node < end; node = nodes[node].next) {
        const char *name = nodes[node].name;

        if (nodes[node].name_len != 3)
            continue;

        uint32_t three = LAN_JSON_THREE(name[0], name[1], name[2]);

        for (size_t i = 0; i < count; i++)
            if (names[i] == three)
                found[i] = node;
    }
}

static uint32_t json_find_index(const lan_json *json, uint32_t array, lan_str text)
{
    const lan_json_node *nodes = json->nodes;
    size_t index = 0;

    if (!lan_text_to_index(text, &index) || index >= nodes[array].count)
        return LAN_JSON_NONE;

    uint32_t node = array + 1;

    while (index-- > 0)
        node = nodes[node].next;
    return node;
}

uint32_t lan_json_find_path(const lan_json *json, const lan_str *path, size_t path_len)
{
    uint32_t node = 0;

    for (size_t i = 0; i < path_len; i++) {
        node = json->nodes[node].type == LANYARD_JSON_ARRAY ? json_find_index(json, node, path[i])
                                                            : lan_json_find(json, node, path[i]);
        if (node == LAN_JSON_NONE)
            return LAN_JSON_NONE;
    }
    return node;
}

lanyard_value lan_json_value(const lan_json *json, uint32_t node)
{
    const lan_json_node *from = &json->nodes[node];

    return (lanyard_value){ .type = from->type,
                            .json = lan_json_source(json, node),
                            .text = lan_json_text(json, node),
                            .name = lan_json_name(json, node),
                            .count = from->count,
                            .offset = from->start,
                            .tree = json,
                            .node = node };
}

struct lanyard_json {
    lan_arena arena;
    lan_json tree;
};

#define JSON_FIRST 1024u /* room for the document's head and some values, beside its text */
_Static_assert(sizeof(lanyard_json) <= JSON_FIRST, "the head of a document fits");

static lanyard_status json_open(lanyard_json *json, lan_str text, const lanyard_limits *limits,
                                lanyard_error *err)
{
    lan_str copy = { 0 };

    TRY(lan_arena_copy(&json->arena, text, &copy, err));
    return lan_json_parse_saying(&json->arena, copy, limits, "json", &json->tree, err);
}

lanyard_status lanyard_json_read(const char *text, size_t len, const lanyard_limits *limits,
                                 const lanyard_mem *mem, lanyard_json **json, lanyard_error *err)
{
    lanyard_mem plain = { .alloc = mem ? mem->alloc : (lanyard_alloc){ 0 } };
    lan_arena arena = { 0 };

    if (!json || (!text && len > 0))
        return lan_fail(err, LANYARD_E_ARGUMENT, "argument", 0);
    if (len > LANYARD_LIMIT_CEILING)
        return lan_fail(err, LANYARD_E_JSON_MEMBERS, "json", 0);
    /* A first chunk of the caller is for tokens only: see lanyard/mem.h. */
    TRY(lan_arena_init(&arena, &plain, len + JSON_FIRST, SIZE_MAX / 2, err));

    lanyard_json *self = lan_arena_alloc(&arena, sizeof *self);
    lanyard_status status = LANYARD_OK;

    self->arena = arena;
    status = json_open(self, (lan_str){ text, len }, limits, err);
    if (status != LANYARD_OK) {
        lanyard_json_free(self);
        return status;
    }
    *json = self;
    return LANYARD_OK;
}

void lanyard_json_free(lanyard_json *json)
{
    if (json)
        lan_arena_done(&json->arena);
}

lanyard_value lanyard_json_root(const lanyard_json *json)
{
    return json ? lan_json_value(&json->tree, 0) : (lanyard_value){ 0 };
}

lanyard_status lanyard_value_member(const lanyard_value *object, lanyard_str name,
                                    lanyard_value *value)
{
    if (!object || !value || !object->tree || object->type != LANYARD_JSON_OBJECT)
        return LANYARD_E_WRONG_TYPE;

    uint32_t node = lan_json_find(object->tree, (uint32_t)object->node, name);

    if (node == LAN_JSON_NONE)
        return LANYARD_E_NOT_FOUND;
    *value = lan_json_value(object->tree, node);
    return LANYARD_OK;
}

int lanyard_value_next(const lanyard_value *parent, size_t *cursor, lanyard_value *value)
{
    const lan_json *json = parent->tree;
    size_t node = *cursor ? *cursor : parent->node + 1;

    if (!json || parent->count == 0 || node >= json->nodes[parent->node].next)
        return 0;
    *value = lan_json_value(json, (uint32_t)node);
    *cursor = json->nodes[node].next;
    return 1;
}

lanyard_status lanyard_value_int(const lanyard_value *value, int64_t *number)
{
    if (value->type != LANYARD_JSON_NUMBER)
        return LANYARD_E_WRONG_TYPE;

    lan_whole whole = lan_number_to_whole(value->json);

    if (!whole.fits || whole.has_fraction)
        return LANYARD_E_WRONG_TYPE;
    *number = whole.floor;
    return LANYARD_OK;
}

lanyard_status lanyard_value_num(const lanyard_value *value, double *number)
{
    if (value->type != LANYARD_JSON_NUMBER || !lan_number_to_double(value->json, number))
        return LANYARD_E_WRONG_TYPE;
    return LANYARD_OK;
}
