/* der_shape.h - which of the structures that carry a key these bytes are, by their outline.
 *
 * libcrypto's decoders would try every structure and every algorithm they know, and tell little
 * when none fits. Here the outline says which one it is and the OID which algorithm; the contents
 * are read by libcrypto.
 */
#ifndef LAN_CRYPTO_DER_SHAPE_H
#define LAN_CRYPTO_DER_SHAPE_H

#include "base/bytes.h"

typedef enum lan_der_shape {
    LAN_DER_NONE,
    LAN_DER_PKCS8,       /* RFC 5958 */
    LAN_DER_ENCRYPTED,   /* RFC 5958, 3 */
    LAN_DER_RSA_PRIVATE, /* RFC 8017, A.1.2 */
    LAN_DER_RSA_PUBLIC,  /* RFC 8017, A.1.1 */
    LAN_DER_EC_PRIVATE,  /* RFC 5915 */
    LAN_DER_SPKI,        /* RFC 5280, 4.1 */
    LAN_DER_CERTIFICATE
} lan_der_shape;

/* One SEQUENCE that fills all bytes, of that outline; else LAN_DER_NONE. */
lan_der_shape lan_der_shape_of(lan_bytes der);

/* libcrypto's name of the algorithm of an SPKI or PKCS#8; NULL when it is none of ours. */
const char *lan_der_algorithm(lan_bytes der, lan_der_shape shape);

#endif
