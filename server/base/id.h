/* id.h - identifiers: UUIDv7 (RFC 9562, 5.7), so that they sort by the time they were made. */
#ifndef SERVER_BASE_ID_H
#define SERVER_BASE_ID_H

#include <stdbool.h>
#include "base/status.h"
#include "base/time.h"

#define SRV_ID_LEN      16
#define SRV_ID_TEXT_LEN 36

typedef struct srv_id {
    uint8_t bytes[SRV_ID_LEN];
} srv_id;

/* A new one of that time, its other 74 bits random. E_INTERNAL (no randomness). */
SRV_CHECK srv_status srv_id_new(srv_time now, srv_id *id);

/* CONFINED. Randomness for many IDs at a time, where one a request would be felt: libcrypto's
 * generator makes a call of the system each time. Zeroed at first. */
typedef struct srv_id_pool {
    uint8_t random[64][SRV_ID_LEN];
    size_t left;
} srv_id_pool;
SRV_CHECK srv_status srv_id_next(srv_id_pool *pool, srv_time now, srv_id *id);

bool srv_id_equal(const srv_id *left, const srv_id *right);
bool srv_id_is_nil(const srv_id *id);

/* "018f3c2e-....", lower case, NUL-terminated. */
void srv_id_write(const srv_id *id, char out[SRV_ID_TEXT_LEN + 1]);

/* Reads exactly that form, either case. false: anything else, *id untouched. */
bool srv_id_read(lanyard_str text, srv_id *id);

#endif
