/* test_pkey.c - keys from numbers and back, and what is refused at the door. */
#include "pkey_cases.h"
#include "crypto/libcrypto.h"

#define ARENA_MAX (1u << 20)

/* The rows of pkey_cases that stand for a kind of key: one a curve, and RS256 for RSA. */
static bool is_first_of_kind(const pkey_case *row)
{
    return row->kind != LAN_PKEY_RSA || row == pkey_cases;
}

static void arena_start(lan_arena *arena)
{
    assert_status(lan_arena_init(arena, NULL, 8192, ARENA_MAX, NULL), LANYARD_OK);
}

static lan_numbers numbers_of(const pkey_case *row, bool with_private, lan_arena *arena)
{
    lan_numbers numbers = { .crv = "" };

    assert_status(lan_pkey_numbers(pkey_known(row, 0), with_private, arena, &numbers, NULL),
                  LANYARD_OK);
    return numbers;
}

static void bytes_are_equal(lan_bytes left, lan_bytes right)
{
    assert_int_equal(left.len, right.len);
    if (left.len)
        assert_memory_equal(left.ptr, right.ptr, left.len);
}

static void numbers_are_equal(const lan_numbers *left, const lan_numbers *right)
{
    const lan_bytes *const pairs[][2] = {
        { &left->n, &right->n },   { &left->e, &right->e },     { &left->d, &right->d },
        { &left->p, &right->p },   { &left->q, &right->q },     { &left->dp, &right->dp },
        { &left->dq, &right->dq }, { &left->qi, &right->qi },   { &left->x, &right->x },
        { &left->y, &right->y },   { &left->pub, &right->pub }, { &left->seed, &right->seed },
    };

    assert_int_equal(left->kind, right->kind);
    assert_string_equal(left->crv, right->crv);
    assert_int_equal(left->bits, right->bits);
    assert_int_equal(left->signature_len, right->signature_len);
    for (size_t i = 0; i < COUNT(pairs); i++)
        bytes_are_equal(*pairs[i][0], *pairs[i][1]);
}

static void round_trip(const pkey_case *row, bool with_private)
{
    lan_pkey *pkey = NULL;
    lan_numbers again = { .crv = "" };
    lan_arena arena;

    arena_start(&arena);

    lan_numbers numbers = numbers_of(row, with_private, &arena);

    assert_status(lan_pkey_from_numbers(&numbers, &pkey, NULL), LANYARD_OK);
    assert_int_equal(lan_pkey_is_private(pkey), with_private);
    assert_status(lan_pkey_numbers(pkey, with_private, &arena, &again, NULL), LANYARD_OK);
    numbers_are_equal(&numbers, &again);
    assert_int_equal(again.bits, row->bits);
    assert_int_equal(again.signature_len, row->signature_len);
    assert_int_equal(ERR_peek_error(), 0);
    lan_pkey_free(pkey);
    lan_arena_done(&arena);
}

static void numbers_return_as_they_came(void **state)
{
    (void)state;
    for (const pkey_case *row = pkey_cases; row < pkey_cases + PKEY_CASES; row++)
        if (is_first_of_kind(row) && pkey_case_is_here(row)) {
            round_trip(row, false);
            round_trip(row, true);
        }
}

static void numbers_refuse_private_ones_of_a_public_key(void **state)
{
    lan_pkey *pkey = NULL;
    lan_arena arena;

    (void)state;
    arena_start(&arena);

    lan_numbers numbers = numbers_of(&pkey_cases[6], false, &arena);

    assert_status(lan_pkey_from_numbers(&numbers, &pkey, NULL), LANYARD_OK);
    assert_status(lan_pkey_numbers(pkey, true, &arena, &numbers, NULL), LANYARD_E_KEY_USE);
    lan_pkey_free(pkey);
    lan_arena_done(&arena);
}

static void rsa_completes_d_alone(void **state)
{
    lan_pkey *pkey = NULL;
    lan_numbers again = { .crv = "" };
    lan_arena arena;

    (void)state;
    arena_start(&arena);

    lan_numbers whole = numbers_of(&pkey_cases[0], true, &arena);
    lan_numbers less = {
        .kind = LAN_PKEY_RSA, .crv = "", .n = whole.n, .e = whole.e, .d = whole.d
    };

    assert_status(lan_pkey_from_numbers(&less, &pkey, NULL), LANYARD_OK);
    assert_status(lan_pkey_numbers(pkey, true, &arena, &again, NULL), LANYARD_OK);
    numbers_are_equal(&again, &whole);
    lan_pkey_free(pkey);
    lan_arena_done(&arena);
}

