/* test_pkey_sign.c - every scheme signs, and refuses what differs in one thing. */
#include "pkey_cases.h"
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

static void verify_accepts_what_sign_made(void **state)
{
    (void)state;
    for (const pkey_case *row = pkey_cases; row < pkey_cases + PKEY_CASES; row++) {
        uint8_t signature[PKEY_SIGNATURE_MAX];
        lan_bytes made = { signature, row->signature_len };

        if (!pkey_case_is_here(row))
            continue;

        lan_pkey *pkey = pkey_known(row, 0);

        assert_status(lan_pkey_sign(pkey, row->scheme, pkey_text("message"), NULL, signature, NULL),
                      LANYARD_OK);
        assert_status(lan_pkey_verify(pkey, row->scheme, pkey_text("message"), made, NULL, NULL),
                      LANYARD_OK);
    }
}

static void verify_accepts_the_empty_message(void **state)
{
    (void)state;
    for (const pkey_case *row = pkey_cases; row < pkey_cases + PKEY_CASES; row++) {
        uint8_t signature[PKEY_SIGNATURE_MAX];
        lan_bytes made = { signature, row->signature_len };
        lan_bytes empty = { (const uint8_t *)"", 0 };

        if (!pkey_case_is_here(row))
            continue;

        lan_pkey *pkey = pkey_known(row, 0);

        assert_status(lan_pkey_sign(pkey, row->scheme, empty, NULL, signature, NULL), LANYARD_OK);
        assert_status(lan_pkey_verify(pkey, row->scheme, empty, made, NULL, NULL), LANYARD_OK);
    }
}

