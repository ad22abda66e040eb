/* run_shared.c - published tokens with their keys (golden), the JWS part of RFC 7520 and its kin
 * (cookbook), and values printed in RFCs (rfc-extras): the whole path, as users meet it.
 */
#include "support/support.h"

#define SHORT_KEYS 12 /* of golden: shorter than the hash */

static lanyard_json *open_file(const char *name, const char *cases)
{
    char path[1024];

    snprintf(path, sizeof path, "%s/%s", vectors_folder(), name);

    lanyard_json *json = json_file_if(path);

    if (!json)
        tap_skip(name, cases);
    return json;
}

/* A secret in plain text, or a JWK. */
static lanyard_status read_key(const lanyard_value *key, bool allow_short, lanyard_keyset **keys)
{
    bool is_jwk = key->type == LANYARD_JSON_OBJECT;
    lanyard_str text = is_jwk ? key->json : key->text;
    lanyard_key *one = NULL;
    lanyard_error err = { 0 };
    lanyard_status status =
        lanyard_key_read(text.ptr, text.len,
                         LANYARD_KEY(.format = is_jwk ? LANYARD_KEY_JWK : LANYARD_KEY_SECRET,
                                     .allow_short_key = allow_short),
                         NULL, &one, &err);

    if (status == LANYARD_OK)
        status = lanyard_keyset_new(&one, 1, NULL, keys, &err);
    lanyard_key_free(one);
    return status;
}

/* Signature and time alone: any audience, any typ, no exp required. */
static lanyard_policy *lenient_policy(const char *alg)
{
    lanyard_policy *policy = NULL;
    lanyard_error err = { 0 };

    if (lanyard_policy_new(LANYARD_POLICY(.algs = lanyard_alg_find(alg) ? alg : "HS256 RS256",
                                          .allow = LANYARD_ALLOW_NO_EXP | LANYARD_ALLOW_ANY_AUD |
                                                   LANYARD_ALLOW_ANY_TYP |
                                                   LANYARD_ALLOW_FUTURE_IAT),
                           NULL, &policy, &err) != LANYARD_OK)
        die("policy", lanyard_str_of(err.detail));
    return policy;
}

static lanyard_status golden_judge(const lanyard_policy *policy, const lanyard_keyset *keys,
                                   const lanyard_value *row)
{
    lanyard_str text = json_str(row, "token");
    lanyard_value at = json_need(row, "at");
    lanyard_buf payload = buf_new();
    lanyard_token *token = NULL;
    lanyard_error err = { 0 };
    lanyard_status status =
        at.type == LANYARD_JSON_NUMBER
            ? lanyard_verify(policy, keys, text.ptr, text.len, json_int(row, "at", 0), NULL, &token,
                             &err)
            : lanyard_jws_verify(policy, keys, text.ptr, text.len, NULL, &payload, &err);

    lanyard_token_free(token);
    lanyard_buf_done(&payload);
    return status;
}

/* Where our verdict has another name than golden's, or is another one, and why. */
typedef struct golden_row {
    const char *name;
    lanyard_status status;
} golden_row;

static const golden_row golden_exceptions[] = {
    { "jwt.io-none", LANYARD_E_ALG_UNKNOWN },
    { "rfc7515-A.5", LANYARD_E_ALG_UNKNOWN },
    { "google-style-padded-signature", LANYARD_E_BASE64_PADDING },
    /* A time that does not fit is refused: it neither wraps nor lasts forever. */
    { "keats-exp-beyond-int64", LANYARD_E_CLAIM_RANGE },
    /* RFC 7797 is not supported, and "b64" is critical. */
    { "rfc7797-4.2", LANYARD_E_CRIT_UNKNOWN },
    /* The public key is refused when it is read as a secret. */
    { "pyjwt-CVE-2022-29217", LANYARD_E_KEY_PUBLIC_SECRET },
    /* Encrypted: five parts. */
    { "rfc7519-A.1", LANYARD_E_TOKEN_PARTS },
    { "rfc7519-A.2", LANYARD_E_TOKEN_PARTS },
    { "rfc7516-A.1", LANYARD_E_TOKEN_PARTS },
    { "rfc7516-A.2", LANYARD_E_TOKEN_PARTS },
    { "rfc7516-A.3", LANYARD_E_TOKEN_PARTS },
};

