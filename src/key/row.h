/* row.h - what an algorithm is: one const row, and everything anyone may ask of it.
 *
 * Keys and families both know rows, so a key compares row pointers without including any family.
 * The table itself is alg/registry.c.
 */
#ifndef LAN_KEY_ROW_H
#define LAN_KEY_ROW_H

#include <lanyard/alg.h>
#include <lanyard/key.h>
#include "base/status.h"

typedef enum lan_kty { LAN_KTY_OCT, LAN_KTY_RSA, LAN_KTY_EC, LAN_KTY_OKP, LAN_KTY_AKP } lan_kty;

typedef struct lan_alg lan_alg;

struct lan_alg {
    lanyard_alg_info info;
    lan_kty kty;
    lanyard_hash hash; /* of the message; 0: the algorithm hashes by itself */

    /* Writes the JOSE signature, exactly lan_signature_len(alg, key) bytes. The key is private and
     * fits (lan_key_check_use). */
    lanyard_status (*sign)(const lan_alg *alg, const lanyard_key *key, lan_bytes message,
                           lanyard_worker *worker, uint8_t *signature, lanyard_error *err);
    /* LANYARD_OK, LANYARD_E_SIGNATURE, or a 4xxx. The signature has the right length. */
    lanyard_status (*verify)(const lan_alg *alg, const lanyard_key *key, lan_bytes message,
                             lan_bytes signature, lanyard_worker *worker, lanyard_error *err);
    bool (*is_available)(const lan_alg *alg); /* NULL: always */
};

/* By exact name; NULL when nobody knows it. */
const lan_alg *lan_alg_find(lan_str name);

/* Iterate from 0; NULL past the end. */
const lan_alg *lan_alg_at(size_t index);

#endif
