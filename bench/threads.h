/* threads.h - several threads that share one policy and one set of keys. */
#ifndef BENCH_THREADS_H
#define BENCH_THREADS_H

#include "report.h"

#define BENCH_THREADS_MAX 64u

/* Verifies on that many threads and on one, in turns. */
bench_scaling bench_threads_measure(const bench_subject *subject, size_t threads, double seconds);

#endif
