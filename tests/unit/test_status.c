/* test_status.c - the table of statuses, and errors filled in. */
#include "base/status.h"
#include "asserts.h"

/* How many there are; lanyard_status_at() says LANYARD_OK at 0 and past the end. */
static size_t status_count(void)
{
    size_t count = 1;

    while (lanyard_status_at(count) != LANYARD_OK)
        count++;
    return count;
}

static void walk_returns_each_status_once(void **state)
{
    (void)state;
    assert_status(lanyard_status_at(0), LANYARD_OK);
    assert_true(status_count() > 50);
    for (size_t i = 0; i < status_count(); i++)
        for (size_t k = 0; k < i; k++) {
            lanyard_status left = lanyard_status_at(i);
            lanyard_status right = lanyard_status_at(k);

            assert_int_not_equal(left, right);
            assert_string_not_equal(lanyard_status_name(left), lanyard_status_name(right));
            assert_string_not_equal(lanyard_status_text(left), lanyard_status_text(right));
        }
    assert_status(lanyard_status_at(SIZE_MAX), LANYARD_OK);
}

static void number_grows_and_has_its_class_in_its_thousands(void **state)
{
    (void)state;
    for (size_t i = 1; i < status_count(); i++) {
        assert_true(lanyard_status_at(i) > lanyard_status_at(i - 1));
        assert_in_range(lanyard_status_at(i), 1001, 4999);
    }
}

static void name_is_in_capitals_behind_an_e(void **state)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

    (void)state;
    for (size_t i = 1; i < status_count(); i++) {
        const char *name = lanyard_status_name(lanyard_status_at(i));

        assert_memory_equal(name, "E_", 2);
        assert_int_equal(strspn(name, letters), strlen(name));
    }
}

static void text_is_a_sentence_without_a_capital_or_a_period(void **state)
{
    (void)state;
    for (size_t i = 0; i < status_count(); i++) {
        const char *text = lanyard_status_text(lanyard_status_at(i));
        size_t len = strlen(text);

        assert_in_range(len, 5, LANYARD_DETAIL_MAX - 1);
        assert_true(lanyard_str_is_plain(lanyard_str_of(text)));
        assert_int_not_equal(text[len - 1], '.');
        /* Some begin with an abbreviation or a name that is spelled with capitals. */
        if (text[0] >= 'A' && text[0] <= 'Z')
            assert_memory_equal(text, "JSON", 4);
    }
}

static void http_follows_from_the_class(void **state)
{
    (void)state;
    assert_int_equal(lanyard_status_http(LANYARD_OK), 200);
    assert_null(lanyard_status_bearer(LANYARD_OK));
    for (size_t i = 1; i < status_count(); i++) {
        lanyard_status status = lanyard_status_at(i);
        int http = lanyard_status_http(status);
        const char *bearer = lanyard_status_bearer(status);

        if (status >= 4000) {
            assert_int_equal(http, status == LANYARD_E_NO_MEMORY ? 503 : 500);
            assert_null(bearer);
        } else if (status == LANYARD_E_BEARER) {
            assert_int_equal(http, 400);
            assert_string_equal(bearer, "invalid_request");
        } else if (status == LANYARD_E_BEARER_MISSING) {
            /* RFC 6750, 3.1: no error word for who sent no token at all. */
            assert_int_equal(http, 401);
            assert_null(bearer);
        } else {
            assert_int_equal(http, 401);
            assert_string_equal(bearer, "invalid_token");
        }
    }
}

static void unknown_number_returns_a_name_and_a_text(void **state)
{
    static const int numbers[] = { -1, 1, 999, 1000, 9999 };

    (void)state;
    for (size_t i = 0; i < COUNT(numbers); i++) {
        lanyard_status status = (lanyard_status)numbers[i];

        assert_string_equal(lanyard_status_name(status), "E_UNKNOWN");
        assert_string_equal(lanyard_status_text(status), "an unknown status");
        assert_int_equal(lanyard_status_http(status), 500);
        assert_null(lanyard_status_bearer(status));
    }
}

static void fail_fills_in_everything_and_returns_the_status(void **state)
{
    lanyard_error err;

    (void)state;
    memset(&err, 0x5a, sizeof err);
    assert_status(lan_fail(&err, LANYARD_E_EXPIRED, "claim:exp", 7), LANYARD_E_EXPIRED);
    assert_status(err.status, LANYARD_E_EXPIRED);
    assert_string_equal(err.where, "claim:exp");
    assert_int_equal(err.offset, 7);
    assert_int_equal(err.value, 0);
    assert_int_equal(err.failed, 0);
    assert_string_equal(err.detail, "the token has expired");
    assert_status(lan_fail(NULL, LANYARD_E_EXPIRED, "claim:exp", 7), LANYARD_E_EXPIRED);
}

static void detail_is_built_of_pieces(void **state)
{
    lanyard_error err;

    (void)state;
    assert_status(lan_fail_saying(&err, LANYARD_E_TOKEN_PARTS, "token", 0, ""),
                  LANYARD_E_TOKEN_PARTS);
    lan_detail(&err, "expected 3 parts, found ");
    lan_detail_int(&err, -2);
    lan_detail_str(&err, LAN_STR(" \n\x7f\xc3\xa9\0 !"));
    assert_string_equal(err.detail, "expected 3 parts, found -2 ?"
                                    "?"
                                    "?"
                                    "?"
                                    "? !");
    lan_detail(NULL, "x");
    lan_detail_int(NULL, 1);
}

static void detail_is_cut_where_it_is_full(void **state)
{
    lanyard_error err;

    (void)state;
    assert_status(lan_fail_saying(&err, LANYARD_E_JSON_SYNTAX, "json", 0, ""),
                  LANYARD_E_JSON_SYNTAX);
    for (size_t i = 0; i < LANYARD_DETAIL_MAX - 1; i++) {
        assert_int_equal(strlen(err.detail), i);
        lan_detail(&err, "x");
    }
    for (size_t i = 0; i < 3; i++) {
        lan_detail(&err, "yz");
        assert_int_equal(strlen(err.detail), LANYARD_DETAIL_MAX - 1);
    }
    assert_null(strchr(err.detail, 'y'));
}

static void version_is_that_of_the_header(void **state)
{
    (void)state;
    assert_string_equal(lanyard_version(), LANYARD_VERSION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walk_returns_each_status_once),
        cmocka_unit_test(number_grows_and_has_its_class_in_its_thousands),
        cmocka_unit_test(name_is_in_capitals_behind_an_e),
        cmocka_unit_test(text_is_a_sentence_without_a_capital_or_a_period),
        cmocka_unit_test(http_follows_from_the_class),
        cmocka_unit_test(unknown_number_returns_a_name_and_a_text),
        cmocka_unit_test(fail_fills_in_everything_and_returns_the_status),
        cmocka_unit_test(detail_is_built_of_pieces),
        cmocka_unit_test(detail_is_cut_where_it_is_full),
        cmocka_unit_test(version_is_that_of_the_header),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
