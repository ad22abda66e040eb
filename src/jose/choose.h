/* choose.h - the security heart: which algorithm, and which keys, may verify this token. */
#ifndef LAN_JOSE_CHOOSE_H
#define LAN_JOSE_CHOOSE_H

#include "jose/untrusted.h"
#include "key/keyset.h"

typedef struct lan_choice {
    const lan_alg *alg;
    size_t count;                                    /* at least 1 */
    const lanyard_key *keys[LANYARD_CANDIDATES_MAX]; /* in the order of the set */
    size_t indexes[LANYARD_CANDIDATES_MAX];          /* their places in it */
} lan_choice;

/* Policy rows, header alg, key type, key alg, use and key_ops must meet in one row; compared by
 * row pointers. E_ALG_UNKNOWN, E_ALG_REFUSED, E_KEY_NOT_FOUND (another set may have it),
 * E_KEY_UNFIT and E_KEY_SHORT (it never will). */
lanyard_status lan_choose(const lanyard_policy *policy, const lanyard_keyset *keys,
                          const lanyard_untrusted *untrusted, lan_choice *choice,
                          lanyard_error *err);

#endif
