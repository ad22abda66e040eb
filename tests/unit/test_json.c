/* test_json.c - the public document: reading, walking and asking. */
#include "asserts.h"
#include <lanyard/json.h>

static const char sample[] = " {\"name\":\"a\\u0000\\n\",\"list\":[1,\"x\",[],null],\"yes\":true,"
                             "\"no\":false,\"num\":1.5e1,\"o\":{\"in\":-2}}";

static lanyard_json *open_sample(void)
{
    lanyard_json *json = NULL;

    assert_status(lanyard_json_read(sample, sizeof sample - 1, NULL, NULL, &json, NULL),
                  LANYARD_OK);
    return json;
}

static void root_knows_its_text_and_its_count(void **state)
{
    lanyard_json *json = open_sample();
    lanyard_value root = lanyard_json_root(json);

    (void)state;
    assert_int_equal(root.type, LANYARD_JSON_OBJECT);
    assert_int_equal(root.count, 6);
    assert_int_equal(root.offset, 1);
    assert_str(root.json, sample + 1);
    assert_int_equal(root.name.len, 0);
    lanyard_json_free(json);
}

static void member_returns_value_name_and_offset(void **state)
{
    static const struct {
        const char *name;
        const char *json;
        lanyard_json_type type;
    } rows[] = {
        { "name", "\"a\\u0000\\n\"", LANYARD_JSON_STRING },
        { "list", "[1,\"x\",[],null]", LANYARD_JSON_ARRAY },
        { "yes", "true", LANYARD_JSON_TRUE },
        { "no", "false", LANYARD_JSON_FALSE },
        { "num", "1.5e1", LANYARD_JSON_NUMBER },
        { "o", "{\"in\":-2}", LANYARD_JSON_OBJECT },
    };
    lanyard_json *json = open_sample();
    lanyard_value root = lanyard_json_root(json);

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        lanyard_value value;

        assert_status(lanyard_value_member(&root, lanyard_str_of(rows[i].name), &value),
                      LANYARD_OK);
        assert_int_equal(value.type, rows[i].type);
        assert_str(value.json, rows[i].json);
        assert_str(value.name, rows[i].name);
        assert_memory_equal(sample + value.offset, rows[i].json, strlen(rows[i].json));
    }
    lanyard_json_free(json);
}

static void string_is_unescaped_and_may_hold_nul(void **state)
{
    lanyard_json *json = open_sample();
    lanyard_value root = lanyard_json_root(json);
    lanyard_value value;

    (void)state;
    assert_status(lanyard_value_member(&root, lanyard_str_of("name"), &value), LANYARD_OK);
    assert_int_equal(value.text.len, 3);
    assert_memory_equal(value.text.ptr, "a\0\n", 3);
    lanyard_json_free(json);
}

static void member_says_what_is_not_there(void **state)
{
    lanyard_json *json = open_sample();
    lanyard_value root = lanyard_json_root(json);
    lanyard_value empty = { 0 };
    lanyard_value list;
    lanyard_value value = { .offset = 77 };

    (void)state;
    assert_status(lanyard_value_member(&root, lanyard_str_of("list"), &list), LANYARD_OK);
    assert_status(lanyard_value_member(&root, lanyard_str_of("in"), &value), LANYARD_E_NOT_FOUND);
    assert_status(lanyard_value_member(&root, lanyard_str_of("Name"), &value), LANYARD_E_NOT_FOUND);
    assert_status(lanyard_value_member(&root, (lanyard_str){ "name\0", 5 }, &value),
                  LANYARD_E_NOT_FOUND);
    assert_status(lanyard_value_member(&list, lanyard_str_of("0"), &value), LANYARD_E_WRONG_TYPE);
    assert_status(lanyard_value_member(&empty, lanyard_str_of("a"), &value), LANYARD_E_WRONG_TYPE);
    assert_status(lanyard_value_member(NULL, lanyard_str_of("a"), &value), LANYARD_E_WRONG_TYPE);
    assert_int_equal(value.offset, 77);
    lanyard_json_free(json);
}

static void next_walks_children_and_not_their_children(void **state)
{
    static const char *const names[] = { "name", "list", "yes", "no", "num", "o" };
    static const char *const items[] = { "1", "\"x\"", "[]", "null" };
    lanyard_json *json = open_sample();
    lanyard_value root = lanyard_json_root(json);
    lanyard_value list;
    lanyard_value value;
    size_t cursor = 0;
    size_t count = 0;

    (void)state;
    while (lanyard_value_next(&root, &cursor, &value))
        assert_str(value.name, names[count++]);
    assert_int_equal(count, COUNT(names));
    assert_int_equal(lanyard_value_next(&root, &cursor, &value), 0);

    assert_status(lanyard_value_member(&root, lanyard_str_of("list"), &list), LANYARD_OK);
    cursor = 0;
    count = 0;
    while (lanyard_value_next(&list, &cursor, &value))
        assert_str(value.json, items[count++]);
    assert_int_equal(count, COUNT(items));
    lanyard_json_free(json);
}

