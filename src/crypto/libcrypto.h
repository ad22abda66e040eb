/* libcrypto.h - handles that give themselves back, a clean error queue, failures told apart.
 *
 * Only src/crypto includes this. lan_auto(EVP_PKEY) *evp = NULL; is freed when its scope ends, by
 * whichever way; so nothing here needs goto.
 */
#ifndef LAN_CRYPTO_LIBCRYPTO_H
#define LAN_CRYPTO_LIBCRYPTO_H

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include "base/status.h"

#define lan_auto(type) __attribute__((cleanup(lan_drop_##type))) type

/* BN_clear_free and not BN_free: which number is secret is then nobody's concern. */
#define LAN_DROP(type, free_function)                                                              \
    static inline void lan_drop_##type(__typeof__(type) **handle)                                  \
    {                                                                                              \
        free_function(*handle);                                                                    \
    }

LAN_DROP(BIGNUM, BN_clear_free)
LAN_DROP(BN_CTX, BN_CTX_free)
LAN_DROP(EVP_PKEY, EVP_PKEY_free)
LAN_DROP(EVP_PKEY_CTX, EVP_PKEY_CTX_free)
LAN_DROP(OSSL_PARAM_BLD, OSSL_PARAM_BLD_free)
LAN_DROP(OSSL_PARAM, OSSL_PARAM_free)

/* The error that hides what a caller left in the queue. */
#define LAN_ERRORS_BELOW 4077

/* Between these two, which do not nest, errors are ours; afterwards the queue is what the caller
 * had. */
static inline void lan_errors_begin(void)
{
    ERR_set_mark();
    if (ERR_peek_last_error() != 0)
        ERR_raise(ERR_LIB_USER, LAN_ERRORS_BELOW);
}

/* libcrypto 3.0 forgets marks of its own on top of ours. */
static inline void lan_errors_end(void)
{
    do
        ERR_pop_to_mark();
    while (ERR_peek_last_error() == ERR_PACK(ERR_LIB_USER, 0, LAN_ERRORS_BELOW));
}

/* What libcrypto says about a failure: E_NO_MEMORY when that was it, else the given status. */
static inline lanyard_status lan_crypto_fail(lanyard_error *err, lanyard_status otherwise,
                                             const char *where)
{
    if (ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE)
        return lan_fail(err, LANYARD_E_NO_MEMORY, "memory", 0);
    return lan_fail(err, otherwise, where, 0);
}

#endif
