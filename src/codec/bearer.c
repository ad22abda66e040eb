/* bearer.c - the token in an Authorization header (RFC 6750, 2.1); see lanyard/status.h. */
#include <lanyard/status.h>
#include "base/bytes.h"

#define BLOCK ((size_t)16)

typedef uint8_t bearer_chars __attribute__((vector_size(BLOCK)));
typedef uint64_t bearer_words __attribute__((vector_size(BLOCK)));

static bool bearer_is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* One of the characters in set, which is not empty. NUL is in no set. */
static bool bearer_is_among(char c, const char *set)
{
    return c != '\0' && strchr(set, c);
}

/* RFC 9110, 5.6.2: what the name of a scheme is made of. */
static bool bearer_is_scheme_char(char c)
{
    return bearer_is_alphanumeric(c) || bearer_is_among(c, "!#$%&'*+-.^_`|~");
}

/* RFC 9110, 11.1: schemes are told apart without regard to case. Only letters are in "bearer", so
 * the bit that makes them small makes nothing else equal but its own counterpart. */
static bool bearer_is_scheme(lan_str scheme)
{
    static const char bearer[] = "bearer";

    if (scheme.len != sizeof bearer - 1)
        return false;
    for (size_t i = 0; i < scheme.len; i++)
        if ((scheme.ptr[i] | 0x20) != bearer[i])
            return false;
    return true;
}

/* RFC 6750, 2.1: what a b64token is made of. */
static bool bearer_is_token_char(char c)
{
    return bearer_is_alphanumeric(c) || bearer_is_among(c, "-._~+/");
}

/* Sixteen of them at once. "-", ".", "/" and the digits are neighbors. */
static bool bearer_are_token_chars(const char *at)
{
    bearer_chars chars;
    bearer_words all;

    memcpy(&chars, at, BLOCK);
    all = (bearer_words)((chars - '-' <= '9' - '-') | ((chars | 0x20) - 'a' <= 'z' - 'a') |
                         (chars == '_') | (chars == '~') | (chars == '+'));
    return (all[0] & all[1]) == UINT64_MAX;
}

/* RFC 6750, 2.1: b64token, the whole of text. */
static bool bearer_is_token(lan_str text)
{
    size_t at = 0;

    while (text.len - at >= BLOCK && bearer_are_token_chars(text.ptr + at))
        at += BLOCK;
    while (at < text.len && bearer_is_token_char(text.ptr[at]))
        at++;
    if (at == 0)
        return false;
    while (at < text.len && text.ptr[at] == '=')
        at++;
    return at == text.len;
}

lanyard_status lanyard_bearer_find(const char *header, size_t len, lanyard_str *text)
{
    lan_str rest = { header, len };
    size_t at = 0;

    if (!text || (!header && len > 0))
        return LANYARD_E_ARGUMENT;
    while (at < len && bearer_is_scheme_char(header[at]))
        at++;
    if (!bearer_is_scheme((lan_str){ header, at }))
        return LANYARD_E_BEARER_MISSING;
    while (at < len && header[at] == ' ')
        at++;
    if (at == sizeof "bearer" - 1)
        return LANYARD_E_BEARER;
    rest = lan_str_from(rest, at);
    if (!bearer_is_token(rest))
        return LANYARD_E_BEARER;
    *text = rest;
    return LANYARD_OK;
}
