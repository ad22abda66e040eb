/* test_base64url.c - base64url without padding, one spelling for one value. */
#include "codec/base64url.h"
#include "asserts.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* RFC 4648, 10, without the padding; RFC 7515, A.1 and C. */
static const struct {
    const char *bytes;
    const char *text;
} pairs[] = {
    { "", "" },
    { "f", "Zg" },
    { "fo", "Zm8" },
    { "foo", "Zm9v" },
    { "foob", "Zm9vYg" },
    { "fooba", "Zm9vYmE" },
    { "foobar", "Zm9vYmFy" },
    { "\x03\xec\xff\xe0\xc1", "A-z_4ME" },
    { "\xfb\xff\xbf", "-_-_" },
    { "{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}", "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9" },
};

static void decode_returns_the_bytes(void **state)
{
    uint8_t out[64];

    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        size_t len = SIZE_MAX;
        size_t bad = 77;

        assert_status(lan_base64url_decode(lanyard_str_of(pairs[i].text), out, &len, &bad),
                      LANYARD_OK);
        assert_int_equal(len, strlen(pairs[i].bytes));
        assert_memory_equal(out, pairs[i].bytes, len);
        assert_int_equal(bad, 77);
    }
}

static void encode_returns_the_text(void **state)
{
    char out[64];

    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        lan_bytes bytes = lan_bytes_of(lanyard_str_of(pairs[i].bytes));

        lan_base64url_encode(bytes, out);
        assert_str(((lan_str){ out, lan_base64url_encoded_len(bytes.len) }), pairs[i].text);
    }
}

static void decode_refuses_at_the_first_bad_character(void **state)
{
    static const struct {
        const char *text;
        size_t bad;
        lanyard_status status;
    } rows[] = {
        { "A", 0, LANYARD_E_BASE64_LENGTH },      { "AAAAA", 4, LANYARD_E_BASE64_LENGTH },
        { "AB", 1, LANYARD_E_BASE64_BITS },       { "Zh", 1, LANYARD_E_BASE64_BITS },
        { "Zm9", 2, LANYARD_E_BASE64_BITS },      { "AAAAAAB", 6, LANYARD_E_BASE64_BITS },
        { "Zg==", 2, LANYARD_E_BASE64_PADDING },  { "Zm8=", 3, LANYARD_E_BASE64_PADDING },
        { "Zm9v=", 4, LANYARD_E_BASE64_PADDING }, { "=", 0, LANYARD_E_BASE64_PADDING },
        { "Zg===", 2, LANYARD_E_BASE64_CHAR },    { "Zg=v", 2, LANYARD_E_BASE64_CHAR },
        { "Zm+v", 2, LANYARD_E_BASE64_CHAR },     { "Zm/v", 2, LANYARD_E_BASE64_CHAR },
        { "Zm v", 2, LANYARD_E_BASE64_CHAR },     { "Zm9v\n", 4, LANYARD_E_BASE64_CHAR },
        { "\rZm9v", 0, LANYARD_E_BASE64_CHAR },   { "Zm9v.Zm9v", 4, LANYARD_E_BASE64_CHAR },
        { "Z!9v=", 1, LANYARD_E_BASE64_CHAR },    { "\xc3\xa9\xc3\xa9", 0, LANYARD_E_BASE64_CHAR },
    };
    uint8_t out[16];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t len = 77;
        size_t bad = 77;

        assert_status(lan_base64url_decode(lanyard_str_of(rows[i].text), out, &len, &bad),
                      rows[i].status);
        assert_int_equal(bad, rows[i].bad);
        assert_int_equal(len, 77);
    }
}

static void decode_accepts_the_alphabet_and_no_other_byte(void **state)
{
    (void)state;
    /* At each place of two blocks and a tail, so that both ways through are seen. */
    for (size_t place = 0; place < 136; place++)
        for (int c = 0; c < 256; c++) {
            char text[136];
            uint8_t out[102];
            size_t len = 0;
            size_t bad = 77;
            bool is_known = c != 0 && strchr(alphabet, c);

            memset(text, 'A', sizeof text);
            text[place] = (char)c;

            lanyard_status status =
                lan_base64url_decode((lan_str){ text, sizeof text }, out, &len, &bad);

            if (c == '=' && place == sizeof text - 1)
                assert_status(status, LANYARD_E_BASE64_PADDING);
            else
                assert_status(status, is_known ? LANYARD_OK : LANYARD_E_BASE64_CHAR);
            if (!is_known)
                assert_int_equal(bad, place);
        }
}

