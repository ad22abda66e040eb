/* subject.h - what is measured of one algorithm: its keys, tokens and rules, made beforehand. */
#ifndef BENCH_SUBJECT_H
#define BENCH_SUBJECT_H

#include <lanyard.h>

#define BENCH_TOKENS   256u /* distinct, in rotation */
#define BENCH_ISSUER   "https://id.example.com"
#define BENCH_AUDIENCE "https://api.example.com"
#define BENCH_NOW      1800000000 /* the clock of every measurement */

typedef struct bench_subject {
    const lanyard_alg_info *alg;
    lanyard_key *key;                 /* private, or the secret */
    lanyard_buf import;               /* what a verifier reads: the public JWK, or the secret */
    lanyard_key_format import_format; /* of that */
    lanyard_keyset *keys;             /* made of that */
    lanyard_policy *policy;           /* this algorithm; iss, aud and exp checked */
    lanyard_issuer *issuer;           /* adds iss, aud, exp and iat */
    lanyard_worker *worker;
    lanyard_buf claims[BENCH_TOKENS]; /* the caller's part of them */
    lanyard_buf tokens[BENCH_TOKENS];
    lanyard_bytes signing_inputs[BENCH_TOKENS];
    lanyard_buf signatures[BENCH_TOKENS]; /* as JOSE writes them */
    size_t claims_len;                    /* of a whole payload */
    size_t token_len;
} bench_subject;

/* Ends the program when anything fails. */
bench_subject *bench_subject_new(const lanyard_alg_info *alg);
void bench_subject_free(bench_subject *subject);

#endif
