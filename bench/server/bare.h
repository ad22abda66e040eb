/* bare.h - what the programs of this folder share. */
#ifndef BENCH_SERVER_BARE_H
#define BENCH_SERVER_BARE_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Seconds of the monotonic clock. */
static inline double now(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

/* Ends the program, and says what was wrong, unless it holds. */
static inline void need(int holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "%s: %s\n", program_invocation_short_name, what);
    exit(1);
}

#endif
