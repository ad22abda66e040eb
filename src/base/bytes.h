/* bytes.h - pieces of memory that know their length; comparing and wiping them. */
#ifndef LAN_BASE_BYTES_H
#define LAN_BASE_BYTES_H

#include <stdbool.h>
#include <string.h>
#include <lanyard/bytes.h>

typedef lanyard_bytes lan_bytes;
typedef lanyard_str lan_str;

/* The text of a string literal. */
#define LAN_STR(literal) ((lan_str){ (literal), sizeof(literal) - 1 })

static inline bool lan_str_eq(lan_str left, lan_str right)
{
    if (left.len != right.len)
        return false;
    /* Most texts that differ do so at once, which saves the call. */
    return left.len == 0 || (*left.ptr == *right.ptr && memcmp(left.ptr, right.ptr, left.len) == 0);
}

/* Byte order, the shorter first: for sorting, not for secrets. */
int lan_str_compare(lan_str left, lan_str right);

/* The text without its first len bytes. */
static inline lan_str lan_str_from(lan_str text, size_t start)
{
    return (lan_str){ text.ptr + start, text.len - start };
}

static inline lan_bytes lan_bytes_of(lan_str text)
{
    return (lan_bytes){ (const uint8_t *)text.ptr, text.len };
}

static inline lan_str lan_str_of_bytes(lan_bytes bytes)
{
    return (lan_str){ (const char *)bytes.ptr, bytes.len };
}

/* Equality in a time that depends on the lengths only. */
bool lan_ct_equal(lan_bytes left, lan_bytes right);

/* Overwrites with zeros, also when nobody reads them afterwards. */
static inline void lan_cleanse(void *ptr, size_t len)
{
    if (len == 0)
        return;
    memset(ptr, 0, len);
    /* The memory is said to be read here, so the stores above stay. */
    __asm__ __volatile__("" : : "r"(ptr) : "memory");
}

#endif
