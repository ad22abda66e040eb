/* test_utf8.c - well-formed UTF-8 (RFC 3629), and text fit for a log. */
#include "codec/utf8.h"
#include "asserts.h"

static void sequence_returns_the_length_of_well_formed_ones(void **state)
{
    static const struct {
        const char *text;
        size_t len;
    } rows[] = {
        { "a", 1 },
        { "\x7f", 1 },
        { "\xc2\x80", 2 },
        { "\xdf\xbf", 2 },
        { "\xe0\xa0\x80", 3 },
        { "\xed\x9f\xbf", 3 },
        { "\xee\x80\x80", 3 },
        { "\xef\xbf\xbf", 3 },
        { "\xf0\x90\x80\x80", 4 },
        { "\xf4\x8f\xbf\xbf", 4 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        lan_str text = lanyard_str_of(rows[i].text);

        assert_int_equal(lan_utf8_sequence(text), rows[i].len);
        assert_true(lan_utf8_is_valid(text));
        /* One byte short it is none. */
        text.len--;
        assert_int_equal(lan_utf8_sequence(text), 0);
    }
    assert_int_equal(lan_utf8_sequence((lan_str){ "", 1 }), 1);
}

static void sequence_refuses_all_others(void **state)
{
    static const char *const rows[] = {
        "\x80", /* a continuation alone */
        "\xbf",
        "\xc0\x80", /* overlong forms */
        "\xc1\xbf",
        "\xe0\x80\x80",
        "\xe0\x9f\xbf",
        "\xf0\x80\x80\x80",
        "\xf0\x8f\xbf\xbf",
        "\xed\xa0\x80", /* surrogates */
        "\xed\xbf\xbf",
        "\xf4\x90\x80\x80", /* above U+10FFFF */
        "\xf5\x80\x80\x80",
        "\xff",
        "\xfe",
        "\xc2\x41", /* a continuation that is none */
        "\xe1\x80\x41",
        "\xe1\x41\x80",
        "\xf1\x80\x80\x41",
        "\xf1\x80\x41\x80",
        "\xc2\xc0",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(lan_utf8_sequence(lanyard_str_of(rows[i])), 0);
        assert_false(lan_utf8_is_valid(lanyard_str_of(rows[i])));
    }
}

static void every_code_point_is_written_as_one_valid_sequence(void **state)
{
    (void)state;
    for (uint32_t code_point = 0; code_point <= 0x10ffff; code_point++) {
        char out[4] = { 0 };
        bool is_surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
        size_t len = lan_utf8_write(code_point, out);

        if (lan_utf8_sequence((lan_str){ out, len }) != (is_surrogate ? 0 : len))
            fail_msg("U+%04X", code_point);
    }
}

static void validity_is_seen_at_each_place_of_a_long_text(void **state)
{
    char text[40];

    (void)state;
    memset(text, 'a', sizeof text);
    assert_true(lan_utf8_is_valid((lan_str){ text, sizeof text }));
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = '\xff';
        assert_false(lan_utf8_is_valid((lan_str){ text, sizeof text }));
        text[i] = 'a';
    }
    for (size_t i = 0; i + 1 < sizeof text; i++) {
        memcpy(text + i, "\xc3\xa9", 2);
        assert_true(lan_utf8_is_valid((lan_str){ text, sizeof text }));
        assert_int_equal(lan_utf8_is_valid((lan_str){ text, i + 1 }), false);
        memcpy(text + i, "aa", 2);
    }
    assert_true(lan_utf8_is_valid((lan_str){ 0 }));
}

static void plain_text_has_no_control_character(void **state)
{
    static const struct {
        const char *text;
        int is_plain;
    } rows[] = {
        { "", 1 },         { "orders: 3 \xe2\x82\xac", 1 },
        { "\xc2\xa0", 1 }, /* U+00A0, the first after C1 */
        { "\xc3\x80", 1 }, { "~", 1 },
        { "a\nb", 0 },     { "a\r\nSet-Cookie: x", 0 },
        { "\x1b[31m", 0 }, { "\x1f", 0 },
        { "\x7f", 0 },     { "\xc2\x80", 0 }, /* C1 */
        { "\xc2\x9b", 0 }, { "\xc2\x9f", 0 },
        { "\xff", 0 },     { "a\xed\xa0\x80", 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(lanyard_str_is_plain(lanyard_str_of(rows[i].text)), rows[i].is_plain);
    assert_int_equal(lanyard_str_is_plain((lan_str){ "a\0b", 3 }), 0);
}

/* Of memory that ends where the text does. */
static void plain_text_is_judged_by_each_byte_at_each_place(void **state)
{
    (void)state;
    for (size_t len = 1; len <= 64; len++) {
        char *text = malloc(len);

        memset(text, 'a', len);
        for (size_t i = 0; i < len * 256; i++) {
            int byte = (int)(i % 256);

            text[i / 256] = (char)byte;
            assert_int_equal(lanyard_str_is_plain((lan_str){ text, len }),
                             byte >= 0x20 && byte < 0x7f);
            text[i / 256] = 'a';
        }
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sequence_returns_the_length_of_well_formed_ones),
        cmocka_unit_test(sequence_refuses_all_others),
        cmocka_unit_test(every_code_point_is_written_as_one_valid_sequence),
        cmocka_unit_test(validity_is_seen_at_each_place_of_a_long_text),
        cmocka_unit_test(plain_text_has_no_control_character),
        cmocka_unit_test(plain_text_is_judged_by_each_byte_at_each_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
