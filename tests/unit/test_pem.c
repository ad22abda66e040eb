/* test_pem.c - PEM blocks, read and written. */
#include "keys.h"
#include "codec/pem.h"

static lan_arena arena;

static int arena_setup(void **state)
{
    (void)state;
    return lan_arena_init(&arena, NULL, 1024, 1u << 20, NULL) != LANYARD_OK;
}

static int arena_teardown(void **state)
{
    (void)state;
    lan_arena_done(&arena);
    return 0;
}

static lanyard_status next_of(const char *text, size_t *at, lan_pem *block, lanyard_error *err)
{
    return lan_pem_next(&arena, lanyard_str_of(text), at, block, err);
}

static void pem_accepts_any_line_ends_and_text_before(void **state)
{
    static const char *const texts[] = {
        "-----BEGIN A KEY-----\nAQID\n-----END A KEY-----\n",
        "-----BEGIN A KEY-----\r\nAQID\r\n-----END A KEY-----\r\n",
        "-----BEGIN A KEY-----\rAQID\r-----END A KEY-----",
        "  \n-----BEGIN A KEY----- \t\nAQ\n ID\n\n-----END A KEY-----",
        "Bag Attributes: -----BEGIN not a line\n-----BEGIN A KEY-----\nAQID\n-----END A KEY-----",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        lan_pem block = { 0 };
        size_t at = 0;

        assert_status(next_of(texts[i], &at, &block, NULL), LANYARD_OK);
        assert_str(block.label, "A KEY");
        assert_int_equal(block.der.len, 3);
        assert_memory_equal(block.der.ptr, "\1\2\3", 3);
        assert_int_equal(at, strlen(texts[i]));
        assert_status(next_of(texts[i], &at, &block, NULL), LANYARD_E_NOT_FOUND);
    }
}

static void pem_refuses_a_broken_block_and_says_where(void **state)
{
    static const struct {
        const char *text;
        lanyard_status status;
        size_t offset;
    } rows[] = {
        { "-----BEGIN A\nAQID\n-----END A-----\n", LANYARD_E_KEY_FORMAT, 12 },
        { "-----BEGIN -----\nAQID\n-----END -----\n", LANYARD_E_KEY_FORMAT, 11 },
        { "-----BEGIN A-----x\nAQID\n-----END A-----\n", LANYARD_E_KEY_FORMAT, 17 },
        { "-----BEGIN A-----\nAQ*D\n-----END A-----\n", LANYARD_E_KEY_FORMAT, 20 },
        { "-----BEGIN A-----\nAQ\n_D\n-----END A-----\n", LANYARD_E_KEY_FORMAT, 21 },
        { "-----BEGIN A-----\nAQI\n-----END A-----\n", LANYARD_E_KEY_FORMAT, 22 },
        { "-----BEGIN A-----\nAQJ=\n-----END A-----\n", LANYARD_E_KEY_FORMAT, 20 },
        { "-----BEGIN A-----\nAQID\n-----END B-----\n", LANYARD_E_KEY_FORMAT, 32 },
        { "-----BEGIN A-----\nAQID\n", LANYARD_E_KEY_FORMAT, 23 },
        { "-----BEGIN A-----\nAQID", LANYARD_E_KEY_FORMAT, 22 },
        { "-----BEGIN A-----\nAQID\n-----END A----\n", LANYARD_E_KEY_FORMAT, 33 },
        { "-----BEGIN A-----\n-----END A-----\n", LANYARD_E_KEY_FORMAT, 18 },
        { "-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\n\nAQID\n-----END A-----\n",
          LANYARD_E_KEY_UNSUPPORTED, 18 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        lanyard_error err = { 0 };
        lan_pem block = { 0 };
        size_t at = 0;
        lanyard_status status = next_of(rows[i].text, &at, &block, &err);

        if (status != rows[i].status || err.offset != rows[i].offset)
            fail_msg("%s\n%s at %zu: %s", rows[i].text, lanyard_status_name(status), err.offset,
                     err.detail);
    }
}

static void pem_finds_nothing_where_no_line_begins_a_block(void **state)
{
    static const char *const texts[] = { "", "AQID", "x -----BEGIN A-----", "----BEGIN A-----\n" };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        lan_pem block = { 0 };
        size_t at = 0;

        assert_false(lan_pem_is_in(lanyard_str_of(texts[i])));
        assert_status(next_of(texts[i], &at, &block, NULL), LANYARD_E_NOT_FOUND);
    }
}

static void pem_reads_what_it_wrote_at_every_length(void **state)
{
    uint8_t bytes[200];

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 37 + 251);
    for (size_t len = 1; len <= sizeof bytes; len++) {
        lanyard_buf out;
        lan_pem block = { 0 };
        size_t at = 0;

        lanyard_buf_init(&out, NULL, 1024);
        assert_status(lan_pem_add(&out, lanyard_str_of("X KEY"), (lan_bytes){ bytes, len }, NULL),
                      LANYARD_OK);
        assert_status(lan_pem_next(&arena, (lan_str){ out.ptr, out.len }, &at, &block, NULL),
                      LANYARD_OK);
        assert_int_equal(block.der.len, len);
        assert_memory_equal(block.der.ptr, bytes, len);
        assert_int_equal(at, out.len);
        lanyard_buf_done(&out);
    }
}

static void pem_writes_lines_of_64_and_no_more_than_fits(void **state)
{
    static const char expected[] =
        "-----BEGIN X-----\n"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
        "AA==\n"
        "-----END X-----\n";
    uint8_t bytes[49] = { 0 };
    lanyard_buf out;

    (void)state;
    lanyard_buf_init(&out, NULL, sizeof expected - 1);
    assert_status(lan_pem_add(&out, lanyard_str_of("X"), (lan_bytes){ bytes, sizeof bytes }, NULL),
                  LANYARD_OK);
    assert_str(((lan_str){ out.ptr, out.len }), expected);
    lanyard_buf_done(&out);
    lanyard_buf_init(&out, NULL, sizeof expected - 2);
    assert_status(lan_pem_add(&out, lanyard_str_of("X"), (lan_bytes){ bytes, sizeof bytes }, NULL),
                  LANYARD_E_BUFFER_FULL);
    assert_int_equal(out.len, 0);
    lanyard_buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pem_accepts_any_line_ends_and_text_before),
        cmocka_unit_test(pem_refuses_a_broken_block_and_says_where),
        cmocka_unit_test(pem_finds_nothing_where_no_line_begins_a_block),
        cmocka_unit_test(pem_reads_what_it_wrote_at_every_length),
        cmocka_unit_test(pem_writes_lines_of_64_and_no_more_than_fits),
    };

    return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
