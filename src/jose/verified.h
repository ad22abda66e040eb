/* verified.h - bytes we may believe: made by the signature check alone. */
#ifndef LAN_JOSE_VERIFIED_H
#define LAN_JOSE_VERIFIED_H

#include "jose/choose.h"

typedef struct lan_verified {
    lan_bytes payload;
    const lan_alg *alg;
    size_t key_index;
} lan_verified;

/* RFC 7515, 5.2: over the bytes as received. Tries the chosen keys in their order. */
lanyard_status lan_signature_check(const lanyard_untrusted *untrusted, const lan_choice *choice,
                                   lan_verified *verified, lanyard_error *err);

#endif
