/* test_key_files.c - the files that the openssl program writes, and that it reads ours. */
#include "keys.h"
#include "codec/base64url.h"
#include "crypto/hash.h"

typedef struct file_kind {
    const char *name;
    const char *make; /* a private key as PKCS#8 PEM */
    const char *kty;
    const char *crv;
    size_t bits;
} file_kind;

static const file_kind kinds[] = {
    { "RSA", "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 2>/dev/null", "RSA", "",
      2048 },
    { "P-256", "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256", "EC", "P-256",
      256 },
    { "P-384", "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384", "EC", "P-384",
      384 },
    { "P-521", "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521", "EC", "P-521",
      521 },
    { "secp256k1", "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1", "EC",
      "secp256k1", 256 },
    { "Ed25519", "openssl genpkey -algorithm Ed25519", "OKP", "Ed25519", 256 },
    { "Ed448", "openssl genpkey -algorithm Ed448", "OKP", "Ed448", 456 },
};

static char pem[COUNT(kinds)][OUTPUT_MAX];
static char out[OUTPUT_MAX];
static lanyard_key *keys[COUNT(kinds)];

static int make_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(kinds); i++) {
        run_command(kinds[i].make, pem[i]);
        keys[i] = read_key(pem[i]);
    }
    return 0;
}

static int free_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(kinds); i++)
        lanyard_key_free(keys[i]);
    return 0;
}

static size_t convert(size_t i, const char *command)
{
    return pipe_through(command, pem[i], strlen(pem[i]), out);
}

static void pkcs8_is_read_as_what_it_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(kinds); i++) {
        assert_string_equal(lanyard_key_kty(keys[i]), kinds[i].kty);
        assert_string_equal(lanyard_key_crv(keys[i]), kinds[i].crv);
        assert_int_equal(lanyard_key_bits(keys[i]), kinds[i].bits);
        assert_int_equal(lanyard_key_is_private(keys[i]), 1);
        assert_string_equal(lanyard_key_alg(keys[i]), "");
    }
}

/* Reads what a command makes of the key and compares the private or the public half. */
static void assert_reads(size_t i, const char *command, const lanyard_key_opts *opts,
                         int is_private)
{
    lanyard_key *key = read_key_len(out, convert(i, command), opts);
    char *expected = jwk_of(keys[i], is_private ? LANYARD_KEY_PRIVATE : LANYARD_KEY_PUBLIC);
    char *found = jwk_of(key, is_private ? LANYARD_KEY_PRIVATE : LANYARD_KEY_PUBLIC);

    assert_int_equal(lanyard_key_is_private(key), is_private);
    assert_string_equal(found, expected);
    free(expected);
    free(found);
    lanyard_key_free(key);
}

