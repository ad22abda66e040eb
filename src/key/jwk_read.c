/* jwk_read.c - a JWK becomes a key (RFC 7517, 4; RFC 7518, 6; RFC 8037, 2; RFC 9964).
 *
 * How it works: first what the key is (kty, and crv or alg), then its numbers by the table of
 * jwk.c, then what it says about its use. Members that nobody knows are passed over; those that
 * are known must have the right type.
 */
#include "codec/base64url.h"
#include "key/jwk.h"

#define JWK_RSA_LEN_MAX 2048u /* bytes: libcrypto verifies with no larger modulus */

/* One JWK on its way. */
typedef struct jwk_reader {
    const lan_json *json;
    uint32_t object;
    lan_arena *scratch;
    lanyard_key *key;
    const lan_curve *curve; /* NULL: RSA, oct */
    lanyard_error *err;
} jwk_reader;

static size_t jwk_offset(const lan_json *json, uint32_t node)
{
    return json->nodes[node].start;
}

static lanyard_status jwk_fail(const jwk_reader *reader, lanyard_status status, uint32_t node,
                               const char *where, const char *detail)
{
    return lan_fail_saying(reader->err, status, where, jwk_offset(reader->json, node), detail);
}

/* A string member that may be missing: *node LAN_JSON_NONE. */
static lanyard_status jwk_string(const jwk_reader *reader, const char *name, const char *where,
                                 uint32_t *node)
{
    *node = lan_json_find(reader->json, reader->object, lanyard_str_of(name));
    if (*node == LAN_JSON_NONE || lan_json_is(reader->json, *node, LANYARD_JSON_STRING))
        return LANYARD_OK;
    return jwk_fail(reader, LANYARD_E_KEY_INVALID, *node, where, "expected a string");
}

/* The byte of the source at which the text of a string stands, when it stands there as it is. */
static size_t jwk_text_offset(const lan_json *json, uint32_t node, size_t at)
{
    size_t quote = jwk_offset(json, node);

    return json->nodes[node].text == json->source.ptr + quote + 1 ? quote + 1 + at : quote;
}

lanyard_status lan_jwk_bytes(const lan_json *json, uint32_t node, const char *where,
                             lan_arena *arena, lan_bytes *bytes, lanyard_error *err)
{
    if (!lan_json_is(json, node, LANYARD_JSON_STRING))
        return lan_fail_saying(err, LANYARD_E_KEY_INVALID, where, jwk_offset(json, node),
                               "expected a string");

    lan_str text = lan_json_text(json, node);
    size_t bad = 0;
    size_t len = 0;
    uint8_t *out = lan_arena_alloc(arena, lan_base64url_decoded_len(text.len) + 1);

    if (!out)
        return lan_no_memory(err);

    lanyard_status status = text.len > 0 ? lan_base64url_decode(text, out, &len, &bad) : LANYARD_OK;

    if (status != LANYARD_OK)
        return lan_fail_saying(err, LANYARD_E_KEY_INVALID, where, jwk_text_offset(json, node, bad),
                               lanyard_status_text(status));
    *bytes = (lan_bytes){ out, len };
    return LANYARD_OK;
}

/* RFC 7518, 6.2.1.2 and 6.3.1.1; RFC 8037, 2: numbers of RSA are minimal, all others have the
 * full width. */
static lanyard_status jwk_check_len(const jwk_reader *reader, const lan_jwk_member *member,
                                    uint32_t node, lan_bytes bytes)
{
    lanyard_status invalid = LANYARD_E_KEY_INVALID;

    if (member->kty == LAN_KTY_OCT)
        return LANYARD_OK;
    if (!reader->curve && bytes.len > JWK_RSA_LEN_MAX)
        return jwk_fail(reader, LANYARD_E_KEY_UNSUPPORTED, node, member->where,
                        "a number of more than 16384 bits");
    if (!reader->curve && (bytes.len == 0 || bytes.ptr[0] == 0))
        return jwk_fail(reader, invalid, node, member->where, "a number with a leading zero");
    if (!reader->curve)
        return LANYARD_OK;

    size_t expected = member->is_private ? reader->curve->private_len : reader->curve->public_len;

    if (bytes.len == expected)
        return LANYARD_OK;
    jwk_fail(reader, invalid, node, member->where, "expected ");
    lan_detail_int(reader->err, (int64_t)expected);
    lan_detail(reader->err, " bytes, found ");
    lan_detail_int(reader->err, (int64_t)bytes.len);
    return invalid;
}

