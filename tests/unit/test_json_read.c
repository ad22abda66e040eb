/* test_json_read.c - strict JSON to a tree: what is refused, and at which byte. */
#include "codec/json_read.h"
#include "asserts.h"
#include <stdio.h>

typedef struct refusal {
    const char *text;
    size_t at;
    lanyard_status status;
    const char *detail;
} refusal;

static lanyard_status read_str(lan_str text, const lanyard_limits *limits, lan_json_fault *fault)
{
    lan_arena arena;
    lan_json json = { 0 };
    /* A copy of exactly its length, so that a byte read behind it is seen by the sanitizer. */
    char *copy = malloc(text.len + (text.len == 0));

    assert_status(lan_arena_init(&arena, NULL, 256, 1u << 26, NULL), LANYARD_OK);
    if (text.len > 0)
        memcpy(copy, text.ptr, text.len);

    lanyard_status status =
        lan_json_parse(&arena, (lan_str){ copy, text.len }, limits, &json, fault);

    if (status != LANYARD_OK)
        assert_null(json.nodes);
    lan_arena_done(&arena);
    free(copy);
    return status;
}

static void refuse_all(const refusal *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        lan_json_fault fault = { SIZE_MAX, "" };
        lanyard_status status = read_str(lanyard_str_of(rows[i].text), NULL, &fault);

        if (status != rows[i].status || fault.at != rows[i].at ||
            strcmp(fault.detail, rows[i].detail) != 0)
            fail_msg("%s: %s at %zu: %s", rows[i].text, lanyard_status_name(status), fault.at,
                     fault.detail);
    }
}

static void read_accepts_every_kind_of_value(void **state)
{
    static const char *const rows[] = {
        "null",
        "true",
        "false",
        "0",
        "-0",
        "10",
        "-1.50e+10",
        "1E5",
        "0.5e-1",
        "\"\"",
        "\"a\"",
        "[]",
        "{}",
        " [ ] ",
        "\t{\r\n}\n",
        "[[],{},[{}]]",
        "{\"a\":{\"a\":{\"a\":1}}}",
        "[1,2 , 3]",
        "{ \"a\" : 1 , \"b\" : [ ] }",
        "{\"\":1,\" \":2}",
        "\"\x7f\"",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\udd11\"",
        "[\"\xf4\x8f\xbf\xbf\"]",
    };
    lan_json_fault fault = { 0 };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (read_str(lanyard_str_of(rows[i]), NULL, &fault) != LANYARD_OK)
            fail_msg("%s: %s at %zu", rows[i], fault.detail, fault.at);
}

static void read_refuses_broken_structure(void **state)
{
    static const refusal rows[] = {
        { "", 0, LANYARD_E_JSON_SYNTAX, "expected a value, found the end" },
        { "  ", 2, LANYARD_E_JSON_SYNTAX, "expected a value, found the end" },
        { "[", 1, LANYARD_E_JSON_SYNTAX, "expected a value, found the end" },
        { "[1", 2, LANYARD_E_JSON_SYNTAX, "expected ',' or ']'" },
        { "[1,", 3, LANYARD_E_JSON_SYNTAX, "expected a value, found the end" },
        { "[1,]", 3, LANYARD_E_JSON_SYNTAX, "expected a value" },
        { "[,1]", 1, LANYARD_E_JSON_SYNTAX, "expected a value" },
        { "[1 2]", 3, LANYARD_E_JSON_SYNTAX, "expected ',' or ']'" },
        { "[1}", 2, LANYARD_E_JSON_SYNTAX, "expected ',' or ']'" },
        { "[}", 1, LANYARD_E_JSON_SYNTAX, "expected a value" },
        { "]", 0, LANYARD_E_JSON_SYNTAX, "expected a value" },
        { "[]]", 2, LANYARD_E_JSON_SYNTAX, "text after the end of the value" },
        { "1 2", 2, LANYARD_E_JSON_SYNTAX, "text after the end of the value" },
        { "{}{}", 2, LANYARD_E_JSON_SYNTAX, "text after the end of the value" },
        { "{", 1, LANYARD_E_JSON_SYNTAX, "expected a name in quotes" },
        { "{,", 1, LANYARD_E_JSON_SYNTAX, "expected a name in quotes" },
        { "{a:1}", 1, LANYARD_E_JSON_SYNTAX, "expected a name in quotes" },
        { "{1:1}", 1, LANYARD_E_JSON_SYNTAX, "expected a name in quotes" },
        { "{'a':1}", 1, LANYARD_E_JSON_SYNTAX, "expected a name in quotes" },
        { "{\"a\"}", 4, LANYARD_E_JSON_SYNTAX, "expected ':' after a name" },
        { "{\"a\" 1}", 5, LANYARD_E_JSON_SYNTAX, "expected ':' after a name" },
        { "{\"a\":}", 5, LANYARD_E_JSON_SYNTAX, "expected a value" },
        { "{\"a\":1,}", 7, LANYARD_E_JSON_SYNTAX, "expected a name in quotes" },
        { "{\"a\":1 \"b\":2}", 7, LANYARD_E_JSON_SYNTAX, "expected ',' or '}'" },
        { "{\"a\":1]", 6, LANYARD_E_JSON_SYNTAX, "expected ',' or '}'" },
        { "{\"a\":1", 6, LANYARD_E_JSON_SYNTAX, "expected ',' or '}'" },
        { "/**/1", 0, LANYARD_E_JSON_SYNTAX, "expected a value" },
        { "\xef\xbb\xbf{}", 0, LANYARD_E_JSON_SYNTAX, "expected a value" },
        { "\f1", 0, LANYARD_E_JSON_SYNTAX, "expected a value" },
        { "1\xc2\xa0", 1, LANYARD_E_JSON_SYNTAX, "text after the end of the value" },
    };

    (void)state;
    refuse_all(rows, COUNT(rows));
}

