/* untrusted.h - one token on its way through the pipe; see lanyard/jwt.h.
 *
 * lanyard_untrusted and lanyard_token are two names for this body, which lies first in its own
 * arena. Only lan_claims_parse() and lan_token_from() turn the one into the other.
 */
#ifndef LAN_JOSE_UNTRUSTED_H
#define LAN_JOSE_UNTRUSTED_H

#include <lanyard/jwt.h>
#include "jose/header.h"

struct lanyard_untrusted {
    lan_arena arena;
    lan_mark after_header; /* what a failed verification rewinds to */
    lanyard_worker *worker;
    lanyard_limits limits;
    lan_parts parts;
    lan_header header;

    /* Filled in by a verification that succeeded. */
    lan_json claims;
    const lan_alg *alg;
    size_t key_index;
};

/* Text to header. */
lanyard_status lan_untrusted_read(const lanyard_limits *limits, lan_str text,
                                  const lanyard_mem *mem, lanyard_untrusted **untrusted,
                                  lanyard_error *err);

#endif
