/* rsa_check.h - are these numbers an RSA key, and do its halves belong together? */
#ifndef LAN_CRYPTO_RSA_CHECK_H
#define LAN_CRYPTO_RSA_CHECK_H

#include "crypto/libcrypto.h"

typedef enum lan_rsa_part {
    LAN_RSA_N,
    LAN_RSA_E,
    LAN_RSA_D,
    LAN_RSA_P,
    LAN_RSA_Q,
    LAN_RSA_DP,
    LAN_RSA_DQ,
    LAN_RSA_QI,
    LAN_RSA_PARTS
} lan_rsa_part;

#define LAN_RSA_PUBLIC_PARTS LAN_RSA_D

/* NULL where the key lacks it. */
typedef struct lan_rsa {
    BIGNUM *part[LAN_RSA_PARTS];
} lan_rsa;

/* Used as lan_auto(lan_rsa) rsa = { 0 }; */
static inline void lan_drop_lan_rsa(lan_rsa *rsa)
{
    for (size_t i = 0; i < LAN_RSA_PARTS; i++)
        BN_clear_free(rsa->part[i]);
}

/* n odd, LAN_RSA_BITS_MIN to LAN_RSA_BITS_MAX; e odd, at least 3, below n and at most
 * LAN_RSA_E_BITS_MAX. E_KEY_INVALID, E_KEY_WEAK, E_KEY_UNSUPPORTED, E_NO_MEMORY. */
lanyard_status lan_rsa_check_public(const lan_rsa *rsa, lanyard_error *err);

/* With all parts: p q = n, and d, dp, dq, qi belong to them. */
lanyard_status lan_rsa_check_private(const lan_rsa *rsa, lanyard_error *err);

/* From n, e, d: finds p and q and what follows from them. E_KEY_INVALID when d is not the private
 * exponent; E_NO_MEMORY, E_CRYPTO. */
lanyard_status lan_rsa_complete(lan_rsa *rsa, lanyard_error *err);

#endif