static void read_refuses_broken_words_and_numbers(void **state)
{
    static const refusal rows[] = {
        { "nul", 3, LANYARD_E_JSON_SYNTAX, "expected a value" },
        { "nuLl", 2, LANYARD_E_JSON_SYNTAX, "expected a value" },
        { "True", 0, LANYARD_E_JSON_SYNTAX, "expected a value" },
        { "truex", 4, LANYARD_E_JSON_SYNTAX, "text after the end of the value" },
        { "[falsee]", 6, LANYARD_E_JSON_SYNTAX, "expected ',' or ']'" },
        { "NaN", 0, LANYARD_E_JSON_SYNTAX, "expected a value" },
        { "Infinity", 0, LANYARD_E_JSON_SYNTAX, "expected a value" },
        { "-Infinity", 1, LANYARD_E_JSON_SYNTAX, "expected a digit" },
        { "-", 1, LANYARD_E_JSON_SYNTAX, "expected a digit" },
        { "--1", 1, LANYARD_E_JSON_SYNTAX, "expected a digit" },
        { "+1", 0, LANYARD_E_JSON_SYNTAX, "expected a value" },
        { ".5", 0, LANYARD_E_JSON_SYNTAX, "expected a value" },
        { "1.", 2, LANYARD_E_JSON_SYNTAX, "expected a digit after the point" },
        { "1.e5", 2, LANYARD_E_JSON_SYNTAX, "expected a digit after the point" },
        { "1e", 2, LANYARD_E_JSON_SYNTAX, "expected a digit in the exponent" },
        { "1e+", 3, LANYARD_E_JSON_SYNTAX, "expected a digit in the exponent" },
        { "1e5.5", 3, LANYARD_E_JSON_SYNTAX, "text after the end of the value" },
        { "01", 0, LANYARD_E_JSON_SYNTAX, "a number with a leading zero" },
        { "-012", 1, LANYARD_E_JSON_SYNTAX, "a number with a leading zero" },
        { "0x10", 1, LANYARD_E_JSON_SYNTAX, "text after the end of the value" },
        { "1_000", 1, LANYARD_E_JSON_SYNTAX, "text after the end of the value" },
    };

    (void)state;
    refuse_all(rows, COUNT(rows));
}