static void decode_and_encode_are_the_same_way_at_all_lengths(void **state)
{
    uint8_t bytes[300];

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 167 + 13);
    for (size_t len = 0; len <= sizeof bytes; len++) {
        size_t text_len = lan_base64url_encoded_len(len);
        /* Exactly as long as it must be, so that a byte too many is seen by the sanitizer. */
        char *text = malloc(text_len + 1);
        uint8_t *out = malloc(len + 1);
        size_t out_len = 0;
        size_t bad = 0;

        text[text_len] = '#';
        out[len] = 0xa5;
        lan_base64url_encode((lan_bytes){ bytes, len }, text);
        assert_int_equal(text[text_len], '#');
        assert_int_equal(lan_base64url_decoded_len(text_len), len);
        assert_status(lan_base64url_decode((lan_str){ text, text_len }, out, &out_len, &bad),
                      LANYARD_OK);
        assert_int_equal(out_len, len);
        assert_memory_equal(out, bytes, len);
        assert_int_equal(out[len], 0xa5);
        free(text);
        free(out);
    }
}

static void decode_accepts_each_value_in_one_spelling_only(void **state)
{
    (void)state;
    for (size_t len = 2; len <= 3; len++)
        for (size_t last = 0; last < 64; last++) {
            char text[3] = { 'Q', 'Q', 'Q' };
            uint8_t out[3];
            size_t out_len = 0;
            size_t bad = 0;
            size_t unused = len == 2 ? 16 : 4;

            text[len - 1] = alphabet[last];
            assert_status(lan_base64url_decode((lan_str){ text, len }, out, &out_len, &bad),
                          last % unused == 0 ? LANYARD_OK : LANYARD_E_BASE64_BITS);
        }
}

static void add_appends_and_keeps_the_buffer_when_full(void **state)
{
    lanyard_error err = { 0 };
    lanyard_buf buf;

    (void)state;
    lanyard_buf_init(&buf, NULL, 6);
    assert_status(lan_base64url_add(&buf, lan_bytes_of(LAN_STR("foo")), &err), LANYARD_OK);
    assert_status(lan_base64url_add(&buf, lan_bytes_of(LAN_STR("fo")), &err),
                  LANYARD_E_BUFFER_FULL);
    assert_int_equal(err.offset, 4);
    assert_status(lan_base64url_add(&buf, lan_bytes_of(LAN_STR("f")), &err), LANYARD_OK);
    assert_status(lan_base64url_add(&buf, (lan_bytes){ 0 }, &err), LANYARD_OK);
    assert_str(((lan_str){ buf.ptr, buf.len }), "Zm9vZg");
    lanyard_buf_done(&buf);
}

static void padded_base64_is_decoded_with_its_own_alphabet(void **state)
{
    static const struct {
        const char *text;
        const char *bytes;
        lanyard_status status;
        size_t bad;
    } rows[] = {
        { "", "", LANYARD_OK, 0 },
        { "Zg==", "f", LANYARD_OK, 0 },
        { "Zm8=", "fo", LANYARD_OK, 0 },
        { "Zm9v", "foo", LANYARD_OK, 0 },
        { "+/+/", "\xfb\xff\xbf", LANYARD_OK, 0 },
        { "Zg", NULL, LANYARD_E_BASE64_LENGTH, 2 },
        { "Zg=", NULL, LANYARD_E_BASE64_LENGTH, 3 },
        { "-_-_", NULL, LANYARD_E_BASE64_CHAR, 0 },
        { "Zh==", NULL, LANYARD_E_BASE64_BITS, 1 },
        { "Zm9=", NULL, LANYARD_E_BASE64_BITS, 2 },
        { "Z===", NULL, LANYARD_E_BASE64_PADDING, 1 },
        { "====", NULL, LANYARD_E_BASE64_PADDING, 0 },
        { "Zg==Zg==", NULL, LANYARD_E_BASE64_CHAR, 2 },
        { "Zm9v\nZm9", NULL, LANYARD_E_BASE64_CHAR, 4 },
    };
    uint8_t out[16];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t len = 77;
        size_t bad = 0;

        assert_status(lan_base64_decode(lanyard_str_of(rows[i].text), out, &len, &bad),
                      rows[i].status);
        assert_int_equal(bad, rows[i].bad);
        assert_int_equal(len, rows[i].bytes ? strlen(rows[i].bytes) : 77);
        if (rows[i].bytes)
            assert_memory_equal(out, rows[i].bytes, len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decode_returns_the_bytes),
        cmocka_unit_test(encode_returns_the_text),
        cmocka_unit_test(decode_refuses_at_the_first_bad_character),
        cmocka_unit_test(decode_accepts_the_alphabet_and_no_other_byte),
        cmocka_unit_test(decode_and_encode_are_the_same_way_at_all_lengths),
        cmocka_unit_test(decode_accepts_each_value_in_one_spelling_only),
        cmocka_unit_test(add_appends_and_keeps_the_buffer_when_full),
        cmocka_unit_test(padded_base64_is_decoded_with_its_own_alphabet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
