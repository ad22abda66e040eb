/* fail.h - a measurement that goes wrong ends the program: a number over failures would lie. */
#ifndef BENCH_FAIL_H
#define BENCH_FAIL_H

#include <lanyard.h>

/* Says what failed and ends with status 3. */
_Noreturn void bench_fail(const char *what);

/* The same unless status is LANYARD_OK, with what err says. */
void bench_must(lanyard_status status, const lanyard_error *err, const char *what);

/* For libcrypto: anything but 1 is a failure. */
void bench_must_be_one(int answer, const char *what);

void *bench_alloc(size_t len);

#endif