static lanyard_status jwk_number(const jwk_reader *reader, const lan_jwk_member *member,
                                 lan_jwk_numbers *numbers)
{
    uint32_t node = lan_json_find(reader->json, reader->object, lanyard_str_of(member->name));
    lan_bytes *bytes = lan_jwk_field(numbers, member);

    if (node == LAN_JSON_NONE) {
        if (member->is_private && member->kty != LAN_KTY_OCT)
            return LANYARD_OK;
        return jwk_fail(reader, LANYARD_E_KEY_INVALID, reader->object, member->where,
                        "a required member is missing");
    }
    TRY(lan_jwk_bytes(reader->json, node, member->where, reader->scratch, bytes, reader->err));
    return jwk_check_len(reader, member, node, *bytes);
}

/* RFC 7518, 6.3.2: of p, q, dp, dq, qi all or none, and never without d; more primes than two are
 * not supported. */
static lanyard_status jwk_check_rsa(const jwk_reader *reader, const lan_jwk_numbers *numbers)
{
    const lan_numbers *of = &numbers->of;
    uint32_t others = lan_json_find(reader->json, reader->object, LAN_STR("oth"));
    size_t count = (size_t)(of->p.len > 0) + (size_t)(of->q.len > 0) + (size_t)(of->dp.len > 0) +
                   (size_t)(of->dq.len > 0) + (size_t)(of->qi.len > 0);

    if (others != LAN_JSON_NONE)
        return jwk_fail(reader, LANYARD_E_KEY_UNSUPPORTED, others, "key:oth",
                        "an RSA key of more than two primes");
    if (count != 0 && count != 5)
        return jwk_fail(reader, LANYARD_E_KEY_INVALID, reader->object, "key",
                        "some of p, q, dp, dq, qi are missing");
    if (count != 0 && of->d.len == 0)
        return jwk_fail(reader, LANYARD_E_KEY_INVALID, reader->object, "key:d",
                        "a required member is missing");
    return LANYARD_OK;
}

/* kty: what the key is. */
static lanyard_status jwk_type(jwk_reader *reader)
{
    uint32_t node = LAN_JSON_NONE;
    uint32_t keys = lan_json_find(reader->json, reader->object, LAN_STR("keys"));

    TRY(jwk_string(reader, "kty", "key:kty", &node));
    if (node == LAN_JSON_NONE && keys != LAN_JSON_NONE)
        return jwk_fail(reader, LANYARD_E_KEY_FORMAT, keys, "key",
                        "a JWK Set where one key is expected");
    if (node == LAN_JSON_NONE)
        return jwk_fail(reader, LANYARD_E_KEY_FORMAT, reader->object, "key:kty",
                        "JSON without \"kty\" is no key");
    for (lan_kty kty = LAN_KTY_OCT; kty <= LAN_KTY_AKP; kty++)
        if (lan_str_eq(lan_json_text(reader->json, node), lanyard_str_of(lan_kty_name(kty)))) {
            reader->key->kty = kty;
            return LANYARD_OK;
        }
    return jwk_fail(reader, LANYARD_E_KEY_UNSUPPORTED, node, "key:kty", "a \"kty\" nobody knows");
}

