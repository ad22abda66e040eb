/* test_ecdsa_der.c - R and S side by side, and DER. */
#include "asserts.h"
#include "crypto/ecdsa_der.h"

typedef struct der_case {
    const char *why;
    size_t width;
    uint8_t signature[2 * 4];
    size_t der_len;
    uint8_t der[16];
} der_case;

static const der_case der_pairs[] = {
    { "plain",
      4,
      { 1, 2, 3, 4, 5, 6, 7, 8 },
      14,
      { 0x30, 12, 2, 4, 1, 2, 3, 4, 2, 4, 5, 6, 7, 8 } },
    { "top bits set",
      4,
      { 0x80, 2, 3, 4, 0xff, 6, 7, 8 },
      16,
      { 0x30, 14, 2, 5, 0, 0x80, 2, 3, 4, 2, 5, 0, 0xff, 6, 7, 8 } },
    { "leading zeros", 4, { 0, 0, 3, 4, 0, 6, 7, 8 }, 11, { 0x30, 9, 2, 2, 3, 4, 2, 3, 6, 7, 8 } },
    { "a leading zero before a top bit",
      4,
      { 0, 0x80, 3, 4, 5, 6, 7, 8 },
      14,
      { 0x30, 12, 2, 4, 0, 0x80, 3, 4, 2, 4, 5, 6, 7, 8 } },
    { "zero", 4, { 0, 0, 0, 0, 0, 0, 0, 1 }, 8, { 0x30, 6, 2, 1, 0, 2, 1, 1 } },
};

#define DER_PAIRS (sizeof der_pairs / sizeof *der_pairs)

static void write_returns_minimal_der(void **state)
{
    (void)state;
    for (size_t i = 0; i < DER_PAIRS; i++) {
        uint8_t der[LAN_ECDSA_DER_MAX];

        assert_int_equal(lan_ecdsa_der_write(der_pairs[i].signature, 4, der), der_pairs[i].der_len);
        assert_memory_equal(der, der_pairs[i].der, der_pairs[i].der_len);
    }
}

static void read_returns_padded_numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < DER_PAIRS; i++) {
        uint8_t signature[8];
        lan_bytes der = { der_pairs[i].der, der_pairs[i].der_len };

        assert_true(lan_ecdsa_der_read(der, 4, signature));
        assert_memory_equal(signature, der_pairs[i].signature, sizeof signature);
    }
}

/* All bits set gives the longest DER there is, with two bytes of length for P-521. */
static void write_fits_its_longest(void **state)
{
    uint8_t signature[2 * LAN_ECDSA_WIDTH_MAX];
    uint8_t again[2 * LAN_ECDSA_WIDTH_MAX] = { 0 };
    uint8_t der[LAN_ECDSA_DER_MAX];

    (void)state;
    memset(signature, 0xff, sizeof signature);

    size_t len = lan_ecdsa_der_write(signature, LAN_ECDSA_WIDTH_MAX, der);

    assert_int_equal(len, LAN_ECDSA_DER_MAX);
    assert_int_equal(der[1], 0x81);
    assert_true(lan_ecdsa_der_read((lan_bytes){ der, len }, LAN_ECDSA_WIDTH_MAX, again));
    assert_memory_equal(again, signature, sizeof signature);
}

/* Each differs from {0x30, 12, 2, 4, 1, 2, 3, 4, 2, 4, 5, 6, 7, 8} in one thing. */
static const der_case der_refused[] = {
    { "nothing", 4, { 0 }, 0, { 0 } },
    { "a tag alone", 4, { 0 }, 1, { 0x30 } },
    { "another outer tag", 4, { 0 }, 14, { 0x31, 12, 2, 4, 1, 2, 3, 4, 2, 4, 5, 6, 7, 8 } },
    { "an outer length too short", 4, { 0 }, 14, { 0x30, 11, 2, 4, 1, 2, 3, 4, 2, 4, 5, 6, 7, 8 } },
    { "an outer length too long", 4, { 0 }, 14, { 0x30, 13, 2, 4, 1, 2, 3, 4, 2, 4, 5, 6, 7, 8 } },
    { "a byte behind", 4, { 0 }, 15, { 0x30, 12, 2, 4, 1, 2, 3, 4, 2, 4, 5, 6, 7, 8, 0 } },
    { "a byte behind S", 4, { 0 }, 15, { 0x30, 13, 2, 4, 1, 2, 3, 4, 2, 4, 5, 6, 7, 8, 0 } },
    { "a long form for a short length",
      4,
      { 0 },
      15,
      { 0x30, 0x81, 12, 2, 4, 1, 2, 3, 4, 2, 4, 5, 6, 7, 8 } },
    { "an indefinite length", 4, { 0 }, 14, { 0x30, 0x80, 2, 4, 1, 2, 3, 4, 2, 4, 5, 6, 7, 8 } },
    { "another tag of R", 4, { 0 }, 14, { 0x30, 12, 4, 4, 1, 2, 3, 4, 2, 4, 5, 6, 7, 8 } },
    { "an R wider than the field",
      4,
      { 0 },
      15,
      { 0x30, 13, 2, 5, 1, 1, 2, 3, 4, 2, 4, 5, 6, 7, 8 } },
    { "a negative R", 4, { 0 }, 14, { 0x30, 12, 2, 4, 0x81, 2, 3, 4, 2, 4, 5, 6, 7, 8 } },
    { "an R with a zero too many", 4, { 0 }, 14, { 0x30, 12, 2, 4, 0, 2, 3, 4, 2, 4, 5, 6, 7, 8 } },
    { "an empty R", 4, { 0 }, 10, { 0x30, 8, 2, 0, 2, 4, 5, 6, 7, 8 } },
    { "no S", 4, { 0 }, 8, { 0x30, 6, 2, 4, 1, 2, 3, 4 } },
    { "an S that ends too late", 4, { 0 }, 14, { 0x30, 12, 2, 4, 1, 2, 3, 4, 2, 5, 5, 6, 7, 8 } },
};

static void read_refuses_other_der(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof der_refused / sizeof *der_refused; i++) {
        uint8_t signature[8];
        lan_bytes der = { der_refused[i].der, der_refused[i].der_len };

        if (lan_ecdsa_der_read(der, 4, signature))
            fail_msg("%s was read", der_refused[i].why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(write_returns_minimal_der),
        cmocka_unit_test(read_returns_padded_numbers),
        cmocka_unit_test(write_fits_its_longest),
        cmocka_unit_test(read_refuses_other_der),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
