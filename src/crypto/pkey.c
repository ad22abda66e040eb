/* pkey.c - an asymmetric key as libcrypto holds it; see pkey.h. */
#include "crypto/pkey.h"
#include <openssl/evp.h>

struct lan_pkey {
    EVP_PKEY *evp;
};

lan_pkey *lan_pkey_ref(lan_pkey *pkey)
{
    EVP_PKEY_up_ref(pkey->evp);
    return pkey;
}

void lan_pkey_free(lan_pkey *pkey)
{
    if (pkey)
        EVP_PKEY_free(pkey->evp);
}
