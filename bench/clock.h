/* clock.h - time on a clock, in nanoseconds. */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#include <time.h>

static inline double bench_ns(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* What this thread has been given of a processor: other programs do not count. */
static inline double bench_cpu_ns(void)
{
    return bench_ns(CLOCK_THREAD_CPUTIME_ID);
}

static inline double bench_wall_ns(void)
{
    return bench_ns(CLOCK_MONOTONIC);
}

#endif
