/* test_json_names.c - no name twice in an object, found fast in large ones too. */
#include "asserts.h"
#include <lanyard/json.h>
#include <stdio.h>

static void read_expects(const char *text, lanyard_status status, size_t offset)
{
    lanyard_error err = { 0 };
    lanyard_json *json = NULL;
    lanyard_limits limits = { .json_values = 1u << 20 };

    assert_status(lanyard_json_read(text, strlen(text), &limits, NULL, &json, &err), status);
    if (status != LANYARD_OK) {
        assert_null(json);
        assert_int_equal(err.offset, offset);
        assert_string_equal(err.detail, "a member that stands twice");
    }
    lanyard_json_free(json);
}

static void names_that_differ_are_accepted(void **state)
{
    static const char *const rows[] = {
        "{\"a\":1,\"A\":2}",
        "{\"a\":1,\"a \":2,\" a\":3,\"\":4}",
        "{\"a\":{\"a\":{\"a\":1}}}", /* each in an object of its own */
        "[{\"a\":1},{\"a\":1}]",
        "{\"a\":1,\"b\":{\"a\":1}}",
        "{\"\xc3\xa9\":1,\"e\xcc\x81\":2}", /* composed and not: other code points */
        "{\"a\\u0000\":1,\"a\":2}",
        "{\"a\\u0000b\":1,\"a\\u0000c\":2}",
        "{\"k\":1,\"\xe2\x84\xaa\":2}", /* the Kelvin sign is no k */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        read_expects(rows[i], LANYARD_OK, 0);
}

static void name_twice_is_refused_at_its_second_value(void **state)
{
    static const struct {
        const char *text;
        size_t offset;
    } rows[] = {
        { "{\"a\":1,\"a\":1}", 11 },
        { "{\"a\":1,\"b\":2,\"a\":3}", 17 },
        { "{\"a\":1,\"b\":2,\"b\":3,\"a\":4}", 17 },
        { "{\"\":1,\"\":2}", 9 },
        { "{\"a\":1,\"\\u0061\":2}", 16 },
        { "{\"\\u0061\":1,\"a\":2}", 16 },
        { "{\"\xc3\xa9\":1,\"\\u00E9\":2}", 17 },
        { "{\"\\/\":1,\"/\":2}", 12 },
        { "{\"\\ud83d\\udd11\":1,\"\xf0\x9f\x94\x91\":2}", 25 },
        { "{\"a\\u0000\":1,\"a\\u0000\":2}", 23 },
        { "{\"x\":{\"a\":1,\"a\":2}}", 16 },
        { "[{},{\"a\":[],\"a\":[]}]", 16 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        read_expects(rows[i].text, LANYARD_E_JSON_DUPLICATE, rows[i].offset);
}

/* Appends an object of count members named by a prefix and their place, the last of them named as
 * the one at repeated, when that is one of them; returns the offset of the last value. */
static size_t write_object(char *text, const char *prefix, size_t count, size_t repeated)
{
    char *out = text;
    size_t last = 0;

    *out++ = '{';
    for (size_t i = 0; i < count; i++) {
        size_t named = i + 1 == count && repeated < count ? repeated : i;

        if (i > 0)
            *out++ = ',';
        out += sprintf(out, "\"%s%06zu\":", prefix, named);
        last = (size_t)(out - text);
        *out++ = '1';
    }
    memcpy(out, "}", 2);
    return last;
}

static void repetition_is_found_wherever_it_stands(void **state)
{
    /* Around the number above which names are sorted. */
    static const size_t counts[] = { 2, 3, 7, 24, 25, 26, 31, 32, 33, 100 };
    char text[4096];

    (void)state;
    for (size_t i = 0; i < COUNT(counts); i++) {
        write_object(text, "n", counts[i], SIZE_MAX);
        read_expects(text, LANYARD_OK, 0);
        for (size_t repeated = 0; repeated + 1 < counts[i]; repeated++) {
            size_t last = write_object(text, "n", counts[i], repeated);

            read_expects(text, LANYARD_E_JSON_DUPLICATE, last);
        }
    }
}

static void earliest_of_several_repetitions_is_named_in_large_objects_too(void **state)
{
    char text[8192];
    size_t len = 0;
    size_t second = 0;

    (void)state;
    /* 30 names, then three of them again, the greatest name first, and one a third time. */
    write_object(text, "n", 30, SIZE_MAX);
    len = strlen(text) - 1;
    second = len + strlen(",\"n000029\":");
    strcpy(text + len, ",\"n000029\":1,\"n000000\":1,\"n000015\":1,\"n000000\":1}");
    read_expects(text, LANYARD_E_JSON_DUPLICATE, second);
}

static void flood_of_1024_similar_names_is_read_at_once(void **state)
{
    /* Names that collide under common hashes, that share a long beginning, in and out of order:
     * each document is read 50 times well within the time-out of the test. */
    static const char *const prefixes[] = {
        "",
        "member of a rather long and always equal beginning ",
        "Aa BB AaBB ",
        "\\u0061",
    };
    char *text = malloc(1u << 20);

    (void)state;
    for (size_t i = 0; i < COUNT(prefixes); i++)
        for (size_t round = 0; round < 50; round++) {
            size_t last = write_object(text, prefixes[i], 1023, round % 2 ? round * 20 : SIZE_MAX);

            read_expects(text, round % 2 ? LANYARD_E_JSON_DUPLICATE : LANYARD_OK, last);
        }
    free(text);
}

static void names_as_sorted_as_can_be_are_no_worse(void **state)
{
    /* 200000 names in order, all of one length: quadratic work would take minutes. */
    char *text = malloc(8u << 20);

    (void)state;
    write_object(text, "", 200000, SIZE_MAX);
    read_expects(text, LANYARD_OK, 0);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_that_differ_are_accepted),
        cmocka_unit_test(name_twice_is_refused_at_its_second_value),
        cmocka_unit_test(repetition_is_found_wherever_it_stands),
        cmocka_unit_test(earliest_of_several_repetitions_is_named_in_large_objects_too),
        cmocka_unit_test(flood_of_1024_similar_names_is_read_at_once),
        cmocka_unit_test(names_as_sorted_as_can_be_are_no_worse),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
