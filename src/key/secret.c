/* secret.c - HMAC secrets, and what is refused as one.
 *
 * A public key taken for a secret lets everybody who has it sign (CVE-2015-9235 and its many
 * children). Keys are typed here, so the mix-up cannot happen inside; but a caller can still pass
 * the text of a public key as a secret. That text is recognized with white space, NUL and case
 * laid aside, since each of them has beaten somebody's check.
 */
#include "key/key.h"
#include "codec/json_read.h"

#define SECRET_MAX 65536u

static bool secret_is_filler(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0' || c == '\\';
}

static char secret_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Does needle begin at text[0] once fillers are laid aside? */
static bool secret_starts(lan_str text, const char *needle)
{
    size_t at = 0;

    for (; *needle; needle++, at++) {
        while (at < text.len && secret_is_filler(text.ptr[at]))
            at++;
        if (at == text.len || secret_lower(text.ptr[at]) != *needle)
            return false;
    }
    return true;
}

static bool secret_contains(lan_str text, const char *needle)
{
    for (size_t i = 0; i < text.len; i++)
        if (secret_lower(text.ptr[i]) == *needle && secret_starts(lan_str_from(text, i), needle))
            return true;
    return false;
}

/* PEM of any label and layout, OpenSSH lines, JWK and JWK Set text. */
static const char *const secret_needles[] = {
    "-----begin", "ssh-rsa",   "ssh-dss",  "ssh-ed25519", "ecdsa-sha2-",
    "sk-ssh-",    "sk-ecdsa-", "\"kty\":", "'kty':",      "\"keys\":["
};

static bool secret_looks_public(lan_str text)
{
    for (size_t i = 0; i < sizeof secret_needles / sizeof *secret_needles; i++)
        if (secret_contains(text, secret_needles[i]))
            return true;
    return false;
}

lanyard_status lan_key_set_secret(lanyard_key *key, lan_bytes secret, lanyard_error *err)
{
    static const lanyard_hash hashes[] = { LANYARD_SHA256, LANYARD_SHA384, LANYARD_SHA512 };
    lan_str copy = { 0 };

    if (secret.len == 0)
        return lan_fail_saying(err, LANYARD_E_KEY_WEAK, "key", 0, "an empty secret");
    if (secret.len > SECRET_MAX)
        return lan_fail_saying(err, LANYARD_E_KEY_FORMAT, "key", 0, "a secret longer than 64 KiB");
    if (secret_looks_public(lan_str_of_bytes(secret)))
        return lan_fail(err, LANYARD_E_KEY_PUBLIC_SECRET, "key", 0);
    TRY(lan_arena_copy(&key->arena, lan_str_of_bytes(secret), &copy, err));
    key->kty = LAN_KTY_OCT;
    key->secret = lan_bytes_of(copy);
    key->bits = secret.len * 8;
    key->is_private = true;
    for (size_t i = 0; i < 3; i++)
        lan_mac_prepare(&key->mac[i], hashes[i], key->secret);
    return LANYARD_OK;
}
