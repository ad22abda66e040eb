/* bytes.c - pieces of memory that know their length; comparing and wiping them. */
#include "base/bytes.h"

int lan_str_compare(lan_str left, lan_str right)
{
    size_t shared = left.len < right.len ? left.len : right.len;
    int order = shared == 0 ? 0 : memcmp(left.ptr, right.ptr, shared);

    if (order != 0)
        return order;
    return (left.len > right.len) - (left.len < right.len);
}

/* One step of the comparison below. The compiler must believe that the difference changes, so it
 * cannot leave a loop early. */
static inline uint64_t bytes_differ(const uint8_t *left, const uint8_t *right, size_t len,
                                    uint64_t difference)
{
    uint64_t words[2] = { 0 };

    memcpy(&words[0], left, len);
    memcpy(&words[1], right, len);
    difference |= words[0] ^ words[1];
    __asm__ __volatile__("" : "+r"(difference));
    return difference;
}

bool lan_ct_equal(lan_bytes left, lan_bytes right)
{
    uint64_t difference = 0;
    size_t at = 0;

    if (left.len != right.len)
        return false;
    for (; left.len - at >= sizeof difference; at += sizeof difference)
        difference = bytes_differ(left.ptr + at, right.ptr + at, sizeof difference, difference);
    for (; at < left.len; at++)
        difference = bytes_differ(left.ptr + at, right.ptr + at, 1, difference);
    return difference == 0;
}

lanyard_str lanyard_str_of(const char *text)
{
    return (lanyard_str){ text, text ? strlen(text) : 0 };
}

int lanyard_str_equal(lanyard_str left, lanyard_str right)
{
    return lan_str_eq(left, right);
}
