/* prepared.h - libcrypto's handle for one key, one scheme and one direction, ready to be used. */
#ifndef LAN_CRYPTO_PREPARED_H
#define LAN_CRYPTO_PREPARED_H

#include "crypto/libcrypto.h"
#include "crypto/pkey.h"

typedef enum lan_direction { LAN_SIGN, LAN_VERIFY } lan_direction;

/* One of the two is set; CONFINED, and good for any number of messages. */
typedef struct lan_prepared {
    EVP_PKEY_CTX *of_hash;  /* the scheme has a hash: we make it and hand it over */
    EVP_MD_CTX *of_message; /* it has none: the message is handed over whole */
} lan_prepared;

lanyard_status lan_prepare(const lan_pkey *pkey, lan_scheme scheme, lan_direction direction,
                           lan_prepared *prepared, lanyard_error *err);

void lan_prepared_done(lan_prepared *prepared);

#endif
