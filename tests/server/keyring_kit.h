/* keyring_kit.h - a ring over a real store, with a clock that the test moves. The store is in
 * memory, or the PostgreSQL that LANYARD_TEST_DB names; see kit.h. */
#ifndef TESTS_SERVER_KEYRING_KIT_H
#define TESTS_SERVER_KEYRING_KIT_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "keyring/keyring.h"
#include "kit.h"

#define START      (1800000000 * SRV_SECOND)
#define TOKEN_LIFE (15 * SRV_MINUTE)
#define LIFE_S     900

typedef struct fixture {
    char folder[64];
    char master[96];
    char secret[96];
    srv_time now;
    srv_store *store;
    srv_tape *tape;
    keyring *ring;
} fixture;

static inline srv_time fixture_now(void *ctx)
{
    return *(srv_time *)ctx;
}

static inline int fixture_set_up(void **state)
{
    fixture *test = calloc(1, sizeof *test);
    srv_error error = { 0 };

    assert_non_null(test);
    test->now = START;
    snprintf(test->folder, sizeof test->folder, "/tmp/lanyard-keyring-XXXXXX");
    assert_non_null(mkdtemp(test->folder));
    snprintf(test->master, sizeof test->master, "%s/master.key", test->folder);
    snprintf(test->secret, sizeof test->secret, "%s/secret", test->folder);

    srv_kit kit;

    kit_database(&kit, true);

    const store_opts opts = {
        .url = kit.url,
        .is_walk = true,
        .clock = { fixture_now, &test->now },
    };

    assert_srv(store_open(&opts, &test->store, &error), SRV_OK);
    assert_srv(store_migrate(test->store, &error), SRV_OK);
    assert_srv(tape_new(test->store, &test->tape, &error), SRV_OK);
    assert_srv(tape_load(test->tape, &error), SRV_OK);
    *state = test;
    return 0;
}

static inline int fixture_tear_down(void **state)
{
    fixture *test = *state;

    keyring_close(test->ring);
    tape_free(test->tape);
    store_close(test->store);
    (void)unlink(test->master);
    (void)unlink(test->secret);
    (void)rmdir(test->folder);
    free(test);
    return 0;
}

static inline void fixture_open(fixture *test, const keyring_opts *opts)
{
    keyring_opts whole = *opts;
    srv_error error = { 0 };

    whole.master_path = test->master;
    whole.token_life = TOKEN_LIFE;
    keyring_close(test->ring);
    test->ring = NULL;
    assert_srv(keyring_open(&whole, test->store, &test->ring, &error), SRV_OK);
}

static inline srv_status fixture_reopen(fixture *test, srv_error *error)
{
    const keyring_opts opts = { .master_path = test->master, .token_life = TOKEN_LIFE };

    keyring_close(test->ring);
    test->ring = NULL;
    return keyring_open(&opts, test->store, &test->ring, error);
}

static inline void fixture_write(const char *path, const char *text, mode_t mode)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static inline void fixture_tick(fixture *test, srv_time step)
{
    srv_error error = { 0 };

    test->now += step;
    assert_srv(keyring_tick(test->ring, &error), SRV_OK);
}

/* Counts the keys in the JWKS of now. */
static inline size_t fixture_published(const fixture *test)
{
    keyring_view view;
    lanyard_keyset *keys = NULL;
    size_t count = 0;

    keyring_take(test->ring, &view);
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

static inline void fixture_kid(const fixture *test, char kid[KID_MAX])
{
    keyring_view view;

    keyring_take(test->ring, &view);
    snprintf(kid, KID_MAX, "%.*s", (int)lanyard_key_kid(view.signer).len,
             lanyard_key_kid(view.signer).ptr);
    keyring_give(&view);
}

/* A token of now, signed by the active key. */
static inline lanyard_buf fixture_sign(const fixture *test)
{
    keyring_view view;
    lanyard_issuer *issuer = NULL;
    lanyard_buf token;

    keyring_take(test->ring, &view);
    lanyard_buf_init(&token, NULL, 4096);
    assert_int_equal(lanyard_issuer_new(LANYARD_ISSUER(.key = view.signer, .lifetime_s = LIFE_S),
                                        NULL, &issuer, NULL),
                     LANYARD_OK);
    assert_int_equal(lanyard_issue(issuer, NULL, srv_time_seconds(test->now), NULL, &token, NULL),
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

static inline lanyard_status fixture_verify(const fixture *test, const lanyard_buf *text)
{
    keyring_view view;

    keyring_take(test->ring, &view);

    lanyard_status status = verify_with(view.verify, text, test->now);

    keyring_give(&view);
    return status;
}

#define RING_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

#endif
