/* test_buf.c - a growing buffer with a ceiling. */
#include "base/buf.h"
#include "asserts.h"

static void add_keeps_all_bytes_while_growing(void **state)
{
    lanyard_buf buf;

    (void)state;
    lanyard_buf_init(&buf, NULL, SIZE_MAX);
    for (size_t i = 0; i < 5000; i++)
        assert_status(lanyard_buf_add(&buf, (char[]){ (char)(i % 251) }, 1), LANYARD_OK);
    assert_int_equal(buf.len, 5000);
    for (size_t i = 0; i < 5000; i++)
        assert_int_equal(buf.ptr[i], (char)(i % 251));
    lanyard_buf_done(&buf);
}

static void growing_doubles(void **state)
{
    counted_memory memory = { 0 };
    lanyard_mem mem = COUNTED(memory);
    lanyard_buf buf;

    (void)state;
    lanyard_buf_init(&buf, &mem, SIZE_MAX);
    assert_int_equal(memory.calls, 0);
    for (size_t i = 0; i < 65536; i++)
        assert_status(lanyard_buf_add(&buf, "x", 1), LANYARD_OK);
    assert_in_range(memory.calls, 2, 10);
    lanyard_buf_done(&buf);
    assert_int_equal(memory.bytes, 0);
}

static void ceiling_accepts_n_and_refuses_n_plus_one(void **state)
{
    static const char text[301] = { 0 };
    lanyard_buf buf;

    (void)state;
    lanyard_buf_init(&buf, NULL, 300);
    assert_status(lanyard_buf_add(&buf, text, 301), LANYARD_E_BUFFER_FULL);
    assert_null(buf.ptr);
    assert_status(lanyard_buf_add(&buf, text, 300), LANYARD_OK);
    assert_int_equal(buf.cap, 300);
    assert_status(lanyard_buf_add(&buf, "", 0), LANYARD_OK);
    assert_status(lanyard_buf_add(&buf, "x", 1), LANYARD_E_BUFFER_FULL);
    assert_int_equal(buf.len, 300);
    lanyard_buf_done(&buf);
}

static void lengths_that_overflow_are_full(void **state)
{
    lanyard_buf buf;

    (void)state;
    lanyard_buf_init(&buf, NULL, SIZE_MAX);
    assert_status(lanyard_buf_add(&buf, "abc", 3), LANYARD_OK);
    assert_status(lanyard_buf_reserve(&buf, SIZE_MAX), LANYARD_E_BUFFER_FULL);
    assert_status(lanyard_buf_reserve(&buf, SIZE_MAX - 2), LANYARD_E_BUFFER_FULL);
    assert_str(((lan_str){ buf.ptr, buf.len }), "abc");
    lanyard_buf_done(&buf);
}

static void add_refuses_null(void **state)
{
    lanyard_buf buf;

    (void)state;
    lanyard_buf_init(&buf, NULL, 100);
    assert_status(lanyard_buf_add(&buf, NULL, 1), LANYARD_E_ARGUMENT);
    assert_status(lanyard_buf_add(NULL, "x", 1), LANYARD_E_ARGUMENT);
    assert_status(lanyard_buf_reserve(NULL, 1), LANYARD_E_ARGUMENT);
    assert_status(lanyard_buf_add(&buf, NULL, 0), LANYARD_OK);
    assert_int_equal(buf.len, 0);
    lanyard_buf_cut(NULL, 0);
    lanyard_buf_done(NULL);
}

static void cut_wipes_what_it_forgets(void **state)
{
    lanyard_buf buf;

    (void)state;
    lanyard_buf_init(&buf, NULL, 100);
    assert_status(lanyard_buf_add(&buf, "secret", 6), LANYARD_OK);
    lanyard_buf_cut(&buf, 7);
    assert_int_equal(buf.len, 6);
    lanyard_buf_cut(&buf, 2);
    assert_int_equal(buf.len, 2);
    assert_memory_equal(buf.ptr, "se\0\0\0\0", 6);
    lanyard_buf_done(&buf);
}

static void *zeroed_alloc(void *ctx, size_t len)
{
    void *memory = counted_alloc(ctx, len);

    memset(memory, 0, len);
    return memory;
}

static void memory_is_wiped_when_it_grows_and_when_it_is_done(void **state)
{
    counted_memory memory = { 0 };
    lanyard_mem mem = { .alloc = { zeroed_alloc, counted_free, &memory } };
    lanyard_buf buf;

    (void)state;
    lanyard_buf_init(&buf, &mem, SIZE_MAX);
    for (size_t i = 0; i < 1000; i++)
        assert_status(lanyard_buf_add(&buf, "x", 1), LANYARD_OK);
    lanyard_buf_done(&buf);
    assert_true(memory.calls > 1);
    assert_int_equal(memory.unwiped, 0);
    assert_int_equal(memory.bytes, 0);
}

static void done_leaves_a_buffer_that_can_be_used_again(void **state)
{
    lanyard_buf buf;

    (void)state;
    lanyard_buf_init(&buf, NULL, 100);
    for (size_t round = 0; round < 2; round++) {
        assert_status(lanyard_buf_add(&buf, "abc", 3), LANYARD_OK);
        assert_str(((lan_str){ buf.ptr, buf.len }), "abc");
        lanyard_buf_done(&buf);
        assert_null(buf.ptr);
        assert_int_equal(buf.len, 0);
    }
}

static void internal_add_says_where_it_failed(void **state)
{
    lanyard_error err = { 0 };
    lanyard_buf buf;

    (void)state;
    lanyard_buf_init(&buf, NULL, 5);
    assert_status(lan_buf_add(&buf, LAN_STR("abc"), &err), LANYARD_OK);
    assert_status(err.status, LANYARD_OK);
    assert_status(lan_buf_add_int(&buf, -12, &err), LANYARD_E_BUFFER_FULL);
    assert_status(err.status, LANYARD_E_BUFFER_FULL);
    assert_string_equal(err.where, "buffer");
    assert_int_equal(err.offset, 3);
    assert_status(lan_buf_add_int(&buf, -1, &err), LANYARD_OK);
    assert_str(((lan_str){ buf.ptr, buf.len }), "abc-1");
    lanyard_buf_done(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(add_keeps_all_bytes_while_growing),
        cmocka_unit_test(growing_doubles),
        cmocka_unit_test(ceiling_accepts_n_and_refuses_n_plus_one),
        cmocka_unit_test(lengths_that_overflow_are_full),
        cmocka_unit_test(add_refuses_null),
        cmocka_unit_test(cut_wipes_what_it_forgets),
        cmocka_unit_test(memory_is_wiped_when_it_grows_and_when_it_is_done),
        cmocka_unit_test(done_leaves_a_buffer_that_can_be_used_again),
        cmocka_unit_test(internal_add_says_where_it_failed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
