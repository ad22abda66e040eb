/* pem.c - PEM (RFC 7468); see pem.h. */
#include "codec/pem.h"
#include "codec/base64url.h"

#define PEM_BEGIN  LAN_STR("-----BEGIN ")
#define PEM_END    LAN_STR("-----END ")
#define PEM_DASHES LAN_STR("-----")

#define LINE_CHARS 64u
#define LINE_BYTES 48u

static bool pem_starts(lan_str text, size_t at, lan_str prefix)
{
    return text.len - at >= prefix.len &&
           lan_str_eq((lan_str){ text.ptr + at, prefix.len }, prefix);
}

static bool pem_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* From the start of a line to the start of the next, or to the end. */
static size_t pem_next_line(lan_str text, size_t at)
{
    while (at < text.len && text.ptr[at] != '\n' && text.ptr[at] != '\r')
        at++;
    while (at < text.len && pem_is_space(text.ptr[at]))
        at++;
    return at;
}

static size_t pem_find_begin(lan_str text, size_t at)
{
    while (at < text.len && pem_is_space(text.ptr[at]))
        at++;
    while (at < text.len && !pem_starts(text, at, PEM_BEGIN))
        at = pem_next_line(text, at);
    return at;
}

bool lan_pem_is_in(lan_str text)
{
    return pem_find_begin(text, 0) < text.len;
}

static lanyard_status pem_fail(lanyard_error *err, size_t at, const char *detail)
{
    return lan_fail_saying(err, LANYARD_E_KEY_FORMAT, "key", at, detail);
}

/* RFC 7468, 3: capitals, digits and single spaces between the dashes, nothing after them. */
static lanyard_status pem_label(lan_str text, size_t *at, lan_str *label, lanyard_error *err)
{
    size_t start = *at;
    size_t end = start;

    while (end < text.len && text.ptr[end] != '-' && text.ptr[end] != '\n' && text.ptr[end] != '\r')
        end++;
    if (!pem_starts(text, end, PEM_DASHES) || end == start)
        return pem_fail(err, end, "expected five dashes after a label");
    *label = (lan_str){ text.ptr + start, end - start };
    end += PEM_DASHES.len;
    *at = pem_next_line(text, end);
    for (; end < *at; end++)
        if (!pem_is_space(text.ptr[end]))
            return pem_fail(err, end, "expected the end of the line");
    return LANYARD_OK;
}

/* Copies the characters up to the next dash, without white space. */
static lan_str pem_gather(lan_str text, size_t *at, char *out)
{
    size_t len = 0;

    for (; *at < text.len && text.ptr[*at] != '-'; ++*at)
        if (!pem_is_space(text.ptr[*at]))
            out[len++] = text.ptr[*at];
    return (lan_str){ out, len };
}

/* The byte of the text at which the index-th gathered character stands. */
static size_t pem_position(lan_str text, size_t at, size_t index)
{
    for (; at < text.len; at++)
        if (!pem_is_space(text.ptr[at]) && index-- == 0)
            break;
    return at;
}

static lanyard_status pem_decode(lan_arena *arena, lan_str text, size_t *at, lan_bytes *der,
                                 lanyard_error *err)
{
    size_t start = *at;
    char *chars = lan_arena_alloc(arena, text.len - start + 1);

    if (!chars)
        return lan_no_memory(err);

    lan_str base64 = pem_gather(text, at, chars);
    uint8_t *out = lan_arena_alloc(arena, base64.len + 1);
    size_t len = 0;
    size_t bad = 0;

    if (!out)
        return lan_no_memory(err);
    if (base64.len == 0)
        return pem_fail(err, start, "an empty block");

    lanyard_status status = lan_base64_decode(base64, out, &len, &bad);

    if (status == LANYARD_E_BASE64_LENGTH)
        return pem_fail(err, *at, "base64 of a length that is no multiple of four");
    if (status != LANYARD_OK)
        return pem_fail(err, pem_position(text, start, bad), "expected base64");
    *der = (lan_bytes){ out, len };
    return LANYARD_OK;
}

/* RFC 1421 headers: encrypted with a key from MD5, or something older still. */
static bool pem_has_headers(lan_str text, size_t at)
{
    size_t end = pem_next_line(text, at);

    for (; at < end; at++)
        if (text.ptr[at] == ':')
            return true;
    return false;
}

lanyard_status lan_pem_next(lan_arena *arena, lan_str text, size_t *at, lan_pem *block,
                            lanyard_error *err)
{
    size_t begin = pem_find_begin(text, *at);
    size_t next = begin + PEM_BEGIN.len;
    lan_pem found = { .start = begin };
    lan_str end_label = { 0 };

    if (begin >= text.len)
        return LANYARD_E_NOT_FOUND;
    TRY(pem_label(text, &next, &found.label, err));
    if (pem_has_headers(text, next))
        return lan_fail_saying(err, LANYARD_E_KEY_UNSUPPORTED, "key", next,
                               "PEM headers, as old encryption has them; expected PKCS#8");
    TRY(pem_decode(arena, text, &next, &found.der, err));
    if (!pem_starts(text, next, PEM_END))
        return pem_fail(err, next, "expected -----END");

    size_t at_label = next + PEM_END.len;

    next = at_label;
    TRY(pem_label(text, &next, &end_label, err));
    if (!lan_str_eq(found.label, end_label))
        return pem_fail(err, at_label, "expected the label that the block began with");
    *block = found;
    *at = next;
    return LANYARD_OK;
}

static size_t pem_text_len(lan_str label, size_t der_len)
{
    size_t base64_len = (der_len + 2) / 3 * 4;
    size_t lines = (base64_len + LINE_CHARS - 1) / LINE_CHARS;

    return PEM_BEGIN.len + PEM_END.len + 2 * (label.len + PEM_DASHES.len + 1) + base64_len + lines;
}

static void pem_put(lanyard_buf *out, lan_str text)
{
    memcpy(out->ptr + out->len, text.ptr, text.len);
    out->len += text.len;
}

static void pem_put_border(lanyard_buf *out, lan_str dashes, lan_str label)
{
    pem_put(out, dashes);
    pem_put(out, label);
    pem_put(out, LAN_STR("-----\n"));
}

/* base64url of one line, turned into base64 with its padding. */
static void pem_put_line(lanyard_buf *out, lan_bytes bytes)
{
    char *line = out->ptr + out->len;
    size_t len = lan_base64url_encoded_len(bytes.len);

    lan_base64url_encode(bytes, line);
    for (size_t i = 0; i < len; i++)
        line[i] = (char)(line[i] == '-' ? '+' : line[i] == '_' ? '/' : line[i]);
    while (len % 4 != 0)
        line[len++] = '=';
    line[len++] = '\n';
    out->len += len;
}

lanyard_status lan_pem_add(lanyard_buf *out, lan_str label, lan_bytes der, lanyard_error *err)
{
    TRY(lan_buf_reserve(out, pem_text_len(label, der.len), err));
    pem_put_border(out, PEM_BEGIN, label);
    for (size_t at = 0; at < der.len; at += LINE_BYTES)
        pem_put_line(out, (lan_bytes){ der.ptr + at,
                                       der.len - at < LINE_BYTES ? der.len - at : LINE_BYTES });
    pem_put_border(out, PEM_END, label);
    return LANYARD_OK;
}
