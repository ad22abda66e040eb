/* test_arena.c - memory that goes with its object. */
#include "base/arena.h"
#include "asserts.h"

static void alloc_returns_aligned_memory_that_does_not_overlap(void **state)
{
    lan_arena arena;
    uint8_t *before = NULL;
    size_t before_len = 0;

    (void)state;
    assert_status(lan_arena_init(&arena, NULL, 256, 1u << 20, NULL), LANYARD_OK);
    for (size_t len = 1; len < 200; len += 7) {
        uint8_t *memory = lan_arena_alloc(&arena, len);

        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % LAN_ALIGN, 0);
        memset(memory, (int)len, len);
        for (size_t i = 0; i < before_len; i++)
            assert_int_equal(before[i], before_len);
        before = memory;
        before_len = len;
    }
    lan_arena_done(&arena);
}

static void *zeroed_alloc(void *ctx, size_t len)
{
    void *memory = counted_alloc(ctx, len);

    memset(memory, 0, len);
    return memory;
}

static void done_gives_back_only_zeros(void **state)
{
    counted_memory memory = { 0 };
    lanyard_mem mem = { .alloc = { zeroed_alloc, counted_free, &memory } };
    lan_arena arena;

    (void)state;
    assert_status(lan_arena_init(&arena, &mem, 64, 1u << 20, NULL), LANYARD_OK);
    for (size_t len = 5; len < 5000; len = len * 3 / 2)
        memset(lan_arena_alloc(&arena, len), 'x', len);
    lan_arena_done(&arena);
    assert_true(memory.calls > 2);
    assert_int_equal(memory.bytes, 0);
    assert_int_equal(memory.unwiped, 0);
}

static void arena_may_lie_within_itself(void **state)
{
    counted_memory memory = { 0 };
    lanyard_mem mem = COUNTED(memory);
    lan_arena arena;

    (void)state;
    assert_status(lan_arena_init(&arena, &mem, 256, 1u << 20, NULL), LANYARD_OK);

    lan_arena *self = lan_arena_alloc(&arena, sizeof *self);

    *self = arena;
    assert_non_null(lan_arena_alloc(self, 10000));
    lan_arena_done(self);
    assert_int_equal(memory.calls, 2);
    assert_int_equal(memory.bytes, 0);
}

static void ceiling_accepts_n_and_refuses_n_plus_one(void **state)
{
    enum { MAX = 4096 };
    lan_arena arena;

    (void)state;
    assert_status(lan_arena_init(&arena, NULL, 16, MAX, NULL), LANYARD_OK);

    size_t left = MAX - arena.total - LAN_ARENA_HEAD;

    assert_null(lan_arena_alloc(&arena, left + 1));
    assert_non_null(lan_arena_alloc(&arena, left));
    assert_int_equal(arena.total, MAX);
    /* The rest of the first chunk was given up when the second came. */
    assert_null(lan_arena_alloc(&arena, 1));
    lan_arena_done(&arena);
}

static void ceiling_is_not_raised_by_a_long_first_chunk(void **state)
{
    _Alignas(16) uint8_t first[8192];
    lanyard_mem mem = { .first = first, .first_len = sizeof first };
    lan_arena arena;

    (void)state;
    assert_status(lan_arena_init(&arena, &mem, 100, 1024, NULL), LANYARD_OK);
    assert_int_equal(arena.total, 1024);
    assert_non_null(lan_arena_alloc(&arena, 1024 - LAN_ARENA_HEAD));
    assert_null(lan_arena_alloc(&arena, 1));
    lan_arena_done(&arena);
}

static void first_chunk_is_used_when_its_room_is_large_enough(void **state)
{
    _Alignas(16) uint8_t first[256];
    counted_memory memory = { 0 };
    lanyard_mem mem = COUNTED(memory);
    lan_arena arena;

    (void)state;
    mem.first = first;
    mem.first_len = sizeof first;
    assert_status(lan_arena_init(&arena, &mem, sizeof first - LAN_ARENA_HEAD, 1u << 20, NULL),
                  LANYARD_OK);
    assert_int_equal(memory.calls, 0);
    memset(lan_arena_alloc(&arena, sizeof first - LAN_ARENA_HEAD), 'x', 224);
    lan_arena_done(&arena);
    for (size_t i = 0; i < sizeof first; i++)
        assert_int_equal(first[i], 0);

    assert_status(lan_arena_init(&arena, &mem, sizeof first - LAN_ARENA_HEAD + 1, 1u << 20, NULL),
                  LANYARD_OK);
    assert_int_equal(memory.calls, 1);
    lan_arena_done(&arena);
}