static lanyard_status golden_expected(const lanyard_value *row)
{
    lanyard_str expect = json_str(row, "expect");

    for (size_t i = 0; i < sizeof golden_exceptions / sizeof *golden_exceptions; i++)
        if (str_is(json_str(row, "name"), golden_exceptions[i].name))
            return golden_exceptions[i].status;
    if (str_is(expect, "expired"))
        return LANYARD_E_EXPIRED;
    if (str_is(expect, "not-yet-valid"))
        return LANYARD_E_NOT_YET_VALID;
    if (!str_is(expect, "valid"))
        die("golden expects something else", expect);
    return LANYARD_OK;
}

/* No key is given where none can help; any will do. */
static lanyard_status golden_key(const lanyard_value *row, bool allow_short, lanyard_keyset **keys)
{
    static const char any[] = "\"a secret that signed none of these tokens\"";
    lanyard_value key = json_need(row, "key");
    lanyard_json *json = NULL;
    lanyard_error err = { 0 };

    if (key.type != LANYARD_JSON_NULL)
        return read_key(&key, allow_short, keys);
    if (lanyard_json_read(any, sizeof any - 1, NULL, NULL, &json, &err) != LANYARD_OK)
        die("JSON", lanyard_str_of(any));
    key = lanyard_json_root(json);

    lanyard_status status = read_key(&key, allow_short, keys);

    lanyard_json_free(json);
    return status;
}

static lanyard_status golden_verdict(const lanyard_value *row, bool allow_short)
{
    char *alg = json_text(row, "alg");
    lanyard_policy *policy = lenient_policy(alg);
    lanyard_keyset *keys = NULL;
    lanyard_status status = golden_key(row, allow_short, &keys);
    bool is_encrypted = golden_expected(row) == LANYARD_E_TOKEN_PARTS;

    if (is_encrypted && !keys) {
        lanyard_error err = { 0 };

        /* The key is for an encryption we do not know; the token is refused before any key. */
        status = lanyard_keyset_new(NULL, 0, NULL, &keys, &err);
    }
    if (status == LANYARD_OK)
        status = golden_judge(policy, keys, row);
    lanyard_keyset_free(keys);
    lanyard_policy_free(policy);
    free(alg);
    return status;
}

static void golden_run(void)
{
    lanyard_json *json = open_file("golden/golden.json", "the file is not here (78 cases)");
    size_t cursor = 0;
    size_t short_keys = 0;
    lanyard_value row;

    if (!json)
        return;

    lanyard_value root = lanyard_json_root(json);
    lanyard_value tokens = json_need(&root, "tokens");

    while (lanyard_value_next(&tokens, &cursor, &row)) {
        char *name = json_text(&row, "name");
        lanyard_status status = golden_verdict(&row, false);

        if (status == LANYARD_E_KEY_SHORT || status == LANYARD_E_KEY_WEAK) {
            short_keys++;
            status = golden_verdict(&row, true);
        }
        if (status == LANYARD_E_ALG_UNAVAILABLE)
            tap_skip(name, "this libcrypto does not have the algorithm");
        else
            tap_ok(status == golden_expected(&row), name, lanyard_status_name(status));
        free(name);
    }
    printf("# %zu keys are shorter than the hash\n", short_keys);
    tap_ok(short_keys == SHORT_KEYS, "short keys of golden need the named option", NULL);
    lanyard_json_free(json);
}

/* One signature of a cookbook file: its protected header, the payload and the signature make a
 * compact token, whatever form the example shows. */
typedef struct recipe {
    const lanyard_value *signing;
    lanyard_value key;
    const char *alg;
} recipe;

static bool recipe_verifies(const recipe *self, lanyard_str text, lanyard_status expected)
{
    lanyard_policy *policy = lenient_policy(self->alg);
    lanyard_keyset *keys = NULL;
    lanyard_buf payload = buf_new();
    lanyard_error err = { 0 };
    lanyard_status status = read_key(&self->key, false, &keys);

    if (status == LANYARD_OK)
        status = lanyard_jws_verify(policy, keys, text.ptr, text.len, NULL, &payload, &err);
    if (status != expected)
        printf("# %s: %s\n", lanyard_status_name(status), err.detail);
    lanyard_keyset_free(keys);
    lanyard_policy_free(policy);
    lanyard_buf_done(&payload);
    return status == expected;
}

