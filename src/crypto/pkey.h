/* pkey.h - an asymmetric key as libcrypto holds it: the seam that no other layer looks behind.
 *
 * A lan_pkey is immutable and counted (ATOMIC). Numbers go in and out as big-endian bytes.
 */
#ifndef LAN_CRYPTO_PKEY_H
#define LAN_CRYPTO_PKEY_H

#include "base/arena.h"
#include "crypto/hash.h"

typedef struct lan_pkey lan_pkey;

lan_pkey *lan_pkey_ref(lan_pkey *pkey);
void lan_pkey_free(lan_pkey *pkey); /* NULL is fine */

#endif
