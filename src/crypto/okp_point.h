/* okp_point.h - may these bytes be a public key on an Edwards curve? */
#ifndef LAN_CRYPTO_OKP_POINT_H
#define LAN_CRYPTO_OKP_POINT_H

#include "base/status.h"

#define LAN_OKP_LEN_MAX 57u /* of Ed448 */

/* Of Ed25519 with 32 bytes, of Ed448 with 57. LANYARD_OK; E_KEY_INVALID when they are no canonical
 * encoding of a point on the curve, or of one of small order; E_NO_MEMORY. */
lanyard_status lan_okp_point_check(lan_bytes x, lanyard_error *err);

#endif
