/* parts.c - a token's text cut at its dots and decoded; see parts.h. */
#include "jose/parts.h"

#define PARTS 3u

/* Counting stops early: a megabyte of dots is no reason to read it all. */
#define PARTS_COUNTED 6u

static size_t parts_count(lan_str text)
{
    size_t count = 1;

    for (size_t i = 0; i < text.len && count < PARTS_COUNTED; i++)
        count += text.ptr[i] == '.';
    return count;
}

static lanyard_status parts_fail_count(lan_str text, lanyard_error *err)
{
    size_t count = parts_count(text);

    lan_fail_saying(err, LANYARD_E_TOKEN_PARTS, "token", 0, "expected 3 parts, found ");
    lan_detail_int(err, (int64_t)count);
    if (count == PARTS_COUNTED)
        lan_detail(err, " or more");
    return LANYARD_E_TOKEN_PARTS;
}

/* The text up to the next dot, which is stepped over; false when there is none. */
static bool parts_cut(lan_str *rest, lan_str *part)
{
    const char *dot = rest->len ? memchr(rest->ptr, '.', rest->len) : NULL;

    if (!dot)
        return false;
    *part = (lan_str){ rest->ptr, (size_t)(dot - rest->ptr) };
    *rest = lan_str_from(*rest, part->len + 1);
    return true;
}

/* Lays right padding aside: one or two "=" that fill the last group of four. */
static lan_str parts_unpad(lan_str encoded, lan_parts *parts)
{
    lan_str plain = encoded;

    while (plain.len > 0 && encoded.len - plain.len < 2 && plain.ptr[plain.len - 1] == '=')
        plain.len--;
    if (plain.len == encoded.len || encoded.len % 4 != 0)
        return encoded;

    size_t at = (size_t)(plain.ptr + plain.len - parts->text.ptr);

    if (at < parts->padding_at)
        parts->padding_at = at;
    return plain;
}

static lanyard_status parts_decode(lan_arena *arena, lan_parts *parts, lan_part *part,
                                   const char *where, lanyard_error *err)
{
    lan_str plain = parts_unpad(part->encoded, parts);
    uint8_t *bytes = lan_arena_alloc(arena, lan_base64url_decoded_len(plain.len) + 1);
    size_t len = 0;
    size_t bad = 0;

    if (!bytes)
        return lan_no_memory(err);

    lanyard_status status = lan_base64url_decode(plain, bytes, &len, &bad);

    if (status != LANYARD_OK)
        return lan_fail(err, status, where, (size_t)(plain.ptr - parts->text.ptr) + bad);
    bytes[len] = '\0';
    part->bytes = (lan_bytes){ bytes, len };
    return LANYARD_OK;
}

lanyard_status lan_parts_split(lan_arena *arena, lan_str text, lan_parts *parts, lanyard_error *err)
{
    lan_parts self = { .text = text, .padding_at = text.len };
    lan_str rest = text;

    if (!parts_cut(&rest, &self.header.encoded) || !parts_cut(&rest, &self.payload.encoded) ||
        (rest.len > 0 && memchr(rest.ptr, '.', rest.len)))
        return parts_fail_count(text, err);
    self.signature.encoded = rest;
    self.signing_input = (lan_str){ text.ptr, text.len - rest.len - 1 };
    TRY(parts_decode(arena, &self, &self.header, "header", err));
    TRY(parts_decode(arena, &self, &self.payload, "payload", err));
    TRY(parts_decode(arena, &self, &self.signature, "signature", err));
    *parts = self;
    return LANYARD_OK;
}
