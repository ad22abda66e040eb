/* text.c - see text.h. */
#include "base/text.h"

#include <string.h>

int srv_hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

void srv_base64url_write(lanyard_bytes data, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    uint32_t bits = 0;
    int count = 0;

    for (size_t i = 0; i < data.len; i++) {
        bits = bits << 8 | data.ptr[i];
        for (count += 8; count >= 6; count -= 6)
            *out++ = digits[bits >> (count - 6) & 63];
    }
    if (count > 0)
        *out = digits[bits << (6 - count) & 63];
}

static int text_base64url_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '-')
        return 62;
    return c == '_' ? 63 : -1;
}

bool srv_base64url_read(lanyard_str text, uint8_t *out, size_t max, size_t *len)
{
    uint32_t bits = 0;
    int count = 0;
    size_t done = 0;

    if (text.len % 4 == 1 || text.len / 4 > max || text.len * 3 / 4 > max)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        int value = text_base64url_value(text.ptr[i]);

        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t)value;
        count += 6;
        if (count >= 8) {
            count -= 8;
            out[done++] = (uint8_t)(bits >> count);
        }
    }
    /* Leftover bits must be zero, or two spellings would decode to the same bytes. */
    if (bits & ((1u << count) - 1))
        return false;
    *len = done;
    return true;
}

bool srv_number_read(lanyard_str text, size_t digits_max, int64_t *number)
{
    int64_t value = 0;

    if (text.len == 0 || text.len > digits_max)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        value = value * 10 + (text.ptr[i] - '0');
    }
    *number = value;
    return true;
}

void srv_number_write(int64_t number, char out[SRV_NUMBER_MAX])
{
    uint64_t left = number < 0 ? -(uint64_t)number : (uint64_t)number;
    char digits[SRV_NUMBER_MAX];
    size_t at = sizeof digits;

    digits[--at] = '\0';
    do {
        digits[--at] = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (number < 0)
        digits[--at] = '-';
    memcpy(out, digits + at, sizeof digits - at);
}

/* Only the last two characters of the alphabets differ. */
bool srv_base64_read(char *text, size_t text_len, uint8_t *out, size_t max, size_t *len)
{
    for (size_t i = 0; i < text_len; i++) {
        if (text[i] == '-' || text[i] == '_')
            return false;
        if (text[i] == '+')
            text[i] = '-';
        if (text[i] == '/')
            text[i] = '_';
    }
    return srv_base64url_read((lanyard_str){ text, text_len }, out, max, len);
}

bool srv_copy(lanyard_str text, char *out, size_t size)
{
    out[0] = '\0';
    if (text.len >= size || (text.len > 0 && memchr(text.ptr, '\0', text.len)))
        return false;
    if (text.len > 0)
        memcpy(out, text.ptr, text.len);
    out[text.len] = '\0';
    return true;
}
