/* test_jwk_read.c - what is a JWK, and what only looks like one. */
#include "keys.h"

#define WITH(more)    "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED25519_X "\"," more "}"
#define P256_OF(x, y) "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" x "\",\"y\":\"" y "\"}"

typedef struct refused_row {
    const char *text;
    lanyard_status status;
    const char *where;
    size_t offset;
} refused_row;

static void assert_refused(const refused_row *row)
{
    lanyard_error err = refusal_of_text(row->text);

    if (err.status != row->status || strcmp(err.where ? err.where : "", row->where) != 0 ||
        err.offset != row->offset)
        fail_msg("%s\nexpected %s at %s, %zu; found %s at %s, %zu (%s)", row->text,
                 lanyard_status_name(row->status), row->where, row->offset,
                 lanyard_status_name(err.status), err.where ? err.where : "", err.offset,
                 err.detail);
}

static void jwk_accepts_every_type_and_says_what_it_is(void **state)
{
    static const struct {
        const char *text;
        const char *kty;
        const char *crv;
        size_t bits;
        int is_private;
    } rows[] = {
        { "{\"kty\":\"oct\",\"k\":\"" SECRET_32 "\"}", "oct", "", 256, 1 },
        { RSA_PUBLIC, "RSA", "", 2048, 0 },
        { P256_PUBLIC, "EC", "P-256", 256, 0 },
        { P256_PRIVATE, "EC", "P-256", 256, 1 },
        { ED25519_PUBLIC, "OKP", "Ed25519", 256, 0 },
        { ED25519_PRIVATE, "OKP", "Ed25519", 256, 1 },
        { " \r\n\t" ED25519_PUBLIC "\n", "OKP", "Ed25519", 256, 0 },
        { WITH("\"unknown\":[1,{\"kty\":5}]"), "OKP", "Ed25519", 256, 0 },
        { "{\"\\u006bty\":\"\\u004fKP\",\"crv\":\"Ed25519\",\"x\":\"" ED25519_X "\"}", "OKP",
          "Ed25519", 256, 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        lanyard_key *key = read_key(rows[i].text);

        assert_string_equal(lanyard_key_kty(key), rows[i].kty);
        assert_string_equal(lanyard_key_crv(key), rows[i].crv);
        assert_int_equal(lanyard_key_bits(key), rows[i].bits);
        assert_int_equal(lanyard_key_is_private(key), rows[i].is_private);
        lanyard_key_free(key);
    }
}

static void jwk_refuses_what_is_no_key(void **state)
{
    static const refused_row rows[] = {
        { "[]", LANYARD_E_KEY_FORMAT, "key", 0 },
        { "{}", LANYARD_E_KEY_FORMAT, "key:kty", 0 },
        { " {\"keys\":[]}", LANYARD_E_KEY_FORMAT, "key", 9 },
        { "{\"kty\":\"oct\"", LANYARD_E_JSON_SYNTAX, "key", 12 },
        { "{\"kty\":\"oct\",\"k\":\"AA\",\"k\":\"AA\"}", LANYARD_E_JSON_DUPLICATE, "key", 26 },
        { "{\"kty\":\"DSA\"}", LANYARD_E_KEY_UNSUPPORTED, "key:kty", 7 },
        { "{\"kty\":\"OCT\",\"k\":\"" SECRET_32 "\"}", LANYARD_E_KEY_UNSUPPORTED, "key:kty", 7 },
        { "{\"kty\":\"oct\\u0000\"}", LANYARD_E_KEY_UNSUPPORTED, "key:kty", 7 },
        { "{\"kty\":\"EC\",\"crv\":\"P-192\"}", LANYARD_E_KEY_UNSUPPORTED, "key:crv", 18 },
        { "{\"kty\":\"OKP\",\"crv\":\"X25519\"}", LANYARD_E_KEY_UNSUPPORTED, "key:crv", 19 },
        { "{\"kty\":\"EC\",\"crv\":\"Ed25519\"}", LANYARD_E_KEY_INVALID, "key:crv", 18 },
        { "{\"kty\":\"OKP\",\"crv\":\"P-256\"}", LANYARD_E_KEY_INVALID, "key:crv", 19 },
        { "{\"kty\":\"AKP\",\"pub\":\"AA\"}", LANYARD_E_KEY_INVALID, "key:alg", 0 },
        { "{\"kty\":\"AKP\",\"alg\":\"HS256\"}", LANYARD_E_KEY_USE, "key:alg", 19 },
        { "{\"kty\":\"AKP\",\"alg\":\"ML-DSA-45\"}", LANYARD_E_KEY_UNSUPPORTED, "key:alg", 19 },
        { "{\"kty\":\"AKP\",\"alg\":\"ML-DSA-44\",\"pub\":\"AAAA\"}", LANYARD_E_KEY_INVALID,
          "key:pub", 37 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_refused(&rows[i]);
}

static void jwk_refuses_wrong_numbers(void **state)
{
    static const refused_row rows[] = {
        /* off the curve: the last bit of y */
        { P256_OF(P256_X, "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a4"), LANYARD_E_KEY_INVALID,
          "key:x", 0 },
        /* the width of P-256 is 32 bytes: one fewer, one more */
        { P256_OF("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVA", P256_Y), LANYARD_E_KEY_INVALID,
          "key:x", 30 },
        { P256_OF("AH_NzidQ9sRdQYPL7m_bS3tYBzM1e-nvE7rPbjx70VRF", P256_Y), LANYARD_E_KEY_INVALID,
          "key:x", 30 },
        { P256_OF("", P256_Y), LANYARD_E_KEY_INVALID, "key:x", 30 },
        /* base64url: padding, a foreign character, leftover bits */
        { P256_OF(P256_X "=", P256_Y), LANYARD_E_KEY_INVALID, "key:x", 74 },
        { P256_OF("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVE+", P256_Y), LANYARD_E_KEY_INVALID,
          "key:x", 73 },
        { P256_OF("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEV", P256_Y), LANYARD_E_KEY_INVALID,
          "key:x", 73 },
        /* halves that do not belong together: the last byte of d */
        { "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" P256_X "\",\"y\":\"" P256_Y
          "\",\"d\":\"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LM\"}",
          LANYARD_E_KEY_INVALID, "key:x", 0 },
        { WITH("\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2E\""), LANYARD_E_KEY_INVALID,
          "key:x", 0 },
        /* small order: the neutral element */
        { "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":"
          "\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
          LANYARD_E_KEY_INVALID, "key:x", 0 },
        { "{\"kty\":\"RSA\",\"n\":\"AA\",\"e\":\"AQAB\"}", LANYARD_E_KEY_INVALID, "key:n", 17 },
        { "{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"AQAB\"}", LANYARD_E_KEY_INVALID, "key:n", 17 },
        { "{\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"AAEAAQ\"}", LANYARD_E_KEY_INVALID, "key:e",
          366 },
        { "{\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"AQ\"}", LANYARD_E_KEY_INVALID, "key:n", 0 },
        { "{\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"Ag\"}", LANYARD_E_KEY_INVALID, "key:n", 0 },
        { "{\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"AQAB\",\"p\":\"Aw\"}",
          LANYARD_E_KEY_INVALID, "key", 0 },
        { "{\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"AQAB\",\"d\":\"Aw\",\"oth\":[]}",
          LANYARD_E_KEY_UNSUPPORTED, "key:oth", 388 },
        { "{\"kty\":\"oct\",\"k\":\"\"}", LANYARD_E_KEY_WEAK, "key:k", 0 },
        { "{\"kty\":\"oct\",\"k\":\"A\"}", LANYARD_E_KEY_INVALID, "key:k", 18 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_refused(&rows[i]);
}

static void jwk_refuses_uses_that_disagree(void **state)
{
    static const refused_row rows[] = {
        { WITH("\"key_ops\":[\"verify\",\"verify\"]"), LANYARD_E_KEY_INVALID, "key:key_ops", 99 },
        { WITH("\"use\":\"sig\",\"key_ops\":[\"encrypt\"]"), LANYARD_E_KEY_INVALID, "key:key_ops",
          101 },
        { WITH("\"use\":\"enc\",\"key_ops\":[\"verify\"]"), LANYARD_E_KEY_INVALID, "key:key_ops",
          101 },
        { WITH("\"key_ops\":[\"verify\",7]"), LANYARD_E_KEY_INVALID, "key:key_ops", 99 },
        { WITH("\"alg\":\"XS256\""), LANYARD_E_KEY_UNSUPPORTED, "key:alg", 85 },
        { WITH("\"alg\":\"none\""), LANYARD_E_KEY_UNSUPPORTED, "key:alg", 85 },
        { WITH("\"alg\":\"HS256\""), LANYARD_E_KEY_USE, "key:alg", 85 },
        { "{\"kty\":\"oct\",\"k\":\"" SECRET_32 "\",\"use\":\"enc\",\"alg\":\"HS256\"}",
          LANYARD_E_KEY_USE, "key:alg", 81 },
        { "{\"kty\":\"oct\",\"k\":\"" SECRET_32 "\",\"key_ops\":[],\"alg\":\"HS256\"}",
          LANYARD_E_KEY_USE, "key:alg", 82 },
        { "{\"kty\":\"oct\",\"k\":\"" SECRET_32 "\",\"alg\":\"HS384\"}", LANYARD_E_KEY_WEAK,
          "key:alg", 69 },
        { WITH("\"x5c\":[]"), LANYARD_E_KEY_INVALID, "key:x5c", 85 },
        { WITH("\"x5c\":[\"MAA=\"]"), LANYARD_E_KEY_INVALID, "key:x5c", 86 },
        { WITH("\"x5t\":\"AAAA\""), LANYARD_E_KEY_INVALID, "key:x5t", 85 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_refused(&rows[i]);
}

static void jwk_keeps_what_it_says_of_itself(void **state)
{
    lanyard_key *key = read_key("{\"kty\":\"oct\",\"k\":\"" SECRET_32
                                "\",\"kid\":\"a\\u0000b\",\"use\":\"sig\",\"alg\":\"HS256\"}");

    (void)state;
    assert_string_equal(lanyard_key_alg(key), "HS256");
    assert_string_equal(lanyard_key_use(key), "sig");
    assert_int_equal(lanyard_key_kid(key).len, 3);
    assert_memory_equal(lanyard_key_kid(key).ptr, "a\0b", 3);
    lanyard_key_free(key);
}

static void short_secret_says_how_short_it_is(void **state)
{
    lanyard_error err = refusal_of_text("{\"kty\":\"oct\",\"k\":\"AAECAwQ\",\"alg\":\"HS256\"}");

    (void)state;
    assert_status(err.status, LANYARD_E_KEY_WEAK);
    assert_string_equal(err.detail, "a secret of 40 bits where HS256 needs 256");
}

/* CVE-2026-33996: every member with a value of every JSON type that it does not have. */
static void every_member_refuses_every_other_type(void **state)
{
    static const char *const values[] = { "null", "true",   "false", "5",        "-1e3",
                                          "[]",   "[null]", "{}",    "{\"a\":1}" };
    static const struct {
        const char *before;
        const char *member;
        const char *after;
    } rows[] = {
        { "{", "kty", ",\"k\":\"" SECRET_32 "\"}" },
        { "{\"kty\":\"oct\",", "k", "}" },
        { "{\"kty\":\"oct\",\"k\":\"" SECRET_32 "\",", "kid", "}" },
        { "{\"kty\":\"oct\",\"k\":\"" SECRET_32 "\",", "alg", "}" },
        { "{\"kty\":\"oct\",\"k\":\"" SECRET_32 "\",", "use", "}" },
        { "{\"kty\":\"RSA\",\"e\":\"AQAB\",", "n", "}" },
        { "{\"kty\":\"RSA\",\"n\":\"" RSA_N "\",", "e", "}" },
        { "{\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"AQAB\",", "d", "}" },
        { "{\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"AQAB\",", "p", "}" },
        { "{\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"AQAB\",", "q", "}" },
        { "{\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"AQAB\",", "dp", "}" },
        { "{\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"AQAB\",", "dq", "}" },
        { "{\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"AQAB\",", "qi", "}" },
        { "{\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"AQAB\",", "oth", "}" },
        { "{\"kty\":\"EC\",\"x\":\"" P256_X "\",\"y\":\"" P256_Y "\",", "crv", "}" },
        { "{\"kty\":\"EC\",\"crv\":\"P-256\",\"y\":\"" P256_Y "\",", "x", "}" },
        { "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" P256_X "\",", "y", "}" },
        { "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" P256_X "\",\"y\":\"" P256_Y "\",", "d",
          "}" },
        { "{\"kty\":\"OKP\",\"x\":\"" ED25519_X "\",", "crv", "}" },
        { "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",", "x", "}" },
        { "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED25519_X "\",", "d", "}" },
        { "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED25519_X "\",", "x5c", "}" },
        { "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED25519_X "\",", "x5t", "}" },
        { "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED25519_X "\",", "x5t#S256", "}" },
        { "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED25519_X "\",", "x5u", "}" },
        { "{\"kty\":\"AKP\",\"pub\":\"AAAA\",", "alg", "}" },
        { "{\"kty\":\"AKP\",\"alg\":\"ML-DSA-44\",", "pub", "}" },
    };
    char text[2048];
    char where[32];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t v = 0; v < COUNT(values); v++) {
            snprintf(text, sizeof text, "%s\"%s\":%s%s", rows[i].before, rows[i].member, values[v],
                     rows[i].after);
            snprintf(where, sizeof where, "key:%s", rows[i].member);

            lanyard_status status = strcmp(rows[i].member, "oth") == 0 ? LANYARD_E_KEY_UNSUPPORTED
                                                                       : LANYARD_E_KEY_INVALID;
            size_t offset = strlen(rows[i].before) + strlen(rows[i].member) + 3;

            if (strcmp(rows[i].member, "x5c") == 0 && strcmp(values[v], "[null]") == 0)
                offset++; /* the item is to blame */
            assert_refused(&(refused_row){ text, status, where, offset });
        }
}

/* key_ops is an array, so its types differ from the others'. */
static void key_ops_refuses_every_other_type(void **state)
{
    static const char *const values[] = { "null", "true",   "5",    "\"verify\"",
                                          "{}",   "[null]", "[[]]", "[5]" };
    char text[512];

    (void)state;
    for (size_t i = 0; i < COUNT(values); i++) {
        snprintf(text, sizeof text, WITH("\"key_ops\":%s"), values[i]);
        assert_refused(&(refused_row){ text, LANYARD_E_KEY_INVALID, "key:key_ops",
                                       89 + (size_t)(values[i][0] == '[') });
    }
}

static void every_required_member_is_missed(void **state)
{
    static const refused_row rows[] = {
        { "{\"kty\":\"oct\"}", LANYARD_E_KEY_INVALID, "key:k", 0 },
        { "{\"kty\":\"RSA\",\"e\":\"AQAB\"}", LANYARD_E_KEY_INVALID, "key:n", 0 },
        { "{\"kty\":\"RSA\",\"n\":\"" RSA_N "\"}", LANYARD_E_KEY_INVALID, "key:e", 0 },
        { "{\"kty\":\"EC\"}", LANYARD_E_KEY_INVALID, "key:crv", 0 },
        { "{\"kty\":\"EC\",\"crv\":\"P-256\",\"y\":\"" P256_Y "\"}", LANYARD_E_KEY_INVALID, "key:x",
          0 },
        { "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" P256_X "\"}", LANYARD_E_KEY_INVALID, "key:y",
          0 },
        { "{\"kty\":\"OKP\",\"x\":\"" ED25519_X "\"}", LANYARD_E_KEY_INVALID, "key:crv", 0 },
        { "{\"kty\":\"OKP\",\"crv\":\"Ed25519\"}", LANYARD_E_KEY_INVALID, "key:x", 0 },
        { "{\"kty\":\"AKP\",\"alg\":\"ML-DSA-44\"}", LANYARD_E_KEY_INVALID, "key:pub", 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_refused(&rows[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jwk_accepts_every_type_and_says_what_it_is),
        cmocka_unit_test(jwk_refuses_what_is_no_key),
        cmocka_unit_test(jwk_refuses_wrong_numbers),
        cmocka_unit_test(jwk_refuses_uses_that_disagree),
        cmocka_unit_test(jwk_keeps_what_it_says_of_itself),
        cmocka_unit_test(short_secret_says_how_short_it_is),
        cmocka_unit_test(every_member_refuses_every_other_type),
        cmocka_unit_test(key_ops_refuses_every_other_type),
        cmocka_unit_test(every_required_member_is_missed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
