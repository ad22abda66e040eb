/* header_write.h - the header of a token to be signed. */
#ifndef LAN_JOSE_HEADER_WRITE_H
#define LAN_JOSE_HEADER_WRITE_H

#include "codec/json_write.h"
#include "key/key.h"

/* What stands in a header. */
typedef struct lan_header_plan {
    const lan_alg *alg;
    lan_str typ; /* empty: none */
    lan_str kid;
    bool has_kid;
    lan_str custom; /* a whole header of the caller's; NULL: none */

    /* Filled in by lan_header_plan_check(). */
    bool custom_has_alg;
    bool custom_has_more; /* it has members at all */
    size_t len;           /* bytes of what will be written */
} lan_header_plan;

/* {"alg":A,"typ":T,"kid":K}, or the caller's own with its members in their order: its alg must
 * agree, a missing one is put first. E_HEADER, E_JSON_*, E_NO_MEMORY. */
lanyard_status lan_header_plan_check(lan_header_plan *plan, const lanyard_alloc *alloc,
                                     lanyard_error *err);

void lan_header_write(lan_writer *writer, const lan_header_plan *plan);

#endif