/* Asks for a key of these numbers, which is refused, and nothing is left behind. */
static void numbers_are_refused(const lan_numbers *numbers, lanyard_status status,
                                const char *where)
{
    lan_pkey *pkey = NULL;
    lanyard_error err = { .status = LANYARD_OK };

    assert_status(lan_pkey_from_numbers(numbers, &pkey, &err), status);
    assert_status(err.status, status);
    assert_string_equal(err.where, where);
    assert_null(pkey);
    assert_int_equal(ERR_peek_error(), 0);
}

static const uint8_t number_zero[] = { 0 };
static const uint8_t number_one[] = { 1 };
static const uint8_t number_two[] = { 2 };
static const uint8_t number_three[] = { 3 };
static const uint8_t number_even[] = { 1, 0, 2 };
static const uint8_t number_33_bytes[33] = { 1, [32] = 1 }; /* 257 bits */
static const uint8_t number_32_bytes[32] = { 0x80, [31] = 1 };
static const uint8_t number_64_bits[8] = { 0x80, [7] = 1 };
static const uint8_t number_65_bits[9] = { 1, [8] = 1 };

#define BYTES(array) ((lan_bytes){ (array), sizeof(array) })

/* A public RSA key with an odd modulus of that many bits and that exponent. */
static lanyard_status rsa_public(size_t bits, lan_bytes e, lanyard_error *err)
{
    uint8_t n[2049] = { 0 };
    size_t len = (bits + 7) / 8;
    lan_numbers numbers = { .kind = LAN_PKEY_RSA, .crv = "", .n = { n, len }, .e = e };
    lan_pkey *pkey = NULL;

    n[0] = (uint8_t)(1u << (bits - 1) % 8);
    n[len - 1] |= 1;

    lanyard_status status = lan_pkey_from_numbers(&numbers, &pkey, err);

    lan_pkey_free(pkey);
    return status;
}

static void rsa_accepts_a_modulus_at_its_bounds(void **state)
{
    (void)state;
    assert_status(rsa_public(512, BYTES(number_three), NULL), LANYARD_OK);
    assert_status(rsa_public(511, BYTES(number_three), NULL), LANYARD_E_KEY_WEAK);
    assert_status(rsa_public(16384, BYTES(number_three), NULL), LANYARD_OK);
    assert_status(rsa_public(16385, BYTES(number_three), NULL), LANYARD_E_KEY_UNSUPPORTED);
}

static void rsa_accepts_an_exponent_at_its_bounds(void **state)
{
    (void)state;
    assert_status(rsa_public(2048, BYTES(number_one), NULL), LANYARD_E_KEY_INVALID);
    assert_status(rsa_public(2048, BYTES(number_three), NULL), LANYARD_OK);
    assert_status(rsa_public(2048, BYTES(number_32_bytes), NULL), LANYARD_OK);
    assert_status(rsa_public(2048, BYTES(number_33_bytes), NULL), LANYARD_E_KEY_INVALID);
    assert_status(rsa_public(3080, BYTES(number_64_bits), NULL), LANYARD_OK);
    assert_status(rsa_public(3080, BYTES(number_65_bits), NULL), LANYARD_E_KEY_UNSUPPORTED);
}

static void rsa_refuses_an_impossible_modulus(void **state)
{
    const lan_bytes wrong[] = {
        { NULL, 0 }, BYTES(number_zero), BYTES(number_one), BYTES(number_even)
    };
    lan_numbers numbers = { .kind = LAN_PKEY_RSA, .crv = "", .e = BYTES(number_three) };

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        numbers.n = wrong[i];
        numbers_are_refused(&numbers, LANYARD_E_KEY_INVALID, "key:n");
    }
}

/* CVE-2017-15361: the mark is that n is a power of 65537 modulo many small primes, as a power of
 * 65537 itself is. */
