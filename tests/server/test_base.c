/* test_base.c - comparing bytes; numbers, ids and addresses as text. */
#include "asserts.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/address.h"
#include "base/crypto.h"
#include "base/id.h"
#include "base/text.h"

#define LEN_MAX 64

/* Of memory that ends where they do, so that the sanitizers see a byte too many. */
static void equal_tells_every_bit_apart(void **unused)
{
    (void)unused;
    for (size_t len = 0; len <= LEN_MAX; len++) {
        uint8_t *left = malloc(len + (len == 0));
        uint8_t *right = malloc(len + (len == 0));

        memset(left, 0xa5, len);
        memset(right, 0xa5, len);
        assert_true(srv_equal(left, right, len));
        for (size_t bit = 0; bit < len * 8; bit++) {
            right[bit / 8] ^= (uint8_t)(1 << bit % 8);
            assert_false(srv_equal(left, right, len));
            right[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        free(left);
        free(right);
    }
}

static void equal_wants_no_alignment(void **unused)
{
    static const char bytes[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    char moved[sizeof bytes + 8];

    (void)unused;
    for (size_t at = 0; at < 8; at++) {
        memcpy(moved + at, bytes, sizeof bytes);
        assert_true(srv_equal(moved + at, bytes, sizeof bytes));
        assert_false(srv_equal(moved + at, bytes + 1, sizeof bytes - 1));
    }
}

static void a_number_is_written_as_printf_does(void **unused)
{
    static const int64_t rows[] = { 0,         1,         9,    10,         99,
                                    100,       -1,        -9,   -10,        1700000000,
                                    INT64_MAX, INT64_MIN, 4095, UINT32_MAX, -INT64_MAX };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char wanted[SRV_NUMBER_MAX];
        char text[SRV_NUMBER_MAX];

        snprintf(wanted, sizeof wanted, "%lld", (long long)rows[i]);
        srv_number_write(rows[i], text);
        assert_string_equal(text, wanted);
    }
}

static void an_id_is_written_with_each_byte_in_its_place(void **unused)
{
    static const srv_id id = { { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x10, 0x32, 0x54,
                                 0x76, 0x98, 0xba, 0xdc, 0xfe } };
    char text[SRV_ID_TEXT_LEN + 1];
    srv_id found;

    (void)unused;
    srv_id_write(&id, text);
    assert_string_equal(text, "01234567-89ab-cdef-1032-547698badcfe");
    assert_true(srv_id_read(lanyard_str_of(text), &found));
    assert_true(srv_id_equal(&id, &found));
}

/* What a socket says and what a text says is one address. */
static void address_of_a_socket_is_that_of_its_text(void **unused)
{
    struct sockaddr_in v4 = { .sin_family = AF_INET };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
    const struct {
        int family;
        const char *text;
        const void *from;
        void *place;
    } rows[] = {
        { AF_INET, "192.0.2.7", &v4, &v4.sin_addr },
        { AF_INET, "0.0.0.0", &v4, &v4.sin_addr },
        { AF_INET, "255.255.255.255", &v4, &v4.sin_addr },
        { AF_INET6, "2001:db8::1", &v6, &v6.sin6_addr },
        { AF_INET6, "::", &v6, &v6.sin6_addr },
        { AF_INET6, "::ffff:192.0.2.7", &v6, &v6.sin6_addr },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        srv_address wanted;

        assert_int_equal(inet_pton(rows[i].family, rows[i].text, rows[i].place), 1);
        assert_true(srv_address_read(lanyard_str_of(rows[i].text), &wanted));

        srv_address found = srv_address_of(rows[i].from);

        assert_true(found.is_known);
        assert_memory_equal(found.bytes, wanted.bytes, sizeof found.bytes);
    }
}

static void address_of_what_is_no_internet_socket_is_unknown(void **unused)
{
    static const struct sockaddr local = { .sa_family = AF_UNIX };

    (void)unused;
    assert_false(srv_address_of(&local).is_known);
    assert_false(srv_address_of(NULL).is_known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_tells_every_bit_apart),
        cmocka_unit_test(equal_wants_no_alignment),
        cmocka_unit_test(a_number_is_written_as_printf_does),
        cmocka_unit_test(an_id_is_written_with_each_byte_in_its_place),
        cmocka_unit_test(address_of_a_socket_is_that_of_its_text),
        cmocka_unit_test(address_of_what_is_no_internet_socket_is_unknown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
