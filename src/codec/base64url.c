/* base64url.c - RFC 4648, 5, as JOSE uses it; see base64url.h.
 *
 * How it works: characters become six-bit values by arithmetic on ranges, a block at a time, which
 * the compiler turns into vector code; then four values make three bytes. A foreign character
 * becomes INVALID, whose high bit is gathered over the block and looked at once. What is left over
 * at the end is copied to where it fills a block. Encoding is the same way back.
 */
#include "codec/base64url.h"

#define BLOCK   64u
#define INVALID 0x80u

/* 0xff when low <= c <= high, else 0. */
static inline uint8_t range_mask(uint8_t c, uint8_t low, uint8_t high)
{
    return (uint8_t)(c >= low && c <= high ? 0xff : 0);
}

static inline uint8_t char_to_six(uint8_t c, uint8_t sixty_two, uint8_t sixty_three)
{
    uint8_t upper = range_mask(c, 'A', 'Z');
    uint8_t lower = range_mask(c, 'a', 'z');
    uint8_t digit = range_mask(c, '0', '9');
    uint8_t minus = range_mask(c, sixty_two, sixty_two);
    uint8_t under = range_mask(c, sixty_three, sixty_three);
    uint8_t none = (uint8_t) ~(upper | lower | digit | minus | under);

    return (uint8_t)((upper & (uint8_t)(c - 'A')) | (lower & (uint8_t)(c - 'a' + 26)) |
                     (digit & (uint8_t)(c - '0' + 52)) | (minus & 62) | (under & 63) |
                     (none & INVALID));
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

static void six_to_bytes(const uint8_t *restrict six, size_t groups, uint8_t *restrict out)
{
    for (size_t i = 0; i < groups; i++, six += 4, out += 3) {
        uint32_t three =
            (uint32_t)six[0] << 18 | (uint32_t)six[1] << 12 | (uint32_t)six[2] << 6 | six[3];

        out[0] = (uint8_t)(three >> 16);
        out[1] = (uint8_t)(three >> 8);
        out[2] = (uint8_t)three;
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

/* The last one, two or three characters. */
static lanyard_status base64url_tail(const uint8_t *six, size_t count, uint8_t *out)
{
    if (count == 0)
        return LANYARD_OK;
    if (count == 1)
        return LANYARD_E_BASE64_LENGTH;
    out[0] = (uint8_t)(six[0] << 2 | six[1] >> 4);
    if (count == 3)
        out[1] = (uint8_t)(six[1] << 4 | six[2] >> 2);

    /* Leftover bits must be zero, or two spellings would decode to the same bytes. */
    uint8_t leftover = count == 2 ? six[1] & 0x0f : six[2] & 0x03;

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
        six_to_bytes(six, BLOCK / 4, out + done / 4 * 3);
    }

    size_t rest = text.len - done;

    if (rest > 0) {
        char filled[BLOCK];

        memset(filled, 'A', sizeof filled);
        memcpy(filled, text.ptr + done, rest);
        invalid |= block_to_six(filled, last_two, six);
        lan_cleanse(filled, sizeof filled);
        six_to_bytes(six, rest / 4, out + done / 4 * 3);
        status = base64url_tail(six + rest / 4 * 4, rest % 4, out + text.len / 4 * 3);
    }
    lan_cleanse(six, sizeof six);
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

/* The character of a six-bit value, without a table. */
static inline char six_to_char(uint8_t six)
{
    uint8_t upper = range_mask(six, 0, 25);
    uint8_t lower = range_mask(six, 26, 51);
    uint8_t digit = range_mask(six, 52, 61);
    uint8_t minus = range_mask(six, 62, 62);
    uint8_t under = range_mask(six, 63, 63);

    return (char)((upper & (uint8_t)(six + 'A')) | (lower & (uint8_t)(six - 26 + 'a')) |
                  (digit & (uint8_t)(six - 52 + '0')) | (minus & '-') | (under & '_'));
}

/* Spreads BLOCK / 4 * 3 bytes over a block of six-bit values. */
static void bytes_to_six(const uint8_t *restrict in, uint8_t *restrict six)
{
    for (size_t i = 0; i < BLOCK / 4; i++, in += 3, six += 4) {
        uint32_t three = (uint32_t)in[0] << 16 | (uint32_t)in[1] << 8 | in[2];

        six[0] = (uint8_t)(three >> 18);
        six[1] = three >> 12 & 63;
        six[2] = three >> 6 & 63;
        six[3] = three & 63;
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
    uint8_t filled[BLOCK / 4 * 3] = { 0 };
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
