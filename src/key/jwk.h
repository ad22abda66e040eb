/* jwk.h - the members of a JWK (RFC 7517, 7518, 8037, 9964): one table to read and write them.
 */
#ifndef LAN_KEY_JWK_H
#define LAN_KEY_JWK_H

#include "codec/json_read.h"
#include "codec/json_write.h"
#include "key/curve.h"
#include "key/key.h"

/* Every number of a key of any type. */
typedef struct lan_jwk_numbers {
    lan_numbers of;
    lan_bytes k; /* oct */
} lan_jwk_numbers;

typedef struct lan_jwk_member {
    lan_kty kty;
    const char *name;
    const char *where; /* static text for errors: "key:n" */
    size_t field;      /* of lan_jwk_numbers: where the bytes lie */
    bool is_private;
} lan_jwk_member;

/* Iterate from 0; NULL past the end. Members of a type stand together, public ones first, in the
 * order in which they are written. */
const lan_jwk_member *lan_jwk_member_at(size_t index);

static inline lan_bytes *lan_jwk_field(lan_jwk_numbers *numbers, const lan_jwk_member *member)
{
    return (lan_bytes *)((uint8_t *)numbers + member->field);
}

/* A word of "key_ops" and its bit. */
typedef struct lan_jwk_op {
    const char *name;
    uint32_t bit;
    uint32_t public_bit; /* what the other half of the pair does; 0: nothing */
} lan_jwk_op;

/* Iterate from 0; NULL past the end. */
#define LAN_JWK_OPS_MAX 32u /* words in one "key_ops"; eight are registered */

const lan_jwk_op *lan_jwk_op_at(size_t index);

/* Fills the key from the object `node` of a JSON text; err->offset counts from the text's start.
 * Decoded numbers go to scratch, which is to be wiped. A node that is no object: E_KEY_FORMAT. */
lanyard_status lan_jwk_read(const lan_json *json, uint32_t node, lan_arena *scratch,
                            lanyard_key *key, lanyard_error *err);

/* RFC 7517, 4.7 to 4.9: the certificate in "x5c" is of this key, and the fingerprints are its own.
 * Nothing is said about whom to trust. */
lanyard_status lan_jwk_check_x5c(const lan_json *json, uint32_t node, lan_arena *scratch,
                                 const lanyard_key *key, lanyard_error *err);

/* The string member of that name decoded from base64url into the arena. */
lanyard_status lan_jwk_bytes(const lan_json *json, uint32_t node, const char *where,
                             lan_arena *arena, lan_bytes *bytes, lanyard_error *err);

/* The public numbers, borrowed from the key; with_private all of them, those copied into scratch,
 * which is to be wiped. */
lanyard_status lan_jwk_numbers_of(const lanyard_key *key, bool with_private, lan_arena *scratch,
                                  lan_jwk_numbers *numbers, lanyard_error *err);

void lan_jwk_write_base64url(lan_writer *writer, lan_bytes bytes);

/* The JWK. numbers as lan_jwk_numbers_of() gives them for the same part. */
void lan_jwk_write(lan_writer *writer, const lanyard_key *key, bool with_private,
                   lan_jwk_numbers *numbers);

#endif
