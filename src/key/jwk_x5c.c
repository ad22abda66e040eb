/* jwk_x5c.c - the certificate of a JWK belongs to its key (RFC 7517, 4.7 to 4.9). */
#include "codec/base64url.h"
#include "crypto/der_shape.h"
#include "key/jwk.h"

#define SHA256_LEN 32u

static lanyard_status x5c_fail(const lan_json *json, uint32_t node, const char *where,
                               const char *detail, lanyard_error *err)
{
    return lan_fail_saying(err, LANYARD_E_KEY_INVALID, where, json->nodes[node].start, detail);
}

/* RFC 7517, 4.7: an array of base64 DER, the key's own certificate first. */
static lanyard_status x5c_decode(const lan_json *json, uint32_t array, lan_arena *scratch,
                                 lan_bytes *der, lanyard_error *err)
{
    const lan_json_node *nodes = json->nodes;

    if (nodes[array].type != LANYARD_JSON_ARRAY || nodes[array].count == 0)
        return x5c_fail(json, array, "key:x5c", "expected an array of certificates", err);
    for (uint32_t node = array + 1; node < nodes[array].next; node = nodes[node].next)
        if (nodes[node].type != LANYARD_JSON_STRING)
            return x5c_fail(json, node, "key:x5c", "expected a string", err);

    lan_str text = lan_json_text(json, array + 1);
    uint8_t *out = lan_arena_alloc(scratch, text.len + 1);
    size_t len = 0;
    size_t bad = 0;

    if (!out)
        return lan_no_memory(err);
    if (text.len == 0 || lan_base64_decode(text, out, &len, &bad) != LANYARD_OK ||
        lan_der_shape_of((lan_bytes){ out, len }) != LAN_DER_CERTIFICATE)
        return x5c_fail(json, array + 1, "key:x5c", "expected a certificate in base64", err);
    *der = (lan_bytes){ out, len };
    return LANYARD_OK;
}

static bool x5c_bytes_eq(lan_bytes left, lan_bytes right)
{
    return lan_str_eq(lan_str_of_bytes(left), lan_str_of_bytes(right));
}

static bool x5c_is_of(const lan_numbers *numbers, const lanyard_key *key)
{
    return key->kty != LAN_KTY_OCT && numbers->kind == lan_kty_kind(key->kty) &&
           strcmp(numbers->crv, key->crv) == 0 && x5c_bytes_eq(numbers->n, key->n) &&
           x5c_bytes_eq(numbers->e, key->e) && x5c_bytes_eq(numbers->x, key->x) &&
           x5c_bytes_eq(numbers->y, key->y) && x5c_bytes_eq(numbers->pub, key->pub);
}

static lanyard_status x5c_check_key(const lan_json *json, uint32_t array, lan_bytes leaf,
                                    lan_arena *scratch, const lanyard_key *key, lanyard_error *err)
{
    lan_pkey *pkey = NULL;
    lan_numbers numbers = { 0 };
    lanyard_status status = lan_pkey_from_der(leaf, NULL, &pkey, err);

    if (status == LANYARD_OK)
        status = lan_pkey_numbers(pkey, false, scratch, &numbers, err);
    lan_pkey_free(pkey);
    if (status == LANYARD_E_NO_MEMORY || status == LANYARD_E_CRYPTO)
        return status;
    if (status != LANYARD_OK || !x5c_is_of(&numbers, key))
        return x5c_fail(json, array, "key:x5c", "the certificate of another key", err);
    return LANYARD_OK;
}

static lanyard_status x5c_leaf(const lan_json *json, uint32_t array, lan_arena *scratch,
                               const lanyard_key *key, lan_bytes *leaf, lanyard_error *err)
{
    TRY(x5c_decode(json, array, scratch, leaf, err));
    return x5c_check_key(json, array, *leaf, scratch, key, err);
}

/* RFC 7517, 4.8 and 4.9: a fingerprint has its length, and is of the certificate when there is
 * one. */
static lanyard_status x5c_fingerprint(const lan_json *json, uint32_t object, lan_str name,
                                      const char *where, lan_bytes expected, bool has_leaf,
                                      lan_arena *scratch, lanyard_error *err)
{
    uint32_t node = lan_json_find(json, object, name);
    lan_bytes found = { 0 };

    if (node == LAN_JSON_NONE)
        return LANYARD_OK;
    TRY(lan_jwk_bytes(json, node, where, scratch, &found, err));
    if (found.len != expected.len)
        return x5c_fail(json, node, where, "a fingerprint of another length", err);
    if (has_leaf && !x5c_bytes_eq(found, expected))
        return x5c_fail(json, node, where, "the fingerprint of another certificate", err);
    return LANYARD_OK;
}

/* RFC 7517, 4.6: never followed, but it has to be text. */
static lanyard_status x5c_url(const lan_json *json, uint32_t object, lanyard_error *err)
{
    uint32_t node = lan_json_find(json, object, LAN_STR("x5u"));

    if (node == LAN_JSON_NONE || lan_json_is(json, node, LANYARD_JSON_STRING))
        return LANYARD_OK;
    return x5c_fail(json, node, "key:x5u", "expected a string", err);
}

lanyard_status lan_jwk_check_x5c(const lan_json *json, uint32_t node, lan_arena *scratch,
                                 const lanyard_key *key, lanyard_error *err)
{
    uint32_t array = lan_json_find(json, node, LAN_STR("x5c"));
    bool has_leaf = array != LAN_JSON_NONE;
    uint8_t sha1[LAN_SHA1_LEN] = { 0 };
    uint8_t sha256[LANYARD_HASH_MAX] = { 0 };
    lan_bytes leaf = { 0 };

    TRY(x5c_url(json, node, err));
    if (has_leaf)
        TRY(x5c_leaf(json, array, scratch, key, &leaf, err));
    lan_sha1(leaf, sha1);
    lan_hash_bytes(LANYARD_SHA256, leaf, sha256);
    TRY(x5c_fingerprint(json, node, LAN_STR("x5t"), "key:x5t", (lan_bytes){ sha1, LAN_SHA1_LEN },
                        has_leaf, scratch, err));
    return x5c_fingerprint(json, node, LAN_STR("x5t#S256"), "key:x5t#S256",
                           (lan_bytes){ sha256, SHA256_LEN }, has_leaf, scratch, err);
}
