/* ssh_key.c - OpenSSH public keys: "ssh-ed25519 AAAA... comment".
 *
 * The base64 holds strings, each behind its length in four bytes, the type's name once more as the
 * first of them:
 *   ssh-rsa              e, n      two's complement, so a zero byte stands before a high bit
 *   ecdsa-sha2-nistp256  the curve's name, the point as 04 x y
 *   ssh-ed25519          x
 */
#include "codec/base64url.h"
#include "key/curve.h"
#include "key/key_read.h"

typedef struct ssh_type {
    const char *name;
    const char *crv;      /* "" for RSA */
    const char *ssh_name; /* the curve's name inside; NULL: none stands there */
} ssh_type;

static const ssh_type ssh_types[] = {
    { "ssh-rsa", "", NULL },
    { "ssh-ed25519", "Ed25519", NULL },
    { "ecdsa-sha2-nistp256", "P-256", "nistp256" },
    { "ecdsa-sha2-nistp384", "P-384", "nistp384" },
    { "ecdsa-sha2-nistp521", "P-521", "nistp521" },
};

static const char *const ssh_prefixes[] = { "ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-" };

static bool ssh_is_type_name(lan_str text)
{
    for (size_t i = 0; i < sizeof ssh_prefixes / sizeof *ssh_prefixes; i++) {
        lan_str prefix = lanyard_str_of(ssh_prefixes[i]);

        if (text.len > prefix.len && lan_str_eq((lan_str){ text.ptr, prefix.len }, prefix))
            return true;
    }
    return false;
}

bool lan_ssh_key_is(lan_str text)
{
    size_t at = 0;

    while (at < text.len && lan_key_is_space(text.ptr[at]))
        at++;
    return ssh_is_type_name(lan_str_from(text, at));
}

/* Takes one string off the front. */
static bool ssh_take(lan_bytes *blob, lan_bytes *string)
{
    size_t len = 0;

    if (blob->len < 4)
        return false;
    for (size_t i = 0; i < 4; i++)
        len = len << 8 | blob->ptr[i];
    if (len > blob->len - 4)
        return false;
    *string = (lan_bytes){ blob->ptr + 4, len };
    *blob = (lan_bytes){ blob->ptr + 4 + len, blob->len - 4 - len };
    return true;
}

bool lan_ssh_blob_is(lan_bytes blob)
{
    lan_bytes name = { 0 };

    return ssh_take(&blob, &name) && ssh_is_type_name(lan_str_of_bytes(name));
}

/* A positive number without its sign byte, minimal. */
static bool ssh_take_number(lan_bytes *blob, lan_bytes *number)
{
    if (!ssh_take(blob, number) || number->len == 0 || (number->ptr[0] & 0x80u))
        return false;
    if (number->ptr[0] != 0)
        return true;
    *number = (lan_bytes){ number->ptr + 1, number->len - 1 };
    return number->len > 0 && (number->ptr[0] & 0x80u);
}

static bool ssh_take_point(const ssh_type *type, lan_bytes *blob, lan_numbers *numbers)
{
    size_t width = lan_curve_find(lanyard_str_of(type->crv))->public_len;
    lan_bytes name = { 0 };
    lan_bytes point = { 0 };

    if (!ssh_take(blob, &name) || !ssh_take(blob, &point))
        return false;
    if (!lan_str_eq(lan_str_of_bytes(name), lanyard_str_of(type->ssh_name)))
        return false;
    if (point.len != 1 + 2 * width || point.ptr[0] != 4)
        return false;
    numbers->kind = LAN_PKEY_EC;
    numbers->x = (lan_bytes){ point.ptr + 1, width };
    numbers->y = (lan_bytes){ point.ptr + 1 + width, width };
    return true;
}

static bool ssh_take_numbers(const ssh_type *type, lan_bytes *blob, lan_numbers *numbers)
{
    numbers->crv = type->crv;
    if (type->ssh_name)
        return ssh_take_point(type, blob, numbers);
    if (type->crv[0]) {
        numbers->kind = LAN_PKEY_OKP;
        return ssh_take(blob, &numbers->x) && numbers->x.len == 32;
    }
    numbers->kind = LAN_PKEY_RSA;
    return ssh_take_number(blob, &numbers->e) && ssh_take_number(blob, &numbers->n);
}