static void read_refuses_broken_strings(void **state)
{
    static const refusal rows[] = {
        { "\"", 1, LANYARD_E_JSON_SYNTAX, "a string without its end" },
        { "\"abcdefghijkl", 13, LANYARD_E_JSON_SYNTAX, "a string without its end" },
        { "\"a\\\"", 4, LANYARD_E_JSON_SYNTAX, "a string without its end" },
        { "\"a\nb\"", 2, LANYARD_E_JSON_SYNTAX, "a control character in a string" },
        { "\"\x1f\"", 1, LANYARD_E_JSON_SYNTAX, "a control character in a string" },
        { "\"abcdefgh\x01jklmnop\"", 9, LANYARD_E_JSON_SYNTAX, "a control character in a string" },
        { "\"\\", 1, LANYARD_E_JSON_SYNTAX, "an escape nobody knows" },
        { "\"\\x41\"", 1, LANYARD_E_JSON_SYNTAX, "an escape nobody knows" },
        { "\"\\'\"", 1, LANYARD_E_JSON_SYNTAX, "an escape nobody knows" },
        { "\"\\U0041\"", 1, LANYARD_E_JSON_SYNTAX, "an escape nobody knows" },
        { "\"\\u00g0\"", 5, LANYARD_E_JSON_SYNTAX, "expected four hex digits" },
        { "\"\\u00\"", 5, LANYARD_E_JSON_SYNTAX, "expected four hex digits" },
        { "\"\\u00", 5, LANYARD_E_JSON_SYNTAX, "expected four hex digits" },
        { "\"\\u-001\"", 3, LANYARD_E_JSON_SYNTAX, "expected four hex digits" },
        { "\"\xff\"", 1, LANYARD_E_JSON_UTF8, "a byte that is not UTF-8" },
        { "\"a\xc0\x80\"", 2, LANYARD_E_JSON_UTF8, "a byte that is not UTF-8" },
        { "\"\\n\xed\xa0\x80\"", 3, LANYARD_E_JSON_UTF8, "a byte that is not UTF-8" },
        { "\"\xe2\x82\"", 1, LANYARD_E_JSON_UTF8, "a byte that is not UTF-8" },
        { "\"\xc3", 1, LANYARD_E_JSON_UTF8, "a byte that is not UTF-8" },
        { "\"\\ud83d\"", 1, LANYARD_E_JSON_SURROGATE, "a lone surrogate" },
        { "\"a\\udd11\"", 2, LANYARD_E_JSON_SURROGATE, "a lone surrogate" },
        { "\"\\ud83d\\ud83d\"", 1, LANYARD_E_JSON_SURROGATE, "a lone surrogate" },
        { "\"\\ud83d\\n\"", 1, LANYARD_E_JSON_SURROGATE, "a lone surrogate" },
        { "\"\\ud83d\\u0041\"", 1, LANYARD_E_JSON_SURROGATE, "a lone surrogate" },
        { "\"\\ud83d\\u00", 11, LANYARD_E_JSON_SYNTAX, "expected four hex digits" },
    };

    (void)state;
    refuse_all(rows, COUNT(rows));
}

static void read_refuses_a_nul_outside_of_an_escape(void **state)
{
    lan_json_fault fault = { 0 };

    (void)state;
    assert_status(read_str((lan_str){ "1\0", 2 }, NULL, &fault), LANYARD_E_JSON_SYNTAX);
    assert_int_equal(fault.at, 1);
    assert_status(read_str((lan_str){ "\"a\0\"", 4 }, NULL, &fault), LANYARD_E_JSON_SYNTAX);
    assert_int_equal(fault.at, 2);
    assert_status(read_str((lan_str){ "\"\\\0\"", 4 }, NULL, &fault), LANYARD_E_JSON_SYNTAX);
    assert_int_equal(fault.at, 1);
}

static void string_is_checked_at_every_place(void **state)
{
    (void)state;
    for (size_t len = 1; len < 40; len++)
        for (size_t place = 0; place < len; place++)
            for (int c = 0; c < 256; c++) {
                char text[42];
                lan_json_fault fault = { SIZE_MAX, "" };
                bool is_plain = c >= 0x20 && c < 0x80 && c != '"' && c != '\\';

                memset(text, 'a', sizeof text);
                text[0] = '"';
                text[len + 1] = '"';
                text[place + 1] = (char)c;

                lanyard_status status = read_str((lan_str){ text, len + 2 }, NULL, &fault);

                if ((status == LANYARD_OK) != is_plain)
                    fail_msg("byte %d at %zu of %zu", c, place, len);
                if (c == '"')
                    assert_int_equal(fault.at, place + 2);
                else if (c == '\\' && place + 1 == len) /* it escapes the closing quote */
                    assert_int_equal(fault.at, len + 2);
                else if (!is_plain)
                    assert_int_equal(fault.at, place + 1);
            }
}

