/* test_number.c - JSON numbers as whole numbers and doubles. */
#include "codec/number.h"
#include "asserts.h"
#include <float.h>
#include <locale.h>

static void whole_returns_the_floor(void **state)
{
    static const struct {
        const char *text;
        int64_t floor;
        bool has_fraction;
    } rows[] = {
        { "0", 0, false },
        { "-0", 0, false },
        { "0.0", 0, false },
        { "-0.0e5", 0, false },
        { "0e999999999999999999999", 0, false },
        { "7", 7, false },
        { "-7", -7, false },
        { "1.5", 1, true },
        { "-1.5", -2, true },
        { "-0.5", -1, true },
        { "0.5", 0, true },
        { "1.5e1", 15, false },
        { "1.5E+1", 15, false },
        { "150e-1", 15, false },
        { "155e-1", 15, true },
        { "-155e-1", -16, true },
        { "1e3", 1000, false },
        { "1e18", 1000000000000000000, false },
        { "1e-400", 0, true },
        { "-1e-99999999999999999999", -1, true },
        { "0.0000000000000000001e19", 1, false },
        { "1735689600.000", 1735689600, false },
        { "1735689600.25", 1735689600, true },
        { "9007199254740993", 9007199254740993, false }, /* no double holds it */
        { "9223372036854775807", INT64_MAX, false },
        { "-9223372036854775808", INT64_MIN, false },
        { "9223372036854775806.9", INT64_MAX - 1, true },
        { "-9223372036854775807.1", INT64_MIN, true },
        { "92233720368547758070e-1", INT64_MAX, false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        lan_whole whole = lan_number_to_whole(lanyard_str_of(rows[i].text));

        if (!whole.fits || whole.floor != rows[i].floor ||
            whole.has_fraction != rows[i].has_fraction)
            fail_msg("%s: floor %lld", rows[i].text, (long long)whole.floor);
    }
}

static void whole_refuses_what_does_not_fit(void **state)
{
    static const char *const rows[] = {
        "9223372036854775808",
        "-9223372036854775809",
        "9223372036854775807.5", /* the next whole number would not fit */
        "-9223372036854775808.5",
        "18446744073709551615",
        "18446744073709551616",
        "-18446744073709551615.5", /* one more wraps around to zero */
        "-18446744073709551616",
        "1e19",
        "-1e19",
        "1e400",
        "1e99999999999999999999",
        "0.001e999999999",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (lan_number_to_whole(lanyard_str_of(rows[i])).fits)
            fail_msg("%s", rows[i]);
}

/* first, zeros times '0', last. */
static char *number_long(const char *first, size_t zeros, const char *last)
{
    size_t first_len = strlen(first);
    size_t last_len = strlen(last);
    char *text = malloc(first_len + zeros + last_len + 1);

    memcpy(text, first, first_len);
    memset(text + first_len, '0', zeros);
    memcpy(text + first_len + zeros, last, last_len + 1);
    return text;
}

static void whole_is_exact_for_long_texts(void **state)
{
    static const struct {
        const char *first;
        size_t zeros;
        const char *last;
        int64_t floor;
        bool has_fraction;
    } rows[] = {
        { "1", 200000, "e-200000", 1, false },  { "15", 200000, "e-200001", 1, true },
        { "0.", 200000, "1e200001", 1, false }, { "0.", 2000000, "25e2000001", 2, true },
        { "1.", 300000, "1", 1, true },         { "-1.", 300000, "0", -1, false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *text = number_long(rows[i].first, rows[i].zeros, rows[i].last);
        lan_whole whole = lan_number_to_whole(lanyard_str_of(text));

        free(text);
        assert_true(whole.fits);
        assert_int_equal(whole.floor, rows[i].floor);
        assert_int_equal(whole.has_fraction, rows[i].has_fraction);
    }
}

static void double_is_the_nearest(void **state)
{
    static const struct {
        const char *text;
        double number;
    } rows[] = {
        { "0", 0.0 },
        { "-1.5", -1.5 },
        { "0.1", 0.1 },
        { "1e3", 1000.0 },
        { "1E+3", 1000.0 },
        { "25e-1", 2.5 },
        { "1735689600.25", 1735689600.25 },
        { "9007199254740993", 9007199254740992.0 }, /* a tie goes to even */
        { "9007199254740993.0000000000000000000000000000000000000000000000000000000000000000001",
          9007199254740994.0 },
        { "1.7976931348623157e308", DBL_MAX },
        { "2.2250738585072014e-308", DBL_MIN },
        { "5e-324", 5e-324 },
        { "1e-999999999999999", 0.0 },
        { "0e999999999999999", 0.0 },
        { "0.000001e6", 1.0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        double number = -77;

        if (!lan_number_to_double(lanyard_str_of(rows[i].text), &number) ||
            memcmp(&number, &rows[i].number, sizeof number) != 0)
            fail_msg("%s: %.17g", rows[i].text, number);
    }
}

static void double_refuses_infinity(void **state)
{
    static const char *const rows[] = { "1e309", "-1e309", "1.7976931348623159e308",
                                        "1e999999999999" };
    double number = -77;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_false(lan_number_to_double(lanyard_str_of(rows[i]), &number));
    assert_true(number == -77);
}

static void double_reads_no_byte_behind_its_text(void **state)
{
    (void)state;
    for (size_t len = 1; len < 200; len++) {
        char *text = malloc(len);
        double number = 0;
        double want = 0;

        memset(text, '1', len);
        assert_true(lan_number_to_double((lan_str){ text, len }, &number));
        for (size_t i = 0; i < len; i++)
            want = want * 10 + 1;
        free(text);
        assert_true(number > want * (1 - 1e-12) && number < want * (1 + 1e-12));
    }
}

static void double_sees_a_digit_far_behind_a_tie(void **state)
{
    char *tie = number_long("9007199254740993.", 100000, "0");
    char *above = number_long("9007199254740993.", 100000, "1");
    double number = 0;

    (void)state;
    assert_true(lan_number_to_double(lanyard_str_of(tie), &number));
    assert_true(number == 9007199254740992.0);
    assert_true(lan_number_to_double(lanyard_str_of(above), &number));
    assert_true(number == 9007199254740994.0);
    free(tie);
    free(above);
}

static void double_is_the_same_in_a_locale_with_a_comma(void **state)
{
    static const char *const locales[] = { "de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "ru_RU.UTF-8" };
    const char *found = NULL;
    double number = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(locales) && !found; i++)
        found = setlocale(LC_ALL, locales[i]);
    if (!found)
        skip();
    assert_true(lan_number_to_double(LAN_STR("1.5"), &number));
    setlocale(LC_ALL, "C");
    assert_true(number == 1.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_returns_the_floor),
        cmocka_unit_test(whole_refuses_what_does_not_fit),
        cmocka_unit_test(whole_is_exact_for_long_texts),
        cmocka_unit_test(double_is_the_nearest),
        cmocka_unit_test(double_refuses_infinity),
        cmocka_unit_test(double_reads_no_byte_behind_its_text),
        cmocka_unit_test(double_sees_a_digit_far_behind_a_tie),
        cmocka_unit_test(double_is_the_same_in_a_locale_with_a_comma),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
