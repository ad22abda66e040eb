/* main.c - lanyard-bench: each operation against its bare primitive. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "count.h"
#include "fail.h"
#include "threads.h"

#define ROWS_MAX 256u

static const char usage[] =
    "usage: lanyard-bench [--quick] [--json] [--alg A[,B]] [--op O[,P]] [--threads N]\n"
    "                     [--count N]\n"
    "\n"
    "Measures verify, sign and import of each algorithm: the median thread CPU time of an\n"
    "operation beside that of the bare primitive over the same bytes, in the same process and\n"
    "in turns. Only the ratio means something on another machine.\n"
    "\n"
    "  --quick      within 20 seconds\n"
    "  --json       one object: machine, rows\n"
    "  --alg A,B    only these algorithms\n"
    "  --op O,P     only these operations: verify, sign, import\n"
    "  --threads N  also verify on N threads that share policy and keys\n"
    "  --count N    only run each operation N times, for counting instructions from outside\n"
    "\n"
    "example: lanyard-bench --quick --alg HS256,ES256 --op verify\n";

typedef struct bench_options {
    bool is_quick;
    bool is_json;
    const char *algs; /* NULL: all */
    const char *ops;  /* likewise */
    size_t threads;
    size_t count;
} bench_options;

/* Is name one of the list, separated by commas? */
static bool options_name(const char *list, const char *name)
{
    size_t len = strlen(name);

    for (const char *at = list; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, name, len) == 0 && (at[len] == '\0' || at[len] == ','))
            return true;
    }
    return !list;
}

static _Noreturn void options_refuse(const char *word)
{
    fprintf(stderr, "lanyard-bench: what is %s?\n%s", word, usage);
    exit(2);
}

static size_t options_number(const char *text, size_t max)
{
    char *end = NULL;
    unsigned long number = text ? strtoul(text, &end, 10) : 0;

    if (number == 0 || number > max || *end != '\0')
        options_refuse(text ? text : "a missing number");
    return number;
}

static const char *options_text(const char *text)
{
    if (!text)
        options_refuse("a missing list");
    return text;
}

static bench_options options_read(char **words)
{
    bench_options options = { 0 };

    for (char **word = words + 1; *word; word++) {
        if (strcmp(*word, "--help") == 0) {
            printf("%s", usage);
            exit(0);
        }
        if (strcmp(*word, "--quick") == 0)
            options.is_quick = true;
        else if (strcmp(*word, "--json") == 0)
            options.is_json = true;
        else if (strcmp(*word, "--alg") == 0)
            options.algs = options_text(*++word);
        else if (strcmp(*word, "--op") == 0)
            options.ops = options_text(*++word);
        else if (strcmp(*word, "--threads") == 0)
            options.threads = options_number(*++word, BENCH_THREADS_MAX);
        else if (strcmp(*word, "--count") == 0)
            options.count = options_number(*++word, 100000000);
        else
            options_refuse(*word);
    }
    return options;
}

static double options_seconds(const bench_options *options)
{
    return options->is_quick ? 0.2 : 1.5;
}

static void main_algorithm(const bench_options *options, const bench_subject *subject,
                           bench_row *rows, bench_report *report)
{
    bool is_secret = strcmp(subject->alg->kty, "oct") == 0;
    bench_floor floor = is_secret ? bench_floor_mac(subject) : bench_floor_pkey(subject);
    const bench_kind *kind = NULL;

    for (size_t i = 0; (kind = bench_kind_at(i)); i++)
        if (options_name(options->ops, kind->name) && report->rows_count < ROWS_MAX)
            rows[report->rows_count++] =
                bench_row_measure(kind, subject, &floor, options_seconds(options));
    floor.free(floor.verify.state);
}

static void main_count(const bench_options *options, const bench_subject *subject)
{
    const bench_kind *kind = NULL;
    bench_job job = { .subject = subject,
                      .mem = { .worker = subject->worker },
                      .worker = subject->worker };

    for (size_t i = 0; (kind = bench_kind_at(i)); i++)
        for (size_t turn = 0; turn < options->count && options_name(options->ops, kind->name);
             turn++)
            kind->run(&job, turn);
}

int main(int argc, char **argv)
{
    static bench_row rows[ROWS_MAX];
    static bench_scaling scalings[ROWS_MAX];
    bench_options options = options_read(argv);
    bench_report report = { .rows = rows, .scalings = scalings };
    const lanyard_alg_info *alg = NULL;

    (void)argc;
    bench_count_libcrypto();
    for (size_t i = 0; (alg = lanyard_alg_at(i)); i++) {
        if (!options_name(options.algs, alg->name) || !lanyard_alg_is_available(alg->name))
            continue;

        bench_subject *subject = bench_subject_new(alg);

        if (options.count > 0)
            main_count(&options, subject);
        else
            main_algorithm(&options, subject, rows, &report);
        if (options.threads > 0 && options.count == 0)
            scalings[report.scalings_count++] =
                bench_threads_measure(subject, options.threads, options_seconds(&options) * 2);
        bench_subject_free(subject);
    }
    if (options.count == 0)
        (options.is_json ? bench_report_json : bench_report_table)(&report);
    return 0;
}
