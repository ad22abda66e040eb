/* run_wycheproof.c - Wycheproof's signatures and MACs, and the Ed25519 cases of speccheck, through
 * lanyard_check_bytes(). What JOSE does not have (short tags, other salts, SHA-1) must be refused.
 */
#include "support/support.h"

/* What is counted of one file. */
typedef struct score {
    size_t count;
    size_t wrong;
} score;

static lanyard_buf hex_of(const lanyard_value *object, const char *name)
{
    lanyard_buf bytes = buf_new();

    buf_put_hex(&bytes, json_str(object, name));
    return bytes;
}

static lanyard_status check(const lanyard_key *key, const char *alg, const lanyard_value *test,
                            const char *signature_name)
{
    lanyard_buf message = hex_of(test, "msg");
    lanyard_buf signature = hex_of(test, signature_name);
    lanyard_error err = { 0 };
    lanyard_status status =
        lanyard_check_bytes(key, alg, buf_bytes(&message), buf_bytes(&signature), NULL, &err);

    lanyard_buf_done(&message);
    lanyard_buf_done(&signature);
    return status;
}

static void score_add(score *self, const lanyard_value *test, bool is_valid, lanyard_status status)
{
    self->count++;
    if (status == (is_valid ? LANYARD_OK : LANYARD_E_SIGNATURE))
        return;
    self->wrong++;
    printf("# case %ld (%.*s): %s\n", (long)json_int(test, "tcId", -1),
           (int)json_str(test, "comment").len, json_str(test, "comment").ptr,
           lanyard_status_name(status));
}

static bool is_valid(const lanyard_value *test)
{
    return str_is(json_str(test, "result"), "valid");
}

/* A key that is refused when read verifies nothing. */
static void signatures_run(const char *alg, const lanyard_value *group, bool can_hold, score *self)
{
    lanyard_buf der = hex_of(group, "publicKeyDer");
    lanyard_key *key = NULL;
    lanyard_error err = { 0 };
    lanyard_status status = lanyard_key_read(
        der.ptr, der.len, LANYARD_KEY(.format = LANYARD_KEY_DER), NULL, &key, &err);
    lanyard_value tests = json_need(group, "tests");
    lanyard_value test;
    size_t cursor = 0;

    while (lanyard_value_next(&tests, &cursor, &test))
        score_add(self, &test, can_hold && is_valid(&test),
                  status == LANYARD_OK ? check(key, alg, &test, "sig") : LANYARD_E_SIGNATURE);
    lanyard_key_free(key);
    lanyard_buf_done(&der);
}

static void group_signatures(const char *alg, const lanyard_value *group, score *self)
{
    signatures_run(alg, group, true, self);
}

/* PS* has one hash for message and mask, and a salt as long as it (RFC 7518, 3.5). */
static void group_pss(const char *alg, const lanyard_value *group, score *self)
{
    static const char *const algs[] = { "PS256", "PS384", "PS512" };
    static const char *const hashes[] = { "SHA-256", "SHA-384", "SHA-512" };
    static const int64_t salts[] = { 32, 48, 64 };
    bool is_known = false;

    (void)alg;
    for (size_t i = 0; i < sizeof algs / sizeof *algs; i++) {
        if (!str_is(json_str(group, "sha"), hashes[i]))
            continue;
        is_known = true;
        signatures_run(algs[i], group,
                       str_is(json_str(group, "mgfSha"), hashes[i]) &&
                           json_int(group, "sLen", -1) == salts[i],
                       self);
    }
    if (!is_known)
        signatures_run("PS256", group, false, self);
}

/* JOSE has full tags only (RFC 7518, 3.2): a tag cut short is refused, though its bytes are right.
 */
static void group_hmac(const char *alg, const lanyard_value *group, score *self)
{
    bool is_full =
        json_int(group, "tagSize", 0) == (int64_t)lanyard_alg_find(alg)->signature_len * 8;
    lanyard_value tests = json_need(group, "tests");
    lanyard_value test;
    size_t cursor = 0;

    while (lanyard_value_next(&tests, &cursor, &test)) {
        lanyard_buf secret = hex_of(&test, "key");
        lanyard_key *key = NULL;
        lanyard_error err = { 0 };
        lanyard_status status = lanyard_key_read(
            secret.ptr, secret.len, LANYARD_KEY(.format = LANYARD_KEY_SECRET, .allow_short_key = 1),
            NULL, &key, &err);

        score_add(self, &test, is_full && is_valid(&test),
                  status == LANYARD_OK ? check(key, alg, &test, "tag") : status);
        lanyard_key_free(key);
        lanyard_buf_done(&secret);
    }
}

typedef struct file_row {
    const char *file;
    const char *alg;
    size_t count;
    void (*run)(const char *alg, const lanyard_value *group, score *self);
} file_row;

