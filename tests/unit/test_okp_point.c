/* test_okp_point.c - which bytes may be a public key on an Edwards curve. */
#include "asserts.h"
#include "crypto/okp_point.h"

typedef struct point_case {
    const char *why;
    size_t len;
    const char *head; /* hex of the first bytes, little-endian */
    uint8_t middle;   /* all bytes between */
    const char *tail; /* hex of the last bytes */
} point_case;

/* y = 3, 4, 5, 6 (Ed25519) and 3, 4, 5, 7 (Ed448) belong to points; 2, 7, 8 and 2, 6 do not. */
static const point_case point_accepted[] = {
    { "y = 3", 32, "03", 0, "00" },
    { "y = 3, the other x", 32, "03", 0, "80" },
    { "y = 4", 32, "04", 0, "00" },
    { "y = p - 3", 32, "ea", 0xff, "7f" },
    { "y = 3 on Ed448", 57, "03", 0, "00" },
    { "y = 3 on Ed448, the other x", 57, "03", 0, "80" },
    { "y = p - 3 on Ed448", 57, "fc", 0xff,
      "feffffffffffffffffffffffffffffffffffffffffffffffffffffff00" },
};

static const point_case point_small[] = {
    { "order 1", 32, "01", 0, "00" },
    { "order 1, x = -0", 32, "01", 0, "80" },
    { "order 2", 32, "ec", 0xff, "7f" },
    { "order 2, x = -0", 32, "ec", 0xff, "ff" },
    { "order 4", 32, "00", 0, "00" },
    { "order 4, the other x", 32, "00", 0, "80" },
    { "order 8", 32, "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc", 0, "05" },
    { "order 8, the other x", 32, "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc",
      0, "85" },
    { "order 8, -y", 32, "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03", 0,
      "7a" },
    { "order 8, -y, the other x", 32,
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03", 0, "fa" },
    { "order 1 on Ed448", 57, "01", 0, "00" },
    { "order 1 on Ed448, x = -0", 57, "01", 0, "80" },
    { "order 2 on Ed448", 57, "fe", 0xff,
      "feffffffffffffffffffffffffffffffffffffffffffffffffffffff00" },
    { "order 4 on Ed448", 57, "00", 0, "00" },
    { "order 4 on Ed448, the other x", 57, "00", 0, "80" },
};

static const point_case point_not_canonical[] = {
    { "y = p, which is 0", 32, "ed", 0xff, "7f" },
    { "y = p, the other x", 32, "ed", 0xff, "ff" },
    { "y = p + 1, which is 1", 32, "ee", 0xff, "7f" },
    { "y = p + 3, which is 3", 32, "f0", 0xff, "7f" },
    { "y = 2^255 - 1", 32, "ff", 0xff, "7f" },
    { "y = 2^255 - 1, the other x", 32, "ff", 0xff, "ff" },
    { "y = p on Ed448", 57, "ff", 0xff,
      "feffffffffffffffffffffffffffffffffffffffffffffffffffffff00" },
    { "y = 2^448 + 3", 57, "03", 0, "01" },
    { "y = 2^454 + 3", 57, "03", 0, "40" },
    { "y = 2^455 - 1", 57, "ff", 0xff, "7f" },
};

static const point_case point_nowhere[] = {
    { "y = 2", 32, "02", 0, "00" },          { "y = 7", 32, "07", 0, "00" },
    { "y = 8", 32, "08", 0, "80" },          { "y = 2 on Ed448", 57, "02", 0, "00" },
    { "y = 6 on Ed448", 57, "06", 0, "80" },
};

static size_t point_hex(const char *hex, uint8_t *out)
{
    size_t len = strlen(hex) / 2;

    for (size_t i = 0; i < len; i++) {
        char digits[3] = { hex[2 * i], hex[2 * i + 1], '\0' };
        out[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return len;
}

static void points_are(const point_case *rows, size_t count, lanyard_status status,
                       const char *detail)
{
    for (const point_case *row = rows; row < rows + count; row++) {
        uint8_t x[LAN_OKP_LEN_MAX];
        uint8_t tail[LAN_OKP_LEN_MAX];
        size_t tail_len = point_hex(row->tail, tail);
        lanyard_error err = { .status = LANYARD_OK };

        memset(x, row->middle, row->len);
        point_hex(row->head, x);
        memcpy(x + row->len - tail_len, tail, tail_len);

        if (lan_okp_point_check((lan_bytes){ x, row->len }, &err) != status)
            fail_msg("%s: %s", row->why, lanyard_status_name(err.status));
        assert_string_equal(err.detail, detail);
    }
}

static void check_accepts_points_of_the_curve(void **state)
{
    (void)state;
    points_are(point_accepted, COUNT(point_accepted), LANYARD_OK, "");
}

static void check_refuses_points_of_small_order(void **state)
{
    (void)state;
    points_are(point_small, COUNT(point_small), LANYARD_E_KEY_INVALID, "a point of small order");
}

static void check_refuses_coordinates_at_or_above_the_prime(void **state)
{
    (void)state;
    points_are(point_not_canonical, COUNT(point_not_canonical), LANYARD_E_KEY_INVALID,
               "a coordinate at or above the prime");
}

static void check_refuses_what_is_on_no_curve(void **state)
{
    (void)state;
    points_are(point_nowhere, COUNT(point_nowhere), LANYARD_E_KEY_INVALID, "no point on the curve");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_accepts_points_of_the_curve),
        cmocka_unit_test(check_refuses_points_of_small_order),
        cmocka_unit_test(check_refuses_coordinates_at_or_above_the_prime),
        cmocka_unit_test(check_refuses_what_is_on_no_curve),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
