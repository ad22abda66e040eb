/* report.h - what was measured, for people and for programs. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "rows.h"

typedef struct bench_scaling {
    const char *alg;
    size_t threads;
    double ratio;     /* verifications a second of all threads against one alone */
    double cpu_ratio; /* the same a second of CPU time: what other programs take does not count */
} bench_scaling;

typedef struct bench_report {
    size_t rows_count;
    const bench_row *rows;
    size_t scalings_count;
    const bench_scaling *scalings;
} bench_report;

void bench_report_json(const bench_report *report);
void bench_report_table(const bench_report *report);

#endif
