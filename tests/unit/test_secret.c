/* test_secret.c - HMAC secrets, and what is refused as one (CVE-2015-9235, CVE-2017-11424,
 * CVE-2022-29217, CVE-2023-48223, CVE-2026-34950, CVE-2026-48526, CVE-2026-102268,
 * CVE-2026-102273). */
#include "keys.h"
#include "codec/base64url.h"
#include "codec/json_write.h"

static const lanyard_key_opts as_secret = { .size = sizeof as_secret,
                                            .format = LANYARD_KEY_SECRET };

static lanyard_status status_of(const void *data, size_t len)
{
    return refusal_of(data, len, &as_secret).status;
}

static void assert_refused(const void *data, size_t len)
{
    if (status_of(data, len) != LANYARD_E_KEY_PUBLIC_SECRET)
        fail_msg("taken for a secret: %.*s", (int)len, (const char *)data);
}

static void assert_refused_text(const char *text)
{
    assert_refused(text, strlen(text));
}

static char rsa_private[OUTPUT_MAX];
static char text[OUTPUT_MAX];

static int make_key(void **state)
{
    (void)state;
    run_command("openssl genrsa 2048 2>/dev/null", rsa_private);
    return 0;
}

static size_t from_rsa(const char *command, char out[OUTPUT_MAX])
{
    return pipe_through(command, rsa_private, strlen(rsa_private), out);
}

static void secret_is_accepted_whatever_its_bytes(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
    } rows[] = {
        { "x", 1 },
        { "\0", 1 },
        { "somesuperrandomsecretkeynoonecancrack", 37 },
        { "-----", 5 },
        { "BEGIN PUBLIC KEY", 16 },
        { "----BEGIN", 9 },
        { "ssh-rsa", 7 },
        { "my ssh-ed25519 passphrase", 25 },
        { "{\"k\":\"v\"}", 9 },
        { "{\"keys\":[]}", 11 },
        { "kty", 3 },
        { "0\3abc", 5 },
        { "\x30\x82\xff\xff aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 37 },
        { "\x30\x20"
          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
          34 },
        { "\xff\xfe\x80", 3 },
        { "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A", 32 },
        { "c29tZXN1cGVycmFuZG9tc2VjcmV0a2V5bm9vbmVjYW5jcmFjaw==", 52 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_status(status_of(rows[i].bytes, rows[i].len), LANYARD_OK);
}

static void secret_refuses_the_empty_one_always(void **state)
{
    lanyard_error err =
        refusal_of("", 0, LANYARD_KEY(.format = LANYARD_KEY_SECRET, .allow_short_key = 1));

    (void)state;
    assert_status(err.status, LANYARD_E_KEY_WEAK);
    assert_string_equal(err.detail, "an empty secret");
}

static void secret_accepts_64_kib_and_not_one_byte_more(void **state)
{
    char *long_secret = calloc(1, 65537);

    (void)state;
    assert_status(status_of(long_secret, 65536), LANYARD_OK);
    assert_status(status_of(long_secret, 65537), LANYARD_E_KEY_FORMAT);
    free(long_secret);
}

static void secret_needs_the_bits_of_its_algorithm(void **state)
{
    static const struct {
        const char *alg;
        size_t len;
    } rows[] = { { "HS256", 32 }, { "HS384", 48 }, { "HS512", 64 } };
    static const char bytes[64] = { 1 };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        lanyard_key_opts opts = as_secret;

        opts.alg = rows[i].alg;
        assert_status(refusal_of(bytes, rows[i].len, &opts).status, LANYARD_OK);
        assert_status(refusal_of(bytes, rows[i].len - 1, &opts).status, LANYARD_E_KEY_WEAK);
        opts.allow_short_key = 1;
        assert_status(refusal_of(bytes, rows[i].len - 1, &opts).status, LANYARD_OK);
    }
}

static void secret_refuses_pem_of_every_kind(void **state)
{
    static const char *const commands[] = {
        "openssl rsa -pubout 2>/dev/null",
        "openssl rsa -RSAPublicKey_out 2>/dev/null",
        "openssl req -new -x509 -key /dev/stdin -subj /CN=x 2>/dev/null",
        "openssl rsa -traditional 2>/dev/null",
        "openssl pkcs8 -topk8 -nocrypt 2>/dev/null",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(commands); i++)
        assert_refused(text, from_rsa(commands[i], text));
}

/* One PEM, and what others' checks let pass. */
static void secret_refuses_pem_in_every_disguise(void **state)
{
    static const char *const prefixes[] = { " ",           "\t", "\n", "\r\n", "\xef\xbb\xbf",
                                            "# comment\n", "x",  "\v", "\f",   "-" };
    static const char *const bodies[] = {
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n",
        "-----BEGIN RSA PUBLIC KEY-----\nMCow\n-----END RSA PUBLIC KEY-----",
        "-----begin public key-----\nMCow\n-----end public key-----",
        "-----Begin Public Key-----\rMCow\r-----End Public Key-----",
        "-----BEGIN\tPUBLIC KEY-----MCow-----END PUBLIC KEY-----",
        "-----BEGIN  CERTIFICATE-----\\nMCow\\n-----END CERTIFICATE-----",
        "- - - - -BEGIN PUBLIC KEY-----",
        "-----\nBEGIN PUBLIC KEY-----",
        "-----BEGI\r\nN PUBLIC KEY-----",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bodies); i++) {
        assert_refused_text(bodies[i]);
        for (size_t p = 0; p < COUNT(prefixes); p++) {
            snprintf(text, sizeof text, "%s%s", prefixes[p], bodies[i]);
            assert_refused_text(text);
        }
    }
    assert_refused("\0-----BEGIN PUBLIC KEY-----", 27);
    assert_refused("-----BEGIN\0 PUBLIC KEY-----", 27);
}

