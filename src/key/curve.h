/* curve.h - the curves and parameter sets that keys come in: widths of their numbers. */
#ifndef LAN_KEY_CURVE_H
#define LAN_KEY_CURVE_H

#include "key/row.h"

typedef struct lan_curve {
    const char *name; /* as JOSE spells it */
    lan_kty kty;
    size_t bits;        /* of the field; of AKP, of the public key */
    size_t public_len;  /* bytes of x, y or pub */
    size_t private_len; /* bytes of d or priv */
} lan_curve;

/* By exact name; NULL when it is none that signs. */
const lan_curve *lan_curve_find(lan_str name);

#endif
