/* keyring_kit.h - what the tests of a ring share: a ring over a kit, whose clock the test moves. */
#ifndef TESTS_SERVER_KEYRING_KIT_H
#define TESTS_SERVER_KEYRING_KIT_H

#include <sys/stat.h>
#include "kit.h"

#define TOKEN_LIFE (15 * SRV_MINUTE)
#define LIFE_S     900

static inline int kit_setup_folder(void **state)
{
    kit_setup_walk(state);
    kit_add_folder(*state);
    return 0;
}

static inline void kit_open_ring(srv_kit *kit, const keyring_opts *opts)
{
    keyring_opts whole = *opts;
    srv_error error = { 0 };

    whole.master_path = kit->master;
    whole.token_life = TOKEN_LIFE;
    keyring_close(kit->ring);
    kit->ring = NULL;
    assert_srv(keyring_open(&whole, kit->store, &kit->ring, &error), SRV_OK);
}

static inline srv_status kit_reopen_ring(srv_kit *kit, srv_error *error)
{
    const keyring_opts opts = { .master_path = kit->master, .token_life = TOKEN_LIFE };

    keyring_close(kit->ring);
    kit->ring = NULL;
    return keyring_open(&opts, kit->store, &kit->ring, error);
}

static inline void kit_write_file(const char *path, const char *text, mode_t mode)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static inline void kit_tick_ring(srv_kit *kit, srv_time step)
{
    srv_error error = { 0 };

    kit->clock.now += step;
    assert_srv(keyring_tick(kit->ring, &error), SRV_OK);
}

/* Counts the keys in the JWKS of now. */
static inline size_t kit_count_published(const srv_kit *kit)
{
    keyring_view view;
    lanyard_keyset *keys = NULL;
    size_t count = 0;

    keyring_take(kit->ring, &view);
    assert_int_equal(lanyard_keyset_read(view.jwks.ptr, view.jwks.len, NULL, NULL, &keys, NULL),
                     LANYARD_OK);
    while (lanyard_keyset_at(keys, count)) {
        assert_false(lanyard_key_is_private(lanyard_keyset_at(keys, count)));
        count++;
    }
    lanyard_keyset_free(keys);
    keyring_give(&view);
    return count;
}

static inline void kit_active_kid(const srv_kit *kit, char kid[KID_MAX])
{
    keyring_view view;

    keyring_take(kit->ring, &view);
    snprintf(kid, KID_MAX, "%.*s", (int)lanyard_key_kid(view.signer).len,
             lanyard_key_kid(view.signer).ptr);
    keyring_give(&view);
}

/* A token of now, signed by the active key. */
static inline lanyard_buf kit_sign_now(const srv_kit *kit)
{
    keyring_view view;
    lanyard_issuer *issuer = NULL;
    lanyard_buf token;

    keyring_take(kit->ring, &view);
    lanyard_buf_init(&token, NULL, 4096);
    assert_int_equal(lanyard_issuer_new(LANYARD_ISSUER(.key = view.signer, .lifetime_s = LIFE_S),
                                        NULL, &issuer, NULL),
                     LANYARD_OK);
    assert_int_equal(
        lanyard_issue(issuer, NULL, srv_time_seconds(kit->clock.now), NULL, &token, NULL),
        LANYARD_OK);
    lanyard_issuer_free(issuer);
    keyring_give(&view);
    return token;
}

static inline lanyard_status verify_with(const lanyard_keyset *keys, const lanyard_buf *text,
                                         srv_time now)
{
    lanyard_policy *policy = NULL;
    lanyard_token *token = NULL;

    assert_int_equal(
        lanyard_policy_new(LANYARD_POLICY(.algs = LANYARD_ALGS_OF_KEYS), NULL, &policy, NULL),
        LANYARD_OK);

    lanyard_status status = lanyard_verify(policy, keys, text->ptr, text->len,
                                           srv_time_seconds(now), NULL, &token, NULL);

    lanyard_token_free(token);
    lanyard_policy_free(policy);
    return status;
}

static inline lanyard_status kit_verify_now(const srv_kit *kit, const lanyard_buf *text)
{
    keyring_view view;

    keyring_take(kit->ring, &view);

    lanyard_status status = verify_with(view.verify, text, kit->clock.now);

    keyring_give(&view);
    return status;
}

#define RING_TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup_folder, kit_teardown)

#endif
