/* test_key_use.c - every algorithm against every key and every pin: an expected table. */
#include "keys.h"
#include "key/key.h"

/* What algorithms a key may be used with, in words; all others are refused. */
typedef struct use_row {
    const char *name;
    const char *jwk; /* with %s where more members go */
    const char *algs;
} use_row;

#define EC_OF(crv, x, y) "{%s\"kty\":\"EC\",\"crv\":\"" crv "\",\"x\":\"" x "\",\"y\":\"" y "\"}"

static const use_row rows[] = {
    { "16 bytes", "{%s\"kty\":\"oct\",\"k\":\"AAECAwQFBgcICQoLDA0ODw\"}", "" },
    { "32 bytes", "{%s\"kty\":\"oct\",\"k\":\"" SECRET_32 "\"}", "HS256" },
    { "48 bytes",
      "{%s\"kty\":\"oct\",\"k\":"
      "\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v\"}",
      "HS256 HS384" },
    { "64 bytes",
      "{%s\"kty\":\"oct\",\"k\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v"
      "MDEyMzQ1Njc4OTo7PD0-Pw\"}",
      "HS256 HS384 HS512" },
    { "RSA", "{%s\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"AQAB\"}",
      "RS256 RS384 RS512 PS256 PS384 PS512" },
    { "P-256", EC_OF("P-256", P256_X, P256_Y), "ES256" },
    { "Ed25519", "{%s\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED25519_X "\"}",
      "EdDSA Ed25519" },
};