/* The private key signs the same text with the same signature. */
static bool recipe_is_made_again(const recipe *self, lanyard_str input, lanyard_str expected)
{
    lanyard_key *key = NULL;
    lanyard_buf signature = buf_new();
    lanyard_buf encoded = buf_new();
    lanyard_error err = { 0 };
    bool is_same =
        lanyard_key_read(self->key.json.ptr, self->key.json.len, NULL, NULL, &key, &err) ==
            LANYARD_OK &&
        lanyard_sign_bytes(key, self->alg, (lanyard_bytes){ (const uint8_t *)input.ptr, input.len },
                           NULL, &signature, &err) == LANYARD_OK;

    buf_put_base64url(&encoded, buf_bytes(&signature));
    is_same = is_same && lanyard_str_equal(buf_str(&encoded), expected);
    lanyard_key_free(key);
    lanyard_buf_done(&signature);
    lanyard_buf_done(&encoded);
    return is_same;
}

static void recipe_run(const recipe *self, const char *name)
{
    lanyard_value header;
    lanyard_str input = json_str(self->signing, "sig-input");
    lanyard_str signature = json_str(self->signing, "sig");
    lanyard_buf text = buf_new();
    bool has_alg =
        json_get(self->signing, "protected", &header) && json_str(&header, "alg").len > 0;
    bool has_b64 = has_alg && json_bool(&header, "b64", true) == false;
    bool is_deterministic = self->alg[0] == 'H' || self->alg[0] == 'R' || self->alg[1] == 'd';
    bool is_right = true;

    buf_put_str(&text, input);
    buf_put_text(&text, ".");
    buf_put_str(&text, signature);
    if (has_b64) /* RFC 7797: refused, by its "crit" or for its "." */
        is_right = !recipe_verifies(self, buf_str(&text), LANYARD_OK);
    else if (has_alg)
        is_right = recipe_verifies(self, buf_str(&text), LANYARD_OK);
    else /* the alg stands in the unprotected header, which the compact form does not have */
        is_right = !recipe_verifies(self, buf_str(&text), LANYARD_OK);
    /* One of the two files of RFC 7797 shows the signature of the other. */
    if (is_deterministic && !has_b64)
        is_right = is_right && recipe_is_made_again(self, input, signature);
    tap_ok(is_right, name, "another verdict, or another signature");
    lanyard_buf_done(&text);
}

/* The i-th of something that may be a list or stand alone. */
static lanyard_value nth(const lanyard_value *value, size_t index)
{
    lanyard_value item = *value;
    size_t cursor = 0;

    if (value->type != LANYARD_JSON_ARRAY)
        return *value;
    for (size_t i = 0; i <= index; i++)
        if (!lanyard_value_next(value, &cursor, &item))
            die("cookbook", value->json);
    return item;
}

static void cookbook_file(const char *file)
{
    lanyard_json *json = open_file(file, "the file is not here");

    if (!json)
        return;

    lanyard_value root = lanyard_json_root(json);
    lanyard_value input = json_need(&root, "input");
    lanyard_value signing = json_need(&root, "signing");
    lanyard_value keys = json_need(&input, "key");
    lanyard_value algs = json_need(&input, "alg");
    size_t count = signing.type == LANYARD_JSON_ARRAY ? signing.count : 1;

    for (size_t i = 0; i < count; i++) {
        char name[256];
        lanyard_value one = nth(&signing, i);
        lanyard_value alg = nth(&algs, i);
        recipe self = { .signing = &one, .key = nth(&keys, i), .alg = str_copy(alg.text) };

        snprintf(name, sizeof name, "%s, signature %zu", file, i + 1);
        recipe_run(&self, name);
        free((void *)(uintptr_t)self.alg);
    }
    lanyard_json_free(json);
}

static const char *const cookbook_files[] = {
    "cookbook/jws/4_1.rsa_v15_signature.json",
    "cookbook/jws/4_2.rsa-pss_signature.json",
    "cookbook/jws/4_3.ecdsa_signature.json",
    "cookbook/jws/4_4.hmac-sha2_integrity_protection.json",
    "cookbook/jws/4_5.signature_with_detached_content.json",
    "cookbook/jws/4_6.protecting_specific_header_fields.json",
    "cookbook/jws/4_7.protecting_content_only.json",
    "cookbook/jws/4_8.multiple_signatures.json",
    "cookbook/curve25519/jws.json",
    "cookbook/rfc7797/4.2.hmac-sha2_b64_false.json",
    "cookbook/rfc7797/hmac-sha2_b64_false.json",
};