static void rsa_refuses_a_modulus_with_the_mark_of_roca(void **state)
{
    uint8_t n[256];
    lan_auto(BN_CTX) *context = BN_CTX_new();
    lan_auto(BIGNUM) *power = BN_new();
    lan_auto(BIGNUM) *exponent = BN_new();
    lan_numbers numbers = { .kind = LAN_PKEY_RSA, .crv = "", .e = BYTES(number_three) };
    lan_pkey *pkey = NULL;

    (void)state;
    assert_int_equal(BN_set_word(power, 65537), 1);
    assert_int_equal(BN_set_word(exponent, 127), 1);
    assert_int_equal(BN_exp(power, power, exponent, context), 1);
    numbers.n = (lan_bytes){ n, (size_t)BN_bn2bin(power, n) };
    numbers_are_refused(&numbers, LANYARD_E_KEY_INVALID, "key:n");
    n[numbers.n.len - 1] ^= 2;
    assert_status(lan_pkey_from_numbers(&numbers, &pkey, NULL), LANYARD_OK);
    lan_pkey_free(pkey);
}

static void rsa_refuses_an_impossible_exponent(void **state)
{
    const lan_bytes wrong[] = {
        { NULL, 0 }, BYTES(number_zero), BYTES(number_one), BYTES(number_two), BYTES(number_even)
    };
    lan_arena arena;

    (void)state;
    arena_start(&arena);

    lan_numbers numbers = numbers_of(&pkey_cases[0], false, &arena);

    for (size_t i = 0; i < COUNT(wrong); i++) {
        numbers.e = wrong[i];
        numbers_are_refused(&numbers, LANYARD_E_KEY_INVALID, "key:e");
    }
    lan_arena_done(&arena);
}

/* All private numbers of RSA, to be spoiled one by one. */
static lan_bytes *rsa_private(lan_numbers *numbers, size_t at)
{
    lan_bytes *const members[] = { &numbers->d,  &numbers->p,  &numbers->q,
                                   &numbers->dp, &numbers->dq, &numbers->qi };

    return members[at];
}

static void rsa_refuses_a_missing_private_number(void **state)
{
    lan_arena arena;

    (void)state;
    arena_start(&arena);
    for (size_t i = 0; i < 6; i++) {
        lan_numbers numbers = numbers_of(&pkey_cases[0], true, &arena);

        *rsa_private(&numbers, i) = (lan_bytes){ NULL, 0 };
        numbers_are_refused(&numbers, LANYARD_E_KEY_INVALID, "key");
    }
    lan_arena_done(&arena);
}

static void rsa_refuses_a_changed_private_number(void **state)
{
    lan_arena arena;

    (void)state;
    arena_start(&arena);
    for (size_t i = 0; i < 6; i++) {
        lan_numbers numbers = numbers_of(&pkey_cases[0], true, &arena);
        uint8_t changed[256];
        lan_bytes *member = rsa_private(&numbers, i);

        memcpy(changed, member->ptr, member->len);
        changed[member->len - 1] ^= 2;
        *member = (lan_bytes){ changed, member->len };
        numbers_are_refused(&numbers, LANYARD_E_KEY_INVALID, "key:d");
    }
    lan_arena_done(&arena);
}

static void rsa_refuses_a_changed_d_alone(void **state)
{
    lan_arena arena;
    uint8_t d[256];

    (void)state;
    arena_start(&arena);

    lan_numbers whole = numbers_of(&pkey_cases[0], true, &arena);
    lan_numbers less = {
        .kind = LAN_PKEY_RSA, .crv = "", .n = whole.n, .e = whole.e, .d = { d, whole.d.len }
    };

    memcpy(d, whole.d.ptr, whole.d.len);
    d[whole.d.len - 1] ^= 2;
    numbers_are_refused(&less, LANYARD_E_KEY_INVALID, "key:d");
    lan_arena_done(&arena);
}

/* A whole private key under the modulus of another. */
static void rsa_refuses_halves_of_two_keys(void **state)
{
    lan_arena arena;
    lan_numbers other = { .crv = "" };

    (void)state;
    arena_start(&arena);
    assert_status(lan_pkey_numbers(pkey_known(&pkey_cases[0], 1), true, &arena, &other, NULL),
                  LANYARD_OK);

    lan_numbers numbers = numbers_of(&pkey_cases[0], false, &arena);

    other.n = numbers.n;
    numbers_are_refused(&other, LANYARD_E_KEY_INVALID, "key:d");
    lan_arena_done(&arena);
}

/* One change of an EC or OKP key, and where it is found. */
typedef struct width_change {
    const char *where;
    size_t x, y, d; /* bytes less, at the start */
} width_change;

static lan_bytes less_bytes(lan_bytes bytes, size_t less)
{
    return (lan_bytes){ bytes.ptr + less, bytes.len - less };
}