static int is_listed(const char *list, const char *name)
{
    size_t len = strlen(name);
    const char *at = list;

    while ((at = strstr(at, name)) != NULL) {
        if ((at == list || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
            return 1;
        at += len;
    }
    return 0;
}

static lanyard_key *row_key(const use_row *row, const char *more)
{
    char text[1024];

    /* the one conversion of every row's text is %s */
    const char *hole = strstr(row->jwk, "%s");

    snprintf(text, sizeof text, "%.*s%s%s", (int)(hole - row->jwk), row->jwk, more, hole + 2);
    return read_key(text);
}

static void key_fits_exactly_the_algorithms_of_its_type(void **state)
{
    const lanyard_alg_info *alg = NULL;

    (void)state;
    for (size_t r = 0; r < COUNT(rows); r++) {
        lanyard_key *key = row_key(&rows[r], "");

        for (size_t i = 0; (alg = lanyard_alg_at(i)) != NULL; i++)
            if (lanyard_key_fits(key, alg->name) != is_listed(rows[r].algs, alg->name))
                fail_msg("%s with %s", rows[r].name, alg->name);
        assert_int_equal(lanyard_key_fits(key, "none"), 0);
        assert_int_equal(lanyard_key_fits(key, ""), 0);
        assert_int_equal(lanyard_key_fits(key, NULL), 0);
        lanyard_key_free(key);
    }
}

/* The pin of a key lets one algorithm through, and pins that the key does not fit are refused. */
static void pinned_key_fits_its_pin_alone(void **state)
{
    const lanyard_alg_info *pin = NULL;
    const lanyard_alg_info *alg = NULL;

    (void)state;
    for (size_t r = 0; r < COUNT(rows); r++)
        for (size_t p = 0; (pin = lanyard_alg_at(p)) != NULL; p++) {
            lanyard_key *key = NULL;
            char text[1024];
            const char *hole = strstr(rows[r].jwk, "%s");

            snprintf(text, sizeof text, "%.*s\"alg\":\"%s\",%s", (int)(hole - rows[r].jwk),
                     rows[r].jwk, pin->name, hole + 2);
            if (!is_listed(rows[r].algs, pin->name)) {
                assert_int_not_equal(refusal_of_text(text).status, LANYARD_OK);
                continue;
            }
            key = read_key(text);
            for (size_t i = 0; (alg = lanyard_alg_at(i)) != NULL; i++)
                assert_int_equal(lanyard_key_fits(key, alg->name),
                                 strcmp(alg->name, pin->name) == 0);
            lanyard_key_free(key);
        }
}

/* The same by the option, which must agree with the JWK's own pin. */
static void option_pins_like_the_member(void **state)
{
    const lanyard_alg_info *pin = NULL;
    static const char pinned[] =
        "{\"alg\":\"EdDSA\",\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED25519_X "\"}";

    (void)state;
    for (size_t p = 0; (pin = lanyard_alg_at(p)) != NULL; p++) {
        lanyard_status status =
            refusal_of(pinned, sizeof pinned - 1, LANYARD_KEY(.alg = pin->name)).status;

        assert_status(status, strcmp(pin->name, "EdDSA") == 0 ? LANYARD_OK : LANYARD_E_KEY_USE);
    }
    assert_status(refusal_of(pinned, sizeof pinned - 1, LANYARD_KEY(.alg = "eddsa")).status,
                  LANYARD_E_ALG_UNKNOWN);
}

/* RFC 7517, 4.2 and 4.3: what may be signed and what verified. */
static void use_and_operations_are_honored(void **state)
{
    static const struct {
        const char *more;
        int may_sign;
        int may_verify;
    } uses[] = {
        { "", 1, 1 },
        { "\"use\":\"sig\",", 1, 1 },
        { "\"use\":\"enc\",", 0, 0 },
        { "\"use\":\"SIG\",", 0, 0 },
        { "\"use\":\"sig\\u0000\",", 0, 0 },
        { "\"use\":\"\",", 0, 0 },
        { "\"key_ops\":[\"sign\"],", 1, 0 },
        { "\"key_ops\":[\"verify\"],", 0, 1 },
        { "\"key_ops\":[\"sign\",\"verify\"],", 1, 1 },
        { "\"key_ops\":[\"verify\",\"other\"],", 0, 1 },
        { "\"key_ops\":[\"Verify\"],", 0, 0 },
        { "\"key_ops\":[\"encrypt\",\"decrypt\"],", 0, 0 },
        { "\"key_ops\":[],", 0, 0 },
        { "\"use\":\"sig\",\"key_ops\":[\"verify\"],", 0, 1 },
    };
    const lan_alg *alg = lan_alg_find(lanyard_str_of("HS256"));

    (void)state;
    for (size_t i = 0; i < COUNT(uses); i++) {
        lanyard_key *key = row_key(&rows[1], uses[i].more);

        assert_int_equal(lan_key_check_use(key, alg, LAN_TO_SIGN) == LANYARD_OK, uses[i].may_sign);
        assert_int_equal(lan_key_check_use(key, alg, LAN_TO_VERIFY) == LANYARD_OK,
                         uses[i].may_verify);
        assert_int_equal(lanyard_key_fits(key, "HS256"), uses[i].may_sign || uses[i].may_verify);
        lanyard_key_free(key);
    }
}

static void public_key_never_signs(void **state)
{
    const lan_alg *alg = lan_alg_find(lanyard_str_of("EdDSA"));
    lanyard_key *public = read_key(ED25519_PUBLIC);
    lanyard_key *private = read_key(ED25519_PRIVATE);

    (void)state;
    assert_status(lan_key_check_use(public, alg, LAN_TO_SIGN), LANYARD_E_KEY_UNFIT);
    assert_status(lan_key_check_use(public, alg, LAN_TO_VERIFY), LANYARD_OK);
    assert_status(lan_key_check_use(private, alg, LAN_TO_SIGN), LANYARD_OK);
    lanyard_key_free(public);
    lanyard_key_free(private);
}

/* Keys of the other curves are made here: one for each algorithm fits no algorithm of another
 * curve or type. */
static void generated_keys_fit_their_curve_alone(void **state)
{
    const lanyard_alg_info *made = NULL;
    const lanyard_alg_info *alg = NULL;

    (void)state;
    for (size_t m = 0; (made = lanyard_alg_at(m)) != NULL; m++) {
        lanyard_key *pinned = NULL;
        lanyard_key *key = NULL;
        lanyard_buf der;

        if (!made->crv[0] || !lanyard_alg_is_available(made->name))
            continue;
        lanyard_buf_init(&der, NULL, 65536);
        assert_status(lanyard_key_generate(LANYARD_KEYGEN(.alg = made->name), NULL, &pinned, NULL),
                      LANYARD_OK);
        assert_status(lanyard_key_write_der(pinned, LANYARD_KEY_PUBLIC, &der, NULL), LANYARD_OK);
        key = read_key_len(der.ptr, der.len, NULL);
        for (size_t i = 0; (alg = lanyard_alg_at(i)) != NULL; i++) {
            int is_same = strcmp(alg->kty, made->kty) == 0 &&
                          (strcmp(alg->crv, made->crv) == 0 || strcmp(alg->name, "EdDSA") == 0);

            assert_int_equal(lanyard_key_fits(key, alg->name), is_same);
        }
        lanyard_buf_done(&der);
        lanyard_key_free(key);
        lanyard_key_free(pinned);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(key_fits_exactly_the_algorithms_of_its_type),
        cmocka_unit_test(pinned_key_fits_its_pin_alone),
        cmocka_unit_test(option_pins_like_the_member),
        cmocka_unit_test(use_and_operations_are_honored),
        cmocka_unit_test(public_key_never_signs),
        cmocka_unit_test(generated_keys_fit_their_curve_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
