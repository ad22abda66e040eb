/* header.h - the JOSE header of a token (RFC 7515, 4): read before anything is believed. */
#ifndef LAN_JOSE_HEADER_H
#define LAN_JOSE_HEADER_H

#include "codec/json_read.h"
#include "jose/parts.h"
#include "jose/policy.h"

typedef struct lan_header {
    lan_json tree;
    lan_str alg;
    lan_str kid;
    lan_str typ;
    bool has_kid;
    bool has_typ;
} lan_header;

/* A JSON object whose alg, kid, typ and cty are strings, alg not missing. */
lanyard_status lan_header_parse(lan_arena *arena, const lan_parts *parts,
                                const lanyard_limits *limits, lan_header *header,
                                lanyard_error *err);

/* What must be understood or refused before the key is chosen: padding, "crit", "b64". */
lanyard_status lan_header_check(const lanyard_policy *policy, const lan_parts *parts,
                                const lan_header *header, lanyard_error *err);

/* RFC 7515, 4.1: alg, kid, typ and cty are strings where they stand. NULL when so; else the name
 * for errors of the first that is none, and *at its byte. */
const char *lan_header_wrong_type(const lan_json *header, size_t *at);

/* RFC 7515, 4.1.11, of any header: E_CRIT_INVALID when it breaks the rules of "crit" itself; *at
 * is its byte. A header without it is fine. *names_any: whether it has one. */
lanyard_status lan_crit_check(const lan_json *header, bool *names_any, size_t *at,
                              const char **detail);

#endif
