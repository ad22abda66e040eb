/* test_worker.c - prepared handles, kept and given up, alone and beside other threads. */
#include <pthread.h>
#include "pkey_cases.h"
#include "crypto/worker.h"

static lanyard_worker *worker_make(void)
{
    lanyard_worker *worker = NULL;

    assert_status(lanyard_worker_new(NULL, &worker, NULL), LANYARD_OK);
    return worker;
}

static const lan_prepared *prepared_of(lanyard_worker *worker, lan_pkey *pkey, lan_scheme scheme,
                                       lan_direction direction)
{
    const lan_prepared *prepared = NULL;

    assert_status(lan_worker_prepared(worker, pkey, scheme, direction, &prepared, NULL),
                  LANYARD_OK);
    return prepared;
}

#define ES256_ROW   6
#define ED25519_ROW 10

static void worker_keeps_the_handle_of_a_key(void **state)
{
    lanyard_worker *worker = worker_make();
    lan_pkey *pkey = pkey_make(LAN_PKEY_EC, "P-256", 0);
    lan_scheme scheme = pkey_cases[ES256_ROW].scheme;
    const EVP_PKEY_CTX *first = prepared_of(worker, pkey, scheme, LAN_VERIFY)->of_hash;

    (void)state;
    assert_ptr_equal(prepared_of(worker, pkey, scheme, LAN_VERIFY)->of_hash, first);
    lan_pkey_free(pkey);
    lanyard_worker_free(worker);
}

static void worker_keeps_directions_and_schemes_apart(void **state)
{
    lanyard_worker *worker = worker_make();
    lan_pkey *pkey = lan_pkey_ref(pkey_known(&pkey_cases[0], 0));
    const lan_prepared *slots[] = {
        prepared_of(worker, pkey, pkey_cases[0].scheme, LAN_VERIFY),
        prepared_of(worker, pkey, pkey_cases[0].scheme, LAN_SIGN),
        prepared_of(worker, pkey, pkey_cases[1].scheme, LAN_VERIFY),
        prepared_of(worker, pkey, pkey_cases[3].scheme, LAN_VERIFY),
    };

    (void)state;
    for (size_t i = 0; i < 4; i++)
        for (size_t j = i + 1; j < 4; j++)
            assert_ptr_not_equal(slots[i], slots[j]);
    lan_pkey_free(pkey);
    lanyard_worker_free(worker);
}

/* One key more than there are slots: the one used longest ago goes, and works again after. */
static void worker_gives_up_the_key_used_longest_ago(void **state)
{
    lanyard_worker *worker = worker_make();
    lan_pkey *keys[LANYARD_WORKER_KEYS + 1];
    const lan_prepared *slots[LANYARD_WORKER_KEYS + 1];
    lan_scheme scheme = pkey_cases[ED25519_ROW].scheme;

    (void)state;
    for (size_t i = 0; i <= LANYARD_WORKER_KEYS; i++)
        keys[i] = pkey_make(LAN_PKEY_OKP, "Ed25519", 0);
    for (size_t i = 0; i < LANYARD_WORKER_KEYS; i++)
        slots[i] = prepared_of(worker, keys[i], scheme, LAN_VERIFY);
    assert_ptr_equal(prepared_of(worker, keys[0], scheme, LAN_VERIFY), slots[0]);
    assert_ptr_equal(prepared_of(worker, keys[LANYARD_WORKER_KEYS], scheme, LAN_VERIFY), slots[1]);
    assert_ptr_equal(prepared_of(worker, keys[0], scheme, LAN_VERIFY), slots[0]);
    assert_ptr_equal(prepared_of(worker, keys[1], scheme, LAN_VERIFY), slots[2]);
    for (size_t i = 0; i <= LANYARD_WORKER_KEYS; i++)
        lan_pkey_free(keys[i]);
    lanyard_worker_free(worker);
}

static void worker_keeps_a_key_alive_that_was_freed(void **state)
{
    lanyard_worker *worker = worker_make();
    lan_pkey *pkey = pkey_make(LAN_PKEY_EC, "P-256", 0);

    (void)state;
    prepared_of(worker, pkey, pkey_cases[ES256_ROW].scheme, LAN_VERIFY);
    lan_pkey_free(pkey);
    assert_ptr_equal(worker->slots[0].pkey, pkey);
    assert_true(lan_pkey_is_private(worker->slots[0].pkey));
    lanyard_worker_free(worker);
}