static void every_structure_gives_the_same_key(void **state)
{
    static const struct {
        const char *command;
        int is_private;
    } rows[] = {
        { "openssl pkey -outform DER", 1 },
        { "openssl pkey -pubout", 0 },
        { "openssl pkey -pubout -outform DER", 0 },
        { "openssl pkey -text", 1 },
        { "openssl req -new -x509 -key /dev/stdin -subj /CN=x", 0 },
        { "openssl req -new -x509 -key /dev/stdin -subj /CN=x -outform DER", 0 },
        { "openssl req -new -x509 -key /dev/stdin -subj /CN=x -text", 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(kinds); i++)
        for (size_t r = 0; r < COUNT(rows); r++)
            assert_reads(i, rows[r].command, NULL, rows[r].is_private);
}

static void rsa_and_ec_have_structures_of_their_own(void **state)
{
    static const struct {
        const char *kty;
        const char *command;
        int is_private;
    } rows[] = {
        { "RSA", "openssl rsa -traditional 2>/dev/null", 1 },
        { "RSA", "openssl rsa -traditional -outform DER 2>/dev/null", 1 },
        { "RSA", "openssl rsa -RSAPublicKey_out 2>/dev/null", 0 },
        { "RSA", "openssl rsa -RSAPublicKey_out -outform DER 2>/dev/null", 0 },
        { "EC", "openssl ec 2>/dev/null", 1 },
        { "EC", "openssl ec -outform DER 2>/dev/null", 1 },
        { "EC", "openssl ec -conv_form compressed 2>/dev/null", 1 },
        { "EC", "openssl ec -pubout -conv_form compressed 2>/dev/null", 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(kinds); i++)
        for (size_t r = 0; r < COUNT(rows); r++)
            if (strcmp(rows[r].kty, kinds[i].kty) == 0)
                assert_reads(i, rows[r].command, NULL, rows[r].is_private);
}

static void encrypted_key_opens_with_its_passphrase_alone(void **state)
{
    static const char *const commands[] = {
        "openssl pkcs8 -topk8 -v2 aes-256-cbc -passout pass:open",
        "openssl pkcs8 -topk8 -v2 aes-128-cbc -v2prf hmacWithSHA512 -passout pass:open",
        "openssl pkcs8 -topk8 -scrypt -passout pass:open",
        "openssl pkcs8 -topk8 -outform DER -passout pass:open",
    };
    const lanyard_key_opts *right = LANYARD_KEY(.passphrase = "open");

    (void)state;
    for (size_t r = 0; r < COUNT(commands); r++) {
        assert_reads(1, commands[r], right, 1);
        assert_reads(0, commands[r], right, 1);

        size_t len = convert(1, commands[r]);

        assert_status(refusal_of(out, len, NULL).status, LANYARD_E_KEY_PASSPHRASE);
        assert_status(refusal_of(out, len, LANYARD_KEY(.passphrase = "Open")).status,
                      LANYARD_E_KEY_PASSPHRASE);
        assert_status(refusal_of(out, len, LANYARD_KEY(.passphrase = "")).status,
                      LANYARD_E_KEY_PASSPHRASE);
    }
}

static void first_key_of_several_blocks_counts(void **state)
{
    (void)state;
    assert_reads(1, "(openssl ecparam -name prime256v1; openssl ec 2>/dev/null)", NULL, 1);
    assert_reads(1,
                 "(openssl req -new -x509 -key /dev/stdin -subj /CN=leaf;"
                 " openssl genpkey -algorithm Ed25519)",
                 NULL, 0);
}

static void file_without_a_key_is_refused(void **state)
{
    (void)state;
    assert_status(
        refusal_of(out, run_command("openssl ecparam -name prime256v1", out), NULL).status,
        LANYARD_E_KEY_FORMAT);
    assert_status(
        refusal_of(out, run_command("openssl genpkey -algorithm X25519", out), NULL).status,
        LANYARD_E_KEY_UNSUPPORTED);
    assert_status(refusal_of_text("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n"
                                  "-----END OPENSSH PRIVATE KEY-----\n")
                      .status,
                  LANYARD_E_KEY_UNSUPPORTED);
    assert_status(refusal_of_text("just text").status, LANYARD_E_KEY_FORMAT);
    assert_status(refusal_of("0\0", 2, NULL).status, LANYARD_E_KEY_FORMAT);
}

static void label_of_another_kind_is_refused(void **state)
{
    (void)state;

    size_t len = convert(1, "openssl pkey | sed 's/PRIVATE KEY/PUBLIC KEY/'");
    lanyard_error err = refusal_of(out, len, NULL);

    assert_status(err.status, LANYARD_E_KEY_FORMAT);
    assert_int_equal(err.offset, 0);
}

static void old_pem_encryption_is_refused(void **state)
{
    size_t len = convert(0, "openssl rsa -traditional -aes128 -passout pass:open 2>/dev/null");

    (void)state;
    assert_status(refusal_of(out, len, LANYARD_KEY(.passphrase = "open")).status,
                  LANYARD_E_KEY_UNSUPPORTED);
}

static void said_format_is_not_guessed_against(void **state)
{
    static const lanyard_key_format formats[] = { LANYARD_KEY_JWK, LANYARD_KEY_DER,
                                                  LANYARD_KEY_SSH };

    (void)state;
    for (size_t i = 0; i < COUNT(formats); i++)
        assert_int_not_equal(
            refusal_of(pem[1], strlen(pem[1]), LANYARD_KEY(.format = formats[i])).status,
            LANYARD_OK);
    assert_status(refusal_of(pem[1], strlen(pem[1]), LANYARD_KEY(.format = LANYARD_KEY_PEM)).status,
                  LANYARD_OK);
    assert_status(
        refusal_of(pem[1], strlen(pem[1]), LANYARD_KEY(.format = LANYARD_KEY_SECRET)).status,
        LANYARD_E_KEY_PUBLIC_SECRET);
    assert_status(
        refusal_of(pem[1], strlen(pem[1]), LANYARD_KEY(.format = (lanyard_key_format)6)).status,
        LANYARD_E_ARGUMENT);
}

static void short_rsa_needs_to_be_allowed(void **state)
{
    size_t len = run_command("openssl genrsa 1024 2>/dev/null", out);
    lanyard_error err = refusal_of(out, len, NULL);

    (void)state;
    assert_status(err.status, LANYARD_E_KEY_WEAK);
    assert_string_equal(err.detail, "an RSA modulus of 1024 bits where 2048 are needed");
    assert_status(refusal_of(out, len, LANYARD_KEY(.allow_short_key = 1)).status, LANYARD_OK);
}

static void assert_round_trip(const lanyard_key *key, lanyard_key_part part, const char *passphrase,
                              int is_pem)
{
    lanyard_buf text;
    lanyard_key *again = NULL;

    lanyard_buf_init(&text, NULL, OUTPUT_MAX);
    if (is_pem)
        assert_status(lanyard_key_write_pem(key, part, passphrase, &text, NULL), LANYARD_OK);
    else
        assert_status(lanyard_key_write_der(key, part, &text, NULL), LANYARD_OK);
    again = read_key_len(text.ptr, text.len, LANYARD_KEY(.passphrase = passphrase));
    if (part == LANYARD_KEY_PRIVATE)
        assert_same_key(key, again);
    assert_int_equal(lanyard_key_is_private(again), part == LANYARD_KEY_PRIVATE);
    lanyard_key_free(again);
    lanyard_buf_done(&text);
}

/* Encryption does not look at the key, and costs 0.3 s: one kind says it for all. */
static const char *passphrase_of(size_t i)
{
    return i == 1 ? "open" : NULL;
}

static void key_reads_back_what_it_wrote(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(kinds); i++) {
        char *jwk = jwk_of(keys[i], LANYARD_KEY_PRIVATE);
        lanyard_key *again = read_key(jwk);

        assert_same_key(keys[i], again);
        lanyard_key_free(again);
        free(jwk);
        for (int is_pem = 0; is_pem < 2; is_pem++) {
            assert_round_trip(keys[i], LANYARD_KEY_PRIVATE, NULL, is_pem);
            assert_round_trip(keys[i], LANYARD_KEY_PUBLIC, NULL, is_pem);
        }
        assert_round_trip(keys[i], LANYARD_KEY_PRIVATE, passphrase_of(i), 1);
    }
}

static void openssl_reads_what_we_write(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(kinds); i++) {
        lanyard_buf text;

        lanyard_buf_init(&text, NULL, OUTPUT_MAX);
        assert_status(
            lanyard_key_write_pem(keys[i], LANYARD_KEY_PRIVATE, passphrase_of(i), &text, NULL),
            LANYARD_OK);
        pipe_through("openssl pkey -passin pass:open", text.ptr, text.len, out);
        assert_string_equal(out, pem[i]);
        lanyard_buf_cut(&text, 0);
        assert_status(lanyard_key_write_pem(keys[i], LANYARD_KEY_PUBLIC, NULL, &text, NULL),
                      LANYARD_OK);

        char *ours = strndup(text.ptr, text.len);

        convert(i, "openssl pkey -pubout");
        assert_string_equal(ours, out);
        free(ours);
        lanyard_buf_done(&text);
    }
}

