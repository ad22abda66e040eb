/* test_parts.c - a token's text cut at its dots. */
#include "kit.h"

typedef struct split_row {
    const char *text;
    lanyard_status status;
    const char *where;
    size_t offset;
} split_row;

/* {"alg":"HS256"} */
#define HEADER "eyJhbGciOiJIUzI1NiJ9"

static const split_row split_rows[] = {
    { HEADER ".e30.AA", LANYARD_OK, NULL, 0 },
    { HEADER "..", LANYARD_OK, NULL, 0 },
    { HEADER ".e30=.AA==", LANYARD_OK, NULL, 0 },
    { "", LANYARD_E_TOKEN_PARTS, "token", 0 },
    { ".", LANYARD_E_TOKEN_PARTS, "token", 0 },
    { "a", LANYARD_E_TOKEN_PARTS, "token", 0 },
    { HEADER ".e30", LANYARD_E_TOKEN_PARTS, "token", 0 },
    { HEADER ".e30.AA.", LANYARD_E_TOKEN_PARTS, "token", 0 },
    { HEADER ".e30.AA.AA.AA", LANYARD_E_TOKEN_PARTS, "token", 0 },
    { "..", LANYARD_E_JSON_SYNTAX, "header", 0 },
    { " " HEADER ".e30.AA", LANYARD_E_BASE64_CHAR, "header", 0 },
    { HEADER " .e30.AA", LANYARD_E_BASE64_CHAR, "header", 20 },
    { HEADER ".e3 0.AA", LANYARD_E_BASE64_CHAR, "payload", 23 },
    { HEADER ".e30.A+", LANYARD_E_BASE64_CHAR, "signature", 26 },
    { HEADER ".e30.A/", LANYARD_E_BASE64_CHAR, "signature", 26 },
    { HEADER ".e30.AA\n", LANYARD_E_BASE64_CHAR, "signature", 27 },
    { HEADER ".e30.A", LANYARD_E_BASE64_LENGTH, "signature", 25 },
    { HEADER ".e30.AB", LANYARD_E_BASE64_BITS, "signature", 26 },
    { HEADER ".e31.AA", LANYARD_E_BASE64_BITS, "payload", 23 },
    { HEADER ".e30.AA=", LANYARD_E_BASE64_PADDING, "signature", 27 },
    { HEADER ".e30.AA===", LANYARD_E_BASE64_CHAR, "signature", 27 },
    { HEADER ".e30.A=A=", LANYARD_E_BASE64_CHAR, "signature", 26 },
    { HEADER ".e30==.AA", LANYARD_E_BASE64_PADDING, "payload", 24 },
};

static void split_says_where_it_failed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof split_rows / sizeof *split_rows; i++) {
        const split_row *row = &split_rows[i];
        lanyard_untrusted *untrusted = NULL;
        lanyard_error err = { 0 };

        assert_int_equal(
            lanyard_untrusted_read(NULL, row->text, strlen(row->text), NULL, &untrusted, &err),
            row->status);
        if (row->status != LANYARD_OK) {
            assert_null(untrusted);
            assert_string_equal(err.where, row->where);
            assert_int_equal(err.offset, row->offset);
        }
        lanyard_untrusted_free(untrusted);
    }
}

static void split_counts_the_parts(void **state)
{
    static const struct {
        const char *text;
        const char *detail;
    } rows[] = { { "a.b", "expected 3 parts, found 2" },
                 { "a.b.c.d", "expected 3 parts, found 4" },
                 { "........", "expected 3 parts, found 6 or more" } };
    lanyard_untrusted *untrusted = NULL;
    lanyard_error err = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ASSERT_STATUS(lanyard_untrusted_read(NULL, rows[i].text, strlen(rows[i].text), NULL,
                                             &untrusted, &err),
                      E_TOKEN_PARTS);
        assert_string_equal(err.detail, rows[i].detail);
    }
}

