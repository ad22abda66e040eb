/* thumbprint.c - the hash that names a key (RFC 7638), and its URI (RFC 9278). */
#include "key/thumbprint.h"
#include "codec/base64url.h"
#include "key/jwk.h"

/* RFC 7638, 3.2, and RFC 9964, 6: the required members of each type in the order of their code
 * points. NULL: no more. */
static const char *const thumbprint_members[][5] = {
    [LAN_KTY_OCT] = { "k", "kty" },
    [LAN_KTY_RSA] = { "e", "kty", "n" },
    [LAN_KTY_EC] = { "crv", "kty", "x", "y" },
    [LAN_KTY_OKP] = { "crv", "kty", "x" },
    [LAN_KTY_AKP] = { "alg", "kty", "pub" },
};

static const lan_bytes *thumbprint_number(const lanyard_key *key, const char *name,
                                          lan_jwk_numbers *numbers)
{
    const lan_jwk_member *member = NULL;

    for (size_t i = 0; (member = lan_jwk_member_at(i)) != NULL; i++)
        if (member->kty == key->kty && strcmp(member->name, name) == 0)
            return lan_jwk_field(numbers, member);
    return NULL;
}

static void thumbprint_value(lan_writer *writer, const lanyard_key *key, const char *name,
                             lan_jwk_numbers *numbers)
{
    const lan_bytes *number = thumbprint_number(key, name, numbers);

    if (number)
        lan_jwk_write_base64url(writer, *number);
    else if (strcmp(name, "kty") == 0)
        lan_write(writer, lanyard_str_of(lan_kty_name(key->kty)));
    else
        lan_write(writer, lanyard_str_of(key->crv)); /* of AKP, its "alg" */
}

static void thumbprint_text(lan_writer *writer, const lanyard_key *key, lan_jwk_numbers *numbers)
{
    const char *const *names = thumbprint_members[key->kty];

    for (size_t i = 0; names[i]; i++) {
        lan_write(writer, i == 0 ? LAN_STR("{") : LAN_STR(","));
        lan_write_json_name(writer, lanyard_str_of(names[i]));
        lan_write(writer, LAN_STR("\""));
        thumbprint_value(writer, key, names[i], numbers);
        lan_write(writer, LAN_STR("\""));
    }
    lan_write(writer, LAN_STR("}"));
}

lanyard_status lan_key_thumbprint(const lanyard_key *key, lanyard_hash hash,
                                  uint8_t out[LANYARD_HASH_MAX], lanyard_error *err)
{
    lan_jwk_numbers numbers = { 0 };
    lan_writer writer = { 0 };

    TRY(lan_jwk_numbers_of(key, false, NULL, &numbers, err));
    numbers.k = key->secret;
    thumbprint_text(&writer, key, &numbers);

    size_t len = writer.len;
    char *text = lan_alloc(&key->arena.alloc, len);

    if (!text)
        return lan_no_memory(err);
    writer = (lan_writer){ .at = text };
    thumbprint_text(&writer, key, &numbers);
    lan_hash_bytes(hash, (lan_bytes){ (const uint8_t *)text, len }, out);
    lan_cleanse(text, len);
    lan_alloc_free(&key->arena.alloc, text, len);
    return LANYARD_OK;
}

/* RFC 9278, 3, with the names of the registry of RFC 6920. */
static const struct {
    lanyard_hash hash;
    const char *uri;
} thumbprint_hashes[] = {
    { LANYARD_SHA256, "urn:ietf:params:oauth:jwk-thumbprint:sha-256:" },
    { LANYARD_SHA384, "urn:ietf:params:oauth:jwk-thumbprint:sha-384:" },
    { LANYARD_SHA512, "urn:ietf:params:oauth:jwk-thumbprint:sha-512:" },
};

static const char *thumbprint_uri(lanyard_hash hash)
{
    for (size_t i = 0; i < sizeof thumbprint_hashes / sizeof *thumbprint_hashes; i++)
        if (thumbprint_hashes[i].hash == hash)
            return thumbprint_hashes[i].uri;
    return NULL;
}

lanyard_status lanyard_key_thumbprint(const lanyard_key *key, lanyard_hash hash,
                                      uint8_t out[LANYARD_HASH_MAX], size_t *len,
                                      lanyard_error *err)
{
    if (!key || !out || !len || !thumbprint_uri(hash))
        return lan_fail(err, LANYARD_E_ARGUMENT, "argument", 0);
    TRY(lan_key_thumbprint(key, hash, out, err));
    *len = lan_hash_len(hash);
    return LANYARD_OK;
}

lanyard_status lanyard_key_write_thumbprint(const lanyard_key *key, lanyard_hash hash, int as_uri,
                                            lanyard_buf *out, lanyard_error *err)
{
    uint8_t digest[LANYARD_HASH_MAX];
    size_t len = 0;

    if (!out)
        return lan_fail(err, LANYARD_E_ARGUMENT, "argument", 0);
    TRY(lanyard_key_thumbprint(key, hash, digest, &len, err));

    lan_str prefix = as_uri ? lanyard_str_of(thumbprint_uri(hash)) : LAN_STR("");

    TRY(lan_buf_reserve(out, prefix.len + lan_base64url_encoded_len(len), err));
    TRY(lan_buf_add(out, prefix, err));
    return lan_base64url_add(out, (lan_bytes){ digest, len }, err);
}
