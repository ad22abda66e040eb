/* rsa_roca.c - the mark of a modulus that can be factored; see rsa_roca.h.
 *
 * How it works (Nemec and others, "The Return of Coppersmith's Attack", 2017, 2): the generator
 * made primes k M + (65537^a mod M), with M the product of the first primes. So their product is a
 * power of 65537 modulo each of those. For the primes below the powers do not reach every residue,
 * and what they do reach, all together, is one in 2^27.8.
 */
#include "crypto/rsa_roca.h"
#include <stddef.h>
#include <stdint.h>

/* Up to 167, which M reaches for moduli of 512 bits already. */
static const uint8_t roca_primes[] = { 11, 13, 17,  19,  37,  53,  61,  71, 73,
                                       79, 97, 103, 107, 109, 127, 151, 157 };

static bool roca_is_power(unsigned residue, unsigned prime)
{
    unsigned power = 1;

    do {
        if (power == residue)
            return true;
        power = power * 65537u % prime;
    } while (power != 1);
    return false;
}

bool lan_rsa_is_roca(const BIGNUM *n)
{
    for (size_t i = 0; i < sizeof roca_primes; i++)
        if (!roca_is_power((unsigned)BN_mod_word(n, roca_primes[i]), roca_primes[i]))
            return false;
    return true;
}
