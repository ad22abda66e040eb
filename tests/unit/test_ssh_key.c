/* test_ssh_key.c - OpenSSH public keys. */
#include "keys.h"
#include <stdbool.h>

#define ED25519_LINE                                                                               \
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"

/* A blob is built piece by piece, then written as a line. */
static uint8_t blob[4096];
static size_t blob_len;

static void add_string(const void *bytes, size_t len)
{
    for (size_t i = 0; i < 4; i++)
        blob[blob_len++] = (uint8_t)(len >> (24 - 8 * i));
    memcpy(blob + blob_len, bytes, len);
    blob_len += len;
}

static void start(const char *name)
{
    blob_len = 0;
    add_string(name, strlen(name));
}

static lanyard_error refusal_of_blob(const char *name)
{
    static char base64[OUTPUT_MAX];
    char line[8192];

    pipe_through("openssl base64 -A", blob, blob_len, base64);
    snprintf(line, sizeof line, "%s %.6000s comment", name, base64);
    return refusal_of_text(line);
}

/* The point of P-256's generator (SEC 2, 2.4.2). */
static const uint8_t p256_generator[65] = {
    0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5,
    0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4,
    0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a,
    0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33,
    0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
};

static void ssh_key_accepts_ed25519_with_and_without_comment(void **state)
{
    static const char *const lines[] = { ED25519_LINE, ED25519_LINE " me@host, and more",
                                         "\n " ED25519_LINE "\t\r\n" };

    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++) {
        lanyard_key *key = read_key(lines[i]);
        char *jwk = jwk_of(key, LANYARD_KEY_PUBLIC);

        assert_string_equal(jwk, ED25519_PUBLIC);
        free(jwk);
        lanyard_key_free(key);
    }
}

static void ssh_key_accepts_ecdsa(void **state)
{
    (void)state;
    start("ecdsa-sha2-nistp256");
    add_string("nistp256", 8);
    add_string(p256_generator, sizeof p256_generator);
    assert_status(refusal_of_blob("ecdsa-sha2-nistp256").status, LANYARD_OK);
    /* a byte behind the end */
    blob[blob_len++] = 0;
    assert_status(refusal_of_blob("ecdsa-sha2-nistp256").status, LANYARD_E_KEY_INVALID);
    /* another curve's name inside */
    start("ecdsa-sha2-nistp256");
    add_string("nistp384", 8);
    add_string(p256_generator, sizeof p256_generator);
    assert_status(refusal_of_blob("ecdsa-sha2-nistp256").status, LANYARD_E_KEY_INVALID);
    /* a point that is not on the curve */
    start("ecdsa-sha2-nistp256");
    add_string("nistp256", 8);
    add_string(p256_generator, sizeof p256_generator);
    blob[blob_len - 1] ^= 1;
    assert_status(refusal_of_blob("ecdsa-sha2-nistp256").status, LANYARD_E_KEY_INVALID);
}

/* 2^2047 + 1 and 65537: odd, no small factor of it matters to the reader of lines. */
static void add_modulus(size_t len, bool has_sign)
{
    uint8_t n[512] = { 0 };

    n[has_sign ? 1 : 0] = 0x80;
    n[len - 1] = 1;
    add_string(n, len);
}

static void ssh_key_takes_the_sign_byte_off_rsa_numbers(void **state)
{
    (void)state;
    start("ssh-rsa");
    add_string("\1\0\1", 3);
    add_modulus(129, true);
    /* a thousand and twenty-four bits: understood, and too short */
    assert_status(refusal_of_blob("ssh-rsa").status, LANYARD_E_KEY_WEAK);
    start("ssh-rsa");
    add_string("\1\0\1", 3);
    add_modulus(128, false); /* negative */
    assert_status(refusal_of_blob("ssh-rsa").status, LANYARD_E_KEY_INVALID);
    start("ssh-rsa");
    add_string("\0\1\0\1", 4); /* not minimal */
    add_modulus(129, true);
    assert_status(refusal_of_blob("ssh-rsa").status, LANYARD_E_KEY_INVALID);
}

static void ssh_key_refuses_broken_lines(void **state)
{
    static const struct {
        const char *line;
        lanyard_status status;
        size_t offset;
    } rows[] = {
        { "ssh-ed25519", LANYARD_E_KEY_FORMAT, 11 },
        { "ssh-ed25519 AAAA*", LANYARD_E_KEY_FORMAT, 12 + 5 },
        { "ssh-ed25519 AAA*", LANYARD_E_KEY_FORMAT, 12 + 3 },
        { "ssh-ed25519 AAAA", LANYARD_E_KEY_FORMAT, 12 },
        { "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==", LANYARD_E_KEY_INVALID, 12 },
        { "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIA==", LANYARD_E_KEY_FORMAT, 8 },
        { ED25519_LINE "\n" ED25519_LINE, LANYARD_E_KEY_FORMAT, 80 },
        { "ssh-dss AAAAB3NzaC1kc3MAAACBAA==", LANYARD_E_KEY_UNSUPPORTED, 0 },
        { "sk-ssh-ed25519@openssh.com AAAA", LANYARD_E_KEY_UNSUPPORTED, 0 },
        { "ssh-ed25519-cert-v01@openssh.com AAAA", LANYARD_E_KEY_UNSUPPORTED, 0 },
        { "SSH-ED25519 AAAA", LANYARD_E_KEY_FORMAT, 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        lanyard_error err = refusal_of_text(rows[i].line);

        if (err.status != rows[i].status || err.offset != rows[i].offset)
            fail_msg("%s: %s at %zu", rows[i].line, lanyard_status_name(err.status), err.offset);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ssh_key_accepts_ed25519_with_and_without_comment),
        cmocka_unit_test(ssh_key_accepts_ecdsa),
        cmocka_unit_test(ssh_key_takes_the_sign_byte_off_rsa_numbers),
        cmocka_unit_test(ssh_key_refuses_broken_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
