/* rows.h - the operations measured, one line of output each. */
#ifndef BENCH_ROWS_H
#define BENCH_ROWS_H

#include "floor.h"

typedef struct bench_row {
    const char *op;
    const char *alg;
    bench_times times;
    size_t token_len;        /* of verify and sign: the token's; of import: the key's text */
    double allocs;           /* of the library, an operation */
    double bytes;            /* in those */
    double first_allocs;     /* the same with a first chunk given; where it cannot be: as allocs */
    double libcrypto_allocs; /* of libcrypto, an operation */
} bench_row;

/* An operation: what it is called, how one call of it goes and what its floor is. */
typedef struct bench_kind {
    const char *name;
    void (*run)(void *state, size_t turn); /* state: a bench_job */
    bench_op (*floor)(const bench_floor *floor);
} bench_kind;

typedef struct bench_job {
    const bench_subject *subject;
    lanyard_mem mem;
    lanyard_worker *worker;
} bench_job;

/* Iterate from 0; NULL past the end. */
const bench_kind *bench_kind_at(size_t index);

bench_row bench_row_measure(const bench_kind *kind, const bench_subject *subject,
                            const bench_floor *floor, double seconds);

#endif