static void first_chunk_is_left_alone_when_it_is_short_or_not_aligned(void **state)
{
    _Alignas(16) uint8_t first[512];
    counted_memory memory = { 0 };
    lanyard_mem mem = COUNTED(memory);
    lan_arena arena;

    (void)state;
    for (size_t len = 0; len <= LAN_ARENA_HEAD; len++) {
        mem.first = first;
        mem.first_len = len;
        assert_status(lan_arena_init(&arena, &mem, 1, 1u << 20, NULL), LANYARD_OK);
        assert_true((uint8_t *)arena.newest != first);
        lan_arena_done(&arena);
    }
    mem.first = first + 8;
    mem.first_len = 500;
    assert_status(lan_arena_init(&arena, &mem, 1, 1u << 20, NULL), LANYARD_OK);
    assert_true((uint8_t *)arena.newest != first + 8);
    lan_arena_done(&arena);
    assert_int_equal(memory.bytes, 0);
}

static void lengths_that_overflow_are_refused(void **state)
{
    lan_arena arena;

    (void)state;
    assert_status(lan_arena_init(&arena, NULL, SIZE_MAX, SIZE_MAX, NULL), LANYARD_E_NO_MEMORY);
    assert_status(lan_arena_init(&arena, NULL, 100, 99, NULL), LANYARD_E_NO_MEMORY);
    assert_status(lan_arena_init(&arena, NULL, 64, SIZE_MAX, NULL), LANYARD_OK);
    for (size_t less = 0; less < 64; less++)
        assert_null(lan_arena_alloc(&arena, SIZE_MAX - less));
    lan_arena_done(&arena);
}

static void rewind_wipes_and_gives_back_what_came_after_the_mark(void **state)
{
    counted_memory memory = { 0 };
    lanyard_mem mem = COUNTED(memory);
    lan_arena arena;

    (void)state;
    assert_status(lan_arena_init(&arena, &mem, 256, 1u << 20, NULL), LANYARD_OK);

    char *kept = lan_arena_alloc(&arena, 4);
    size_t outstanding = memory.bytes;
    lan_mark mark = lan_arena_mark(&arena);

    memcpy(kept, "kept", 4);
    for (size_t round = 0; round < 3; round++) {
        char *near = lan_arena_alloc(&arena, 100);

        memset(near, 'x', 100);
        memset(lan_arena_alloc(&arena, 1000), 'x', 1000);
        memset(lan_arena_alloc(&arena, 9000), 'x', 9000);
        assert_true(memory.bytes > outstanding);
        lan_arena_rewind(&arena, mark);
        assert_int_equal(memory.bytes, outstanding);
        assert_memory_equal(kept, "kept", 4);
        for (size_t i = 0; i < 100; i++)
            assert_int_equal(near[i], 0);
    }
    lan_arena_done(&arena);
    assert_int_equal(memory.bytes, 0);
}

static void copy_has_a_nul_that_does_not_count(void **state)
{
    lan_arena arena;
    lan_str copy = { 0 };

    (void)state;
    assert_status(lan_arena_init(&arena, NULL, 64, 1024, NULL), LANYARD_OK);
    assert_status(lan_arena_copy(&arena, LAN_STR("abc"), &copy, NULL), LANYARD_OK);
    assert_str(copy, "abc");
    assert_int_equal(copy.ptr[3], '\0');
    assert_status(lan_arena_copy(&arena, (lan_str){ 0 }, &copy, NULL), LANYARD_OK);
    assert_int_equal(copy.len, 0);
    assert_int_equal(copy.ptr[0], '\0');
    lan_arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alloc_returns_aligned_memory_that_does_not_overlap),
        cmocka_unit_test(arena_may_lie_within_itself),
        cmocka_unit_test(done_gives_back_only_zeros),
        cmocka_unit_test(ceiling_accepts_n_and_refuses_n_plus_one),
        cmocka_unit_test(ceiling_is_not_raised_by_a_long_first_chunk),
        cmocka_unit_test(first_chunk_is_used_when_its_room_is_large_enough),
        cmocka_unit_test(first_chunk_is_left_alone_when_it_is_short_or_not_aligned),
        cmocka_unit_test(lengths_that_overflow_are_refused),
        cmocka_unit_test(rewind_wipes_and_gives_back_what_came_after_the_mark),
        cmocka_unit_test(copy_has_a_nul_that_does_not_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