/* A refused signature must leave the handle as it was. */
static void worker_verifies_after_each_refusal(void **state)
{
    lanyard_worker *worker = worker_make();

    (void)state;
    for (const pkey_case *row = pkey_cases; row < pkey_cases + PKEY_CASES; row++) {
        uint8_t signature[PKEY_SIGNATURE_MAX];
        lan_bytes made = { signature, row->signature_len };
        int rounds = row->kind == LAN_PKEY_RSA || row->bits == 256 || row->bits == 255 ? 200 : 50;

        if (!pkey_case_is_here(row))
            continue;

        lan_pkey *pkey = lan_pkey_ref(pkey_known(row, 0));

        assert_status(
            lan_pkey_sign(pkey, row->scheme, pkey_text("message"), worker, signature, NULL),
            LANYARD_OK);
        for (int i = 0; i < rounds; i++) {
            bool is_bad = i % 2;

            signature[row->signature_len / 2] ^= is_bad;
            assert_int_equal(
                lan_pkey_verify(pkey, row->scheme, pkey_text("message"), made, worker, NULL),
                is_bad ? LANYARD_E_SIGNATURE : LANYARD_OK);
            signature[row->signature_len / 2] ^= is_bad;
        }
        lan_pkey_free(pkey);
    }
    assert_int_equal(ERR_peek_error(), 0);
    lanyard_worker_free(worker);
}

#define THREADS 8

typedef struct worker_thread {
    const pkey_case *row;
    lan_pkey *pkey;
    bool has_worker;
    lan_bytes signature;
    int failures;
} worker_thread;

/* cmocka's assertions belong to the main thread: this counts. */
static void *worker_run(void *argument)
{
    worker_thread *self = argument;
    lanyard_worker *worker = NULL;
    uint8_t signature[PKEY_SIGNATURE_MAX];
    lan_bytes own = { signature, self->signature.len };

    if (self->has_worker)
        self->failures += lanyard_worker_new(NULL, &worker, NULL) != LANYARD_OK;
    for (int i = 0; i < 10; i++) {
        lan_pkey *pkey = lan_pkey_ref(self->pkey);

        self->failures += lan_pkey_verify(pkey, self->row->scheme, pkey_text("message"),
                                          self->signature, worker, NULL) != LANYARD_OK;
        self->failures += lan_pkey_verify(pkey, self->row->scheme, pkey_text("massage"),
                                          self->signature, worker, NULL) != LANYARD_E_SIGNATURE;
        self->failures += lan_pkey_sign(pkey, self->row->scheme, pkey_text("more"), worker,
                                        signature, NULL) != LANYARD_OK;
        self->failures += lan_pkey_verify(pkey, self->row->scheme, pkey_text("more"), own, worker,
                                          NULL) != LANYARD_OK;
        lan_pkey_free(pkey);
    }
    lanyard_worker_free(worker);
    return NULL;
}

static void threads_share(const pkey_case *row, bool has_worker)
{
    uint8_t signature[PKEY_SIGNATURE_MAX];
    lan_pkey *pkey = lan_pkey_ref(pkey_known(row, 0));
    worker_thread selves[THREADS];
    pthread_t threads[THREADS];

    assert_status(lan_pkey_sign(pkey, row->scheme, pkey_text("message"), NULL, signature, NULL),
                  LANYARD_OK);
    for (size_t i = 0; i < THREADS; i++) {
        selves[i] = (worker_thread){ row, pkey, has_worker, { signature, row->signature_len }, 0 };
        assert_int_equal(pthread_create(&threads[i], NULL, worker_run, &selves[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(selves[i].failures, 0);
    }
    lan_pkey_free(pkey);
}

static void threads_share_a_key_without_workers(void **state)
{
    (void)state;
    for (const pkey_case *row = pkey_cases; row < pkey_cases + PKEY_CASES; row++)
        if (pkey_case_is_here(row))
            threads_share(row, false);
}

static void threads_share_a_key_with_a_worker_each(void **state)
{
    (void)state;
    for (const pkey_case *row = pkey_cases; row < pkey_cases + PKEY_CASES; row++)
        if (pkey_case_is_here(row))
            threads_share(row, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(worker_keeps_the_handle_of_a_key),
        cmocka_unit_test(worker_keeps_directions_and_schemes_apart),
        cmocka_unit_test(worker_gives_up_the_key_used_longest_ago),
        cmocka_unit_test(worker_keeps_a_key_alive_that_was_freed),
        cmocka_unit_test(worker_verifies_after_each_refusal),
        cmocka_unit_test(threads_share_a_key_without_workers),
        cmocka_unit_test(threads_share_a_key_with_a_worker_each),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
