/* signature.c - the signature check, the one place where bytes become verified. */
#include "jose/verified.h"

static lanyard_status signature_try(const lanyard_untrusted *untrusted, const lan_alg *alg,
                                    const lanyard_key *key, lanyard_error *err)
{
    lan_bytes signature = untrusted->parts.signature.bytes;

    /* RFC 7518, 3: every algorithm has one length of signature for a key. */
    if (signature.len != lan_signature_len(alg, key))
        return lan_fail(err, LANYARD_E_SIGNATURE, "signature", 0);
    return alg->verify(alg, key, lan_bytes_of(untrusted->parts.signing_input), signature,
                       untrusted->worker, err);
}

lanyard_status lan_signature_check(const lanyard_untrusted *untrusted, const lan_choice *choice,
                                   lan_verified *verified, lanyard_error *err)
{
    lanyard_status status = LANYARD_E_SIGNATURE;
    const lan_parts *parts = &untrusted->parts;
    lanyard_error last = { 0 }; /* a key that fails before one that holds is no error */

    for (size_t i = 0; i < choice->count && status == LANYARD_E_SIGNATURE; i++) {
        status = signature_try(untrusted, choice->alg, choice->keys[i], &last);
        if (status == LANYARD_OK)
            *verified = (lan_verified){ .payload = parts->payload.bytes,
                                        .alg = choice->alg,
                                        .key_index = choice->indexes[i] };
    }
    if (status == LANYARD_E_SIGNATURE)
        return lan_fail(err, status, "signature", lan_part_offset(parts, &parts->signature, 0));
    if (status != LANYARD_OK && err)
        *err = last;
    return status;
}
