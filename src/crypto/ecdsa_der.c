/* ecdsa_der.c - two numbers in and out of DER, without memory; see ecdsa_der.h.
 *
 *   30 len  02 len [00] R...  02 len [00] S...
 *
 * A number is minimal: no leading zero byte, but for one before a set top bit. The outer length
 * needs a second byte (81) from 128 on: P-521 alone gets there.
 */
#include "crypto/ecdsa_der.h"

#define ECDSA_SEQUENCE 0x30
#define ECDSA_INTEGER  0x02
#define ECDSA_LONG     0x81 /* one byte of length follows */

static size_t ecdsa_put(const uint8_t *number, size_t width, uint8_t *out)
{
    size_t skip = 0;

    while (skip + 1 < width && number[skip] == 0)
        skip++;

    size_t has_top_bit = number[skip] >> 7;
    size_t len = width - skip;

    out[0] = ECDSA_INTEGER;
    out[1] = (uint8_t)(len + has_top_bit);
    out[2] = 0;
    memcpy(out + 2 + has_top_bit, number + skip, len);
    return 2 + has_top_bit + len;
}

size_t lan_ecdsa_der_write(const uint8_t *signature, size_t width, uint8_t der[LAN_ECDSA_DER_MAX])
{
    uint8_t numbers[LAN_ECDSA_DER_MAX];
    size_t len = ecdsa_put(signature, width, numbers);
    size_t head = 0;

    len += ecdsa_put(signature + width, width, numbers + len);
    der[head++] = ECDSA_SEQUENCE;
    if (len >= 0x80)
        der[head++] = ECDSA_LONG;
    der[head++] = (uint8_t)len;
    memcpy(der + head, numbers, len);
    return head + len;
}

/* Takes one number off the bytes left. */
static bool ecdsa_take(lan_bytes *left, size_t width, uint8_t *number)
{
    if (left->len < 3 || left->ptr[0] != ECDSA_INTEGER || left->ptr[1] == 0 ||
        left->ptr[1] > left->len - 2)
        return false;

    size_t len = left->ptr[1];
    const uint8_t *from = left->ptr + 2;
    bool has_zero = from[0] == 0 && len > 1;

    *left = (lan_bytes){ from + len, left->len - 2 - len };
    if (from[0] >= 0x80 || (has_zero && from[1] < 0x80))
        return false;
    from += has_zero;
    len -= has_zero;
    if (len > width)
        return false;
    memset(number, 0, width - len);
    memcpy(number + width - len, from, len);
    return true;
}

bool lan_ecdsa_der_read(lan_bytes der, size_t width, uint8_t *signature)
{
    bool is_long = der.len > 2 && der.ptr[1] == ECDSA_LONG && der.ptr[2] >= 0x80;
    size_t head = is_long ? 3 : 2;

    if (der.len < head || der.ptr[0] != ECDSA_SEQUENCE || der.ptr[head - 1] != der.len - head ||
        (!is_long && der.ptr[1] >= 0x80))
        return false;

    lan_bytes left = { der.ptr + head, der.len - head };

    return ecdsa_take(&left, width, signature) && ecdsa_take(&left, width, signature + width) &&
           left.len == 0;
}
