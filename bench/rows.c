/* rows.c - one line of output: an operation timed and its memory counted; see rows.h. */
#include "rows.h"
#include <stdlib.h>
#include <string.h>
#include "count.h"
#include "fail.h"

/* So many calls are counted: they take the same each time. */
#define COUNTED 32u

static void row_run_all(const bench_kind *kind, bench_job *job)
{
    for (size_t turn = 0; turn < COUNTED; turn++)
        kind->run(job, turn);
}

static void row_count(const bench_kind *kind, bench_job *job, bench_row *row)
{
    bench_count count = { 0 };
    uint64_t libcrypto_before = 0;

    job->mem.alloc = bench_counting(&count);
    row_run_all(kind, job); /* fills the worker */
    count = (bench_count){ 0 };
    libcrypto_before = bench_libcrypto_calls();
    row_run_all(kind, job);
    row->allocs = (double)count.calls / COUNTED;
    row->bytes = (double)count.bytes / COUNTED;
    row->libcrypto_allocs = (double)(bench_libcrypto_calls() - libcrypto_before) / COUNTED;
}

static void row_count_first(const bench_kind *kind, bench_job *job, bench_row *row)
{
    size_t first_len = lanyard_verify_mem(row->token_len);
    void *first = bench_alloc(first_len); /* malloc's alignment will do */
    bench_count count = { 0 };

    job->mem.alloc = bench_counting(&count);
    job->mem.first = first;
    job->mem.first_len = first_len;
    row_run_all(kind, job);
    row->first_allocs = (double)count.calls / COUNTED;
    job->mem.first = NULL;
    free(first);
}

bench_row bench_row_measure(const bench_kind *kind, const bench_subject *subject,
                            const bench_floor *floor, double seconds)
{
    bench_row row = { .op = kind->name, .alg = subject->alg->name };
    bench_job job = { .subject = subject,
                      .mem = { .worker = subject->worker },
                      .worker = subject->worker };

    row.token_len = strcmp(kind->name, "import") == 0 ? subject->import.len : subject->token_len;
    row_count(kind, &job, &row);
    row_count_first(kind, &job, &row);
    job.mem.alloc = (lanyard_alloc){ 0 };
    row.times = bench_measure((bench_op){ kind->run, &job }, kind->floor(floor), seconds);
    return row;
}
