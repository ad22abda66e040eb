/* curve.c - the curves and parameter sets that keys come in; see curve.h.
 *
 * RFC 7518, 6.2.1; RFC 8812, 3.1; RFC 8037, 2; RFC 9964. X25519 and X448 agree on keys and sign
 * nothing, so they are not here.
 */
#include "key/curve.h"

static const lan_curve curves[] = {
    { "P-256", LAN_KTY_EC, 256, 32, 32 },          { "P-384", LAN_KTY_EC, 384, 48, 48 },
    { "P-521", LAN_KTY_EC, 521, 66, 66 },          { "secp256k1", LAN_KTY_EC, 256, 32, 32 },
    { "Ed25519", LAN_KTY_OKP, 256, 32, 32 },       { "Ed448", LAN_KTY_OKP, 456, 57, 57 },
    { "ML-DSA-44", LAN_KTY_AKP, 10496, 1312, 32 }, { "ML-DSA-65", LAN_KTY_AKP, 15616, 1952, 32 },
    { "ML-DSA-87", LAN_KTY_AKP, 20736, 2592, 32 },
};

const lan_curve *lan_curve_find(lan_str name)
{
    for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
        if (lan_str_eq(lanyard_str_of(curves[i].name), name))
            return &curves[i];
    return NULL;
}
