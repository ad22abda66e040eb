/* measure.h - an operation and its floor, timed in turns. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stddef.h>

/* One call of the operation; turn counts up, so that each call may take another token. */
typedef struct bench_op {
    void (*run)(void *state, size_t turn);
    void *state;
} bench_op;

typedef struct bench_times {
    double ns;
    double floor_ns;
} bench_times;

/* How it works: both run in slices of a fraction of a millisecond, one after the other, so that
 * whatever slows the machine down slows both. The median slice of each counts, in CPU time of this
 * thread. */
bench_times bench_measure(bench_op ours, bench_op floor, double seconds);

#endif
