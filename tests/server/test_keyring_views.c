/* test_keyring_views.c - what readers see of a ring that others change. */
#include <pthread.h>
#include <stdatomic.h>
#include "keyring_kit.h"

static void ring_sees_what_another_process_did(void **state)
{
    srv_kit *kit = *state;
    const keyring_opts opts = { .master_path = kit->master, .token_life = TOKEN_LIFE };
    keyring *other = NULL;
    keyring_view view;
    char kid[KID_MAX];

    kit_open_ring(kit, &(keyring_opts){ .alg = NULL });
    assert_srv(keyring_open(&opts, kit->store, &other, NULL), SRV_OK);
    assert_srv(keyring_rotate(other, true, NULL), SRV_OK);
    kit_tick_ring(kit, SRV_SECOND);
    kit_active_kid(kit, kid);
    keyring_take(other, &view);
    assert_int_equal(lanyard_str_equal(lanyard_key_kid(view.signer), lanyard_str_of(kid)), 1);
    keyring_give(&view);
    keyring_close(other);
}

/* T44 */
static void a_view_outlives_the_rotation_that_replaced_it(void **state)
{
    srv_kit *kit = *state;
    keyring_view view;

    kit_open_ring(kit, &(keyring_opts){ .alg = NULL });
    keyring_take(kit->ring, &view);

    lanyard_buf token = kit_sign_now(kit);

    assert_srv(keyring_rotate(kit->ring, true, NULL), SRV_OK);
    kit_tick_ring(kit, SRV_DAY);
    assert_int_equal(verify_with(view.verify, &token, kit->clock.now - SRV_DAY), LANYARD_OK);
    keyring_give(&view);
    lanyard_buf_done(&token);
}

typedef struct reader {
    const srv_kit *kit;
    const lanyard_buf *token;
    atomic_bool *is_over;
    unsigned failed;
} reader;

static void *reader_run(void *ctx)
{
    reader *mine = ctx;

    while (!atomic_load(mine->is_over))
        mine->failed += kit_verify_now(mine->kit, mine->token) != LANYARD_OK;
    return NULL;
}

#define READERS   4
#define ROTATIONS 50

/* T44: requests never see a ring that is half changed, and never one that is gone. */
static void views_are_taken_while_the_ring_rotates(void **state)
{
    srv_kit *kit = *state;
    atomic_bool is_over = false;
    reader readers[READERS];
    pthread_t threads[READERS];

    kit_open_ring(kit, &(keyring_opts){ .alg = NULL });

    lanyard_buf token = kit_sign_now(kit);

    for (size_t i = 0; i < READERS; i++) {
        readers[i] = (reader){ .kit = kit, .token = &token, .is_over = &is_over };
        assert_int_equal(pthread_create(&threads[i], NULL, reader_run, &readers[i]), 0);
    }
    for (int i = 0; i < ROTATIONS; i++)
        assert_srv(keyring_rotate(kit->ring, true, NULL), SRV_OK);
    atomic_store(&is_over, true);
    for (size_t i = 0; i < READERS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(readers[i].failed, 0);
    }
    lanyard_buf_done(&token);
}

/* T44: a verifier that fetches the JWKS once an hour, over four rotations, a token every quarter of
 * an hour, each verified until it expires: none fails. */
#define ROTATE_DAYS    5
#define SIMULATED_DAYS 21
#define STEP           (15 * SRV_MINUTE)
#define FETCH_STEPS    4

static void rotations_never_fail_a_verification(void **state)
{
    srv_kit *kit = *state;
    keyring_view cached = { .owner = NULL };
    lanyard_buf last = { .ptr = NULL };
    unsigned verified = 0;
    unsigned rotations = 0;
    char before[KID_MAX];
    char kid[KID_MAX];

    kit_open_ring(kit, &(keyring_opts){ .rotate_every = ROTATE_DAYS * SRV_DAY });
    kit_active_kid(kit, before);
    for (int64_t step = 0; step < SIMULATED_DAYS * SRV_DAY / STEP; step++) {
        if (step % FETCH_STEPS == 0) {
            if (cached.owner)
                keyring_give(&cached);
            keyring_take(kit->ring, &cached);
        }

        lanyard_buf token = kit_sign_now(kit);

        assert_int_equal(verify_with(cached.verify, &token, kit->clock.now), LANYARD_OK);
        if (last.ptr)
            assert_int_equal(verify_with(cached.verify, &last, kit->clock.now - SRV_SECOND),
                             LANYARD_OK);
        verified += last.ptr ? 2 : 1;
        lanyard_buf_done(&last);
        last = token;
        kit_active_kid(kit, kid);
        rotations += strcmp(before, kid) != 0;
        memcpy(before, kid, sizeof before);
        kit_tick_ring(kit, STEP);
    }
    assert_int_equal(rotations, 4);
    print_message("note: %u verifications over %u rotations, 0 failed\n", verified, rotations);
    lanyard_buf_done(&last);
    keyring_give(&cached);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RING_TEST(ring_sees_what_another_process_did),
        RING_TEST(a_view_outlives_the_rotation_that_replaced_it),
        RING_TEST(views_are_taken_while_the_ring_rotates),
        RING_TEST(rotations_never_fail_a_verification),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
