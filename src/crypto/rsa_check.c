/* rsa_check.c - the arithmetic of an RSA key; see rsa_check.h.
 *
 * libcrypto's own check proves both primes, at 30 ms for 2048 bits and minutes for 16384. Here the
 * relations are checked exactly, and that the factors are prime by Fermat's test with base 2: it
 * finds every mistake. Who makes a composite on purpose harms nobody but the key's owner, and that
 * is who made it.
 */
#include "crypto/rsa_check.h"
#include "crypto/pkey_type.h"
#include "crypto/rsa_roca.h"

#define RSA_SMALL_N_BITS 3072 /* above it, libcrypto verifies with an e of 64 bits at most */
#define RSA_SMALL_E_BITS 64

static lanyard_status rsa_check_n(const BIGNUM *n, lanyard_error *err)
{
    if (!BN_is_odd(n))
        return lan_fail_saying(err, LANYARD_E_KEY_INVALID, "key:n", 0, "an even modulus");
    if (BN_is_one(n))
        return lan_fail_saying(err, LANYARD_E_KEY_INVALID, "key:n", 0, "a modulus of one");
    if (BN_num_bits(n) < (int)LAN_RSA_BITS_MIN)
        return lan_fail_saying(err, LANYARD_E_KEY_WEAK, "key:n", 0, "a modulus below 512 bits");
    if (BN_num_bits(n) > (int)LAN_RSA_BITS_MAX)
        return lan_fail_saying(err, LANYARD_E_KEY_UNSUPPORTED, "key:n", 0,
                               "a modulus above 16384 bits");
    if (lan_rsa_is_roca(n))
        return lan_fail_saying(err, LANYARD_E_KEY_INVALID, "key:n", 0,
                               "a modulus that can be factored (CVE-2017-15361)");
    return LANYARD_OK;
}

/* FIPS 186-5, 5.1 wants 2^16 < e < 2^256; the lower bound is for making keys, and keys with 3 are
 * in use. */
static lanyard_status rsa_check_e(const BIGNUM *n, const BIGNUM *e, lanyard_error *err)
{
    if (!BN_is_odd(e))
        return lan_fail_saying(err, LANYARD_E_KEY_INVALID, "key:e", 0, "an even exponent");
    if (BN_is_one(e))
        return lan_fail_saying(err, LANYARD_E_KEY_INVALID, "key:e", 0, "an exponent of one");
    if (BN_num_bits(e) > (int)LAN_RSA_E_BITS_MAX)
        return lan_fail_saying(err, LANYARD_E_KEY_INVALID, "key:e", 0,
                               "an exponent above 256 bits");
    if (BN_num_bits(n) > RSA_SMALL_N_BITS && BN_num_bits(e) > RSA_SMALL_E_BITS)
        return lan_fail_saying(err, LANYARD_E_KEY_UNSUPPORTED, "key:e", 0,
                               "an exponent above 64 bits with a modulus above 3072");
    return LANYARD_OK;
}

lanyard_status lan_rsa_check_public(const lan_rsa *rsa, lanyard_error *err)
{
    TRY(rsa_check_n(rsa->part[LAN_RSA_N], err));
    return rsa_check_e(rsa->part[LAN_RSA_N], rsa->part[LAN_RSA_E], err);
}

/* What the checks of one prime share. */
typedef struct rsa_work {
    BN_CTX *context;
    BIGNUM *less; /* the prime less one */
    BIGNUM *product;
    BIGNUM *base;
} rsa_work;

static bool rsa_work_start(rsa_work *work, BN_CTX *context)
{
    BN_CTX_start(context);
    *work = (rsa_work){ .context = context,
                        .less = BN_CTX_get(context),
                        .product = BN_CTX_get(context),
                        .base = BN_CTX_get(context) };
    return work->base != NULL;
}

/* 1, 0, or -1 when libcrypto fails. */
static int rsa_is_inverse(const BIGNUM *left, const BIGNUM *right, const BIGNUM *modulus,
                          const rsa_work *work)
{
    if (BN_mod_mul(work->product, left, right, modulus, work->context) != 1)
        return -1;
    return BN_is_one(work->product);
}

static int rsa_is_prime(const BIGNUM *prime, const rsa_work *work)
{
    if (BN_set_word(work->base, 2) != 1 ||
        BN_mod_exp_mont_consttime(work->product, work->base, work->less, prime, work->context,
                                  NULL) != 1)
        return -1;
    return BN_is_one(work->product);
}

/* RFC 8017, 3.2: d and its remainder invert e modulo the prime less one. */
static int rsa_is_half(const lan_rsa *rsa, lan_rsa_part prime, lan_rsa_part remainder,
                       const rsa_work *work)
{
    const BIGNUM *const *part = (const BIGNUM *const *)rsa->part;

    if (!BN_is_odd(part[prime]) || BN_is_one(part[prime]))
        return 0;
    if (!BN_copy(work->less, part[prime]) || BN_sub_word(work->less, 1) != 1)
        return -1;
    if (BN_cmp(part[remainder], part[prime]) >= 0)
        return 0;

    int is_half = rsa_is_inverse(part[remainder], part[LAN_RSA_E], work->less, work);

    if (is_half == 1)
        is_half = rsa_is_inverse(part[LAN_RSA_D], part[LAN_RSA_E], work->less, work);
    return is_half == 1 ? rsa_is_prime(part[prime], work) : is_half;
}

static int rsa_is_whole(const lan_rsa *rsa, const rsa_work *work)
{
    const BIGNUM *const *part = (const BIGNUM *const *)rsa->part;

    if (BN_cmp(part[LAN_RSA_D], part[LAN_RSA_N]) >= 0 ||
        BN_cmp(part[LAN_RSA_QI], part[LAN_RSA_P]) >= 0)
        return 0;
    if (BN_mul(work->product, part[LAN_RSA_P], part[LAN_RSA_Q], work->context) != 1)
        return -1;
    if (BN_cmp(work->product, part[LAN_RSA_N]) != 0)
        return 0;

    int is_whole = rsa_is_half(rsa, LAN_RSA_P, LAN_RSA_DP, work);

    if (is_whole == 1)
        is_whole = rsa_is_half(rsa, LAN_RSA_Q, LAN_RSA_DQ, work);
    if (is_whole == 1)
        is_whole = rsa_is_inverse(part[LAN_RSA_QI], part[LAN_RSA_Q], part[LAN_RSA_P], work);
    return is_whole;
}

lanyard_status lan_rsa_check_private(const lan_rsa *rsa, lanyard_error *err)
{
    lan_auto(BN_CTX) *context = BN_CTX_secure_new();
    rsa_work work;

    for (size_t i = 0; i < LAN_RSA_PARTS; i++)
        if (!rsa->part[i] || BN_is_zero(rsa->part[i]))
            return lan_fail(err, LANYARD_E_KEY_INVALID, "key", 0);
    if (!context)
        return lan_fail(err, LANYARD_E_NO_MEMORY, "memory", 0);

    int is_whole = rsa_work_start(&work, context) ? rsa_is_whole(rsa, &work) : -1;

    BN_CTX_end(context);
    if (is_whole == 1)
        return LANYARD_OK;
    if (is_whole == 0)
        return lan_fail_saying(err, LANYARD_E_KEY_INVALID, "key:d", 0,
                               "private numbers that do not belong together");
    return lan_crypto_fail(err, LANYARD_E_CRYPTO, "key");
}
