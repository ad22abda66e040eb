/* rsa_complete.c - the primes of an RSA key from its two exponents.
 *
 * How it works (NIST SP 800-56B, C.1): e d - 1 is a multiple of the order of every number modulo n.
 * Write it as 2^t r with r odd. Then g^r, squared up to t times, reaches 1, and the last number
 * before it is a square root of 1. In half of the cases that is neither 1 nor -1: it is 1 modulo
 * one prime and -1 modulo the other, so that root - 1 shares exactly one prime with n.
 */
#include "crypto/rsa_check.h"

#define RSA_BASES 100 /* each fails with a chance of one half: SP 800-56B's own bound */

typedef struct rsa_search {
    BN_CTX *context;
    const BIGNUM *n;
    BIGNUM *n_less; /* n - 1: the root -1 */
    BIGNUM *r;
    int t;
    BIGNUM *root;
    BIGNUM *square;
} rsa_search;

/* n_less, r and t; false when libcrypto fails or e d - 1 is no multiple. */
static bool rsa_search_start(rsa_search *search, const lan_rsa *rsa, BN_CTX *context)
{
    *search = (rsa_search){ .context = context,
                            .n = rsa->part[LAN_RSA_N],
                            .n_less = BN_CTX_get(context),
                            .r = BN_CTX_get(context),
                            .root = BN_CTX_get(context),
                            .square = BN_CTX_get(context) };
    if (!search->square || !BN_copy(search->n_less, search->n) ||
        BN_sub_word(search->n_less, 1) != 1 ||
        BN_mul(search->r, rsa->part[LAN_RSA_D], rsa->part[LAN_RSA_E], context) != 1 ||
        BN_sub_word(search->r, 1) != 1 || BN_is_zero(search->r))
        return false;
    while (!BN_is_bit_set(search->r, search->t))
        search->t++;
    return BN_rshift(search->r, search->r, search->t) == 1;
}

/* Leaves in root a square root of 1 other than 1 and -1. 1; 0: not with this base; -1: failed, or
 * the exponents do not belong together: then no base reaches 1, and a hundred of them would take
 * minutes with a long modulus. */
static int rsa_search_root(rsa_search *search, unsigned long base)
{
    if (BN_set_word(search->root, base) != 1 ||
        BN_mod_exp(search->root, search->root, search->r, search->n, search->context) != 1)
        return -1;
    for (int i = 0; i < search->t; i++) {
        if (BN_is_one(search->root) || BN_cmp(search->root, search->n_less) == 0)
            return 0;
        if (BN_mod_sqr(search->square, search->root, search->n, search->context) != 1)
            return -1;
        if (BN_is_one(search->square))
            return 1;
        BN_swap(search->root, search->square);
    }
    return -1;
}

static bool rsa_split(rsa_search *search, lan_rsa *rsa)
{
    int found = 0;

    for (unsigned long base = 2; base < 2 + RSA_BASES && found == 0; base++)
        found = rsa_search_root(search, base);
    return found == 1 && BN_sub_word(search->root, 1) == 1 &&
           BN_gcd(rsa->part[LAN_RSA_P], search->root, search->n, search->context) == 1 &&
           BN_div(rsa->part[LAN_RSA_Q], NULL, search->n, rsa->part[LAN_RSA_P], search->context) ==
               1;
}

/* dp = d mod p - 1, and dq. */
static bool rsa_remainder(lan_rsa *rsa, lan_rsa_part prime, lan_rsa_part remainder, BN_CTX *context)
{
    BIGNUM *less = BN_CTX_get(context);

    return less && BN_copy(less, rsa->part[prime]) && BN_sub_word(less, 1) == 1 &&
           BN_mod(rsa->part[remainder], rsa->part[LAN_RSA_D], less, context) == 1;
}

static bool rsa_derive(lan_rsa *rsa, BN_CTX *context)
{
    rsa_search search;

    if (!rsa_search_start(&search, rsa, context) || !rsa_split(&search, rsa))
        return false;
    /* p is the larger one, as everyone writes it. */
    if (BN_cmp(rsa->part[LAN_RSA_P], rsa->part[LAN_RSA_Q]) < 0)
        BN_swap(rsa->part[LAN_RSA_P], rsa->part[LAN_RSA_Q]);
    return rsa_remainder(rsa, LAN_RSA_P, LAN_RSA_DP, context) &&
           rsa_remainder(rsa, LAN_RSA_Q, LAN_RSA_DQ, context) &&
           BN_mod_inverse(rsa->part[LAN_RSA_QI], rsa->part[LAN_RSA_Q], rsa->part[LAN_RSA_P],
                          context) != NULL;
}

lanyard_status lan_rsa_complete(lan_rsa *rsa, lanyard_error *err)
{
    lan_auto(BN_CTX) *context = BN_CTX_secure_new();

    if (!context)
        return lan_fail(err, LANYARD_E_NO_MEMORY, "memory", 0);
    for (size_t i = LAN_RSA_P; i < LAN_RSA_PARTS; i++) {
        rsa->part[i] = BN_new();
        if (!rsa->part[i])
            return lan_fail(err, LANYARD_E_NO_MEMORY, "memory", 0);
    }
    if (BN_is_zero(rsa->part[LAN_RSA_D]) || BN_cmp(rsa->part[LAN_RSA_D], rsa->part[LAN_RSA_N]) >= 0)
        return lan_fail(err, LANYARD_E_KEY_INVALID, "key:d", 0);
    BN_CTX_start(context);

    bool is_derived = rsa_derive(rsa, context);

    BN_CTX_end(context);
    return is_derived ? LANYARD_OK : lan_crypto_fail(err, LANYARD_E_KEY_INVALID, "key:d");
}