static void split_refuses_a_nul_inside(void **state)
{
    static const char text[] = HEADER ".e3\0.AA";
    lanyard_untrusted *untrusted = NULL;
    lanyard_error err = { 0 };

    (void)state;
    ASSERT_STATUS(lanyard_untrusted_read(NULL, text, sizeof text - 1, NULL, &untrusted, &err),
                  E_BASE64_CHAR);
    assert_int_equal(err.offset, 23);
}

static void limit_of_the_token_holds_at_n_and_one_more(void **state)
{
    static const char text[] = HEADER ".e30.AA";
    lanyard_limits limits = { .token_len = sizeof text - 1 };
    lanyard_untrusted *untrusted = NULL;
    lanyard_error err = { 0 };

    (void)state;
    ASSERT_OK(lanyard_untrusted_read(&limits, text, sizeof text - 1, NULL, &untrusted, &err));
    lanyard_untrusted_free(untrusted);
    untrusted = NULL;
    limits.token_len--;
    ASSERT_STATUS(lanyard_untrusted_read(&limits, text, sizeof text - 1, NULL, &untrusted, &err),
                  E_TOKEN_LENGTH);
    assert_null(untrusted);
    assert_string_equal(err.detail, "expected at most 26 bytes, found 27");
}

static void limit_of_the_header_holds_at_n_and_one_more(void **state)
{
    static const char text[] = HEADER ".e30.AA";
    lanyard_limits limits = { .header_len = 15 };
    lanyard_untrusted *untrusted = NULL;
    lanyard_error err = { 0 };

    (void)state;
    ASSERT_OK(lanyard_untrusted_read(&limits, text, sizeof text - 1, NULL, &untrusted, &err));
    lanyard_untrusted_free(untrusted);
    limits.header_len--;
    ASSERT_STATUS(lanyard_untrusted_read(&limits, text, sizeof text - 1, NULL, &untrusted, &err),
                  E_HEADER_LENGTH);
}

static void untrusted_shows_what_it_says_of_itself(void **state)
{
    lanyard_buf text = kit_token("{\"alg\":\"HS256\",\"kid\":\"k\\u0031\",\"n\":1}",
                                 "{\"iss\":\"a\",\"cnf\":{\"x\":[1,2]}}");
    lanyard_str path[] = { lanyard_str_of("cnf"), lanyard_str_of("x"), lanyard_str_of("1") };
    lanyard_untrusted *untrusted = NULL;
    lanyard_error err = { 0 };
    lanyard_value value;
    lanyard_str found;

    (void)state;
    ASSERT_OK(lanyard_untrusted_read(NULL, text.ptr, text.len, NULL, &untrusted, &err));
    ASSERT_OK(lanyard_untrusted_header_str(untrusted, "kid", &found));
    assert_true(lanyard_str_equal(found, lanyard_str_of("k1")));
    ASSERT_STATUS(lanyard_untrusted_header_str(untrusted, "n", &found), E_WRONG_TYPE);
    ASSERT_STATUS(lanyard_untrusted_header_str(untrusted, "x", &found), E_NOT_FOUND);
    for (int i = 0; i < 3; i++) {
        ASSERT_OK(lanyard_untrusted_claim(untrusted, path, 3, &value, &err));
        assert_true(lanyard_str_equal(value.json, lanyard_str_of("2")));
    }
    ASSERT_STATUS(lanyard_untrusted_claim(untrusted, path + 1, 1, &value, &err), E_NOT_FOUND);
    assert_int_equal(lanyard_untrusted_signature(untrusted).len, 32);
    lanyard_untrusted_free(untrusted);
    lanyard_buf_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(split_says_where_it_failed),
        cmocka_unit_test(split_counts_the_parts),
        cmocka_unit_test(split_refuses_a_nul_inside),
        cmocka_unit_test(limit_of_the_token_holds_at_n_and_one_more),
        cmocka_unit_test(limit_of_the_header_holds_at_n_and_one_more),
        cmocka_unit_test(untrusted_shows_what_it_says_of_itself),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
