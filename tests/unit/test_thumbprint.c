/* test_thumbprint.c - RFC 7638 and 9278. */
#include "keys.h"
#include <lanyard/json.h>

/* RFC 7638, 3.1, and RFC 8037, A.3. */
#define RSA_THUMBPRINT     "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
#define ED25519_THUMBPRINT "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"

static void assert_thumbprint(const char *jwk, lanyard_hash hash, int as_uri, const char *expected)
{
    lanyard_key *key = read_key(jwk);
    lanyard_buf out;

    lanyard_buf_init(&out, NULL, 256);
    assert_status(lanyard_key_write_thumbprint(key, hash, as_uri, &out, NULL), LANYARD_OK);
    assert_str(((lanyard_str){ out.ptr, out.len }), expected);
    lanyard_buf_done(&out);
    lanyard_key_free(key);
}

static void thumbprint_is_that_of_the_rfcs(void **state)
{
    (void)state;
    assert_thumbprint(RSA_PUBLIC, LANYARD_SHA256, 0, RSA_THUMBPRINT);
    assert_thumbprint(ED25519_PUBLIC, LANYARD_SHA256, 0, ED25519_THUMBPRINT);
    assert_thumbprint(ED25519_PUBLIC, LANYARD_SHA256, 1,
                      "urn:ietf:params:oauth:jwk-thumbprint:sha-256:" ED25519_THUMBPRINT);
}

static void thumbprint_keeps_to_the_required_members(void **state)
{
    (void)state;
    assert_thumbprint(ED25519_PRIVATE, LANYARD_SHA256, 0, ED25519_THUMBPRINT);
    assert_thumbprint(
        "{\"use\":\"sig\",\"x\":\"" ED25519_X
        "\",\"kid\":\"k\",\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"key_ops\":[\"verify\"]}",
        LANYARD_SHA256, 0, ED25519_THUMBPRINT);
}

/* Each against the openssl program's digest of the text that RFC 7638 says. */
static void thumbprint_is_the_hash_of_the_text_in_its_order(void **state)
{
    static const struct {
        const char *jwk;
        const char *text;
    } rows[] = {
        { "{\"kty\":\"oct\",\"k\":\"" SECRET_32 "\"}",
          "{\"k\":\"" SECRET_32 "\",\"kty\":\"oct\"}" },
        { RSA_PUBLIC, "{\"e\":\"AQAB\",\"kty\":\"RSA\",\"n\":\"" RSA_N "\"}" },
        { P256_PRIVATE,
          "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"" P256_X "\",\"y\":\"" P256_Y "\"}" },
        { ED25519_PUBLIC, "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"" ED25519_X "\"}" },
    };
    static const struct {
        lanyard_hash hash;
        const char *command;
        size_t len;
    } hashes[] = { { LANYARD_SHA256, "openssl sha256 -binary", 32 },
                   { LANYARD_SHA384, "openssl sha384 -binary", 48 },
                   { LANYARD_SHA512, "openssl sha512 -binary", 64 } };
    static char digest[OUTPUT_MAX];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t h = 0; h < COUNT(hashes); h++) {
            lanyard_key *key = read_key(rows[i].jwk);
            uint8_t found[LANYARD_HASH_MAX];
            size_t len = 0;

            assert_status(lanyard_key_thumbprint(key, hashes[h].hash, found, &len, NULL),
                          LANYARD_OK);
            assert_int_equal(len, hashes[h].len);
            assert_int_equal(
                pipe_through(hashes[h].command, rows[i].text, strlen(rows[i].text), digest), len);
            assert_memory_equal(found, digest, len);
            lanyard_key_free(key);
        }
}

static void thumbprint_refuses_a_hash_nobody_knows(void **state)
{
    lanyard_key *key = read_key(ED25519_PUBLIC);
    uint8_t out[LANYARD_HASH_MAX];
    size_t len = 0;

    (void)state;
    assert_status(lanyard_key_thumbprint(key, (lanyard_hash)1, out, &len, NULL),
                  LANYARD_E_ARGUMENT);
    lanyard_key_free(key);
}

static lanyard_str member_of(const lanyard_value *object, const char *name)
{
    lanyard_value value = { 0 };

    assert_status(lanyard_value_member(object, lanyard_str_of(name), &value), LANYARD_OK);
    return value.type == LANYARD_JSON_STRING ? value.text : value.json;
}

/* A printed value is right; a key that this library or libcrypto does not take is counted. */
static size_t check_printed(const lanyard_value *row)
{
    lanyard_str jwk = member_of(row, "jwk");
    lanyard_str expected = member_of(row, "sha256");
    lanyard_key *key = NULL;
    lanyard_buf out;

    if (lanyard_key_read(jwk.ptr, jwk.len, LANYARD_KEY(.allow_short_key = 1), NULL, &key, NULL) !=
        LANYARD_OK)
        return 0;
    lanyard_buf_init(&out, NULL, 256);
    assert_status(lanyard_key_write_thumbprint(key, LANYARD_SHA256, 0, &out, NULL), LANYARD_OK);
    assert_int_equal(out.len, expected.len);
    assert_memory_equal(out.ptr, expected.ptr, out.len);
    lanyard_buf_done(&out);
    lanyard_key_free(key);
    return 1;
}

static void thumbprint_agrees_with_what_others_print(void **state)
{
    const char *folder = getenv("LANYARD_VECTORS");
    char path[512];
    char *text = malloc(1u << 20);
    lanyard_json *json = NULL;
    lanyard_value root;
    lanyard_value list;
    lanyard_value row;
    size_t cursor = 0;
    size_t checked = 0;
    size_t len = 0;
    FILE *file = NULL;

    (void)state;
    snprintf(path, sizeof path, "%s/rfc-extras/rfc-extras.json",
             folder ? folder : "../shared/vectors");
    file = fopen(path, "rb");
    if (!file) {
        free(text);
        skip();
    }
    len = fread(text, 1, 1u << 20, file);
    fclose(file);
    assert_status(
        lanyard_json_read(text, len, &(lanyard_limits){ .json_values = 65536 }, NULL, &json, NULL),
        LANYARD_OK);
    root = lanyard_json_root(json);
    assert_status(lanyard_value_member(&root, lanyard_str_of("thumbprints"), &list), LANYARD_OK);
    while (lanyard_value_next(&list, &cursor, &row))
        checked += check_printed(&row);
    printf("# %zu of %zu printed thumbprints checked\n", checked, list.count);
    assert_true(checked >= 8);
    lanyard_json_free(json);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thumbprint_is_that_of_the_rfcs),
        cmocka_unit_test(thumbprint_keeps_to_the_required_members),
        cmocka_unit_test(thumbprint_is_the_hash_of_the_text_in_its_order),
        cmocka_unit_test(thumbprint_refuses_a_hash_nobody_knows),
        cmocka_unit_test(thumbprint_agrees_with_what_others_print),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
