/* test_hash.c - SHA over bytes at hand, against published values and libcrypto's other interface.
 */
#include <openssl/evp.h>
#include "asserts.h"
#include "crypto/hash.h"

/* FIPS 180-4, appendix: the first bytes of the hash of "abc". */
typedef struct hash_case {
    lanyard_hash hash;
    const char *name;
    uint8_t abc[4];
} hash_case;

static const hash_case hash_cases[] = {
    { LANYARD_SHA256, "SHA256", { 0xba, 0x78, 0x16, 0xbf } },
    { LANYARD_SHA384, "SHA384", { 0xcb, 0x00, 0x75, 0x3f } },
    { LANYARD_SHA512, "SHA512", { 0xdd, 0xaf, 0x35, 0xa1 } },
};

static void hash_returns_the_published_values(void **state)
{
    uint8_t out[LANYARD_HASH_MAX];

    (void)state;
    for (size_t i = 0; i < COUNT(hash_cases); i++) {
        lan_hash_bytes(hash_cases[i].hash, (lan_bytes){ (const uint8_t *)"abc", 3 }, out);
        assert_memory_equal(out, hash_cases[i].abc, 4);
    }
}

/* Every length up to three blocks, where the padding changes shape. */
static void hash_agrees_with_evp_at_every_length(void **state)
{
    uint8_t message[3 * 128];
    uint8_t out[LANYARD_HASH_MAX];
    uint8_t expected[EVP_MAX_MD_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof message; i++)
        message[i] = (uint8_t)i;
    for (size_t i = 0; i < COUNT(hash_cases); i++) {
        for (size_t len = 0; len <= sizeof message; len++) {
            size_t expected_len = 0;

            lan_hash_bytes(hash_cases[i].hash, (lan_bytes){ message, len }, out);
            assert_int_equal(
                EVP_Q_digest(NULL, hash_cases[i].name, NULL, message, len, expected, &expected_len),
                1);
            assert_int_equal(expected_len, lan_hash_len(hash_cases[i].hash));
            assert_memory_equal(out, expected, expected_len);
        }
    }
}

static void sha1_agrees_with_evp(void **state)
{
    uint8_t out[LAN_SHA1_LEN];
    uint8_t expected[EVP_MAX_MD_SIZE];

    (void)state;
    lan_sha1((lan_bytes){ (const uint8_t *)"abc", 3 }, out);
    assert_int_equal(EVP_Q_digest(NULL, "SHA1", NULL, "abc", 3, expected, NULL), 1);
    assert_memory_equal(out, expected, sizeof out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hash_returns_the_published_values),
        cmocka_unit_test(hash_agrees_with_evp_at_every_length),
        cmocka_unit_test(sha1_agrees_with_evp),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
