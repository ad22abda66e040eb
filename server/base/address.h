/* address.h - internet addresses and the prefixes that limits are counted by. */
#ifndef SERVER_BASE_ADDRESS_H
#define SERVER_BASE_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>
#include "base/status.h"

#define SRV_ADDRESS_MAX 48 /* text of an address, its NUL included */
#define SRV_PREFIX_MAX  48 /* text of a prefix, its NUL included */

typedef struct srv_address {
    uint8_t bytes[16]; /* IPv4 as ::ffff:a.b.c.d */
    bool is_known;     /* false: a Unix socket */
} srv_address;

/* Of a connection; unknown: from is NULL, or no internet address. */
srv_address srv_address_of(const struct sockaddr *from);

/* "192.0.2.7", "2001:db8::1", "::ffff:192.0.2.7". false: anything else, zones included. */
bool srv_address_read(lanyard_str text, srv_address *address);

/* The usual text (RFC 5952), IPv4 in dots; "" for an unknown one. */
void srv_address_write(const srv_address *address, char out[SRV_ADDRESS_MAX]);

/* What one household or company shares: "192.0.2.0/24", "2001:db8:1::/48"; "local" for an unknown
 * address. Holds no space. */
void srv_address_prefix(const srv_address *address, char out[SRV_PREFIX_MAX]);

/* A block of addresses, such as 10.0.0.0/8: for the list of trusted proxies. */
typedef struct srv_block {
    srv_address base;
    unsigned bits; /* of 128 */
} srv_block;

/* "10.0.0.0/8", "::1". false: anything else. */
bool srv_block_read(lanyard_str text, srv_block *block);
bool srv_block_holds(const srv_block *block, const srv_address *address);

#endif