/* Bits of the first, a middle and the last byte; bits of every byte of short signatures. */
static void flips_are_refused(lan_pkey *pkey, const pkey_case *row, lanyard_worker *worker,
                              uint8_t *signature)
{
    lan_bytes made = { signature, row->signature_len };
    size_t step = row->signature_len <= 132 ? 3 : 251;

    for (size_t bit = 0; bit < 8 * row->signature_len; bit += step) {
        signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (lan_pkey_verify(pkey, row->scheme, pkey_text("message"), made, worker, NULL) !=
            LANYARD_E_SIGNATURE)
            fail_msg("%s: bit %zu may be flipped", row->alg, bit);
        assert_int_equal(ERR_peek_error(), 0);
        signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static void verify_refuses_a_flipped_bit(void **state)
{
    lanyard_worker *worker = NULL;

    (void)state;
    assert_status(lanyard_worker_new(NULL, &worker, NULL), LANYARD_OK);
    for (const pkey_case *row = pkey_cases; row < pkey_cases + PKEY_CASES; row++) {
        uint8_t signature[PKEY_SIGNATURE_MAX];
        lan_bytes made = { signature, row->signature_len };

        if (!pkey_case_is_here(row))
            continue;

        lan_pkey *pkey = pkey_known(row, 0);

        assert_status(
            lan_pkey_sign(pkey, row->scheme, pkey_text("message"), worker, signature, NULL),
            LANYARD_OK);
        flips_are_refused(pkey, row, worker, signature);
        assert_status(lan_pkey_verify(pkey, row->scheme, pkey_text("message"), made, worker, NULL),
                      LANYARD_OK);
    }
    lanyard_worker_free(worker);
}

/* Signs "message" with a new key and says what verify answers about a variation. */
typedef struct sign_change {
    const char *message;
    size_t shorter; /* bytes less, at the end */
    bool is_other_key;
} sign_change;

static lanyard_status sign_and_change(const pkey_case *row, const sign_change *change,
                                      lanyard_error *err)
{
    uint8_t signature[PKEY_SIGNATURE_MAX];
    lan_bytes made = { signature, row->signature_len - change->shorter };
    lan_pkey *pkey = pkey_known(row, 0);
    lan_pkey *other = pkey_known(row, 1);

    assert_status(lan_pkey_sign(pkey, row->scheme, pkey_text("message"), NULL, signature, NULL),
                  LANYARD_OK);

    lanyard_status status = lan_pkey_verify(change->is_other_key ? other : pkey, row->scheme,
                                            pkey_text(change->message), made, NULL, err);

    return status;
}

static void change_is_refused(const sign_change *change)
{
    for (const pkey_case *row = pkey_cases; row < pkey_cases + PKEY_CASES; row++) {
        lanyard_error err = { .status = LANYARD_OK };

        if (!pkey_case_is_here(row))
            continue;
        assert_status(sign_and_change(row, change, &err), LANYARD_E_SIGNATURE);
        assert_status(err.status, LANYARD_E_SIGNATURE);
        assert_string_equal(err.where, "signature");
        assert_int_equal(ERR_peek_error(), 0);
    }
}

static void verify_refuses_another_message(void **state)
{
    (void)state;
    change_is_refused(&(sign_change){ .message = "massage" });
}

static void verify_refuses_a_shorter_signature(void **state)
{
    (void)state;
    change_is_refused(&(sign_change){ .message = "message", .shorter = 1 });
}

static void verify_refuses_another_key(void **state)
{
    (void)state;
    change_is_refused(&(sign_change){ .message = "message", .is_other_key = true });
}

static void verify_refuses_another_hash_or_padding(void **state)
{
    lan_pkey *pkey = pkey_known(&pkey_cases[0], 0);

    (void)state;
    for (size_t made = 0; made < 6; made++) {
        uint8_t signature[256];
        lan_bytes bytes = { signature, sizeof signature };

        assert_status(lan_pkey_sign(pkey, pkey_cases[made].scheme, pkey_text("message"), NULL,
                                    signature, NULL),
                      LANYARD_OK);
        for (size_t asked = 0; asked < 6; asked++)
            assert_int_equal(lan_pkey_verify(pkey, pkey_cases[asked].scheme, pkey_text("message"),
                                             bytes, NULL, NULL),
                             asked == made ? LANYARD_OK : LANYARD_E_SIGNATURE);
    }
}

static const int group_ids[] = { NID_X9_62_prime256v1, NID_secp384r1, NID_secp521r1,
                                 NID_secp256k1 };

static void order_of_group(int id, size_t width, uint8_t *order)
{
    EC_GROUP *group = EC_GROUP_new_by_curve_name(id);

    assert_non_null(group);
    assert_int_equal(BN_bn2binpad(EC_GROUP_get0_order(group), order, (int)width), (int)width);
    EC_GROUP_free(group);
}

typedef enum out_of_range { RANGE_AS_MADE, RANGE_ZERO, RANGE_ORDER, RANGE_ALL_ONES } out_of_range;

static void range_fill(out_of_range what, const uint8_t *order, size_t width, uint8_t *number)
{
    if (what == RANGE_ZERO)
        memset(number, 0, width);
    if (what == RANGE_ORDER)
        memcpy(number, order, width);
    if (what == RANGE_ALL_ONES)
        memset(number, 0xff, width);
}

/* CVE-2022-21449: R or S of zero, of the group's order, or above it. */
static void verify_refuses_ecdsa_numbers_out_of_range(void **state)
{
    (void)state;
    for (size_t curve = 0; curve < 4; curve++) {
        const pkey_case *row = &pkey_cases[6 + curve];
        size_t width = row->signature_len / 2;
        uint8_t order[66];
        uint8_t signature[132];
        lan_bytes bytes = { signature, row->signature_len };
        lan_pkey *pkey = pkey_known(row, 0);

        order_of_group(group_ids[curve], width, order);
        for (int pair = 1; pair < 16; pair++) {
            assert_status(
                lan_pkey_sign(pkey, row->scheme, pkey_text("message"), NULL, signature, NULL),
                LANYARD_OK);
            range_fill((out_of_range)(pair % 4), order, width, signature);
            range_fill((out_of_range)(pair / 4), order, width, signature + width);
            assert_status(
                lan_pkey_verify(pkey, row->scheme, pkey_text("message"), bytes, NULL, NULL),
                LANYARD_E_SIGNATURE);
            assert_int_equal(ERR_peek_error(), 0);
        }
    }
}

static void verify_refuses_an_rsa_number_at_the_modulus(void **state)
{
    lan_pkey *pkey = pkey_known(&pkey_cases[0], 0);
    lan_arena arena;
    lan_numbers numbers;

    (void)state;
    assert_status(lan_arena_init(&arena, NULL, 4096, 65536, NULL), LANYARD_OK);
    assert_status(lan_pkey_numbers(pkey, false, &arena, &numbers, NULL), LANYARD_OK);
    for (size_t i = 0; i < 6; i++)
        assert_status(lan_pkey_verify(pkey, pkey_cases[i].scheme, pkey_text("message"), numbers.n,
                                      NULL, NULL),
                      LANYARD_E_SIGNATURE);
    lan_arena_done(&arena);
}

static void verify_keeps_the_callers_error_queue(void **state)
{
    static const uint8_t zeros[64];
    lan_pkey *pkey = pkey_known(&pkey_cases[6], 0);

    (void)state;
    ERR_clear_error();
    ERR_raise(ERR_LIB_USER, 42);
    assert_status(lan_pkey_verify(pkey, pkey_cases[6].scheme, pkey_text("message"),
                                  (lan_bytes){ zeros, sizeof zeros }, NULL, NULL),
                  LANYARD_E_SIGNATURE);
    assert_int_equal(ERR_GET_REASON(ERR_get_error()), 42);
    assert_int_equal(ERR_peek_error(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verify_accepts_what_sign_made),
        cmocka_unit_test(verify_accepts_the_empty_message),
        cmocka_unit_test(verify_refuses_a_flipped_bit),
        cmocka_unit_test(verify_refuses_another_message),
        cmocka_unit_test(verify_refuses_a_shorter_signature),
        cmocka_unit_test(verify_refuses_another_key),
        cmocka_unit_test(verify_refuses_another_hash_or_padding),
        cmocka_unit_test(verify_refuses_ecdsa_numbers_out_of_range),
        cmocka_unit_test(verify_refuses_an_rsa_number_at_the_modulus),
        cmocka_unit_test(verify_keeps_the_callers_error_queue),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
