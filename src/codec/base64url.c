/* base64url.c - RFC 4648, 5, as JOSE uses it; see base64url.h.
 *
 * How it works: characters become six-bit values by arithmetic on ranges, a block at a time, which
 * the compiler turns into vector code; then eight values make six bytes in one word. A foreign
 * character becomes INVALID, whose high bit is gathered over the block and looked at once. What is
 * left over at the end is copied to where it fills a block. Encoding is the same way back.
 */
#include "codec/base64url.h"
#include <endian.h>

#define BLOCK   64u             /* characters */
#define BYTES   (BLOCK / 4 * 3) /* what they stand for */
#define INVALID 0x80u

/* 0xff when the value is at most max, else 0. */
static inline uint8_t mask_up_to(uint8_t value, uint8_t max)
{
    return (uint8_t)(value <= max ? 0xff : 0);
}

/* The value is a six-bit one, so that a comparison with signs, which vectors have, will do. */
static inline uint8_t mask_above(uint8_t six, int8_t limit)
{
    return (uint8_t)((int8_t)six > limit ? 0xff : 0);
}

static inline uint8_t mask_of(uint8_t value, uint8_t wanted)
{
    return (uint8_t)(value == wanted ? 0xff : 0);
}

/* Letters of both cases are told in one go: the bit between them counts as 26. */
static inline uint8_t char_to_six(uint8_t c, uint8_t sixty_two, uint8_t sixty_three)
{
    uint8_t letter = (uint8_t)((c | 0x20) - 'a');
    uint8_t digit = (uint8_t)(c - '0');
    uint8_t is_letter = mask_up_to(letter, 25);
    uint8_t is_digit = mask_up_to(digit, 9);
    uint8_t is_minus = mask_of(c, sixty_two);
    uint8_t is_under = mask_of(c, sixty_three);
    uint8_t is_none = (uint8_t) ~(is_letter | is_digit | is_minus | is_under);

    letter = (uint8_t)(letter + (mask_of(c & 0x20, 0x20) & 26));
    digit = (uint8_t)(digit + 52);
    return (uint8_t)((is_letter & letter) | (is_digit & digit) | (is_minus & 62) | (is_under & 63) |
                     (is_none & INVALID));
}

/* One whole block, so that the compiler knows the number of turns. Returns the INVALID bit when any
 * character is foreign. restrict: six lies apart from text. */
static uint8_t block_to_six(const char *restrict text, const char *last_two, uint8_t *restrict six)
{
    uint8_t invalid = 0;
    uint8_t sixty_two = (uint8_t)last_two[0];
    uint8_t sixty_three = (uint8_t)last_two[1];

    for (size_t i = 0; i < BLOCK; i++) {
        six[i] = char_to_six((uint8_t)text[i], sixty_two, sixty_three);
        invalid |= six[i];
    }
    return invalid & INVALID;
}

/* Eight six-bit values, the first in the highest byte, to six bytes; by joining neighbors twice and
 * the two halves at last. */
static inline uint64_t join_six(uint64_t eight)
{
    uint64_t pairs = (eight & 0x3f003f003f003f00) >> 2 | (eight & 0x003f003f003f003f);
    uint64_t quads = (pairs & 0x0fff00000fff0000) >> 4 | (pairs & 0x00000fff00000fff);

    return (quads & 0x00ffffff00000000) >> 8 | (quads & 0x0000000000ffffff);
}

/* The same way back. */
static inline uint64_t split_six(uint64_t joined)
{
    uint64_t quads = (joined & 0x0000ffffff000000) << 8 | (joined & 0x0000000000ffffff);
    uint64_t pairs = (quads & 0x00fff00000fff000) << 4 | (quads & 0x00000fff00000fff);

    return (pairs & 0x0fc00fc00fc00fc0) << 2 | (pairs & 0x003f003f003f003f);
}

static void six_to_bytes(const uint8_t *restrict six, uint8_t *restrict out)
{
    for (size_t i = 0; i < BLOCK / 8; i++, six += 8, out += 6) {
        uint64_t eight = 0;

        memcpy(&eight, six, sizeof eight);

        uint64_t joined = join_six(be64toh(eight));
        uint32_t first = htobe32((uint32_t)(joined >> 16));
        uint16_t last = htobe16((uint16_t)joined);

        memcpy(out, &first, sizeof first);
        memcpy(out + sizeof first, &last, sizeof last);
    }
}

static lanyard_status base64url_blame(lan_str text, const char *last_two, size_t *bad)
{
    size_t at = 0;

    while (char_to_six((uint8_t)text.ptr[at], (uint8_t)last_two[0], (uint8_t)last_two[1]) !=
           INVALID)
        at++;
    *bad = at;
    while (at < text.len && text.ptr[at] == '=')
        at++;
    /* Padding is one named strictness: only at the end, and not more than two. */
    return at == text.len && at - *bad <= 2 && *bad < at ? LANYARD_E_BASE64_PADDING
                                                         : LANYARD_E_BASE64_CHAR;
}

/* What does not fill a block: filled up with zeros, which are written 'A'. Sets the INVALID bit of
 * *invalid when any character is foreign. */