static void secret_refuses_pem_in_utf16(void **state)
{
    const char pem[] = "-----BEGIN PUBLIC KEY-----";
    char wide[2 * sizeof pem];

    (void)state;
    for (size_t i = 0; i < sizeof pem; i++) {
        wide[2 * i] = pem[i];
        wide[2 * i + 1] = '\0';
    }
    assert_refused(wide, sizeof wide);
}

static void secret_refuses_openssh_keys(void **state)
{
    static const char *const lines[] = {
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea me",
        "AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ==",
        " ecdsa-sha2-nistp256\tAAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTY= x",
        "no-pty ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjE=",
        "ssh-dss AAAAB3NzaC1kc3MAAACBAA==",
        "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIA==",
        "ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29t",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++)
        assert_refused_text(lines[i]);
    assert_refused("\0\0\0\x0bssh-ed25519\0\0\0 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 51);
}

static void secret_refuses_jwk_wherever_it_stands(void **state)
{
    static const char *const texts[] = {
        ED25519_PUBLIC,
        "  " RSA_PUBLIC,
        "[" P256_PUBLIC "]",
        "{\"keys\":[" P256_PUBLIC "]}",
        "{\"jwk\":" P256_PUBLIC "}",
        "{\"a\":[[{\"b\":" P256_PUBLIC "}]]}",
        "{ \"kty\" : \"RSA\" }",
        "{\"\\u006bty\":\"RSA\"}",
        "{\"\\u006b\\u0074\\u0079\":\"RSA\"}",
        "{\"KTY\":\"RSA\"}",
        "\"{\\\"kty\\\":\\\"RSA\\\"}\"",
        "\"{\\\"\\\\u006bty\\\":\\\"RSA\\\"}\"",
        "{'kty': 'RSA'}",
        "{\"kty\":\"RSA\",\"kty\":\"RSA\",}",
        "\xef\xbb\xbf{\"kty\":\"RSA\"}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_refused_text(texts[i]);
}

static void to_base64(const char *bytes, size_t len, bool is_url, char *out)
{
    size_t chars = lan_base64url_encoded_len(len);

    lan_base64url_encode((lan_bytes){ (const uint8_t *)bytes, len }, out);
    for (size_t i = 0; !is_url && i < chars; i++)
        out[i] = (char)(out[i] == '-' ? '+' : out[i] == '_' ? '/' : out[i]);
    while (!is_url && chars % 4 != 0)
        out[chars++] = '=';
    out[chars] = '\0';
}

static void secret_refuses_der_and_its_base64(void **state)
{
    static const char *const commands[] = {
        "openssl rsa -pubout -outform DER 2>/dev/null",
        "openssl rsa -RSAPublicKey_out -outform DER 2>/dev/null",
        "openssl req -new -x509 -key /dev/stdin -subj /CN=x -outform DER 2>/dev/null",
    };
    static char base64[OUTPUT_MAX];

    (void)state;
    for (size_t i = 0; i < COUNT(commands); i++) {
        size_t len = from_rsa(commands[i], text);

        assert_refused(text, len);
        text[len] = '\n';
        assert_refused(text, len + 1);
        to_base64(text, len, true, base64);
        assert_refused_text(base64);
        to_base64(text, len, false, base64);
        assert_refused_text(base64);
        memmove(base64 + 64, base64 + 63, strlen(base64) - 62); /* a line of 63 */
        base64[63] = '\n';
        assert_refused_text(base64);
        /* one byte fewer is no DER of a public key any more */
        assert_status(status_of(text, len - 1), LANYARD_OK);
    }
}

static void secret_in_a_jwk_is_guarded_too(void **state)
{
    char k[256];
    char jwk[512];
    const char *pem = "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n";

    (void)state;
    to_base64(pem, strlen(pem), true, k);
    snprintf(jwk, sizeof jwk, "{\"kty\":\"oct\",\"k\":\"%s\"}", k);

    lanyard_error err = refusal_of_text(jwk);

    assert_status(err.status, LANYARD_E_KEY_PUBLIC_SECRET);
    assert_string_equal(err.where, "key:k");
}

static void secret_is_never_guessed(void **state)
{
    (void)state;
    assert_status(refusal_of_text("a plain secret").status, LANYARD_E_KEY_FORMAT);
    assert_status(refusal_of_text("").status, LANYARD_E_KEY_FORMAT);
}

/* Zeros at first, so that what is not zero when it goes back was written and not wiped. */
static void *zeroed_alloc(void *ctx, size_t len)
{
    void *memory = counted_alloc(ctx, len);

    return memset(memory, 0, len);
}

/* No error says a byte of the secret, and every byte of it is wiped when its memory goes back. */
static void secret_is_wiped_and_never_told(void **state)
{
    const char *jwk = "{\"kty\":\"oct\",\"k\":\"" SECRET_32 "\"}";
    counted_memory memory = { 0 };
    lanyard_mem mem = { .alloc = { zeroed_alloc, counted_free, &memory } };
    lanyard_error err = { 0 };
    lanyard_key *key = NULL;

    (void)state;
    assert_status(lanyard_key_read("Tr0ub4dor&3", 11,
                                   LANYARD_KEY(.format = LANYARD_KEY_SECRET, .alg = "HS256"), &mem,
                                   &key, &err),
                  LANYARD_E_KEY_WEAK);
    assert_null(strstr(err.detail, "Tr0"));
    assert_status(lanyard_key_read(jwk, strlen(jwk), NULL, &mem, &key, &err), LANYARD_OK);
    lanyard_key_free(key);
    assert_int_equal(memory.bytes, 0);
    assert_int_equal(memory.unwiped, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secret_is_accepted_whatever_its_bytes),
        cmocka_unit_test(secret_refuses_the_empty_one_always),
        cmocka_unit_test(secret_accepts_64_kib_and_not_one_byte_more),
        cmocka_unit_test(secret_needs_the_bits_of_its_algorithm),
        cmocka_unit_test(secret_refuses_pem_of_every_kind),
        cmocka_unit_test(secret_refuses_pem_in_every_disguise),
        cmocka_unit_test(secret_refuses_pem_in_utf16),
        cmocka_unit_test(secret_refuses_openssh_keys),
        cmocka_unit_test(secret_refuses_jwk_wherever_it_stands),
        cmocka_unit_test(secret_refuses_der_and_its_base64),
        cmocka_unit_test(secret_in_a_jwk_is_guarded_too),
        cmocka_unit_test(secret_is_never_guessed),
        cmocka_unit_test(secret_is_wiped_and_never_told),
    };

    return cmocka_run_group_tests(tests, make_key, NULL);
}