static void ec_refuses_numbers_of_another_width(void **state)
{
    static const width_change changes[] = { { "key:x", 1, 0, 0 },
                                            { "key:y", 0, 1, 0 },
                                            { "key:d", 0, 0, 1 } };
    lan_arena arena;

    (void)state;
    arena_start(&arena);
    for (size_t curve = 6; curve < 10; curve++) {
        for (size_t i = 0; i < COUNT(changes); i++) {
            lan_numbers numbers = numbers_of(&pkey_cases[curve], true, &arena);

            numbers.x = less_bytes(numbers.x, changes[i].x);
            numbers.y = less_bytes(numbers.y, changes[i].y);
            numbers.d = less_bytes(numbers.d, changes[i].d);
            numbers_are_refused(&numbers, LANYARD_E_KEY_INVALID, changes[i].where);
        }
    }
    lan_arena_done(&arena);
}

static void ec_refuses_a_point_off_the_curve(void **state)
{
    static const uint8_t zeros[66];
    uint8_t ones[66];
    lan_arena arena;

    (void)state;
    memset(ones, 0xff, sizeof ones);
    arena_start(&arena);
    for (size_t curve = 6; curve < 10; curve++) {
        lan_numbers numbers = numbers_of(&pkey_cases[curve], false, &arena);
        lan_numbers origin = numbers;
        lan_numbers above = numbers;
        uint8_t y[66];

        memcpy(y, numbers.y.ptr, numbers.y.len);
        y[numbers.y.len - 1] ^= 1;
        numbers.y.ptr = y;
        numbers_are_refused(&numbers, LANYARD_E_KEY_INVALID, "key");
        origin.x.ptr = origin.y.ptr = zeros;
        numbers_are_refused(&origin, LANYARD_E_KEY_INVALID, "key");
        above.x.ptr = ones;
        numbers_are_refused(&above, LANYARD_E_KEY_INVALID, "key");
    }
    lan_arena_done(&arena);
}

static void ec_refuses_the_d_of_another_key(void **state)
{
    static const uint8_t zeros[66];
    uint8_t ones[66];
    lan_arena arena;

    (void)state;
    memset(ones, 0xff, sizeof ones);
    arena_start(&arena);
    for (size_t curve = 6; curve < 10; curve++) {
        lan_numbers numbers = numbers_of(&pkey_cases[curve], true, &arena);
        uint8_t d[66];
        const uint8_t *const wrong[] = { d, zeros, ones };

        memcpy(d, numbers.d.ptr, numbers.d.len);
        d[numbers.d.len - 1] ^= 1;
        for (size_t i = 0; i < COUNT(wrong); i++) {
            lan_pkey *pkey = NULL;

            numbers.d.ptr = wrong[i];
            assert_status(lan_pkey_from_numbers(&numbers, &pkey, NULL), LANYARD_E_KEY_INVALID);
            assert_int_equal(ERR_peek_error(), 0);
        }
    }
    lan_arena_done(&arena);
}

static void okp_refuses_the_x_of_another_key(void **state)
{
    lan_arena arena;

    (void)state;
    arena_start(&arena);
    for (size_t curve = 10; curve < 12; curve++) {
        lan_numbers other = { .crv = "" };
        lan_numbers numbers = numbers_of(&pkey_cases[curve], true, &arena);

        assert_status(
            lan_pkey_numbers(pkey_known(&pkey_cases[curve], 1), false, &arena, &other, NULL),
            LANYARD_OK);
        numbers.x = other.x;
        numbers_are_refused(&numbers, LANYARD_E_KEY_INVALID, "key:x");
    }
    lan_arena_done(&arena);
}

static void okp_refuses_numbers_of_another_width(void **state)
{
    lan_arena arena;

    (void)state;
    arena_start(&arena);
    for (size_t curve = 10; curve < 12; curve++) {
        lan_numbers numbers = numbers_of(&pkey_cases[curve], true, &arena);
        lan_numbers short_x = numbers;
        lan_numbers short_d = numbers;

        short_x.x = less_bytes(numbers.x, 1);
        short_d.d = less_bytes(numbers.d, 1);
        numbers_are_refused(&short_x, LANYARD_E_KEY_INVALID, "key:x");
        numbers_are_refused(&short_d, LANYARD_E_KEY_INVALID, "key:d");
    }
    lan_arena_done(&arena);
}

