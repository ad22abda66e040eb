/* utf8.c - is it UTF-8? See utf8.h. */
#include "codec/utf8.h"

typedef struct utf8_row {
    uint8_t first_low, first_high;   /* range of the first byte */
    uint8_t second_low, second_high; /* range of the second: keeps out overlong forms, surrogates */
    uint8_t len;
} utf8_row;

/* RFC 3629, 4. */
static const utf8_row utf8_rows[] = {
    { 0x00, 0x7f, 0x00, 0x00, 1 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
    { 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
    { 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

static bool utf8_fits(const utf8_row *row, const uint8_t *in, size_t len)
{
    if (in[0] < row->first_low || in[0] > row->first_high || len < row->len)
        return false;
    if (row->len > 1 && (in[1] < row->second_low || in[1] > row->second_high))
        return false;
    for (size_t i = 2; i < row->len; i++)
        if ((in[i] & 0xc0) != 0x80)
            return false;
    return true;
}

size_t lan_utf8_sequence(lan_str text)
{
    if (text.len == 0)
        return 0;
    for (size_t i = 0; i < sizeof utf8_rows / sizeof *utf8_rows; i++)
        if (utf8_fits(&utf8_rows[i], (const uint8_t *)text.ptr, text.len))
            return utf8_rows[i].len;
    return 0;
}

static bool utf8_are_ascii(const char *bytes)
{
    uint64_t word = 0;

    memcpy(&word, bytes, sizeof word);
    return (word & 0x8080808080808080) == 0;
}

bool lan_utf8_is_valid(lan_str text)
{
    while (text.len > 0) {
        size_t len = text.len >= 8 && utf8_are_ascii(text.ptr) ? 8 : lan_utf8_sequence(text);

        if (len == 0)
            return false;
        text = lan_str_from(text, len);
    }
    return true;
}

size_t lan_utf8_write(uint32_t code_point, char out[4])
{
    if (code_point < 0x80) {
        out[0] = (char)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        out[0] = (char)(0xc0 | code_point >> 6);
        out[1] = (char)(0x80 | (code_point & 0x3f));
        return 2;
    }
    if (code_point < 0x10000) {
        out[0] = (char)(0xe0 | code_point >> 12);
        out[1] = (char)(0x80 | (code_point >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code_point & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | code_point >> 18);
    out[1] = (char)(0x80 | (code_point >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code_point >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code_point & 0x3f));
    return 4;
}

/* Eight bytes from 0x20 to 0x7e. Of what lies below the subtraction sets the top bit, of 0x7f the
 * addition does; all else has it. */
static bool utf8_are_printable(const char *bytes)
{
    uint64_t word = 0;

    memcpy(&word, bytes, sizeof word);
    return ((word | (word - 0x2020202020202020) | (word + 0x0101010101010101)) &
            0x8080808080808080) == 0;
}

int lanyard_str_is_plain(lanyard_str text)
{
    while (text.len > 0) {
        if (text.len >= 8 && utf8_are_printable(text.ptr)) {
            text = lan_str_from(text, 8);
            continue;
        }

        uint8_t first = (uint8_t)text.ptr[0];
        size_t len = first < 0x7f ? 1 : lan_utf8_sequence(text);

        if (len == 0 || first < 0x20 || first == 0x7f)
            return 0;
        /* C1 controls: U+0080 to U+009F. */
        if (len == 2 && first == 0xc2 && (uint8_t)text.ptr[1] < 0xa0)
            return 0;
        text = lan_str_from(text, len);
    }
    return 1;
}