/* crv, or for AKP the alg that stands for it: how wide the numbers are. */
static lanyard_status jwk_curve(jwk_reader *reader)
{
    bool is_akp = reader->key->kty == LAN_KTY_AKP;
    const char *where = is_akp ? "key:alg" : "key:crv";
    uint32_t node = LAN_JSON_NONE;

    if (reader->key->kty == LAN_KTY_OCT || reader->key->kty == LAN_KTY_RSA)
        return LANYARD_OK;
    TRY(jwk_string(reader, is_akp ? "alg" : "crv", where, &node));
    if (node == LAN_JSON_NONE)
        return jwk_fail(reader, LANYARD_E_KEY_INVALID, reader->object, where,
                        "a required member is missing");

    lan_str name = lan_json_text(reader->json, node);

    reader->curve = lan_curve_find(name);
    if (!reader->curve && is_akp && lan_alg_find(name))
        return jwk_fail(reader, LANYARD_E_KEY_USE, node, where, "of another \"kty\"");
    if (!reader->curve)
        return jwk_fail(reader, LANYARD_E_KEY_UNSUPPORTED, node, where,
                        "nothing that is supported for signatures");
    if (reader->curve->kty != reader->key->kty)
        return jwk_fail(reader, LANYARD_E_KEY_INVALID, node, where, "of another \"kty\"");
    return LANYARD_OK;
}

/* Where the numbers of a type are to blame together. */
static const char *const jwk_blamed[] = { "key:k", "key:n", "key:x", "key:x", "key:pub" };

static lanyard_status jwk_numbers(const jwk_reader *reader)
{
    lanyard_key *key = reader->key;
    lan_jwk_numbers numbers = { .of = { .crv = reader->curve ? reader->curve->name : "" } };
    const lan_jwk_member *member = NULL;

    for (size_t i = 0; (member = lan_jwk_member_at(i)) != NULL; i++)
        if (member->kty == key->kty)
            TRY(jwk_number(reader, member, &numbers));
    if (key->kty == LAN_KTY_RSA)
        TRY(jwk_check_rsa(reader, &numbers));
    numbers.of.kind = lan_kty_kind(key->kty);

    lanyard_status status = key->kty == LAN_KTY_OCT
                                ? lan_key_set_secret(key, numbers.k, reader->err)
                                : lan_key_set_numbers(key, &numbers.of, reader->err);

    if (status != LANYARD_OK && status != LANYARD_E_NO_MEMORY && reader->err) {
        reader->err->where = jwk_blamed[key->kty];
        reader->err->offset = jwk_offset(reader->json, reader->object);
    }
    return status;
}

static lanyard_status jwk_kid(const jwk_reader *reader)
{
    uint32_t node = LAN_JSON_NONE;

    TRY(jwk_string(reader, "kid", "key:kid", &node));
    if (node == LAN_JSON_NONE)
        return LANYARD_OK;
    reader->key->has_kid = true;
    return lan_arena_copy(&reader->key->arena, lan_json_text(reader->json, node), &reader->key->kid,
                          reader->err);
}

static lanyard_status jwk_use(const jwk_reader *reader)
{
    lanyard_key *key = reader->key;
    uint32_t node = LAN_JSON_NONE;

    TRY(jwk_string(reader, "use", "key:use", &node));
    if (node == LAN_JSON_NONE)
        return LANYARD_OK;
    TRY(lan_arena_copy(&key->arena, lan_json_text(reader->json, node), &key->use_text,
                       reader->err));
    key->use = lan_str_eq(key->use_text, LAN_STR("sig"))   ? LAN_USE_SIG
               : lan_str_eq(key->use_text, LAN_STR("enc")) ? LAN_USE_ENC
                                                           : LAN_USE_OTHER;
    return LANYARD_OK;
}

static uint32_t jwk_op_bit(lan_str word)
{
    const lan_jwk_op *op = NULL;

    for (size_t i = 0; (op = lan_jwk_op_at(i)) != NULL; i++)
        if (lan_str_eq(lanyard_str_of(op->name), word))
            return op->bit;
    return LAN_OP_OTHER;
}

/* One word of key_ops; those before it say what must not stand again. */
static lanyard_status jwk_op(const jwk_reader *reader, uint32_t array, uint32_t node)
{
    const lan_json *json = reader->json;

    if (!lan_json_is(json, node, LANYARD_JSON_STRING))
        return jwk_fail(reader, LANYARD_E_KEY_INVALID, node, "key:key_ops", "expected a string");
    for (uint32_t before = array + 1; before < node; before = json->nodes[before].next)
        if (lan_str_eq(lan_json_text(json, before), lan_json_text(json, node)))
            return jwk_fail(reader, LANYARD_E_KEY_INVALID, node, "key:key_ops",
                            "the same operation twice");
    reader->key->ops |= jwk_op_bit(lan_json_text(json, node));
    return LANYARD_OK;
}