/* The next word of the line; *at moves behind it. */
static lan_str ssh_word(lan_str line, size_t *at)
{
    while (*at < line.len && (line.ptr[*at] == ' ' || line.ptr[*at] == '\t'))
        ++*at;

    size_t start = *at;

    while (*at < line.len && line.ptr[*at] != ' ' && line.ptr[*at] != '\t')
        ++*at;
    return (lan_str){ line.ptr + start, *at - start };
}

static lanyard_status ssh_fail(lanyard_error *err, size_t at, const char *detail)
{
    return lan_fail_saying(err, LANYARD_E_KEY_FORMAT, "key", at, detail);
}

/* The one line there is: white space around it is fine, a second line is not. */
static lanyard_status ssh_line(lan_str text, size_t *start, lan_str *line, lanyard_error *err)
{
    size_t at = 0;
    size_t end = text.len;

    while (at < end && lan_key_is_space(text.ptr[at]))
        at++;
    while (end > at && lan_key_is_space(text.ptr[end - 1]))
        end--;
    *start = at;
    *line = (lan_str){ text.ptr + at, end - at };
    for (size_t i = 0; i < line->len; i++)
        if (line->ptr[i] == '\n' || line->ptr[i] == '\r' || line->ptr[i] == '\0')
            return ssh_fail(err, at + i, "expected one line");
    return LANYARD_OK;
}

static const ssh_type *ssh_find(lan_str name)
{
    for (size_t i = 0; i < sizeof ssh_types / sizeof *ssh_types; i++)
        if (lan_str_eq(lanyard_str_of(ssh_types[i].name), name))
            return &ssh_types[i];
    return NULL;
}

static lanyard_status ssh_blob(lan_str base64, size_t start, lan_arena *scratch, lan_bytes *blob,
                               lanyard_error *err)
{
    uint8_t *out = lan_arena_alloc(scratch, base64.len + 1);
    size_t len = 0;
    size_t bad = 0;

    if (!out)
        return lan_no_memory(err);
    if (base64.len == 0)
        return ssh_fail(err, start, "expected base64 after the type");
    if (lan_base64_decode(base64, out, &len, &bad) != LANYARD_OK)
        return ssh_fail(err, start + bad, "expected base64");
    *blob = (lan_bytes){ out, len };
    return LANYARD_OK;
}

lanyard_status lan_ssh_key_read(lan_str text, lan_arena *scratch, lanyard_key *key,
                                lanyard_error *err)
{
    lan_str line = { 0 };
    lan_bytes blob = { 0 };
    lan_bytes inner = { 0 };
    lan_numbers numbers = { 0 };
    size_t start = 0;
    size_t at = 0;

    TRY(ssh_line(text, &start, &line, err));

    lan_str name = ssh_word(line, &at);
    const ssh_type *type = ssh_find(name);
    lan_str base64 = ssh_word(line, &at);
    size_t at_base64 = start + at - base64.len;

    if (!type && !ssh_is_type_name(name))
        return ssh_fail(err, start, "expected an OpenSSH public key");
    if (!type)
        return lan_fail_saying(err, LANYARD_E_KEY_UNSUPPORTED, "key", start,
                               "an OpenSSH key of a type that is not supported");
    TRY(ssh_blob(base64, at_base64, scratch, &blob, err));
    if (!ssh_take(&blob, &inner) || !lan_str_eq(lan_str_of_bytes(inner), name))
        return ssh_fail(err, at_base64, "expected the type's name inside once more");
    if (!ssh_take_numbers(type, &blob, &numbers) || blob.len != 0)
        return lan_fail_saying(err, LANYARD_E_KEY_INVALID, "key", at_base64,
                               "an OpenSSH key with wrong numbers");
    return lan_key_set_numbers(key, &numbers, err);
}
