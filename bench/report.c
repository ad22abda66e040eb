/* report.c - what was measured, for people and for programs; see report.h. */
#include "report.h"
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MODEL_MAX 128

/* The processor's name; "unknown" where Linux does not say. */
static void report_model(char model[MODEL_MAX])
{
    FILE *file = fopen("/proc/cpuinfo", "r");
    char line[256];
    const char *name = NULL;

    snprintf(model, MODEL_MAX, "unknown");
    while (file && !name && fgets(line, sizeof line, file))
        if (strncmp(line, "model name", 10) == 0 && (name = strchr(line, ':')))
            snprintf(model, MODEL_MAX, "%.*s", (int)strcspn(name + 2, "\n\"\\"), name + 2);
    if (file)
        (void)fclose(file);
}

static const char *report_compiler(void)
{
#if defined(__clang__)
    return "clang " __clang_version__;
#else
    return "gcc " __VERSION__;
#endif
}

static double report_ratio(const bench_row *row)
{
    return row->times.ns / row->times.floor_ns;
}

static void report_row_json(const bench_row *row, const char *end)
{
    printf("    {\"op\": \"%s\", \"alg\": \"%s\", \"mode\": \"cold\", \"ns\": %.1f, "
           "\"floor_ns\": %.1f, \"ratio\": %.3f, \"allocs\": %g, \"bytes\": %.0f, "
           "\"allocs_first_chunk\": %g, \"allocs_libcrypto\": %g, \"text_len\": %zu}%s\n",
           row->op, row->alg, row->times.ns, row->times.floor_ns, report_ratio(row), row->allocs,
           row->bytes, row->first_allocs, row->libcrypto_allocs, row->token_len, end);
}

static void report_scaling_json(const bench_scaling *scaling, const char *end)
{
    printf("    {\"op\": \"verify\", \"alg\": \"%s\", \"threads\": %zu, \"ratio\": %.2f, "
           "\"cpu_ratio\": %.2f}%s\n",
           scaling->alg, scaling->threads, scaling->ratio, scaling->cpu_ratio, end);
}

void bench_report_json(const bench_report *report)
{
    char model[MODEL_MAX];

    report_model(model);
    printf("{\n  \"machine\": {\"cpu\": \"%s\", \"cpus\": %ld, \"libcrypto\": \"%s\", "
           "\"compiler\": \"%s\", \"lanyard\": \"%s\"},\n  \"rows\": [\n",
           model, sysconf(_SC_NPROCESSORS_ONLN), OpenSSL_version(OPENSSL_VERSION_STRING),
           report_compiler(), lanyard_version());
    for (size_t i = 0; i < report->rows_count; i++)
        report_row_json(&report->rows[i], i + 1 < report->rows_count ? "," : "");
    printf("  ]");
    if (report->scalings_count > 0)
        printf(",\n  \"threads\": [\n");
    for (size_t i = 0; i < report->scalings_count; i++)
        report_scaling_json(&report->scalings[i], i + 1 < report->scalings_count ? "," : "");
    printf(report->scalings_count > 0 ? "  ]\n}\n" : "\n}\n");
}

void bench_report_table(const bench_report *report)
{
    char model[MODEL_MAX];

    report_model(model);
    printf("%s, libcrypto %s, %s\n\n", model, OpenSSL_version(OPENSSL_VERSION_STRING),
           report_compiler());
    printf("%-7s %-10s %10s %10s %6s %7s %7s %7s %7s\n", "op", "alg", "ns", "floor ns", "ratio",
           "allocs", "bytes", "first", "libc'o");
    for (size_t i = 0; i < report->rows_count; i++) {
        const bench_row *row = &report->rows[i];

        printf("%-7s %-10s %10.0f %10.0f %6.2f %7.3g %7.0f %7.3g %7.3g\n", row->op, row->alg,
               row->times.ns, row->times.floor_ns, report_ratio(row), row->allocs, row->bytes,
               row->first_allocs, row->libcrypto_allocs);
    }
    for (size_t i = 0; i < report->scalings_count; i++)
        printf("verify  %-10s on %zu threads: %.2f times one (%.2f by CPU time)\n",
               report->scalings[i].alg, report->scalings[i].threads, report->scalings[i].ratio,
               report->scalings[i].cpu_ratio);
}