/* RFC 7517, 4.3: unique words that agree with "use". */
static lanyard_status jwk_ops(const jwk_reader *reader)
{
    const lan_json *json = reader->json;
    lanyard_key *key = reader->key;
    uint32_t array = lan_json_find(json, reader->object, LAN_STR("key_ops"));
    uint32_t signing = LAN_OP_SIGN | LAN_OP_VERIFY;

    if (array == LAN_JSON_NONE)
        return LANYARD_OK;
    if (!lan_json_is(json, array, LANYARD_JSON_ARRAY))
        return jwk_fail(reader, LANYARD_E_KEY_INVALID, array, "key:key_ops", "expected an array");
    if (json->nodes[array].count > LAN_JWK_OPS_MAX)
        return jwk_fail(reader, LANYARD_E_KEY_INVALID, array, "key:key_ops",
                        "more operations than there are");
    for (uint32_t node = array + 1; node < json->nodes[array].next; node = json->nodes[node].next)
        TRY(jwk_op(reader, array, node));
    if (key->ops == 0)
        key->ops = LAN_OP_OTHER;
    if ((key->use == LAN_USE_SIG && (key->ops & ~(signing | LAN_OP_OTHER))) ||
        (key->use == LAN_USE_ENC && (key->ops & signing)))
        return jwk_fail(reader, LANYARD_E_KEY_INVALID, array, "key:key_ops",
                        "\"key_ops\" that disagree with \"use\"");
    return LANYARD_OK;
}

/* RFC 7517, 4.4: the one algorithm the key is for. */
static lanyard_status jwk_alg(const jwk_reader *reader)
{
    lanyard_key *key = reader->key;
    uint32_t node = LAN_JSON_NONE;

    TRY(jwk_string(reader, "alg", "key:alg", &node));
    if (node == LAN_JSON_NONE)
        return LANYARD_OK;

    const lan_alg *alg = lan_alg_find(lan_json_text(reader->json, node));

    if (!alg)
        return jwk_fail(reader, LANYARD_E_KEY_UNSUPPORTED, node, "key:alg",
                        "an \"alg\" nobody knows");

    lanyard_status status = lan_key_check_any_use(key, alg);

    if (status == LANYARD_E_KEY_SHORT)
        return lan_key_fail_short(key, alg, LANYARD_E_KEY_WEAK, "key:alg",
                                  jwk_offset(reader->json, node), reader->err);
    if (status != LANYARD_OK)
        return jwk_fail(reader, LANYARD_E_KEY_USE, node, "key:alg",
                        "the key is not for its own \"alg\"");
    key->alg = alg;
    return LANYARD_OK;
}

static lanyard_status jwk_what_it_is(jwk_reader *reader)
{
    TRY(jwk_type(reader));
    TRY(jwk_curve(reader));
    return jwk_numbers(reader);
}

static lanyard_status jwk_what_it_says(const jwk_reader *reader)
{
    TRY(jwk_kid(reader));
    TRY(jwk_use(reader));
    TRY(jwk_ops(reader));
    return jwk_alg(reader);
}

lanyard_status lan_jwk_read(const lan_json *json, uint32_t node, lan_arena *scratch,
                            lanyard_key *key, lanyard_error *err)
{
    jwk_reader reader = {
        .json = json, .object = node, .scratch = scratch, .key = key, .err = err
    };

    if (!lan_json_is(json, node, LANYARD_JSON_OBJECT))
        return jwk_fail(&reader, LANYARD_E_KEY_FORMAT, node, "key", "expected a JSON object");
    TRY(jwk_what_it_is(&reader));
    TRY(jwk_what_it_says(&reader));
    return lan_jwk_check_x5c(json, node, scratch, key, err);
}
