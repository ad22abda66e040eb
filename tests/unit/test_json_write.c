/* test_json_write.c - pieces of JSON, counted and written. */
#include "codec/json_write.h"
#include "codec/utf8.h"
#include "asserts.h"
#include <lanyard/buf.h>
#include <lanyard/json.h>

static const struct {
    lan_str text;
    const char *json;
} strings[] = {
    { { "", 0 }, "\"\"" },
    { { NULL, 0 }, "\"\"" },
    { { "orders", 6 }, "\"orders\"" },
    { { "\"", 1 }, "\"\\\"\"" },
    { { "a\\b", 3 }, "\"a\\\\b\"" },
    { { "/", 1 }, "\"/\"" },
    { { "\b\f\n\r\t", 5 }, "\"\\b\\f\\n\\r\\t\"" },
    { { "\0", 1 }, "\"\\u0000\"" },
    { { "a\x1f"
        "b\x0b",
        4 },
      "\"a\\u001fb\\u000b\"" },
    { { "\x7f", 1 }, "\"\x7f\"" },
    { { "\xc3\xa9\xf0\x9f\x94\x91", 6 }, "\"\xc3\xa9\xf0\x9f\x94\x91\"" },
    { { "\xe2\x80\xa8", 3 }, "\"\xe2\x80\xa8\"" },
};

static void str_is_written_with_its_escapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(strings); i++) {
        char out[64] = { 0 };
        lan_writer counter = { 0 };
        lan_writer writer = { .at = out };

        lan_write_json_str(&counter, strings[i].text);
        lan_write_json_str(&writer, strings[i].text);
        assert_str(((lan_str){ out, writer.len }), strings[i].json);
        assert_int_equal(counter.len, writer.len);
        assert_ptr_equal(writer.at, out + writer.len);
        assert_null(counter.at);
    }
}

static void pieces_follow_each_other(void **state)
{
    char out[64];
    lan_writer writer = { .at = out };

    (void)state;
    lan_write(&writer, LAN_STR("{"));
    lan_write_json_name(&writer, LAN_STR("a\""));
    lan_write_int(&writer, INT64_MIN);
    lan_write(&writer, (lan_str){ 0 });
    lan_write(&writer, LAN_STR("}"));
    assert_str(((lan_str){ out, writer.len }), "{\"a\\\"\":-9223372036854775808}");
}

static void public_str_appends_to_a_buffer(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(strings); i++) {
        lanyard_buf buf;
        size_t len = strlen(strings[i].json);

        /* One byte too few, then exactly enough. */
        lanyard_buf_init(&buf, NULL, len);
        assert_status(lanyard_json_write_str(&buf, strings[i].text), LANYARD_OK);
        assert_str(((lan_str){ buf.ptr, buf.len }), strings[i].json);
        lanyard_buf_done(&buf);
        lanyard_buf_init(&buf, NULL, len - 1);
        assert_status(lanyard_json_write_str(&buf, strings[i].text), LANYARD_E_BUFFER_FULL);
        assert_int_equal(buf.len, 0);
        lanyard_buf_done(&buf);
    }
}

static void public_str_refuses_what_is_not_utf8(void **state)
{
    lanyard_buf buf;

    (void)state;
    lanyard_buf_init(&buf, NULL, 100);
    assert_status(lanyard_json_write_str(&buf, LAN_STR("\xff")), LANYARD_E_ARGUMENT);
    assert_status(lanyard_json_write_str(&buf, LAN_STR("\xed\xa0\x80")), LANYARD_E_ARGUMENT);
    assert_status(lanyard_json_write_str(&buf, (lan_str){ NULL, 3 }), LANYARD_E_ARGUMENT);
    assert_status(lanyard_json_write_str(NULL, LAN_STR("a")), LANYARD_E_ARGUMENT);
    assert_int_equal(buf.len, 0);
    lanyard_buf_done(&buf);
}

static void every_code_point_is_read_back(void **state)
{
    (void)state;
    for (uint32_t code_point = 0; code_point <= 0x10ffff;
         code_point += code_point < 0x3000 ? 1 : 97) {
        char text[4];
        size_t len = lan_utf8_write(code_point, text);
        lanyard_json *json = NULL;
        lanyard_buf buf;

        if (code_point >= 0xd800 && code_point <= 0xdfff)
            continue;
        lanyard_buf_init(&buf, NULL, 16);
        assert_status(lanyard_json_write_str(&buf, (lan_str){ text, len }), LANYARD_OK);
        assert_status(lanyard_json_read(buf.ptr, buf.len, NULL, NULL, &json, NULL), LANYARD_OK);
        assert_true(lanyard_str_equal(lanyard_json_root(json).text, (lan_str){ text, len }));
        lanyard_json_free(json);
        lanyard_buf_done(&buf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(str_is_written_with_its_escapes),
        cmocka_unit_test(pieces_follow_each_other),
        cmocka_unit_test(public_str_appends_to_a_buffer),
        cmocka_unit_test(public_str_refuses_what_is_not_utf8),
        cmocka_unit_test(every_code_point_is_read_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
