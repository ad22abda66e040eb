/* fuzz_json.c - our JSON reader against a second one, written as simply as can be: recursive,
 * without a tree, every name of an object kept and compared with all others. */
#include "check.h"
#include <lanyard/json.h>
#include <stdbool.h>
#include <string.h>

#define DEPTH_MAX 64
#define NAMES_MAX 512
#define INPUT_MAX 4096

typedef struct text {
    const uint8_t *at;
    const uint8_t *end;
} text;

/* A string as code points. */
typedef struct code_points {
    uint32_t value[INPUT_MAX];
    size_t len;
} code_points;

static bool take(text *in, const char *word)
{
    size_t len = strlen(word);

    if ((size_t)(in->end - in->at) < len || memcmp(in->at, word, len) != 0)
        return false;
    in->at += len;
    return true;
}

static void skip_space(text *in)
{
    while (in->at < in->end &&
           (*in->at == ' ' || *in->at == '\t' || *in->at == '\r' || *in->at == '\n'))
        in->at++;
}

static size_t skip_digits(text *in)
{
    const uint8_t *start = in->at;

    while (in->at < in->end && *in->at >= '0' && *in->at <= '9')
        in->at++;
    return (size_t)(in->at - start);
}

static bool is_number(text *in)
{
    take(in, "-");

    bool is_zero = take(in, "0");

    if (!is_zero && skip_digits(in) == 0)
        return false;
    if (take(in, ".") && skip_digits(in) == 0)
        return false;
    if (!take(in, "e") && !take(in, "E"))
        return true;
    if (!take(in, "+"))
        take(in, "-");
    return skip_digits(in) > 0;
}

static int64_t take_hex(text *in)
{
    char digits[5] = { 0 };

    if (in->end - in->at < 4)
        return -1;
    memcpy(digits, in->at, 4);
    if (strspn(digits, "0123456789abcdefABCDEF") != 4)
        return -1;
    in->at += 4;
    return strtol(digits, NULL, 16);
}

static int64_t take_escape(text *in)
{
    static const char *const escapes[] = {
        "\"\"", "\\\\", "//", "b\b", "f\f", "n\n", "r\r", "t\t"
    };

    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++)
        if (take(in, (char[]){ escapes[i][0], '\0' }))
            return escapes[i][1];
    if (!take(in, "u"))
        return -1;

    int64_t high = take_hex(in);

    if (high < 0xd800 || high > 0xdfff)
        return high;

    int64_t low = high < 0xdc00 && take(in, "\\u") ? take_hex(in) : -1;

    return low >= 0xdc00 && low <= 0xdfff ? 0x10000 + (high - 0xd800) * 0x400 + low - 0xdc00 : -1;
}

static int64_t take_utf8(text *in)
{
    static const int64_t least[] = { 0, 0x80, 0x800, 0x10000 };
    uint8_t first = *in->at++;
    int more = first < 0x80 ? 0 : first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : -1;
    int64_t value = more <= 0 ? first : first & (0x3f >> more);

    if (more < 0 || first > 0xf7 || in->end - in->at < more)
        return -1;
    for (int i = 0; i < more; i++, in->at++) {
        if (*in->at < 0x80 || *in->at > 0xbf)
            return -1;
        value = value * 64 + (*in->at - 0x80);
    }
    return value >= least[more] && value <= 0x10ffff && value / 0x800 != 0x1b ? value : -1;
}

static bool is_string(text *in, code_points *out)
{
    out->len = 0;
    if (!take(in, "\""))
        return false;
    while (in->at < in->end && *in->at != '"') {
        int64_t value = -1;

        if (take(in, "\\"))
            value = take_escape(in);
        else if (*in->at >= 0x20)
            value = take_utf8(in);
        if (value < 0)
            return false;
        out->value[out->len++] = (uint32_t)value;
    }
    return take(in, "\"");
}

static bool is_value(text *in, int depth);

/* Behind an opening bracket: items between commas up to the closing one. */
static bool is_array(text *in, int depth)
{
    skip_space(in);
    if (take(in, "]"))
        return true;
    do {
        if (!is_value(in, depth))
            return false;
    } while (take(in, ","));
    return take(in, "]");
}

static bool names_repeat(code_points *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (names[i]->len == names[k]->len &&
                memcmp(names[i]->value, names[k]->value, names[i]->len * sizeof(uint32_t)) == 0)
                return true;
    return false;
}

static bool is_members(text *in, int depth, code_points **names, size_t *count)
{
    do {
        code_points *name = malloc(sizeof *name);

        check(*count < NAMES_MAX);
        names[(*count)++] = name;
        skip_space(in);
        if (!is_string(in, name))
            return false;
        skip_space(in);
        if (!take(in, ":") || !is_value(in, depth))
            return false;
    } while (take(in, ","));
    return take(in, "}");
}

static bool is_object(text *in, int depth)
{
    code_points *names[NAMES_MAX];
    size_t count = 0;

    skip_space(in);
    if (take(in, "}"))
        return true;

    bool is_one = is_members(in, depth, names, &count) && !names_repeat(names, count);

    for (size_t i = 0; i < count; i++)
        free(names[i]);
    return is_one;
}

static bool is_value(text *in, int depth)
{
    code_points *string = NULL;
    bool is_one = false;

    skip_space(in);
    if (take(in, "true") || take(in, "false") || take(in, "null"))
        is_one = true;
    else if (take(in, "["))
        is_one = depth < DEPTH_MAX && is_array(in, depth + 1);
    else if (take(in, "{"))
        is_one = depth < DEPTH_MAX && is_object(in, depth + 1);
    else if (in->at < in->end && *in->at == '"') {
        string = malloc(sizeof *string);
        is_one = is_string(in, string);
        free(string);
    } else
        is_one = is_number(in);
    skip_space(in);
    return is_one;
}

/* Every value lies in its parent's text, is found under its name, and there are as many as said. */
static void check_tree(const lanyard_value *parent)
{
    size_t cursor = 0;
    size_t count = 0;
    lanyard_value value;

    while (lanyard_value_next(parent, &cursor, &value)) {
        lanyard_value found;

        count++;
        check(value.json.ptr > parent->json.ptr);
        check(value.json.ptr + value.json.len < parent->json.ptr + parent->json.len);
        check(value.offset - parent->offset == (size_t)(value.json.ptr - parent->json.ptr));
        if (parent->type == LANYARD_JSON_OBJECT) {
            check(lanyard_value_member(parent, value.name, &found) == LANYARD_OK);
            check(found.offset == value.offset);
        }
        check_tree(&value);
    }
    check(count == parent->count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const lanyard_limits limits = { .json_depth = DEPTH_MAX, .json_values = NAMES_MAX };
    lanyard_error err = { .offset = 0 };
    lanyard_json *json = NULL;
    text in = { data, data + len };

    if (len == 0 || len > INPUT_MAX)
        return 0;

    lanyard_status status = lanyard_json_read((const char *)data, len, &limits, NULL, &json, &err);

    check((status == LANYARD_OK) == (json != NULL));
    check(status == err.status && err.offset <= len);
    if (status == LANYARD_OK) {
        lanyard_value root = lanyard_json_root(json);

        check_tree(&root);
    }
    if (status != LANYARD_E_JSON_MEMBERS)
        check((is_value(&in, 0) && in.at == in.end) == (status == LANYARD_OK));
    lanyard_json_free(json);
    return 0;
}