/* depth opening brackets, and as many closing ones. */
static lanyard_status read_nested(uint32_t depth, const lanyard_limits *limits,
                                  lan_json_fault *fault)
{
    char *text = malloc(2 * (size_t)depth);

    memset(text, '[', depth);
    memset(text + depth, ']', depth);

    lanyard_status status = read_str((lan_str){ text, 2 * (size_t)depth }, limits, fault);

    free(text);
    return status;
}

static void depth_accepts_n_and_refuses_n_plus_one(void **state)
{
    static const uint32_t depths[] = { 1, 2, 31, 1000 };
    lan_json_fault fault = { 0 };

    (void)state;
    for (size_t i = 0; i < COUNT(depths); i++) {
        lanyard_limits limits = { .json_depth = depths[i] };

        assert_status(read_nested(depths[i], &limits, &fault), LANYARD_OK);
        assert_status(read_nested(depths[i] + 1, &limits, &fault), LANYARD_E_JSON_DEPTH);
        assert_int_equal(fault.at, depths[i]);
    }
    assert_status(read_nested(LANYARD_JSON_DEPTH_MAX, NULL, &fault), LANYARD_OK);
    assert_status(read_nested(LANYARD_JSON_DEPTH_MAX + 1, NULL, &fault), LANYARD_E_JSON_DEPTH);
}

/* An array of count values more. */
static lanyard_status read_array(uint32_t count, const lanyard_limits *limits,
                                 lan_json_fault *fault)
{
    char *text = malloc(2 * (size_t)count + 2);

    text[0] = '[';
    for (uint32_t i = 0; i < count; i++)
        memcpy(text + 1 + 2 * (size_t)i, "1,", 2);
    text[2 * (size_t)count] = ']';

    lanyard_status status = read_str((lan_str){ text, 2 * (size_t)count + 1 }, limits, fault);

    free(text);
    return status;
}

static void values_accept_n_and_refuse_n_plus_one(void **state)
{
    static const uint32_t values[] = { 2, 3, 64, 5000 };
    lan_json_fault fault = { 0 };

    (void)state;
    for (size_t i = 0; i < COUNT(values); i++) {
        lanyard_limits limits = { .json_values = values[i] };

        assert_status(read_array(values[i] - 1, &limits, &fault), LANYARD_OK);
        assert_status(read_array(values[i], &limits, &fault), LANYARD_E_JSON_MEMBERS);
        assert_int_equal(fault.at, 1 + 2 * (values[i] - 1));
    }
    assert_status(read_array(LANYARD_JSON_VALUES_MAX - 1, NULL, &fault), LANYARD_OK);
    assert_status(read_array(LANYARD_JSON_VALUES_MAX, NULL, &fault), LANYARD_E_JSON_MEMBERS);
}

static void tree_lies_as_its_header_says(void **state)
{
    static const char text[] = "{\"a\":[1,2],\"b\":3}";
    lan_arena arena;
    lan_json json = { 0 };
    lan_json_fault fault = { 0 };

    (void)state;
    assert_status(lan_arena_init(&arena, NULL, 1024, 1u << 20, NULL), LANYARD_OK);
    assert_status(lan_json_parse(&arena, LAN_STR(text), NULL, &json, &fault), LANYARD_OK);
    assert_int_equal(json.count, 5);
    assert_int_equal(json.nodes[0].next, 5);
    assert_int_equal(json.nodes[0].count, 2);
    assert_int_equal(json.nodes[1].next, 4);
    assert_int_equal(json.nodes[1].count, 2);
    assert_str(lan_json_name(&json, 1), "a");
    assert_str(lan_json_source(&json, 1), "[1,2]");
    assert_str(lan_json_source(&json, 3), "2");
    assert_str(lan_json_name(&json, 4), "b");
    assert_int_equal(json.nodes[4].next, 5);
    lan_arena_done(&arena);
}

