/* rsa_roca.h - moduli of the flawed generator of CVE-2017-15361 ("ROCA"). */
#ifndef LAN_CRYPTO_RSA_ROCA_H
#define LAN_CRYPTO_RSA_ROCA_H

#include <openssl/bn.h>
#include <stdbool.h>

/* True when the modulus has the mark: then its factors can be computed. One sound modulus in 240
 * million has it by chance. */
bool lan_rsa_is_roca(const BIGNUM *n);

#endif