static void next_returns_nothing_in_scalars_and_empty_containers(void **state)
{
    static const char *const rows[] = { "1", "\"a\"", "null", "[]", "{}" };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        lanyard_json *json = NULL;
        size_t cursor = 0;
        lanyard_value value;

        assert_status(lanyard_json_read(rows[i], strlen(rows[i]), NULL, NULL, &json, NULL),
                      LANYARD_OK);

        lanyard_value root = lanyard_json_root(json);

        assert_int_equal(lanyard_value_next(&root, &cursor, &value), 0);
        lanyard_json_free(json);
    }
}

static void numbers_are_returned_or_of_the_wrong_type(void **state)
{
    static const struct {
        const char *json;
        lanyard_status as_int;
        int64_t number;
        lanyard_status as_num;
    } rows[] = {
        { "1e3", LANYARD_OK, 1000, LANYARD_OK },
        { "-0", LANYARD_OK, 0, LANYARD_OK },
        { "9223372036854775807", LANYARD_OK, INT64_MAX, LANYARD_OK },
        { "9223372036854775808", LANYARD_E_WRONG_TYPE, 77, LANYARD_OK },
        { "1.5", LANYARD_E_WRONG_TYPE, 77, LANYARD_OK },
        { "1e400", LANYARD_E_WRONG_TYPE, 77, LANYARD_E_WRONG_TYPE },
        { "\"1\"", LANYARD_E_WRONG_TYPE, 77, LANYARD_E_WRONG_TYPE },
        { "true", LANYARD_E_WRONG_TYPE, 77, LANYARD_E_WRONG_TYPE },
        { "[1]", LANYARD_E_WRONG_TYPE, 77, LANYARD_E_WRONG_TYPE },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        lanyard_json *json = NULL;
        int64_t number = 77;
        double real = 0;

        assert_status(
            lanyard_json_read(rows[i].json, strlen(rows[i].json), NULL, NULL, &json, NULL),
            LANYARD_OK);

        lanyard_value root = lanyard_json_root(json);

        assert_status(lanyard_value_int(&root, &number), rows[i].as_int);
        assert_int_equal(number, rows[i].number);
        assert_status(lanyard_value_num(&root, &real), rows[i].as_num);
        lanyard_json_free(json);
    }
}

static void document_keeps_a_copy_of_its_text(void **state)
{
    char text[] = "[\"abc\"]";
    lanyard_json *json = NULL;
    lanyard_value value;
    size_t cursor = 0;

    (void)state;
    assert_status(lanyard_json_read(text, strlen(text), NULL, NULL, &json, NULL), LANYARD_OK);
    memset(text, 'x', sizeof text);

    lanyard_value root = lanyard_json_root(json);

    assert_int_equal(lanyard_value_next(&root, &cursor, &value), 1);
    assert_str(value.text, "abc");
    lanyard_json_free(json);
}

static void document_does_not_take_a_first_chunk_meant_for_tokens(void **state)
{
    _Alignas(16) uint8_t first[65536];
    counted_memory memory = { 0 };
    lanyard_mem mem = COUNTED(memory);
    lanyard_json *json = NULL;

    (void)state;
    memset(first, 0x5a, sizeof first);
    mem.first = first;
    mem.first_len = sizeof first;
    assert_status(lanyard_json_read(sample, strlen(sample), NULL, &mem, &json, NULL), LANYARD_OK);
    assert_true(memory.calls > 0);
    lanyard_json_free(json);
    assert_int_equal(memory.bytes, 0);
    for (size_t i = 0; i < sizeof first; i++)
        assert_int_equal(first[i], 0x5a);
}

static void read_refuses_arguments_and_writes_nothing(void **state)
{
    lanyard_json *json = (lanyard_json *)&json;
    lanyard_error err = { 0 };

    (void)state;
    assert_status(lanyard_json_read(NULL, 1, NULL, NULL, &json, &err), LANYARD_E_ARGUMENT);
    assert_string_equal(err.where, "argument");
    assert_status(lanyard_json_read("1", 1, NULL, NULL, NULL, &err), LANYARD_E_ARGUMENT);
    assert_status(lanyard_json_read("", (size_t)LANYARD_LIMIT_CEILING + 1, NULL, NULL, &json, &err),
                  LANYARD_E_JSON_MEMBERS);
    assert_status(lanyard_json_read("[", 1, NULL, NULL, &json, NULL), LANYARD_E_JSON_SYNTAX);
    assert_ptr_equal(json, &json);
    assert_status(lanyard_json_read(NULL, 0, NULL, NULL, &json, &err), LANYARD_E_JSON_SYNTAX);
    assert_string_equal(err.where, "json");
    lanyard_json_free(NULL);
    assert_null(lanyard_json_root(NULL).tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(root_knows_its_text_and_its_count),
        cmocka_unit_test(member_returns_value_name_and_offset),
        cmocka_unit_test(string_is_unescaped_and_may_hold_nul),
        cmocka_unit_test(member_says_what_is_not_there),
        cmocka_unit_test(next_walks_children_and_not_their_children),
        cmocka_unit_test(next_returns_nothing_in_scalars_and_empty_containers),
        cmocka_unit_test(numbers_are_returned_or_of_the_wrong_type),
        cmocka_unit_test(document_keeps_a_copy_of_its_text),
        cmocka_unit_test(document_does_not_take_a_first_chunk_meant_for_tokens),
        cmocka_unit_test(read_refuses_arguments_and_writes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
