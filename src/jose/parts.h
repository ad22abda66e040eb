/* parts.h - a token's text cut at its dots and decoded, nothing of it believed. */
#ifndef LAN_JOSE_PARTS_H
#define LAN_JOSE_PARTS_H

#include "base/arena.h"
#include "codec/base64url.h"

/* One part: its characters, and the bytes they decode to (a NUL behind them does not count). */
typedef struct lan_part {
    lan_str encoded;
    lan_bytes bytes;
} lan_part;

typedef struct lan_parts {
    lan_str text; /* the whole token */
    lan_part header;
    lan_part payload;
    lan_part signature;
    lan_str signing_input; /* RFC 7515, 5.1: header, dot, payload, as received */
    size_t padding_at;     /* offset of the first "=", or the text's length when there is none */
} lan_parts;

/* RFC 7515, 5.2 and 7.1: exactly three parts of canonical base64url. Padding that is right in
 * number is read and remembered in padding_at: whether to accept it is the policy's to say. */
lanyard_status lan_parts_split(lan_arena *arena, lan_str text, lan_parts *parts,
                               lanyard_error *err);

/* The byte of the token's text in which the k-th byte of a decoded part begins. */
static inline size_t lan_part_offset(const lan_parts *parts, const lan_part *part, size_t k)
{
    return (size_t)(part->encoded.ptr - parts->text.ptr) + 4 * k / 3;
}

#endif
