/* secret.c - HMAC secrets, and what is refused as one.
 *
 * A public key taken for a secret lets everybody who has it sign (CVE-2015-9235 and its many
 * children). Keys are typed here, so the mix-up cannot happen inside; but a caller can still pass
 * a public key as a secret. Text of one is recognized with white space, NUL, backslashes, escapes
 * and case laid aside, since each of them has beaten somebody's check; DER must truly be one.
 */
#include "codec/base64url.h"
#include "key/key_read.h"

#define SECRET_MAX     65536u
#define SECRET_DER_MIN 32u /* no public key is shorter in DER */

static bool secret_is_filler(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0' || c == '\\';
}

static char secret_lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static int secret_hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *digit = c ? strchr(digits, secret_lower(c)) : NULL;

    return digit ? (int)(digit - digits) : -1;
}

/* The character that "\u0041" at text[at] stands for, or -1: no such escape. */
static int secret_escape(lan_str text, size_t at)
{
    int code = 0;

    if (text.len - at < 6 || text.ptr[at] != '\\' || secret_lower(text.ptr[at + 1]) != 'u')
        return -1;
    for (size_t i = 2; i < 6; i++) {
        int digit = secret_hex_digit(text.ptr[at + i]);

        if (digit < 0)
            return -1;
        code = code * 16 + digit;
    }
    return code < 0x80 ? code : -1;
}

/* The next character that counts, in lower case; moves *at behind it. 0 at the end. */
static char secret_next(lan_str text, size_t *at)
{
    while (*at < text.len) {
        int escaped = secret_escape(text, *at);
        char c = (char)(escaped >= 0 ? escaped : text.ptr[*at]);

        *at += escaped >= 0 ? 6 : 1;
        if (!secret_is_filler(c))
            return secret_lower(c);
    }
    return '\0';
}

/* Does needle begin at text[at], fillers laid aside? */
static bool secret_starts(lan_str text, size_t at, const char *needle)
{
    for (; *needle; needle++)
        if (secret_next(text, &at) != *needle)
            return false;
    return true;
}

static bool secret_contains(lan_str text, const char *needle)
{
    size_t at = 0;

    while (at < text.len) {
        size_t after = at;

        if (secret_next(text, &after) == *needle && secret_starts(text, at, needle))
            return true;
        at = after;
    }
    return false;
}

/* PEM of any label and layout; a JWK, whatever it stands in; OpenSSH's base64 of each type, which
 * begins with the type's name behind its length. */
static const char *const secret_needles[] = {
    "-----begin",
    "\"kty\":",
    "'kty':",
    "aaaab3nzac1yc2",           /* ssh-rsa */
    "aaaab3nzac1kc3",           /* ssh-dss */
    "aaaac3nzac1lzdi1nte5",     /* ssh-ed25519 */
    "aaaae2vjzhnhlxnoyti",      /* ecdsa-sha2-nistp */
    "aaaagnnrlxnzac1lzdi1nte5", /* sk-ssh-ed25519@openssh.com */
    "aaaainnrlwvjzhnhlxnoyti",  /* sk-ecdsa-sha2-nistp256@openssh.com */
    "-cert-v01@openssh.com",    /* certificates of them all */
};

