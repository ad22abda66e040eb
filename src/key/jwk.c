/* jwk.c - the members of a JWK; see jwk.h. */
#include "key/jwk.h"

#define OF(name) offsetof(lan_jwk_numbers, of.name)
#define PUBLIC(kty, name, field)                                                                   \
    {                                                                                              \
        LAN_KTY_##kty, name, "key:" name, field, false                                             \
    }
#define SECRET(kty, name, field)                                                                   \
    {                                                                                              \
        LAN_KTY_##kty, name, "key:" name, field, true                                              \
    }

static const lan_jwk_member members[] = {
    SECRET(OCT, "k", offsetof(lan_jwk_numbers, k)),
    PUBLIC(RSA, "n", OF(n)),
    PUBLIC(RSA, "e", OF(e)),
    SECRET(RSA, "d", OF(d)),
    SECRET(RSA, "p", OF(p)),
    SECRET(RSA, "q", OF(q)),
    SECRET(RSA, "dp", OF(dp)),
    SECRET(RSA, "dq", OF(dq)),
    SECRET(RSA, "qi", OF(qi)),
    PUBLIC(EC, "x", OF(x)),
    PUBLIC(EC, "y", OF(y)),
    SECRET(EC, "d", OF(d)),
    PUBLIC(OKP, "x", OF(x)),
    SECRET(OKP, "d", OF(d)),
    PUBLIC(AKP, "pub", OF(pub)),
    SECRET(AKP, "priv", OF(seed)),
};

const lan_jwk_member *lan_jwk_member_at(size_t index)
{
    return index < sizeof members / sizeof *members ? &members[index] : NULL;
}

static const lan_jwk_op operations[] = {
    { "sign", LAN_OP_SIGN, LAN_OP_VERIFY },
    { "verify", LAN_OP_VERIFY, LAN_OP_VERIFY },
    { "encrypt", LAN_OP_ENCRYPT, LAN_OP_ENCRYPT },
    { "decrypt", LAN_OP_DECRYPT, LAN_OP_ENCRYPT },
    { "wrapKey", LAN_OP_WRAP, LAN_OP_WRAP },
    { "unwrapKey", LAN_OP_UNWRAP, LAN_OP_WRAP },
    { "deriveKey", LAN_OP_DERIVE, 0 },
    { "deriveBits", LAN_OP_DERIVE_BITS, 0 },
};

const lan_jwk_op *lan_jwk_op_at(size_t index)
{
    return index < sizeof operations / sizeof *operations ? &operations[index] : NULL;
}
