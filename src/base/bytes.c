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

bool lan_ct_equal(lan_bytes left, lan_bytes right)
{
    uint8_t difference = 0;

    if (left.len != right.len)
        return false;
    for (size_t i = 0; i < left.len; i++) {
        difference |= left.ptr[i] ^ right.ptr[i];
        /* The compiler must believe that this changes, so it cannot leave the loop early. */
        __asm__ __volatile__("" : "+r"(difference));
    }
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
