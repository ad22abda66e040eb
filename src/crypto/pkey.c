/* pkey.c - an asymmetric key as libcrypto holds it; see pkey.h. */
#include "crypto/pkey.h"
#include <openssl/evp.h>

struct lan_pkey {
    EVP_PKEY *evp;
};

void lan_pkey_free(lan_pkey *pkey)
{
    if (pkey)
        EVP_PKEY_free(pkey->evp);
}
