/* text.c - the bytes and edits of a case; see attacks.h. */
#include <openssl/ecdsa.h>
#include "attacks/attacks.h"

static lanyard_json *keys_json;

void keys_file_open(const char *path)
{
    keys_json = json_file(path);
}

void keys_file_close(void)
{
    lanyard_json_free(keys_json);
    keys_json = NULL;
}

lanyard_value keys_file_find(lanyard_str name)
{
    lanyard_value root = lanyard_json_root(keys_json);
    lanyard_value key;

    if (lanyard_value_member(&root, name, &key) != LANYARD_OK)
        die("no such key", name);
    return key;
}

static void bytes_put_repeated(lanyard_buf *out, const lanyard_value *piece, int64_t times)
{
    lanyard_buf once = buf_new();

    bytes_put(&once, piece);
    for (int64_t i = 0; i < times; i++)
        buf_put(out, once.ptr, once.len);
    lanyard_buf_done(&once);
}

static void bytes_put_encoded(lanyard_buf *out, const lanyard_value *piece)
{
    lanyard_buf plain = buf_new();

    bytes_put(&plain, piece);
    buf_put_base64url(out, buf_bytes(&plain));
    lanyard_buf_done(&plain);
}

static void bytes_put_key(lanyard_buf *out, const lanyard_value *piece)
{
    lanyard_value key = keys_file_find(json_str(piece, "key"));
    char *form = json_text(piece, "form");
    lanyard_value value = json_need(&key, form);

    if (value.type == LANYARD_JSON_OBJECT)
        buf_put_str(out, value.json);
    else
        bytes_put(out, &value);
    free(form);
}

static void bytes_put_piece(lanyard_buf *out, const lanyard_value *value)
{
    lanyard_value piece;

    if (json_get(value, "hex", &piece))
        buf_put_hex(out, piece.text);
    else if (json_get(value, "decoded", &piece))
        buf_put_decoded(out, piece.text);
    else if (json_get(value, "json", &piece))
        buf_put_str(out, piece.json);
    else if (json_get(value, "repeat", &piece))
        bytes_put_repeated(out, &piece, json_int(value, "times", 1));
    else if (json_get(value, "base64url_of", &piece))
        bytes_put_encoded(out, &piece);
    else if (json_get(value, "form", &piece))
        bytes_put_key(out, value);
    else
        die("no kind of bytes", value->json);
}

void bytes_put(lanyard_buf *out, const lanyard_value *value)
{
    size_t cursor = 0;
    lanyard_value item;

    if (value->type == LANYARD_JSON_STRING)
        buf_put_str(out, value->text);
    else if (value->type == LANYARD_JSON_ARRAY)
        while (lanyard_value_next(value, &cursor, &item))
            bytes_put(out, &item);
    else
        bytes_put_piece(out, value);
}

/* The bytes from at on replaced: what stood there is dropped when `over` is set. */
static void edit_splice(lanyard_buf *bytes, size_t at, const lanyard_value *piece, bool over)
{
    lanyard_buf made = buf_new();
    lanyard_buf middle = buf_new();
    size_t rest = 0;

    if (at > bytes->len)
        die("an edit past the end", piece->json);
    bytes_put(&middle, piece);
    rest = at + (over ? middle.len : 0);
    buf_put(&made, bytes->ptr, at);
    buf_put(&made, middle.ptr, middle.len);
    if (rest < bytes->len)
        buf_put(&made, bytes->ptr + rest, bytes->len - rest);
    lanyard_buf_done(bytes);
    lanyard_buf_done(&middle);
    *bytes = made;
}

/* Leftover bits: the digit `by` further on in the alphabet decodes to the same bytes. */
static void edit_bits(lanyard_buf *bytes, size_t by)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    char *last = bytes->ptr + bytes->len - 1;

    *last = digits[(size_t)(strchr(digits, *last) - digits) + by];
}

static void edit_der(lanyard_buf *bytes)
{
    int half = (int)bytes->len / 2;
    const uint8_t *raw = (const uint8_t *)bytes->ptr;
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(raw, half, NULL);
    BIGNUM *s = BN_bin2bn(raw + half, half, NULL);
    uint8_t *der = NULL;
    int len = 0;

    if (!pair || !r || !s || !ECDSA_SIG_set0(pair, r, s))
        die("DER", buf_str(bytes));
    len = i2d_ECDSA_SIG(pair, &der);
    lanyard_buf_cut(bytes, 0);
    buf_put(bytes, der, (size_t)len);
    OPENSSL_free(der);
    ECDSA_SIG_free(pair);
}

void bytes_edit(lanyard_buf *bytes, const lanyard_value *edit)
{
    lanyard_value piece;
    size_t at = (size_t)json_int(edit, "at", 0);
    int64_t flip = json_int(edit, "flip", -1);
    int64_t keep = json_int(edit, "keep", -1);

    if (json_bool(edit, "der", false))
        edit_der(bytes);
    if (json_get(edit, "prepend", &piece))
        edit_splice(bytes, 0, &piece, false);
    if (json_get(edit, "append", &piece))
        bytes_put(bytes, &piece);
    if (json_get(edit, "insert", &piece))
        edit_splice(bytes, at, &piece, false);
    if (json_get(edit, "set", &piece))
        edit_splice(bytes, at, &piece, true);
    if (flip >= 8 * (int64_t)bytes->len || keep > (int64_t)bytes->len)
        die("an edit past the end", edit->json);
    if (flip >= 0)
        bytes->ptr[flip / 8] = (char)(bytes->ptr[flip / 8] ^ (1 << flip % 8));
    if (keep >= 0)
        lanyard_buf_cut(bytes, (size_t)keep);
    if (json_get(edit, "drop", &piece))
        lanyard_buf_cut(bytes, bytes->len - (size_t)json_int(edit, "drop", 0));
    if (json_get(edit, "bits", &piece))
        edit_bits(bytes, (size_t)json_int(edit, "bits", 0));
}
