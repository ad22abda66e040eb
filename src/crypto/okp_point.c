/* okp_point.c - the checks of RFC 8032, 5.1.3 and 5.2.3, and small order besides; see okp_point.h.
 *
 * How it works: an encoding is y, little-endian, with the sign of x in the top bit. libcrypto finds
 * out only when it verifies, and then takes y at or above the prime and points of small order, for
 * which one signature holds for many messages ("Taming the many EdDSAs", 2020, 2). So:
 *
 *   y < p                                   else a second encoding of a point
 *   y not that of a small order             0, 1, -1; on Ed25519 also two of order 8
 *   (y^2 - 1) / (d y^2 - a) is a square     else no x belongs to y; a = -1 or 1
 *
 * A quotient is a square exactly when the product is (Euler), and the symbol of Kronecker tells.
 */
#include "crypto/okp_point.h"
#include "crypto/libcrypto.h"

typedef struct okp_curve {
    size_t len;
    const char *prime;
    const char *d;
    int a_is_minus_one;
    const char *small[2]; /* the y of order 8 */
} okp_curve;

/* RFC 8032, 5.1 and 5.2. Of Ed448 d is -39081. */
static const okp_curve okp_curves[] = {
    { .len = 32,
      .prime = "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed",
      .d = "52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3",
      .a_is_minus_one = 1,
      .small = { "7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7",
                 "05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826" } },
    { .len = 57,
      .prime = "fffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffffffffffffffffffff"
               "ffffffffffffffffffffffffffffffff",
      .d = "fffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffffffffffffffffffff"
           "ffffffffffffffffffffffffffff6756" },
};

static const okp_curve *okp_curve_find(size_t len)
{
    return len == okp_curves[0].len ? &okp_curves[0] : &okp_curves[1];
}

/* y without the sign of x. */
static BIGNUM *okp_y(lan_bytes x, BN_CTX *context)
{
    uint8_t y[LAN_OKP_LEN_MAX];
    BIGNUM *number = BN_CTX_get(context);

    memcpy(y, x.ptr, x.len);
    y[x.len - 1] &= 0x7f;
    return number ? BN_lebin2bn(y, (int)x.len, number) : NULL;
}

static BIGNUM *okp_constant(const char *hex, BN_CTX *context)
{
    BIGNUM *number = BN_CTX_get(context);

    return number && BN_hex2bn(&number, hex) > 0 ? number : NULL;
}

/* 1, 0, or -1 when there is no memory. */
static int okp_is_small(const okp_curve *curve, const BIGNUM *y, const BIGNUM *prime,
                        BN_CTX *context)
{
    BIGNUM *sum = BN_CTX_get(context);

    if (!sum || BN_copy(sum, y) == NULL || BN_add_word(sum, 1) != 1)
        return -1;
    if (BN_is_zero(y) || BN_is_one(y) || BN_cmp(sum, prime) == 0)
        return 1;
    for (size_t i = 0; i < 2 && curve->small[i]; i++) {
        const BIGNUM *small = okp_constant(curve->small[i], context);

        if (!small)
            return -1;
        if (BN_cmp(y, small) == 0)
            return 1;
    }
    return 0;
}

/* The symbol of (y^2 - 1)(d y^2 - a), or -2 when there is no memory. */
static int okp_symbol(const okp_curve *curve, const BIGNUM *y, const BIGNUM *prime, BN_CTX *context)
{
    const BIGNUM *d = okp_constant(curve->d, context);
    BIGNUM *above = BN_CTX_get(context);
    BIGNUM *below = BN_CTX_get(context);

    if (!d || !above || !below || BN_mod_sqr(above, y, prime, context) != 1 ||
        BN_mod_mul(below, d, above, prime, context) != 1 || BN_sub_word(above, 1) != 1)
        return -2;
    if ((curve->a_is_minus_one ? BN_add_word(below, 1) : BN_sub_word(below, 1)) != 1 ||
        BN_mod_mul(above, above, below, prime, context) != 1)
        return -2;
    return BN_kronecker(above, prime, context);
}

lanyard_status lan_okp_point_check(lan_bytes x, lanyard_error *err)
{
    const okp_curve *curve = okp_curve_find(x.len);
    lan_auto(BN_CTX) *context = BN_CTX_new();

    if (!context)
        return lan_fail(err, LANYARD_E_NO_MEMORY, "memory", 0);
    BN_CTX_start(context);

    const BIGNUM *prime = okp_constant(curve->prime, context);
    const BIGNUM *y = okp_y(x, context);
    bool has_memory = prime && y;
    bool is_canonical = has_memory && BN_cmp(y, prime) < 0;
    int is_small = is_canonical ? okp_is_small(curve, y, prime, context) : 0;
    int symbol = is_canonical && is_small == 0 ? okp_symbol(curve, y, prime, context) : 0;

    BN_CTX_end(context);
    if (!has_memory || is_small == -1 || symbol == -2)
        return lan_fail(err, LANYARD_E_NO_MEMORY, "memory", 0);
    if (!is_canonical)
        return lan_fail_saying(err, LANYARD_E_KEY_INVALID, "key:x", 0,
                               "a coordinate at or above the prime");
    if (is_small)
        return lan_fail_saying(err, LANYARD_E_KEY_INVALID, "key:x", 0, "a point of small order");
    if (symbol != 1)
        return lan_fail_saying(err, LANYARD_E_KEY_INVALID, "key:x", 0, "no point on the curve");
    return LANYARD_OK;
}