static void writing_refuses_parts_that_are_not_there(void **state)
{
    lanyard_key *public = read_key(ED25519_PUBLIC);
    lanyard_key *secret = read_key("{\"kty\":\"oct\",\"k\":\"" SECRET_32 "\"}");
    lanyard_buf text;

    (void)state;
    lanyard_buf_init(&text, NULL, OUTPUT_MAX);
    assert_status(lanyard_key_write_pem(public, LANYARD_KEY_PRIVATE, NULL, &text, NULL),
                  LANYARD_E_KEY_USE);
    assert_status(lanyard_key_write_der(public, LANYARD_KEY_PRIVATE, &text, NULL),
                  LANYARD_E_KEY_USE);
    assert_status(lanyard_key_write_jwk(public, LANYARD_KEY_PRIVATE, &text, NULL),
                  LANYARD_E_KEY_USE);
    assert_status(lanyard_key_write_pem(public, LANYARD_KEY_PUBLIC, "open", &text, NULL),
                  LANYARD_E_ARGUMENT);
    assert_status(lanyard_key_write_pem(secret, LANYARD_KEY_PRIVATE, NULL, &text, NULL),
                  LANYARD_E_KEY_USE);
    assert_status(lanyard_key_write_der(secret, LANYARD_KEY_PUBLIC, &text, NULL),
                  LANYARD_E_KEY_USE);
    assert_status(lanyard_key_write_jwk(secret, LANYARD_KEY_PUBLIC, &text, NULL),
                  LANYARD_E_KEY_USE);
    assert_int_equal(text.len, 0);
    assert_status(lanyard_key_write_der(secret, LANYARD_KEY_PRIVATE, &text, NULL), LANYARD_OK);
    assert_int_equal(text.len, 32);
    lanyard_buf_done(&text);
    lanyard_key_free(public);
    lanyard_key_free(secret);
}

