/* json_plain.h - the bytes of a JSON string that stand for themselves, eight at a time. */
#ifndef LAN_CODEC_JSON_PLAIN_H
#define LAN_CODEC_JSON_PLAIN_H

#include <endian.h>
#include "base/bytes.h"

/* True for ASCII but quote, backslash and controls. */
static inline bool lan_json_is_plain(uint8_t c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* How many of eight bytes are plain before the first that is not. Subtracting borrows from the byte
 * behind only where a byte is not plain itself, so the first high bit is always right. */
static inline size_t lan_json_count_plain(const char *bytes)
{
    const uint64_t each = 0x0101010101010101;
    uint64_t word = 0;

    memcpy(&word, bytes, sizeof word);
    word = le64toh(word);

    uint64_t is_control = word - each * 0x20;
    uint64_t is_quote = (word ^ each * '"') - each;
    uint64_t is_backslash = (word ^ each * '\\') - each;
    uint64_t found = (word | is_control | is_quote | is_backslash) & each * 0x80;

    return found ? (size_t)__builtin_ctzll(found) / 8 : sizeof word;
}

/* The first byte from at on that is not plain, or the end. */
static inline size_t lan_json_skip_plain(lan_str text, size_t at)
{
    while (text.len - at >= sizeof(uint64_t)) {
        size_t count = lan_json_count_plain(text.ptr + at);

        at += count;
        if (count < sizeof(uint64_t))
            return at;
    }
    while (at < text.len && lan_json_is_plain((uint8_t)text.ptr[at]))
        at++;
    return at;
}

#endif
