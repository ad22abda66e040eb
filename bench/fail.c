/* fail.c - a measurement that goes wrong ends the program; see fail.h. */
#include "fail.h"
#include <stdio.h>
#include <stdlib.h>

void bench_fail(const char *what)
{
    fprintf(stderr, "lanyard-bench: %s failed\n", what);
    exit(3);
}

void bench_must(lanyard_status status, const lanyard_error *err, const char *what)
{
    if (status == LANYARD_OK)
        return;
    fprintf(stderr, "lanyard-bench: %s: %s (%s)\n", what, lanyard_status_name(status),
            err ? err->detail : "");
    exit(3);
}

void bench_must_be_one(int answer, const char *what)
{
    if (answer != 1)
        bench_fail(what);
}

void *bench_alloc(size_t len)
{
    void *memory = calloc(1, len);

    if (!memory)
        bench_fail("memory");
    return memory;
}
