/* count.h - how much memory is taken: by the library, and by libcrypto. */
#ifndef BENCH_COUNT_H
#define BENCH_COUNT_H

#include <stdint.h>
#include <lanyard/mem.h>

typedef struct bench_count {
    uint64_t calls;
    uint64_t bytes;
} bench_count;

/* malloc and free, counted in *count, which must outlive what is made with it. */
lanyard_alloc bench_counting(bench_count *count);

/* Lets libcrypto's allocations be counted; must be the first call into it. */
void bench_count_libcrypto(void);

/* libcrypto's allocations on this thread so far. */
uint64_t bench_libcrypto_calls(void);

#endif
