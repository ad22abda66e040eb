/* threads.c - several threads that share one policy and one set of keys; see threads.h. */
#include "threads.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include "clock.h"
#include "fail.h"

#define ROUNDS 5u
#define LINE   128u /* two cache lines: neighbors are fetched in pairs */

typedef struct thread_lane {
    _Alignas(LINE) const bench_kind *verify;
    const bench_subject *subject;
    atomic_int *is_over;
    pthread_t thread;
    double calls;
    double cpu_ns;
} thread_lane;

static void *thread_run(void *argument)
{
    thread_lane *lane = argument;
    bench_job job = { .subject = lane->subject };
    double start = 0;
    size_t turn = 0;

    bench_must(lanyard_worker_new(NULL, &job.worker, NULL), NULL, "making a worker");
    job.mem.worker = job.worker;
    start = bench_cpu_ns();
    while (!atomic_load_explicit(lane->is_over, memory_order_relaxed))
        lane->verify->run(&job, turn++);
    lane->cpu_ns = bench_cpu_ns() - start;
    lane->calls = (double)turn;
    lanyard_worker_free(job.worker);
    return NULL;
}

typedef struct thread_rate {
    double wall; /* calls a second, all lanes */
    double cpu;  /* calls a second of CPU time, summed over lanes */
} thread_rate;

static thread_rate threads_run(const bench_subject *subject, size_t threads, double seconds)
{
    thread_lane *lanes = aligned_alloc(LINE, threads * sizeof *lanes);
    struct timespec pause = { (time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9) };
    atomic_int is_over = 0;
    thread_rate rate = { 0 };
    double start = bench_wall_ns();

    if (!lanes)
        bench_fail("memory");
    for (size_t i = 0; i < threads; i++) {
        lanes[i] =
            (thread_lane){ .verify = bench_kind_at(0), .subject = subject, .is_over = &is_over };
        if (pthread_create(&lanes[i].thread, NULL, thread_run, &lanes[i]) != 0)
            bench_fail("starting a thread");
    }
    nanosleep(&pause, NULL);
    atomic_store(&is_over, 1);
    for (size_t i = 0; i < threads; i++)
        pthread_join(lanes[i].thread, NULL);

    double wall = bench_wall_ns() - start;

    for (size_t i = 0; i < threads; i++) {
        rate.wall += lanes[i].calls / wall;
        rate.cpu += lanes[i].calls / lanes[i].cpu_ns;
    }
    free(lanes);
    return rate;
}

bench_scaling bench_threads_measure(const bench_subject *subject, size_t threads, double seconds)
{
    bench_scaling scaling = { .alg = subject->alg->name, .threads = threads };
    thread_rate one = { 0 };
    thread_rate all = { 0 };

    for (size_t i = 0; i < ROUNDS; i++) {
        thread_rate alone = threads_run(subject, 1, seconds / ROUNDS / 2);
        thread_rate together = threads_run(subject, threads, seconds / ROUNDS / 2);

        one.wall = alone.wall > one.wall ? alone.wall : one.wall;
        one.cpu = alone.cpu > one.cpu ? alone.cpu : one.cpu;
        all.wall = together.wall > all.wall ? together.wall : all.wall;
        all.cpu = together.cpu > all.cpu ? together.cpu : all.cpu;
    }
    scaling.ratio = all.wall / one.wall;
    scaling.cpu_ratio = all.cpu / one.cpu;
    return scaling;
}
