/* id.c - see id.h. */
#include "base/id.h"

#include <string.h>
#include "base/crypto.h"
#include "base/text.h"

/* Of bytes that are random. */
static void id_stamp(srv_id *id, srv_time now)
{
    uint64_t milliseconds = (uint64_t)(now > 0 ? now / 1000 : 0);

    for (int i = 0; i < 6; i++)
        id->bytes[i] = (uint8_t)(milliseconds >> (40 - 8 * i));
    id->bytes[6] = (uint8_t)((id->bytes[6] & 0x0f) | 0x70);
    id->bytes[8] = (uint8_t)((id->bytes[8] & 0x3f) | 0x80);
}

srv_status srv_id_new(srv_time now, srv_id *id)
{
    srv_id made;

    TRY(srv_random(made.bytes, sizeof made.bytes));
    id_stamp(&made, now);
    *id = made;
    return SRV_OK;
}

srv_status srv_id_next(srv_id_pool *pool, srv_time now, srv_id *id)
{
    if (pool->left == 0) {
        TRY(srv_random(pool->random, sizeof pool->random));
        pool->left = sizeof pool->random / sizeof *pool->random;
    }
    memcpy(id->bytes, pool->random[--pool->left], SRV_ID_LEN);
    id_stamp(id, now);
    return SRV_OK;
}

bool srv_id_equal(const srv_id *left, const srv_id *right)
{
    return memcmp(left->bytes, right->bytes, SRV_ID_LEN) == 0;
}

bool srv_id_is_nil(const srv_id *id)
{
    static const srv_id nil = { { 0 } };

    return srv_id_equal(id, &nil);
}

static bool id_is_dash(size_t at)
{
    return at == 8 || at == 13 || at == 18 || at == 23;
}

void srv_id_write(const srv_id *id, char out[SRV_ID_TEXT_LEN + 1])
{
    static const char digits[] = "0123456789abcdef";
    static const uint8_t places[SRV_ID_LEN] = { 0,  2,  4,  6,  9,  11, 14, 16,
                                                19, 21, 24, 26, 28, 30, 32, 34 };

    memcpy(out, "........-....-....-....-............", SRV_ID_TEXT_LEN + 1);
    for (size_t i = 0; i < SRV_ID_LEN; i++) {
        out[places[i]] = digits[id->bytes[i] >> 4];
        out[places[i] + 1] = digits[id->bytes[i] & 15];
    }
}

bool srv_id_read(lanyard_str text, srv_id *id)
{
    srv_id found = { { 0 } };
    size_t nibbles = 0;

    if (text.len != SRV_ID_TEXT_LEN)
        return false;
    for (size_t at = 0; at < text.len; at++) {
        int value = srv_hex_value(text.ptr[at]);

        if (id_is_dash(at) ? text.ptr[at] != '-' : value < 0)
            return false;
        if (id_is_dash(at))
            continue;
        found.bytes[nibbles / 2] = (uint8_t)(found.bytes[nibbles / 2] << 4 | value);
        nibbles++;
    }
    *id = found;
    return true;
}
