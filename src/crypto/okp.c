/* okp.c - Ed25519 and Ed448 keys (RFC 8037, 2). */
#include "crypto/okp_point.h"
#include "crypto/pkey_type.h"

lanyard_status lan_okp_build(const lan_pkey_type *type, const lan_numbers *numbers, EVP_PKEY **evp,
                             lanyard_error *err)
{
    lan_bytes d = numbers->d;

    if (numbers->x.len != type->number_len)
        return lan_fail(err, LANYARD_E_KEY_INVALID, "key:x", 0);
    if (d.len != 0 && d.len != type->number_len)
        return lan_fail(err, LANYARD_E_KEY_INVALID, "key:d", 0);
    if (d.len == 0)
        *evp =
            EVP_PKEY_new_raw_public_key_ex(NULL, type->name, NULL, numbers->x.ptr, numbers->x.len);
    else
        *evp = EVP_PKEY_new_raw_private_key_ex(NULL, type->name, NULL, d.ptr, d.len);
    if (!*evp)
        return lan_crypto_fail(err, LANYARD_E_CRYPTO, "key");

    /* RFC 8037, 2: x belongs to d. A signature made with another x gives d away. */
    uint8_t x[LAN_OKP_LEN_MAX];
    size_t x_len = sizeof x;

    if (EVP_PKEY_get_raw_public_key(*evp, x, &x_len) != 1)
        return lan_crypto_fail(err, LANYARD_E_CRYPTO, "key");
    if (!lan_str_eq((lan_str){ (const char *)x, x_len }, lan_str_of_bytes(numbers->x)))
        return lan_fail(err, LANYARD_E_KEY_INVALID, "key:x", 0);
    return LANYARD_OK;
}

lanyard_status lan_okp_check(lan_pkey *pkey, lanyard_error *err)
{
    uint8_t x[LAN_OKP_LEN_MAX];
    size_t x_len = sizeof x;
    size_t d_len = 0;

    if (EVP_PKEY_get_raw_public_key(pkey->evp, x, &x_len) != 1)
        return lan_crypto_fail(err, LANYARD_E_CRYPTO, "key");
    TRY(lan_okp_point_check((lan_bytes){ x, x_len }, err));
    pkey->is_private = EVP_PKEY_get_raw_private_key(pkey->evp, NULL, &d_len) == 1;
    return LANYARD_OK;
}

lanyard_status lan_okp_numbers(const lan_pkey *pkey, bool with_private, lan_arena *arena,
                               lan_numbers *numbers, lanyard_error *err)
{
    size_t x_len = pkey->type->number_len;
    size_t d_len = x_len;
    uint8_t *x = lan_arena_alloc(arena, x_len);
    uint8_t *d = with_private ? lan_arena_alloc(arena, d_len) : NULL;

    if (!x || (with_private && !d))
        return lan_no_memory(err);
    if (EVP_PKEY_get_raw_public_key(pkey->evp, x, &x_len) != 1 ||
        (with_private && EVP_PKEY_get_raw_private_key(pkey->evp, d, &d_len) != 1))
        return lan_crypto_fail(err, LANYARD_E_CRYPTO, "key");
    numbers->x = (lan_bytes){ x, x_len };
    numbers->d = (lan_bytes){ d, with_private ? d_len : 0 };
    return LANYARD_OK;
}
