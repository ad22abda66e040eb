/* test_bearer.c - the token in an Authorization header (RFC 6750, 2.1). */
#include "asserts.h"

#include <stdbool.h>

static void find_returns_the_token(void **state)
{
    static const struct {
        const char *header;
        const char *token;
    } rows[] = {
        { "Bearer a.b.c", "a.b.c" }, { "bearer a", "a" },
        { "BEARER a", "a" },         { "bEaReR a", "a" },
        { "Bearer    a", "a" },      { "Bearer AZaz09-._~+/==", "AZaz09-._~+/==" },
        { "Bearer a=", "a=" },       { "Bearer bearer", "bearer" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        lanyard_str text = { 0 };

        assert_status(lanyard_bearer_find(rows[i].header, strlen(rows[i].header), &text),
                      LANYARD_OK);
        assert_str(text, rows[i].token);
        assert_in_range((uintptr_t)text.ptr, (uintptr_t)rows[i].header,
                        (uintptr_t)rows[i].header + strlen(rows[i].header));
    }
}

static void find_refuses(const char *header, size_t len, lanyard_status status)
{
    static const char untouched[] = "untouched";
    lanyard_str text = { untouched, 9 };

    assert_status(lanyard_bearer_find(header, len, &text), status);
    assert_ptr_equal(text.ptr, untouched);
    assert_int_equal(text.len, 9);
}

static void find_refuses_a_header_of_another_scheme_as_missing(void **state)
{
    static const char *const rows[] = {
        "",          "Basic YTpi", "Bear a", "BearerX a",      "Bearers",  "Bearer2 a",
        " Bearer a", "DPoP a.b.c", "a.b.c",  "Bearer-Token a", "\tBearer", "Be\xc3\xa9rer a",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        find_refuses(rows[i], strlen(rows[i]), LANYARD_E_BEARER_MISSING);
    find_refuses(NULL, 0, LANYARD_E_BEARER_MISSING);
}

static void find_refuses_a_broken_header(void **state)
{
    static const char *const rows[] = {
        "Bearer",       "Bearer ",          "Bearer   ",    "Bearer\ta",       "Bearer \ta",
        "Bearer a ",    "Bearer a b",       "Bearer a\t",   "Bearer a,b",      "Bearer a, Basic b",
        "Bearer =",     "Bearer ==a",       "Bearer a=b",   "Bearer a\n",      "Bearer a\r\nX: y",
        "Bearer \"a\"", "Bearer a;b",       "Bearer a%20b", "Bearer \xc3\xa9", "Bearer:a",
        "Bearer,a",     "Bearer token=a b", "Bearer=a",     "Bearer Bearer a",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        find_refuses(rows[i], strlen(rows[i]), LANYARD_E_BEARER);
    find_refuses("Bearer a\0b", 10, LANYARD_E_BEARER);
    find_refuses("Bearer\0 a", 9, LANYARD_E_BEARER);
}

static void find_reads_no_byte_behind_its_length(void **state)
{
    static const char header[] = "Bearer abc";

    (void)state;
    for (size_t len = 0; len < sizeof header - 1; len++) {
        char *copy = malloc(len + (len == 0));
        lanyard_str text = { 0 };

        memcpy(copy, header, len);
        assert_status(lanyard_bearer_find(copy, len, &text), len < 6   ? LANYARD_E_BEARER_MISSING
                                                             : len < 8 ? LANYARD_E_BEARER
                                                                       : LANYARD_OK);
        free(copy);
    }
}

static bool is_token_char(int byte)
{
    return byte != 0 &&
           strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/", byte);
}

/* Of memory that ends where the header does; a "=" is a token's last character alone. */
static void find_judges_each_byte_at_each_place(void **state)
{
    static const size_t scheme_len = sizeof "Bearer " - 1;

    (void)state;
    for (size_t len = 1; len <= 64; len++) {
        char *header = malloc(scheme_len + len);
        lanyard_str text = { 0 };

        memcpy(header, "Bearer ", scheme_len);
        memset(header + scheme_len, 'a', len);
        for (size_t i = 0; i < len * 256; i++) {
            size_t at = i / 256;
            int byte = (int)(i % 256);
            bool is_fine = is_token_char(byte) || (byte == '=' && at > 0 && at == len - 1) ||
                           (byte == ' ' && at == 0 && len > 1);

            header[scheme_len + at] = (char)byte;
            assert_status(lanyard_bearer_find(header, scheme_len + len, &text),
                          is_fine ? LANYARD_OK : LANYARD_E_BEARER);
            header[scheme_len + at] = 'a';
        }
        free(header);
    }
}

static void find_refuses_null(void **state)
{
    (void)state;
    find_refuses(NULL, 5, LANYARD_E_ARGUMENT);
    assert_status(lanyard_bearer_find("Bearer a", 8, NULL), LANYARD_E_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(find_returns_the_token),
        cmocka_unit_test(find_refuses_a_header_of_another_scheme_as_missing),
        cmocka_unit_test(find_refuses_a_broken_header),
        cmocka_unit_test(find_reads_no_byte_behind_its_length),
        cmocka_unit_test(find_judges_each_byte_at_each_place),
        cmocka_unit_test(find_refuses_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
