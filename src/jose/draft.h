/* draft.h - a token being written: sized first, then written without another allocation.
 *
 * How it works: the sizes of all three parts are known before the first byte. Raw JSON is written
 * at the right end of the room that its base64url will take, and encoded in place from there: four
 * characters are written for every three bytes read, and the writing never overtakes the reading.
 *
 *   |....raw header|.|.....raw payload|.|signature....|
 *   |base64url     |.|base64url       |.|base64url    |
 */
#ifndef LAN_JOSE_DRAFT_H
#define LAN_JOSE_DRAFT_H

#include <lanyard/jws.h>
#include "key/key.h"

typedef struct lan_draft {
    const lanyard_key *key;
    const lan_alg *alg;
    lanyard_buf *out;
    size_t header_len;
    size_t payload_len;
    char *header;  /* write header_len raw bytes here */
    char *payload; /* and payload_len here */
} lan_draft;

/* Bytes of the token's text. */
size_t lan_draft_len(const lanyard_key *key, const lan_alg *alg, size_t header_len,
                     size_t payload_len);

/* Room in out for the whole token, and not one byte more. */
lanyard_status lan_draft_begin(const lanyard_key *key, const lan_alg *alg, size_t header_len,
                               size_t payload_len, lanyard_buf *out, lan_draft *draft,
                               lanyard_error *err);

/* Encodes, signs, and only then counts the token in out. */
lanyard_status lan_draft_finish(lan_draft *draft, lanyard_worker *worker, lanyard_error *err);

/* Which algorithm to sign with: the one named, else the key's own, else HS256 for a secret. Checks
 * that the key may sign with it. */
lanyard_status lan_draft_alg(const lanyard_key *key, const char *name, const lan_alg **alg,
                             lanyard_error *err);

#endif
