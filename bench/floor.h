/* floor.h - the bare primitive under each operation: libcrypto with everything prepared outside.
 *
 * It works on the same bytes as the library and knows nothing of tokens.
 */
#ifndef BENCH_FLOOR_H
#define BENCH_FLOOR_H

#include "measure.h"
#include "subject.h"

typedef struct bench_floor {
    bench_op verify;
    bench_op sign;
    bench_op import;
    void (*free)(void *state);
} bench_floor;

/* HMAC from a copied inner and outer state; never HMAC(). */
bench_floor bench_floor_mac(const bench_subject *subject);

/* EVP_PKEY_verify() over a digest made on the spot, or EVP_DigestVerify() where the algorithm
 * hashes by itself; EVP_PKEY_fromdata(). */
bench_floor bench_floor_pkey(const bench_subject *subject);

#endif
