/* text.h - hexadecimal, base64url without padding, bounded copies; independent of any locale. */
#ifndef SERVER_BASE_TEXT_H
#define SERVER_BASE_TEXT_H

#include <stdbool.h>
#include "base/status.h"

/* A text literal and its length. */
#define SRV_STR(literal) ((lanyard_str){ "" literal, sizeof(literal) - 1 })

/* The bytes of any object, and of a text. */
#define SRV_BYTES(object)    ((lanyard_bytes){ (const uint8_t *)&(object), sizeof(object) })
#define SRV_BYTES_OF(string) ((lanyard_bytes){ (const uint8_t *)(string).ptr, (string).len })

/* ASCII letters in lower case, all else as it is. */
static inline char srv_lower(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return c;
}

/* 0 to 15, or -1. */
int srv_hex_value(char digit);

/* A decimal number of 1 to digits_max (at most 18) digits and nothing else. false: anything else;
 * *number untouched. */
bool srv_number_read(lanyard_str text, size_t digits_max, int64_t *number);

#define SRV_NUMBER_MAX 21 /* "-9223372036854775808" and its NUL */

/* A number in decimal. */
void srv_number_write(int64_t number, char out[SRV_NUMBER_MAX]);

/* Characters that len bytes take, without a NUL. */
#define SRV_BASE64URL_LEN(len) (((len)*4 + 2) / 3)

/* Writes SRV_BASE64URL_LEN(data.len) characters, no NUL. */
void srv_base64url_write(lanyard_bytes data, char *out);

/* RFC 4648, 5, strictly: no padding, no other character, no leftover bits. At most max bytes.
 * false: anything else; *len untouched. */
bool srv_base64url_read(lanyard_str text, uint8_t *out, size_t max, size_t *len);

/* The same of base64 (RFC 4648, 4) without padding. text is rewritten on the way. */
bool srv_base64_read(char *text, size_t text_len, uint8_t *out, size_t max, size_t *len);

/* Copies text with a NUL behind. false, and out is "": it does not fit, or holds a NUL. */
bool srv_copy(lanyard_str text, char *out, size_t size);

#endif
