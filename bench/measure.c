/* measure.c - an operation and its floor, timed in turns; see measure.h. */
#include "measure.h"
#include <stdlib.h>
#include "clock.h"

#define SLICE_NS   250e3
#define SLICES_MIN 9u
#define SLICES_MAX 4096u

typedef struct measured {
    bench_op op;
    size_t calls; /* in a slice */
    size_t turn;
    double slices[SLICES_MAX];
} measured;

static double measure_slice(measured *self)
{
    double start = bench_cpu_ns();

    for (size_t i = 0; i < self->calls; i++)
        self->op.run(self->op.state, self->turn++);
    return (bench_cpu_ns() - start) / (double)self->calls;
}

/* Warms up, and settles how many calls make a slice. */
static void measure_prepare(measured *self, bench_op op)
{
    self->op = op;
    self->turn = 0;
    self->calls = 1;
    measure_slice(self);
    while (measure_slice(self) * (double)self->calls < SLICE_NS / 2)
        self->calls *= 2;
}

static int measure_compare(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;

    return (a > b) - (a < b);
}

static double measure_median(double *slices, size_t count)
{
    qsort(slices, count, sizeof *slices, measure_compare);
    return slices[count / 2];
}

bench_times bench_measure(bench_op ours, bench_op floor, double seconds)
{
    static _Thread_local measured our_side;
    static _Thread_local measured floor_side;
    size_t count = 0;

    measure_prepare(&our_side, ours);
    measure_prepare(&floor_side, floor);
    for (double end = bench_wall_ns() + seconds * 1e9;
         count < SLICES_MIN || (count < SLICES_MAX && bench_wall_ns() < end); count++) {
        our_side.slices[count] = measure_slice(&our_side);
        floor_side.slices[count] = measure_slice(&floor_side);
    }
    return (bench_times){ measure_median(our_side.slices, count),
                          measure_median(floor_side.slices, count) };
}