static void thumbprint_run(const lanyard_value *row)
{
    lanyard_value jwk = json_need(row, "jwk");
    lanyard_key *key = NULL;
    lanyard_buf plain = buf_new();
    lanyard_buf uri = buf_new();
    lanyard_error err = { 0 };
    char *name = json_text(row, "source");
    lanyard_status status = lanyard_key_read(jwk.json.ptr, jwk.json.len, NULL, NULL, &key, &err);

    if (status == LANYARD_E_ALG_UNAVAILABLE || status == LANYARD_E_KEY_UNSUPPORTED)
        tap_skip(name, err.detail);
    else
        tap_ok(status == LANYARD_OK &&
                   lanyard_key_write_thumbprint(key, LANYARD_SHA256, 0, &plain, &err) ==
                       LANYARD_OK &&
                   lanyard_key_write_thumbprint(key, LANYARD_SHA256, 1, &uri, &err) == LANYARD_OK &&
                   lanyard_str_equal(buf_str(&plain), json_str(row, "sha256")) &&
                   lanyard_str_equal(buf_str(&uri), json_str(row, "uri")),
               name, err.detail);
    lanyard_key_free(key);
    lanyard_buf_done(&plain);
    lanyard_buf_done(&uri);
    free(name);
}

/* A jti of ours, made at the time of the RFC's example, begins as it does. */
static void uuid_run(const lanyard_value *row)
{
    static const char secret[] = "a secret of at least 32 bytes, for HS256";
    char *expected = json_text(row, "uuid");
    lanyard_key *key = NULL;
    lanyard_issuer *issuer = NULL;
    lanyard_untrusted *untrusted = NULL;
    lanyard_buf text = buf_new();
    lanyard_error err = { 0 };
    lanyard_str path = lanyard_str_of("jti");
    lanyard_value jti = { .type = LANYARD_JSON_NULL };
    bool is_made =
        lanyard_key_read(secret, sizeof secret - 1, LANYARD_KEY(.format = LANYARD_KEY_SECRET), NULL,
                         &key, &err) == LANYARD_OK &&
        lanyard_issuer_new(LANYARD_ISSUER(.key = key, .add_jti = 1), NULL, &issuer, &err) ==
            LANYARD_OK &&
        lanyard_issue(issuer, NULL, json_int(row, "unix_ms", 0) / 1000, NULL, &text, &err) ==
            LANYARD_OK &&
        lanyard_untrusted_read(NULL, text.ptr, text.len, NULL, &untrusted, &err) == LANYARD_OK &&
        lanyard_untrusted_claim(untrusted, &path, 1, &jti, &err) == LANYARD_OK;

    for (char *c = expected; *c; c++)
        *c = (char)(*c >= 'A' && *c <= 'F' ? *c - 'A' + 'a' : *c);
    expected[15] = '\0'; /* 48 bits of time and the version */
    tap_ok(is_made && jti.text.len == 36 && str_starts(jti.text, expected),
           "a jti shows the time as RFC 9562, A.6 does", err.detail);
    lanyard_untrusted_free(untrusted);
    lanyard_issuer_free(issuer);
    lanyard_key_free(key);
    lanyard_buf_done(&text);
    free(expected);
}

static void extras_run(void)
{
    lanyard_json *json = open_file("rfc-extras/rfc-extras.json", "the file is not here (23 cases)");
    lanyard_value row;
    size_t cursor = 0;

    if (!json)
        return;

    lanyard_value root = lanyard_json_root(json);
    lanyard_value list = json_need(&root, "thumbprints");

    while (lanyard_value_next(&list, &cursor, &row))
        thumbprint_run(&row);
    list = json_need(&root, "uuidv7");
    for (cursor = 0; lanyard_value_next(&list, &cursor, &row);)
        uuid_run(&row);
    lanyard_json_free(json);
}

int main(void)
{
    golden_run();
    for (size_t i = 0; i < sizeof cookbook_files / sizeof *cookbook_files; i++)
        cookbook_file(cookbook_files[i]);
    extras_run();
    return tap_done();
}