static void akp_refuses_the_seed_of_another_key(void **state)
{
    lan_arena arena;

    (void)state;
    arena_start(&arena);
    for (size_t i = 12; i < 15; i++) {
        lan_numbers other = { .crv = "" };

        if (!pkey_case_is_here(&pkey_cases[i]))
            continue;

        lan_numbers numbers = numbers_of(&pkey_cases[i], true, &arena);
        lan_numbers shorter = numbers;

        assert_status(lan_pkey_numbers(pkey_known(&pkey_cases[i], 1), true, &arena, &other, NULL),
                      LANYARD_OK);
        shorter.seed = less_bytes(numbers.seed, 1);
        numbers_are_refused(&shorter, LANYARD_E_KEY_INVALID, "key:priv");
        numbers.seed = other.seed;
        numbers_are_refused(&numbers, LANYARD_E_KEY_INVALID, "key:pub");
    }
    lan_arena_done(&arena);
}

/* A public key of the right length is refused with E_ALG_UNAVAILABLE where there is no ML-DSA. */
static void akp_is_unavailable_where_libcrypto_lacks_it(void **state)
{
    static const uint8_t pub[1312];
    lan_numbers numbers = { .kind = LAN_PKEY_AKP, .crv = "ML-DSA-44", .pub = BYTES(pub) };
    lan_pkey *pkey = NULL;
    bool is_here = lan_pkey_is_available(LAN_PKEY_AKP, "ML-DSA-44");

    (void)state;
    assert_status(lan_pkey_from_numbers(&numbers, &pkey, NULL),
                  is_here ? LANYARD_OK : LANYARD_E_ALG_UNAVAILABLE);
    lan_pkey_free(pkey);
}

static void curves_that_are_none_of_ours_are_unsupported(void **state)
{
    lan_pkey *pkey = NULL;
    lan_numbers numbers = { .kind = LAN_PKEY_OKP, .crv = "X25519", .x = BYTES(number_32_bytes) };

    (void)state;
    numbers_are_refused(&numbers, LANYARD_E_KEY_UNSUPPORTED, "key:crv");
    numbers.crv = "P-256"; /* of EC, not of OKP */
    numbers_are_refused(&numbers, LANYARD_E_KEY_UNSUPPORTED, "key:crv");
    assert_status(lan_pkey_generate(LAN_PKEY_EC, "P-224", 0, &pkey, NULL),
                  LANYARD_E_KEY_UNSUPPORTED);
    assert_false(lan_pkey_is_available(LAN_PKEY_EC, "P-224"));
}

static void generate_refuses_sizes_out_of_bounds(void **state)
{
    lan_pkey *pkey = NULL;

    (void)state;
    assert_status(lan_pkey_generate(LAN_PKEY_RSA, "", 511, &pkey, NULL), LANYARD_E_ARGUMENT);
    assert_status(lan_pkey_generate(LAN_PKEY_RSA, "", 16385, &pkey, NULL), LANYARD_E_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_return_as_they_came),
        cmocka_unit_test(numbers_refuse_private_ones_of_a_public_key),
        cmocka_unit_test(rsa_completes_d_alone),
        cmocka_unit_test(rsa_accepts_a_modulus_at_its_bounds),
        cmocka_unit_test(rsa_accepts_an_exponent_at_its_bounds),
        cmocka_unit_test(rsa_refuses_an_impossible_modulus),
        cmocka_unit_test(rsa_refuses_a_modulus_with_the_mark_of_roca),
        cmocka_unit_test(rsa_refuses_an_impossible_exponent),
        cmocka_unit_test(rsa_refuses_a_missing_private_number),
        cmocka_unit_test(rsa_refuses_a_changed_private_number),
        cmocka_unit_test(rsa_refuses_a_changed_d_alone),
        cmocka_unit_test(rsa_refuses_halves_of_two_keys),
        cmocka_unit_test(ec_refuses_numbers_of_another_width),
        cmocka_unit_test(ec_refuses_a_point_off_the_curve),
        cmocka_unit_test(ec_refuses_the_d_of_another_key),
        cmocka_unit_test(okp_refuses_the_x_of_another_key),
        cmocka_unit_test(okp_refuses_numbers_of_another_width),
        cmocka_unit_test(akp_refuses_the_seed_of_another_key),
        cmocka_unit_test(akp_is_unavailable_where_libcrypto_lacks_it),
        cmocka_unit_test(curves_that_are_none_of_ours_are_unsupported),
        cmocka_unit_test(generate_refuses_sizes_out_of_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
