/* test_text.c - texts, numbers in text, and comparing and wiping memory. */
#include "base/opts.h"
#include "base/text.h"
#include "asserts.h"

static void int_to_text_returns_decimal_digits(void **state)
{
    static const struct {
        int64_t number;
        const char *text;
    } rows[] = {
        { 0, "0" },
        { 7, "7" },
        { -1, "-1" },
        { 1735689600, "1735689600" },
        { INT64_MAX, "9223372036854775807" },
        { INT64_MIN, "-9223372036854775808" },
    };
    char text[LAN_INT_TEXT_MAX];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_str(((lan_str){ text, lan_int_to_text(rows[i].number, text) }), rows[i].text);
}

static void index_accepts_digits_without_a_leading_zero(void **state)
{
    static const struct {
        const char *text;
        size_t index;
    } rows[] = { { "0", 0 }, { "9", 9 }, { "10", 10 }, { "999999999", 999999999 } };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t index = SIZE_MAX;

        assert_true(lan_text_to_index(lanyard_str_of(rows[i].text), &index));
        assert_int_equal(index, rows[i].index);
    }
}

static void index_refuses_anything_else(void **state)
{
    static const char *const rows[] = {
        "", "00", "01", "-1", "+1", "1 ", " 1", "1x", "1000000000"
    };
    size_t index = 77;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_false(lan_text_to_index(lanyard_str_of(rows[i]), &index));
    assert_int_equal(index, 77);
}

static void str_of_null_is_empty(void **state)
{
    (void)state;
    assert_int_equal(lanyard_str_of(NULL).len, 0);
    assert_true(lanyard_str_equal(lanyard_str_of(NULL), lanyard_str_of("")));
}

static void str_equal_compares_all_bytes_and_the_length(void **state)
{
    static const struct {
        lan_str left, right;
        int is_equal;
    } rows[] = {
        { { "abc", 3 }, { "abc", 3 }, 1 },   { { "abc", 3 }, { "abx", 3 }, 0 },
        { { "abc", 3 }, { "xbc", 3 }, 0 },   { { "abc", 3 }, { "ab", 2 }, 0 },
        { { "a\0b", 3 }, { "a\0c", 3 }, 0 }, { { "a\0b", 3 }, { "a\0b", 3 }, 1 },
        { { "", 0 }, { NULL, 0 }, 1 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(lanyard_str_equal(rows[i].left, rows[i].right), rows[i].is_equal);
        assert_int_equal(lan_str_compare(rows[i].left, rows[i].right) == 0, rows[i].is_equal);
        assert_int_equal(lan_ct_equal(lan_bytes_of(rows[i].left), lan_bytes_of(rows[i].right)),
                         rows[i].is_equal);
    }
}

static void compare_orders_by_bytes_and_the_shorter_first(void **state)
{
    static const char *const ordered[] = { "", "A", "AB", "B", "a", "\x7f", "\x80", "\xff" };

    (void)state;
    for (size_t i = 0; i < COUNT(ordered); i++)
        for (size_t k = 0; k < COUNT(ordered); k++) {
            int order = lan_str_compare(lanyard_str_of(ordered[i]), lanyard_str_of(ordered[k]));

            assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
        }
}

static void ct_equal_sees_every_bit(void **state)
{
    uint8_t left[33] = { 0 };
    uint8_t right[33] = { 0 };

    (void)state;
    for (size_t bit = 0; bit < sizeof right * 8; bit++) {
        right[bit / 8] = (uint8_t)(1u << (bit % 8));
        assert_false(lan_ct_equal((lan_bytes){ left, 33 }, (lan_bytes){ right, 33 }));
        right[bit / 8] = 0;
    }
    assert_true(lan_ct_equal((lan_bytes){ left, 33 }, (lan_bytes){ right, 33 }));
}

static void cleanse_clears_exactly_what_it_is_given(void **state)
{
    char bytes[8];

    (void)state;
    memset(bytes, 'x', sizeof bytes);
    lan_cleanse(bytes + 2, 4);
    assert_memory_equal(bytes, "xx\0\0\0\0xx", 8);
    lan_cleanse(NULL, 0);
}

typedef struct sample_opts {
    size_t size;
    const char *name;
} sample_opts;

static void opts_accept_their_own_size_and_a_newer_one_with_an_empty_tail(void **state)
{
    struct {
        sample_opts ours;
        uint64_t newer;
    } longer = { { sizeof longer, "x" }, 0 };
    sample_opts same = { sizeof same, "x" };

    (void)state;
    assert_status(lan_opts_check(NULL, sizeof same, NULL), LANYARD_OK);
    assert_status(lan_opts_check(&same, sizeof same, NULL), LANYARD_OK);
    assert_status(lan_opts_check(&longer, sizeof same, NULL), LANYARD_OK);
    longer.newer = 1;
    assert_status(lan_opts_check(&longer, sizeof same, NULL), LANYARD_E_ARGUMENT);
}

static void opts_refuse_a_size_that_cannot_be(void **state)
{
    static const size_t sizes[] = { 0, 1, sizeof(sample_opts) - 1, SIZE_MAX,
                                    sizeof(sample_opts) + 4097 };
    lanyard_error err = { 0 };

    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        sample_opts opts = { sizes[i], "x" };

        assert_status(lan_opts_check(&opts, sizeof opts, &err), LANYARD_E_ARGUMENT);
        assert_string_equal(err.where, "argument");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(int_to_text_returns_decimal_digits),
        cmocka_unit_test(index_accepts_digits_without_a_leading_zero),
        cmocka_unit_test(index_refuses_anything_else),
        cmocka_unit_test(str_of_null_is_empty),
        cmocka_unit_test(str_equal_compares_all_bytes_and_the_length),
        cmocka_unit_test(compare_orders_by_bytes_and_the_shorter_first),
        cmocka_unit_test(ct_equal_sees_every_bit),
        cmocka_unit_test(cleanse_clears_exactly_what_it_is_given),
        cmocka_unit_test(opts_accept_their_own_size_and_a_newer_one_with_an_empty_tail),
        cmocka_unit_test(opts_refuse_a_size_that_cannot_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
