/* lanyard/limits.h - how much of anything we read. 0 in a field is its default. */
#ifndef LANYARD_LIMITS_H
#define LANYARD_LIMITS_H

#include <stdint.h>

#define LANYARD_TOKEN_LEN_MAX   16384u      /* bytes of a token's text */
#define LANYARD_HEADER_LEN_MAX  8192u       /* bytes of its decoded header: an x5c chain fits */
#define LANYARD_JSON_DEPTH_MAX  32u         /* objects and arrays inside each other */
#define LANYARD_JSON_VALUES_MAX 1024u       /* values in a header or a claims set */
#define LANYARD_KEYSET_LEN_MAX  1048576u    /* bytes of a JWK Set's text */
#define LANYARD_KEYSET_KEYS_MAX 1024u       /* keys in a set */
#define LANYARD_CANDIDATES_MAX  8u          /* keys tried for one token; fixed */
#define LANYARD_LIMIT_CEILING   0x3fffffffu /* no limit can be set above this */

typedef struct lanyard_limits {
    uint32_t token_len;
    uint32_t header_len;
    uint32_t json_depth;
    uint32_t json_values;
} lanyard_limits;

#endif
