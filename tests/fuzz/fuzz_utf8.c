/* fuzz_utf8.c - UTF-8 against a reference that decodes code points; plain texts; JSON strings
 * that are written and read again. */
#include "check.h"
#include "codec/utf8.h"
#include <lanyard/buf.h>
#include <lanyard/json.h>

/* The code point at the start of text, -1 when there is none: by value, not by ranges of bytes. */
static int64_t reference_code_point(lan_str text, size_t *len)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    uint8_t first = (uint8_t)text.ptr[0];
    uint32_t value = 0;

    *len = first < 0x80 ? 1 : (first & 0xe0) == 0xc0 ? 2 : (first & 0xf0) == 0xe0 ? 3 : 4;
    if (*len == 4 && (first & 0xf8) != 0xf0)
        return -1;
    if (*len > text.len)
        return -1;
    value = *len == 1 ? first : first & (0x7fu >> *len);
    for (size_t i = 1; i < *len; i++) {
        if (((uint8_t)text.ptr[i] & 0xc0) != 0x80)
            return -1;
        value = value << 6 | ((uint8_t)text.ptr[i] & 0x3f);
    }
    if (value < least[*len] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return -1;
    return value;
}

static bool check_sequences(lan_str text, bool *is_plain)
{
    *is_plain = true;
    while (text.len > 0) {
        size_t len = 0;
        int64_t code_point = reference_code_point(text, &len);
        char written[4];

        check(lan_utf8_sequence(text) == (code_point < 0 ? 0 : len));
        if (code_point < 0)
            return *is_plain = false;
        check(lan_utf8_write((uint32_t)code_point, written) == len);
        check(memcmp(written, text.ptr, len) == 0);
        if (code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0))
            *is_plain = false;
        text = lan_str_from(text, len);
    }
    return true;
}

static void check_written(lan_str text, bool is_valid)
{
    lanyard_json *json = NULL;
    lanyard_buf buf;

    lanyard_buf_init(&buf, NULL, SIZE_MAX);
    check(lanyard_json_write_str(&buf, text) == (is_valid ? LANYARD_OK : LANYARD_E_ARGUMENT));
    if (is_valid) {
        check(lanyard_json_read(buf.ptr, buf.len, NULL, NULL, &json, NULL) == LANYARD_OK);
        check(lanyard_str_equal(lanyard_json_root(json).text, text));
    } else {
        check(buf.len == 0);
    }
    lanyard_json_free(json);
    lanyard_buf_done(&buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    lan_str text = { (const char *)data, len };
    bool is_plain = false;
    bool is_valid = check_sequences(text, &is_plain);

    check(lan_utf8_is_valid(text) == is_valid);
    check(lanyard_str_is_plain(text) == is_plain);
    check_written(text, is_valid);
    return 0;
}
