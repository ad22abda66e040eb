/* oom.h - what happens when memory runs out: an operation is repeated while its first, second,
 * third ... allocation fails, until none fails any more.
 *
 *     static lanyard_status read_one(const lanyard_mem *mem, void *arg)
 *     {
 *         lanyard_json *json = oom_untouched();
 *         lanyard_error err = { 0 };
 *         lanyard_status status = lanyard_json_read("[1]", 3, NULL, mem, &json, &err);
 *
 *         lanyard_json_free(oom_made(status, &err, json));
 *         return status;
 *     }
 *     ...
 *     OOM_WALK(read_one, NULL);
 *
 * An operation makes its objects with mem, gives them back, says what it got, and checks with
 * oom_check() that a failure left its outputs alone. While an allocation fails the walk expects
 * E_NO_MEMORY and nothing else, nothing outstanding afterwards, and success in the end. */
#ifndef TESTS_OOM_OOM_H
#define TESTS_OOM_OOM_H

#include <lanyard/buf.h>
#include <lanyard/error.h>
#include <lanyard/mem.h>
#include <lanyard/status.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define OOM_WALK_MAX 10000u

typedef lanyard_status oom_operation(const lanyard_mem *mem, void *arg);

typedef struct oom_memory {
    size_t calls;
    size_t fail_at; /* the call that fails, from 1; 0: none */
    size_t outstanding;
    size_t is_wrong; /* what was given back was not what was taken */
} oom_memory;

static inline void *oom_alloc(void *ctx, size_t len)
{
    oom_memory *memory = ctx;

    memory->calls++;
    if (memory->calls == memory->fail_at)
        return NULL;
    memory->outstanding += len;
    return malloc(len);
}

static inline void oom_free(void *ctx, void *ptr, size_t len)
{
    oom_memory *memory = ctx;

    memory->is_wrong |= len > memory->outstanding;
    memory->outstanding -= len;
    free(ptr);
}

/* Ends the program at the first thing that is wrong; its exit status is the failure. */
#define oom_check(claim)                                                                           \
    do {                                                                                           \
        if (!(claim)) {                                                                            \
            printf("not ok - %s:%d: %s\n", __FILE__, __LINE__, #claim);                            \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

/* What an output is before the call, and must still be after one that failed. */
static inline void *oom_untouched(void)
{
    static const char untouched;

    return (void *)(uintptr_t)&untouched;
}

/* Ends an operation that makes an object: what its _free() is to be given, NULL after a failure. */
static inline void *oom_made(lanyard_status status, const lanyard_error *err, void *object)
{
    oom_check(status == err->status);
    oom_check((status == LANYARD_OK) == (object != oom_untouched()));
    oom_check(object);
    return status == LANYARD_OK ? object : NULL;
}

/* Ends an operation that writes: a failure leaves the buffer empty, success does not. */
static inline lanyard_status oom_written(lanyard_status status, const lanyard_error *err,
                                         lanyard_buf *out)
{
    oom_check(status == err->status);
    oom_check((status == LANYARD_OK) == (out->len > 0));
    lanyard_buf_done(out);
    return status;
}

static inline void oom_walk(const char *name, oom_operation *operation, void *arg)
{
    for (size_t fail_at = 1; fail_at < OOM_WALK_MAX; fail_at++) {
        oom_memory memory = { .fail_at = fail_at };
        lanyard_mem mem = { .alloc = { oom_alloc, oom_free, &memory } };
        lanyard_status status = operation(&mem, arg);

        oom_check(memory.outstanding == 0 && !memory.is_wrong);
        if (memory.calls < fail_at) {
            oom_check(status == LANYARD_OK);
            oom_check(fail_at > 1); /* or nothing was tried */
            printf("ok - %s, %zu allocations\n", name, fail_at - 1);
            return;
        }
        if (status != LANYARD_E_NO_MEMORY) {
            printf("not ok - %s: %s when allocation %zu failed\n", name,
                   lanyard_status_name(status), fail_at);
            exit(1);
        }
    }
    printf("not ok - %s: more than %u allocations\n", name, OOM_WALK_MAX);
    exit(1);
}

#define OOM_WALK(operation, arg) oom_walk(#operation, (operation), (arg))

#endif