static void to_base64url(const uint8_t *bytes, size_t len, char text[64])
{
    lan_base64url_encode((lan_bytes){ bytes, len }, text);
    text[lan_base64url_encoded_len(len)] = '\0';
}

#define CERTIFICATE_TEXT_MAX 2000 /* characters of base64 */

/* RFC 7517, 4.7 to 4.9: the certificate is of this key, and the fingerprints are its own. */
static void x5c_must_hold_the_certificate_of_the_key(void **state)
{
    static const char none[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAA";
    static char der[OUTPUT_MAX];
    uint8_t digest[LANYARD_HASH_MAX];
    char sha1[64];
    char sha256[64];
    char *public = jwk_of(keys[1], LANYARD_KEY_PUBLIC);
    size_t der_len = 0;

    (void)state;
    der_len = pipe_through("openssl req -new -x509 -key /dev/stdin -subj /CN=x -outform DER",
                           pem[1], strlen(pem[1]), der);
    lan_sha1((lan_bytes){ (uint8_t *)der, der_len }, digest);
    to_base64url(digest, LAN_SHA1_LEN, sha1);
    lan_hash_bytes(LANYARD_SHA256, (lan_bytes){ (uint8_t *)der, der_len }, digest);
    to_base64url(digest, 32, sha256);
    pipe_through("openssl base64 -A", der, der_len, out);

    const struct {
        const char *jwk;
        const char *x5t;
        const char *x5t256;
        lanyard_status status;
        const char *where;
    } rows[] = {
        { public, sha1, sha256, LANYARD_OK, NULL },
        { public, none, sha256, LANYARD_E_KEY_INVALID, "key:x5t" },
        { public, sha1, ED25519_X, LANYARD_E_KEY_INVALID, "key:x5t#S256" },
        { public, sha1, sha1, LANYARD_E_KEY_INVALID, "key:x5t#S256" },
        { P256_PUBLIC, sha1, sha256, LANYARD_E_KEY_INVALID, "key:x5c" },
        { RSA_PUBLIC, sha1, sha256, LANYARD_E_KEY_INVALID, "key:x5c" },
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        char jwk[4096];

        snprintf(jwk, sizeof jwk, "%.*s,\"x5c\":[\"%.*s\"],\"x5t\":\"%s\",\"x5t#S256\":\"%s\"}",
                 (int)strlen(rows[i].jwk) - 1, rows[i].jwk, CERTIFICATE_TEXT_MAX, out, rows[i].x5t,
                 rows[i].x5t256);

        lanyard_error err = refusal_of_text(jwk);

        assert_status(err.status, rows[i].status);
        if (rows[i].where)
            assert_string_equal(err.where, rows[i].where);
    }
    free(public);
}

static void x5c_must_hold_a_certificate(void **state)
{
    char *public = jwk_of(keys[1], LANYARD_KEY_PUBLIC);
    char jwk[4096];

    (void)state;
    convert(1, "openssl pkey -pubout -outform DER | openssl base64 -A");
    snprintf(jwk, sizeof jwk, "%.*s,\"x5c\":[\"%.*s\"]}", (int)strlen(public) - 1, public,
             CERTIFICATE_TEXT_MAX, out);
    assert_status(refusal_of_text(jwk).status, LANYARD_E_KEY_INVALID);
    free(public);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pkcs8_is_read_as_what_it_is),
        cmocka_unit_test(every_structure_gives_the_same_key),
        cmocka_unit_test(rsa_and_ec_have_structures_of_their_own),
        cmocka_unit_test(encrypted_key_opens_with_its_passphrase_alone),
        cmocka_unit_test(first_key_of_several_blocks_counts),
        cmocka_unit_test(file_without_a_key_is_refused),
        cmocka_unit_test(label_of_another_kind_is_refused),
        cmocka_unit_test(old_pem_encryption_is_refused),
        cmocka_unit_test(said_format_is_not_guessed_against),
        cmocka_unit_test(short_rsa_needs_to_be_allowed),
        cmocka_unit_test(key_reads_back_what_it_wrote),
        cmocka_unit_test(openssl_reads_what_we_write),
        cmocka_unit_test(writing_refuses_parts_that_are_not_there),
        cmocka_unit_test(x5c_must_hold_the_certificate_of_the_key),
        cmocka_unit_test(x5c_must_hold_a_certificate),
    };

    return cmocka_run_group_tests(tests, make_keys, free_keys);
}
