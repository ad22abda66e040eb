/* untrusted.c - the first half of the pipe: text to header. */
#include "jose/untrusted.h"

#define UNTRUSTED_FIRST 4096u

/* What a token takes besides its text: the body, both trees, alignment. */
static size_t untrusted_mem(size_t text_len, size_t values_max)
{
    size_t decoded = lan_base64url_decoded_len(text_len) + 3;

    return LAN_ARENA_HEAD + LAN_ARENA_COST(sizeof(lanyard_untrusted)) +
           LAN_ARENA_COST(text_len + 1) + decoded + 3 * LAN_ALIGN +
           2 * lan_json_mem(decoded, values_max);
}

size_t lanyard_verify_mem(size_t text_len)
{
    size_t longest = text_len < LANYARD_TOKEN_LEN_MAX ? text_len : LANYARD_TOKEN_LEN_MAX;

    return untrusted_mem(longest, LANYARD_JSON_VALUES_MAX);
}

/* A usual token has few values: room for one in eight bytes makes it one allocation. A long one
 * has no more than it may have. */
static size_t untrusted_first(size_t text_len, size_t values_max)
{
    size_t values = 16 + text_len / 8;
    size_t usual = untrusted_mem(text_len, values < values_max ? values : values_max);

    return usual < UNTRUSTED_FIRST ? UNTRUSTED_FIRST : usual;
}

static lanyard_status untrusted_fill(lanyard_untrusted *self, lan_str text, lanyard_error *err)
{
    lan_str copy = { 0 };

    TRY(lan_arena_copy(&self->arena, text, &copy, err));
    TRY(lan_parts_split(&self->arena, copy, &self->parts, err));
    TRY(lan_header_parse(&self->arena, &self->parts, &self->limits, &self->header, err));
    self->after_header = lan_arena_mark(&self->arena);
    return LANYARD_OK;
}

lanyard_status lan_untrusted_read(const lanyard_limits *limits, lan_str text,
                                  const lanyard_mem *mem, lanyard_untrusted **untrusted,
                                  lanyard_error *err)
{
    lanyard_limits filled = lan_limits_fill(limits);
    lan_arena arena = { 0 };

    if (text.len > filled.token_len) {
        lan_fail_saying(err, LANYARD_E_TOKEN_LENGTH, "token", filled.token_len,
                        "expected at most ");
        lan_detail_int(err, filled.token_len);
        lan_detail(err, " bytes, found ");
        lan_detail_int(err, (int64_t)text.len);
        return LANYARD_E_TOKEN_LENGTH;
    }
    TRY(lan_arena_init(&arena, mem, untrusted_first(text.len, filled.json_values),
                       untrusted_mem(text.len, filled.json_values) * 3 + UNTRUSTED_FIRST, err));

    lanyard_untrusted *self = lan_arena_alloc(&arena, sizeof *self);

    *self = (lanyard_untrusted){ .worker = mem ? mem->worker : NULL, .limits = filled };
    self->arena = arena;

    lanyard_status status = untrusted_fill(self, text, err);

    if (status != LANYARD_OK) {
        lanyard_untrusted_free(self);
        return status;
    }
    *untrusted = self;
    return LANYARD_OK;
}

lanyard_status lanyard_untrusted_read(const lanyard_limits *limits, const char *text,
                                      size_t text_len, const lanyard_mem *mem,
                                      lanyard_untrusted **untrusted, lanyard_error *err)
{
    if (!untrusted || (!text && text_len > 0))
        return lan_fail(err, LANYARD_E_ARGUMENT, "argument", 0);
    return lan_untrusted_read(limits, (lan_str){ text, text_len }, mem, untrusted, err);
}

void lanyard_untrusted_free(lanyard_untrusted *untrusted)
{
    if (untrusted)
        lan_arena_done(&untrusted->arena);
}

lanyard_str lanyard_untrusted_header(const lanyard_untrusted *untrusted)
{
    return lan_str_of_bytes(untrusted->parts.header.bytes);
}

lanyard_status lanyard_untrusted_header_str(const lanyard_untrusted *untrusted, const char *name,
                                            lanyard_str *value)
{
    const lan_json *tree = &untrusted->header.tree;
    uint32_t node = lan_json_find(tree, 0, lanyard_str_of(name));

    if (node == LAN_JSON_NONE)
        return LANYARD_E_NOT_FOUND;
    if (!lan_json_is(tree, node, LANYARD_JSON_STRING))
        return LANYARD_E_WRONG_TYPE;
    *value = lan_json_text(tree, node);
    return LANYARD_OK;
}

lanyard_str lanyard_untrusted_payload(const lanyard_untrusted *untrusted)
{
    return lan_str_of_bytes(untrusted->parts.payload.bytes);
}

lanyard_bytes lanyard_untrusted_signature(const lanyard_untrusted *untrusted)
{
    return untrusted->parts.signature.bytes;
}