static lanyard_status decode_rest(lan_str rest, const char *last_two, uint8_t *out,
                                  uint8_t *invalid)
{
    size_t len = lan_base64url_decoded_len(rest.len);
    uint8_t six[BLOCK];
    uint8_t bytes[BYTES];
    char filled[BLOCK];

    memset(filled, 'A', sizeof filled);
    memcpy(filled, rest.ptr, rest.len);
    *invalid |= block_to_six(filled, last_two, six);
    six_to_bytes(six, bytes);
    memcpy(out, bytes, len);

    /* Leftover bits must be zero, or two spellings would decode to the same bytes. */
    uint8_t leftover = bytes[len];

    lan_cleanse(filled, sizeof filled);
    lan_cleanse(six, sizeof six);
    lan_cleanse(bytes, sizeof bytes);
    if (rest.len % 4 == 1)
        return LANYARD_E_BASE64_LENGTH;
    return leftover == 0 ? LANYARD_OK : LANYARD_E_BASE64_BITS;
}

static lanyard_status decode_alphabet(lan_str text, const char *last_two, uint8_t *out,
                                      size_t *out_len, size_t *bad)
{
    uint8_t six[BLOCK] = { 0 };
    uint8_t invalid = 0;
    size_t done = 0;
    lanyard_status status = LANYARD_OK;

    for (; text.len - done >= BLOCK; done += BLOCK) {
        invalid |= block_to_six(text.ptr + done, last_two, six);
        six_to_bytes(six, out + done / 4 * 3);
    }
    lan_cleanse(six, sizeof six);
    if (text.len > done)
        status = decode_rest(lan_str_from(text, done), last_two, out + done / 4 * 3, &invalid);
    if (invalid)
        return base64url_blame(text, last_two, bad);
    if (status != LANYARD_OK) {
        *bad = text.len - 1;
        return status;
    }
    *out_len = lan_base64url_decoded_len(text.len);
    return LANYARD_OK;
}

lanyard_status lan_base64url_decode(lan_str text, uint8_t *out, size_t *out_len, size_t *bad)
{
    return decode_alphabet(text, "-_", out, out_len, bad);
}

lanyard_status lan_base64_decode(lan_str text, uint8_t *out, size_t *out_len, size_t *bad)
{
    size_t len = text.len;

    if (len % 4 != 0) {
        *bad = len;
        return LANYARD_E_BASE64_LENGTH;
    }
    for (size_t i = 0; i < 2 && len > 0 && text.ptr[len - 1] == '='; i++)
        len--;
    return decode_alphabet((lan_str){ text.ptr, len }, "+/", out, out_len, bad);
}

/* The character of a six-bit value, without a table: how far each range lies from the one before
 * it is added up. */
static inline char six_to_char(uint8_t six)
{
    uint8_t offset = 'A';

    offset = (uint8_t)(offset + (mask_above(six, 25) & ('a' - 26 - 'A')));
    offset = (uint8_t)(offset + (mask_above(six, 51) & ('0' - 52 - ('a' - 26))));
    offset = (uint8_t)(offset + (mask_above(six, 61) & ('-' - 62 - ('0' - 52))));
    offset = (uint8_t)(offset + (mask_above(six, 62) & ('_' - 63 - ('-' - 62))));
    return (char)(six + offset);
}

static void bytes_to_six(const uint8_t *restrict in, uint8_t *restrict six)
{
    for (size_t i = 0; i < BLOCK / 8; i++, in += 6, six += 8) {
        uint32_t first = 0;
        uint16_t last = 0;

        memcpy(&first, in, sizeof first);
        memcpy(&last, in + sizeof first, sizeof last);

        uint64_t eight = htobe64(split_six((uint64_t)be32toh(first) << 16 | be16toh(last)));

        memcpy(six, &eight, sizeof eight);
    }
}

static void six_to_block(const uint8_t *restrict six, char *restrict out)
{
    for (size_t i = 0; i < BLOCK; i++)
        out[i] = six_to_char(six[i]);
}

void lan_base64url_encode(lan_bytes bytes, char *out)
{
    uint8_t six[BLOCK] = { 0 };
    uint8_t filled[BYTES] = { 0 };
    char chars[BLOCK] = { 0 };
    size_t done = 0;

    for (; bytes.len - done >= sizeof filled; done += sizeof filled, out += BLOCK) {
        bytes_to_six(bytes.ptr + done, six);
        six_to_block(six, out);
    }
    if (bytes.len > done) {
        memcpy(filled, bytes.ptr + done, bytes.len - done);
        bytes_to_six(filled, six);
        six_to_block(six, chars);
        memcpy(out, chars, lan_base64url_encoded_len(bytes.len - done));
    }
    lan_cleanse(six, sizeof six);
    lan_cleanse(filled, sizeof filled);
    lan_cleanse(chars, sizeof chars);
}

lanyard_status lan_base64url_add(lanyard_buf *out, lan_bytes bytes, lanyard_error *err)
{
    size_t len = lan_base64url_encoded_len(bytes.len);

    TRY(lan_buf_reserve(out, len, err));
    if (len > 0)
        lan_base64url_encode(bytes, out->ptr + out->len);
    out->len += len;
    return LANYARD_OK;
}
