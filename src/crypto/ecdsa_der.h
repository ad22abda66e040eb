/* ecdsa_der.h - ECDSA signatures: JOSE's R and S side by side (RFC 7518, 3.4), and DER. */
#ifndef LAN_CRYPTO_ECDSA_DER_H
#define LAN_CRYPTO_ECDSA_DER_H

#include "base/bytes.h"

#define LAN_ECDSA_WIDTH_MAX 66u                                 /* of P-521 */
#define LAN_ECDSA_DER_MAX   (3 + 2 * (3 + LAN_ECDSA_WIDTH_MAX)) /* each with a zero in front */

/* Writes the DER of R and S, each of width bytes (at most LAN_ECDSA_WIDTH_MAX); returns its length.
 * Whether they are in range is libcrypto's to say. */
size_t lan_ecdsa_der_write(const uint8_t *signature, size_t width, uint8_t der[LAN_ECDSA_DER_MAX]);

/* Writes R and S, each padded to width bytes. False when the DER is not what libcrypto makes: two
 * minimal, not negative numbers of at most that width, and nothing else. */
bool lan_ecdsa_der_read(lan_bytes der, size_t width, uint8_t *signature);

#endif
