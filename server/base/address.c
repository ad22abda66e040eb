/* address.c - see address.h. */
#include "base/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include "base/text.h"

static const uint8_t address_v4[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

#define V4_OFFSET 12
#define V4_BITS   96 /* before an IPv4 address in the 128 */

static bool address_is_v4(const srv_address *address)
{
    return memcmp(address->bytes, address_v4, sizeof address_v4) == 0;
}

static srv_address address_of_v4(const void *v4)
{
    srv_address address = { .is_known = true };

    memcpy(address.bytes, address_v4, sizeof address_v4);
    memcpy(address.bytes + V4_OFFSET, v4, sizeof address.bytes - V4_OFFSET);
    return address;
}

srv_address srv_address_of(const struct sockaddr *from)
{
    const void *any = from;
    srv_address address = { .is_known = false };

    if (from && from->sa_family == AF_INET)
        return address_of_v4(&((const struct sockaddr_in *)any)->sin_addr);
    if (!from || from->sa_family != AF_INET6)
        return address;
    memcpy(address.bytes, &((const struct sockaddr_in6 *)any)->sin6_addr, sizeof address.bytes);
    address.is_known = true;
    return address;
}

bool srv_address_read(lanyard_str text, srv_address *address)
{
    char copy[SRV_ADDRESS_MAX];
    srv_address found = { .is_known = true };

    if (!srv_copy(text, copy, sizeof copy))
        return false;
    if (inet_pton(AF_INET, copy, found.bytes + V4_OFFSET) == 1)
        memcpy(found.bytes, address_v4, sizeof address_v4);
    else if (inet_pton(AF_INET6, copy, found.bytes) != 1)
        return false;
    *address = found;
    return true;
}

static void address_print(const srv_address *address, char *out, socklen_t size)
{
    const char *text = address_is_v4(address)
                           ? inet_ntop(AF_INET, address->bytes + V4_OFFSET, out, size)
                           : inet_ntop(AF_INET6, address->bytes, out, size);

    if (!text)
        out[0] = '\0';
}

void srv_address_write(const srv_address *address, char out[SRV_ADDRESS_MAX])
{
    out[0] = '\0';
    if (address->is_known)
        address_print(address, out, SRV_ADDRESS_MAX);
}

static void address_cut(srv_address *address, unsigned bits)
{
    for (unsigned i = 0; i < 16; i++) {
        unsigned keep = bits > i * 8 ? bits - i * 8 : 0;

        if (keep < 8)
            address->bytes[i] &= (uint8_t)(0xff00u >> keep);
    }
}

void srv_address_prefix(const srv_address *address, char out[SRV_PREFIX_MAX])
{
    bool is_v4 = address_is_v4(address);
    srv_address cut = *address;
    char text[40] = "";

    if (!address->is_known) {
        snprintf(out, SRV_PREFIX_MAX, "local");
        return;
    }
    address_cut(&cut, is_v4 ? V4_BITS + 24 : 48);
    address_print(&cut, text, sizeof text);
    snprintf(out, SRV_PREFIX_MAX, "%s/%s", text, is_v4 ? "24" : "48");
}

static bool address_read_bits(lanyard_str text, unsigned max, unsigned *bits)
{
    unsigned value = 0;

    if (text.len == 0 || text.len > 3)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        value = value * 10 + (unsigned)(text.ptr[i] - '0');
    }
    *bits = value;
    return value <= max;
}

bool srv_block_read(lanyard_str text, srv_block *block)
{
    const char *slash = text.len > 0 ? memchr(text.ptr, '/', text.len) : NULL;
    size_t base_len = slash ? (size_t)(slash - text.ptr) : text.len;
    srv_block found = { .bits = 0 };

    if (!srv_address_read((lanyard_str){ text.ptr, base_len }, &found.base))
        return false;

    bool is_v4 = address_is_v4(&found.base);
    unsigned bits = is_v4 ? 32 : 128;

    if (slash &&
        !address_read_bits((lanyard_str){ slash + 1, text.len - base_len - 1 }, bits, &bits))
        return false;
    found.bits = is_v4 ? V4_BITS + bits : bits;
    address_cut(&found.base, found.bits);
    *block = found;
    return true;
}

bool srv_block_holds(const srv_block *block, const srv_address *address)
{
    srv_address cut = *address;

    if (!address->is_known)
        return false;
    address_cut(&cut, block->bits);
    return memcmp(cut.bytes, block->base.bytes, sizeof cut.bytes) == 0;
}
