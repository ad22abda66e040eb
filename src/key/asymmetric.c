/* asymmetric.c - a key that libcrypto holds becomes one of ours: its type, numbers and lengths. */
#include "key/curve.h"
#include "key/key.h"

#define RSA_BITS_MIN 2048u  /* RFC 7518, 3.3 */
#define RSA_BITS_MAX 16384u /* libcrypto verifies with no larger one */

static lanyard_status asymmetric_check_rsa(const lanyard_key *key, lanyard_error *err)
{
    if (key->bits > RSA_BITS_MAX)
        return lan_fail_saying(err, LANYARD_E_KEY_UNSUPPORTED, "key:n", 0,
                               "an RSA modulus of more than 16384 bits");
    if (key->bits >= RSA_BITS_MIN || key->allow_short)
        return LANYARD_OK;
    lan_fail_saying(err, LANYARD_E_KEY_WEAK, "key:n", 0, "an RSA modulus of ");
    lan_detail_int(err, (int64_t)key->bits);
    lan_detail(err, " bits where 2048 are needed");
    return LANYARD_E_KEY_WEAK;
}

/* RFC 9964: an AKP key is for one algorithm, which stands in for the curve. */
static lanyard_status asymmetric_pin(lanyard_key *key, lanyard_error *err)
{
    key->alg = lan_alg_find(lanyard_str_of(key->crv));
    return key->alg ? LANYARD_OK : lan_fail(err, LANYARD_E_KEY_UNSUPPORTED, "key:alg", 0);
}

static lanyard_status asymmetric_fill(lanyard_key *key, lanyard_error *err)
{
    lan_numbers numbers = { 0 };

    TRY(lan_pkey_numbers(key->pkey, false, &key->arena, &numbers, err));
    if (numbers.kind == LAN_PKEY_RSA) {
        key->kty = LAN_KTY_RSA;
        key->bits = numbers.bits;
    } else {
        const lan_curve *curve = lan_curve_find(lanyard_str_of(numbers.crv));

        if (!curve)
            return lan_fail(err, LANYARD_E_KEY_UNSUPPORTED, "key:crv", 0);
        key->kty = curve->kty;
        key->crv = curve->name;
        key->bits = curve->bits;
    }
    key->signature_len = numbers.signature_len;
    key->is_private = lan_pkey_is_private(key->pkey);
    key->n = numbers.n;
    key->e = numbers.e;
    key->x = numbers.x;
    key->y = numbers.y;
    key->pub = numbers.pub;
    if (key->kty == LAN_KTY_RSA)
        return asymmetric_check_rsa(key, err);
    return key->kty == LAN_KTY_AKP ? asymmetric_pin(key, err) : LANYARD_OK;
}

lanyard_status lan_key_set_pkey(lanyard_key *key, lan_pkey *pkey, lanyard_error *err)
{
    key->pkey = pkey;
    return asymmetric_fill(key, err);
}

lanyard_status lan_key_set_numbers(lanyard_key *key, const lan_numbers *numbers, lanyard_error *err)
{
    lan_pkey *pkey = NULL;

    TRY(lan_pkey_from_numbers(numbers, &pkey, err));
    return lan_key_set_pkey(key, pkey, err);
}
