/* asserts.h - cmocka, and what our unit tests assert beside: statuses by name, texts with a length,
 * and memory that is counted. */
#ifndef TESTS_UNIT_ASSERTS_H
#define TESTS_UNIT_ASSERTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <lanyard/mem.h>
#include <lanyard/status.h>

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

/* Shows the names of the two statuses when they differ. */
#define assert_status(actual, expected)                                                            \
    assert_string_equal(lanyard_status_name(actual), lanyard_status_name(expected))

/* A lanyard_str holds exactly this NUL-terminated text. */
#define assert_str(actual, expected)                                                               \
    do {                                                                                           \
        lanyard_str actual_ = (actual);                                                            \
        const char *expected_ = (expected);                                                        \
        assert_int_equal(actual_.len, strlen(expected_));                                          \
        if (actual_.len > 0)                                                                       \
            assert_memory_equal(actual_.ptr, expected_, actual_.len);                              \
    } while (0)

/* What an allocator hands out and what is outstanding; every byte given back must be wiped. */
typedef struct counted_memory {
    size_t calls;
    size_t bytes; /* outstanding */
    size_t peak;
    size_t unwiped; /* bytes that were not zero when they came back */
} counted_memory;

static inline void *counted_alloc(void *ctx, size_t len)
{
    counted_memory *memory = ctx;

    memory->calls++;
    memory->bytes += len;
    if (memory->bytes > memory->peak)
        memory->peak = memory->bytes;
    return malloc(len);
}

static inline void counted_free(void *ctx, void *ptr, size_t len)
{
    counted_memory *memory = ctx;

    memory->bytes -= len;
    for (size_t i = 0; i < len; i++)
        memory->unwiped += ((const uint8_t *)ptr)[i] != 0;
    free(ptr);
}

#define COUNTED(memory)                                                                            \
    {                                                                                              \
        .alloc = { counted_alloc, counted_free, &(memory) }                                        \
    }

#endif