static const file_row files[] = {
    { "ecdsa_secp256r1_sha256_p1363_test.json", "ES256", 262, group_signatures },
    { "ecdsa_secp384r1_sha384_p1363_test.json", "ES384", 280, group_signatures },
    { "ecdsa_secp521r1_sha512_p1363_test.json", "ES512", 318, group_signatures },
    { "ecdsa_secp256k1_sha256_p1363_test.json", "ES256K", 252, group_signatures },
    { "ed25519_test.json", "EdDSA", 151, group_signatures },
    { "ed448_test.json", "Ed448", 87, group_signatures },
    { "hmac_sha256_test.json", "HS256", 174, group_hmac },
    { "hmac_sha384_test.json", "HS384", 174, group_hmac },
    { "hmac_sha512_test.json", "HS512", 174, group_hmac },
    { "rsa_pss_misc_test.json", "PS*", 150, group_pss },
};

static void file_run(const file_row *row)
{
    char path[1024];
    char name[128];
    score self = { 0 };
    lanyard_value group;
    size_t cursor = 0;

    snprintf(path, sizeof path, "%s/wycheproof/%s", vectors_folder(), row->file);
    snprintf(name, sizeof name, "wycheproof %s: %zu cases", row->alg, row->count);

    lanyard_json *json = json_file_if(path);

    if (!json) {
        tap_skip(name, "the file is not here");
        return;
    }

    lanyard_value root = lanyard_json_root(json);
    lanyard_value groups = json_need(&root, "testGroups");

    while (lanyard_value_next(&groups, &cursor, &group))
        row->run(row->alg, &group, &self);
    tap_ok(self.wrong == 0 && self.count == row->count &&
               (int64_t)self.count == json_int(&root, "numberOfTests", -1),
           name, "a verdict that differs, or another number of cases");
    lanyard_json_free(json);
}

/* The verdict on one case of speccheck: the key may be refused, or the signature. */
static lanyard_status speccheck_verdict(const lanyard_value *test, lanyard_status *at_import)
{
    lanyard_buf jwk = buf_new();
    lanyard_buf point = hex_of(test, "pub_key");
    lanyard_buf message = hex_of(test, "message");
    lanyard_buf signature = hex_of(test, "signature");
    lanyard_key *key = NULL;
    lanyard_error err = { 0 };
    lanyard_status status = LANYARD_OK;

    buf_put_text(&jwk, "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"");
    buf_put_base64url(&jwk, buf_bytes(&point));
    buf_put_text(&jwk, "\"}");
    *at_import = lanyard_key_read(jwk.ptr, jwk.len, NULL, NULL, &key, &err);
    status = *at_import;
    if (status == LANYARD_OK)
        status = lanyard_check_bytes(key, "Ed25519", buf_bytes(&message), buf_bytes(&signature),
                                     NULL, &err);
    lanyard_key_free(key);
    lanyard_buf_done(&jwk);
    lanyard_buf_done(&point);
    lanyard_buf_done(&message);
    lanyard_buf_done(&signature);
    return status;
}

/* What must become of each case: refused with the key, refused with the signature, or accepted. The
 * keys of 2 to 5 are of mixed order, good points with a part of order 8; RFC 8032, 5.1.7 holds for
 * 2 and 3 in either of its forms, and for 4 and 5 only with the cofactor, which is optional. */
static const lanyard_status speccheck_expected[] = {
    LANYARD_E_KEY_INVALID,
    LANYARD_E_KEY_INVALID,
    LANYARD_OK,
    LANYARD_OK,
    LANYARD_E_SIGNATURE,
    LANYARD_E_SIGNATURE,
    LANYARD_E_SIGNATURE,
    LANYARD_E_SIGNATURE,
    LANYARD_E_SIGNATURE,
    LANYARD_E_SIGNATURE,
    LANYARD_E_KEY_INVALID,
    LANYARD_E_KEY_INVALID,
};

static void speccheck_run(void)
{
    char path[1024];
    lanyard_value test;
    size_t cursor = 0;
    size_t index = 0;

    snprintf(path, sizeof path, "%s/ed25519-speccheck/cases.json", vectors_folder());

    lanyard_json *json = json_file_if(path);

    if (!json) {
        tap_skip("ed25519-speccheck", "the file is not here (12 cases)");
        return;
    }

    lanyard_value root = lanyard_json_root(json);

    for (; lanyard_value_next(&root, &cursor, &test) && index < 12; index++) {
        char name[64];
        lanyard_status at_import = LANYARD_OK;
        lanyard_status status = speccheck_verdict(&test, &at_import);

        snprintf(name, sizeof name, "ed25519-speccheck case %zu", index);
        tap_ok(status == speccheck_expected[index], name, lanyard_status_name(status));
    }
    tap_ok(index == 12, "ed25519-speccheck has 12 cases", NULL);
    lanyard_json_free(json);
}

int main(void)
{
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        file_run(&files[i]);
    speccheck_run();
    return tap_done();
}