static void path_finds_through_names_and_indexes(void **state)
{
    static const struct {
        lan_str path[3];
        size_t len;
        const char *json; /* NULL: nothing there */
    } rows[] = {
        { { LAN_STR("a") }, 1, "[10,{\"b\":\"x\"}]" },
        { { LAN_STR("a"), LAN_STR("0") }, 2, "10" },
        { { LAN_STR("a"), LAN_STR("1"), LAN_STR("b") }, 3, "\"x\"" },
        { { LAN_STR("a"), LAN_STR("2") }, 2, NULL },
        { { LAN_STR("a"), LAN_STR("00") }, 2, NULL },
        { { LAN_STR("a"), LAN_STR("-1") }, 2, NULL },
        { { LAN_STR("a"), LAN_STR("0"), LAN_STR("0") }, 3, NULL },
        { { LAN_STR("A") }, 1, NULL },
        { { LAN_STR("") }, 1, NULL },
    };
    lan_arena arena;
    lan_json json = { 0 };
    lan_json_fault fault = { 0 };

    (void)state;
    assert_status(lan_arena_init(&arena, NULL, 1024, 1u << 20, NULL), LANYARD_OK);
    assert_status(
        lan_json_parse(&arena, LAN_STR("{\"a\":[10,{\"b\":\"x\"}]}"), NULL, &json, &fault),
        LANYARD_OK);
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint32_t node = lan_json_find_path(&json, rows[i].path, rows[i].len);

        if (rows[i].json)
            assert_str(lan_json_source(&json, node), rows[i].json);
        else
            assert_int_equal(node, LAN_JSON_NONE);
    }
    lan_arena_done(&arena);
}

static void memory_is_never_more_than_was_said(void **state)
{
    /* Worst cases: values without text, an escape at once, many objects of 25 members each. */
    char *texts[3] = { malloc(20000), malloc(20000), malloc(20000) };

    (void)state;
    memset(texts[0], ',', 20000);
    snprintf(texts[0], 20000, "[1");
    for (size_t i = 2; i < 2000; i += 2)
        memcpy(texts[0] + i, ",1", 3);
    strcat(texts[0], "]");
    snprintf(texts[1], 20000, "[\"\\n%01000d\"]", 0);
    strcpy(texts[2], "[");
    for (int object = 0; object < 30; object++) {
        strcat(texts[2], object ? ",{" : "{");
        for (int i = 0; i < 25; i++)
            sprintf(texts[2] + strlen(texts[2]), "%s\"\\u0061%d\":0", i ? "," : "", i);
        strcat(texts[2], "}");
    }
    strcat(texts[2], "]");
    for (size_t i = 0; i < 3; i++) {
        lan_str text = lanyard_str_of(texts[i]);
        size_t mem = lan_json_mem(text.len, LANYARD_JSON_VALUES_MAX);
        lan_arena arena;
        lan_json json = { 0 };
        lan_json_fault fault = { 0 };

        assert_status(lan_arena_init(&arena, NULL, mem, mem + LAN_ARENA_HEAD, NULL), LANYARD_OK);
        assert_status(lan_json_parse(&arena, text, NULL, &json, &fault), LANYARD_OK);
        lan_arena_done(&arena);
        free(texts[i]);
    }
}

static void fault_is_told_as_an_error(void **state)
{
    lan_arena arena;
    lan_json json = { 0 };
    lanyard_error err = { 0 };

    (void)state;
    assert_status(lan_arena_init(&arena, NULL, 256, 1u << 20, NULL), LANYARD_OK);
    assert_status(lan_json_parse_saying(&arena, LAN_STR("[1"), NULL, "header", &json, &err),
                  LANYARD_E_JSON_SYNTAX);
    assert_string_equal(err.where, "header");
    assert_int_equal(err.offset, 2);
    assert_string_equal(err.detail, "expected ',' or ']'");
    lan_arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read_accepts_every_kind_of_value),
        cmocka_unit_test(read_refuses_broken_structure),
        cmocka_unit_test(read_refuses_broken_words_and_numbers),
        cmocka_unit_test(read_refuses_broken_strings),
        cmocka_unit_test(read_refuses_a_nul_outside_of_an_escape),
        cmocka_unit_test(string_is_checked_at_every_place),
        cmocka_unit_test(depth_accepts_n_and_refuses_n_plus_one),
        cmocka_unit_test(values_accept_n_and_refuse_n_plus_one),
        cmocka_unit_test(tree_lies_as_its_header_says),
        cmocka_unit_test(path_finds_through_names_and_indexes),
        cmocka_unit_test(memory_is_never_more_than_was_said),
        cmocka_unit_test(fault_is_told_as_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