static lan_str secret_trim(lan_str text)
{
    while (text.len > 0 && secret_is_filler(text.ptr[0]))
        text = lan_str_from(text, 1);
    while (text.len > 0 && secret_is_filler(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

/* How long the DER sequence at the start says that it is, tag and length included; 0: none. */
static size_t secret_der_len(lan_bytes bytes)
{
    size_t octets = bytes.ptr[1] & 0x7fu;
    size_t len = 0;

    if (bytes.ptr[0] != 0x30)
        return 0;
    if (bytes.ptr[1] < 0x80)
        return 2 + octets;
    if (octets > 3)
        return 0;
    for (size_t i = 0; i < octets; i++)
        len = len << 8 | bytes.ptr[2 + i];
    return 2 + octets + len;
}

/* DER at the start, whatever follows it. */
static bool secret_is_der(lan_bytes bytes)
{
    size_t len = bytes.len >= SECRET_DER_MIN ? secret_der_len(bytes) : 0;

    return len > 0 && len <= bytes.len && lan_der_is_public((lan_bytes){ bytes.ptr, len });
}

static bool secret_is_public_as_is(lan_bytes secret)
{
    lan_str text = lan_str_of_bytes(secret);

    for (size_t i = 0; i < sizeof secret_needles / sizeof *secret_needles; i++)
        if (secret_contains(text, secret_needles[i]))
            return true;
    return secret_is_der(secret) || lan_ssh_blob_is(secret);
}

/* Base64 in either alphabet, without white space and padding, as base64url. False when some other
 * character stands in it. */
static bool secret_gather(lan_str text, char *out, size_t *len)
{
    size_t end = text.len;

    while (end > 0 && (text.ptr[end - 1] == '=' || secret_is_filler(text.ptr[end - 1])))
        end--;
    *len = 0;
    for (size_t i = 0; i < end; i++) {
        char c = (char)(text.ptr[i] == '+' ? '-' : text.ptr[i] == '/' ? '_' : text.ptr[i]);
        char lower = secret_lower(c);

        if (secret_is_filler(c))
            continue;
        if (!(lower >= 'a' && lower <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '_')
            return false;
        out[(*len)++] = c;
    }
    return true;
}

/* Base64 of a public key, in the way that tools copy one out of PEM. */
static lanyard_status secret_check_base64(lan_str text, lan_arena *scratch, bool *is_public,
                                          lanyard_error *err)
{
    char *chars = lan_arena_alloc(scratch, text.len + 1);
    uint8_t *bytes = lan_arena_alloc(scratch, text.len + 1);
    size_t count = 0;
    size_t len = 0;
    size_t bad = 0;

    if (!chars || !bytes)
        return lan_no_memory(err);
    *is_public = secret_gather(text, chars, &count) && count > 0 &&
                 lan_base64url_decode((lan_str){ chars, count }, bytes, &len, &bad) == LANYARD_OK &&
                 secret_is_public_as_is((lan_bytes){ bytes, len });
    return LANYARD_OK;
}

/* Borrows from the arena for a while. */
static lanyard_status secret_check(lan_bytes secret, lan_arena *arena, lanyard_error *err)
{
    lan_mark mark = lan_arena_mark(arena);
    lan_str text = secret_trim(lan_str_of_bytes(secret));
    bool is_public = secret_is_public_as_is(secret) ||
                     (text.len < secret.len && secret_is_public_as_is(lan_bytes_of(text)));
    lanyard_status status = LANYARD_OK;

    if (!is_public && text.len >= SECRET_DER_MIN)
        status = secret_check_base64(text, arena, &is_public, err);
    lan_arena_rewind(arena, mark);
    return is_public ? lan_fail(err, LANYARD_E_KEY_PUBLIC_SECRET, "key", 0) : status;
}

lanyard_status lan_key_set_secret(lanyard_key *key, lan_bytes secret, lanyard_error *err)
{
    static const lanyard_hash hashes[] = { LANYARD_SHA256, LANYARD_SHA384, LANYARD_SHA512 };
    lan_str copy = { 0 };

    if (secret.len == 0)
        return lan_fail_saying(err, LANYARD_E_KEY_WEAK, "key", 0, "an empty secret");
    if (secret.len > SECRET_MAX)
        return lan_fail_saying(err, LANYARD_E_KEY_FORMAT, "key", 0, "a secret longer than 64 KiB");
    TRY(secret_check(secret, &key->arena, err));
    TRY(lan_arena_copy(&key->arena, lan_str_of_bytes(secret), &copy, err));
    key->kty = LAN_KTY_OCT;
    key->secret = lan_bytes_of(copy);
    key->bits = secret.len * 8;
    key->is_private = true;
    for (size_t i = 0; i < 3; i++)
        lan_mac_prepare(&key->mac[i], hashes[i], key->secret);
    return LANYARD_OK;
}
