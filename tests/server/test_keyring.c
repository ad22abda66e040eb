/* test_keyring.c - the first key, the master key, what is sealed, and the algorithms. */
#include "keyring_kit.h"

static void ring_makes_and_uses_the_first_key_at_once(void **state)
{
    srv_kit *kit = *state;
    struct stat info;

    kit_open_ring(kit, &(keyring_opts){ .alg = NULL });
    assert_int_equal(stat(kit->master, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(kit_count_published(kit), 1);

    lanyard_buf token = kit_sign_now(kit);

    assert_int_equal(kit_verify_now(kit, &token), LANYARD_OK);
    lanyard_buf_done(&token);
}

static void ring_keeps_its_keys_over_a_restart(void **state)
{
    srv_kit *kit = *state;
    char before[KID_MAX];
    char after[KID_MAX];
    srv_error error = { 0 };

    kit_open_ring(kit, &(keyring_opts){ .alg = NULL });
    kit_active_kid(kit, before);

    lanyard_buf token = kit_sign_now(kit);

    assert_srv(kit_reopen_ring(kit, &error), SRV_OK);
    kit_active_kid(kit, after);
    assert_string_equal(before, after);
    assert_int_equal(kit_verify_now(kit, &token), LANYARD_OK);
    assert_srv(keyring_check(kit->ring, &error), SRV_OK);
    lanyard_buf_done(&token);
}

static void ring_refuses_a_master_key_that_others_may_read(void **state)
{
    static const mode_t modes[] = { 0640, 0604, 0620, 0601 };
    srv_kit *kit = *state;

    kit_open_ring(kit, &(keyring_opts){ .alg = NULL });
    for (size_t i = 0; i < COUNT(modes); i++) {
        srv_error error = { 0 };

        assert_int_equal(chmod(kit->master, modes[i]), 0);
        assert_srv(kit_reopen_ring(kit, &error), SRV_E_CONFIG);
        assert_non_null(strstr(error.detail, "chmod 600"));
    }
    assert_int_equal(chmod(kit->master, 0600), 0);
    assert_srv(kit_reopen_ring(kit, NULL), SRV_OK);
}

static void ring_refuses_a_master_key_file_of_another_form(void **state)
{
    static const char *const bad[] = {
        "",
        "1 AAAA\n",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
        "256 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
        "1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n1 "
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB\n",
        "1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n\n",
    };
    srv_kit *kit = *state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        kit_write_file(kit->master, bad[i], 0600);
        assert_srv(kit_reopen_ring(kit, NULL), SRV_E_CONFIG);
    }
    kit_write_file(kit->master, "7 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 0600);
    assert_srv(kit_reopen_ring(kit, NULL), SRV_OK);
}

/* T41: who has the database, but another master key, signs nothing. */
static void ring_refuses_keys_that_another_master_key_sealed(void **state)
{
    srv_kit *kit = *state;
    srv_error error = { 0 };

    kit_open_ring(kit, &(keyring_opts){ .alg = NULL });
    kit_write_file(kit->master, "1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", 0600);
    assert_srv(kit_reopen_ring(kit, &error), SRV_E_INVALID);
    /* And with none at all, no new one is made over the old keys. */
    assert_int_equal(unlink(kit->master), 0);
    assert_srv(kit_reopen_ring(kit, &error), SRV_E_CONFIG);
    assert_int_equal(access(kit->master, F_OK), -1);
}

static void ring_reads_what_an_older_master_key_sealed(void **state)
{
    srv_kit *kit = *state;
    char line[64] = "";
    char text[192];
    char before[KID_MAX];
    char after[KID_MAX];
    refresh_keys old;
    refresh_keys both;
    FILE *file = NULL;

    kit_open_ring(kit, &(keyring_opts){ .alg = NULL });
    kit_active_kid(kit, before);
    assert_srv(keyring_refresh_keys(kit->ring, &old), SRV_OK);
    file = fopen(kit->master, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    fclose(file);
    snprintf(text, sizeof text, "2 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n%s", line);
    kit_write_file(kit->master, text, 0600);
    assert_srv(kit_reopen_ring(kit, NULL), SRV_OK);
    kit_active_kid(kit, after);
    assert_string_equal(before, after);
    assert_srv(keyring_check(kit->ring, NULL), SRV_OK);
    assert_srv(keyring_refresh_keys(kit->ring, &both), SRV_OK);
    assert_int_equal(both.count, 2);
    assert_int_equal(both.keys[0].kid, 2);
    assert_int_equal(both.keys[1].kid, 1);
    assert_memory_equal(both.keys[1].key, old.keys[0].key, SRV_KEY_LEN);
    assert_memory_not_equal(both.keys[0].key, old.keys[0].key, SRV_KEY_LEN);
}

typedef struct leak {
    char dump[4 * SEALED_KEY_MAX];
    size_t len;
} leak;

static bool leak_row(void *ctx, const signing_key_row *row)
{
    leak *all = ctx;

    assert_true(all->len + sizeof row->public_jwk + row->sealed_len <= sizeof all->dump);
    memcpy(all->dump + all->len, row->public_jwk, strlen(row->public_jwk));
    all->len += strlen(row->public_jwk);
    memcpy(all->dump + all->len, row->sealed, row->sealed_len);
    all->len += row->sealed_len;
    return true;
}

static srv_status leak_job(store_txn *txn, void *ctx, srv_error *error)
{
    (void)error;
    return store_keys(txn, leak_row, ctx);
}

static bool leak_holds(const leak *all, const char *text, size_t len)
{
    for (size_t at = 0; at + len <= all->len; at++) {
        if (memcmp(all->dump + at, text, len) == 0)
            return true;
    }
    return false;
}

/* T41: no private byte stands in the rows. */
static void rows_hold_no_private_key(void **state)
{
    srv_kit *kit = *state;
    leak all = { .len = 0 };
    keyring_view view;
    lanyard_buf jwk;

    kit_open_ring(kit, &(keyring_opts){ .alg = NULL });
    keyring_take(kit->ring, &view);
    lanyard_buf_init(&jwk, NULL, 4096);
    assert_int_equal(lanyard_key_write_jwk(view.signer, LANYARD_KEY_PRIVATE, &jwk, NULL),
                     LANYARD_OK);
    assert_srv(store_read(kit->store, leak_job, &all, NULL), SRV_OK);

    assert_int_equal(lanyard_buf_add(&jwk, "", 1), LANYARD_OK);

    const char *secret = strstr(jwk.ptr, "\"d\":\"");

    assert_non_null(secret);
    assert_true(leak_holds(&all, "\"x\":\"", 5));
    assert_false(leak_holds(&all, secret + 5, 43));
    assert_false(leak_holds(&all, "\"d\"", 3));
    lanyard_buf_done(&jwk);
    keyring_give(&view);
}

static srv_status swap_job(store_txn *txn, void *ctx, srv_error *error)
{
    signing_key_row *row = ctx;

    (void)error;
    return store_key_add(txn, row);
}

static bool first_row(void *ctx, const signing_key_row *row)
{
    *(signing_key_row *)ctx = *row;
    return false;
}

static srv_status first_job(store_txn *txn, void *ctx, srv_error *error)
{
    (void)error;
    return store_keys(txn, first_row, ctx);
}

/* T41: sealed bytes are bound to their kid: under another name they do not open. */
static void sealed_bytes_open_only_under_their_own_name(void **state)
{
    srv_kit *kit = *state;
    static signing_key_row row;
    srv_error error = { 0 };

    kit_open_ring(kit, &(keyring_opts){ .alg = NULL });
    assert_srv(store_read(kit->store, first_job, &row, NULL), SRV_OK);
    snprintf(row.kid, sizeof row.kid, "another");
    row.state = KEY_RETIRING;
    row.retire_after = kit->clock.now + SRV_DAY;
    assert_srv(store_write(kit->store, swap_job, &row, NULL), SRV_OK);
    assert_srv(keyring_check(kit->ring, &error), SRV_E_INVALID);
}

static void ring_signs_with_each_algorithm(void **state)
{
    static const char *const algs[] = { "EdDSA", "ES256", "RS256" };
    srv_kit *kit = *state;

    for (size_t i = 0; i < COUNT(algs); i++) {
        keyring_view view;

        kit_open_ring(kit, &(keyring_opts){ .alg = algs[i] });
        kit_tick_ring(kit, 2 * SRV_HOUR);
        keyring_take(kit->ring, &view);
        assert_string_equal(lanyard_key_alg(view.signer), algs[i]);
        keyring_give(&view);

        lanyard_buf token = kit_sign_now(kit);

        assert_int_equal(kit_verify_now(kit, &token), LANYARD_OK);
        lanyard_buf_done(&token);
    }
}

static void ring_refuses_another_algorithm(void **state)
{
    static const keyring_opts bad[] = {
        { .alg = "none" },
        { .alg = "PS256" },
        { .alg = "HS256" },
        { .alg = "EdDSA", .secret_path = "/tmp/some" },
        { .alg = "EdDSA", .rotate_every = SRV_HOUR },
    };
    srv_kit *kit = *state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        keyring_opts opts = bad[i];

        opts.master_path = kit->master;
        assert_srv(keyring_open(&opts, kit->store, &kit->ring, NULL), SRV_E_CONFIG);
        assert_null(kit->ring);
    }
}

/* The key of the new algorithm is published first; meanwhile the old one signs. */
static void ring_changes_its_algorithm_without_a_gap(void **state)
{
    srv_kit *kit = *state;
    char before[KID_MAX];
    char after[KID_MAX];

    kit_open_ring(kit, &(keyring_opts){ .alg = "EdDSA" });
    kit_active_kid(kit, before);
    kit_open_ring(kit, &(keyring_opts){ .alg = "ES256" });
    kit_active_kid(kit, after);
    assert_string_equal(before, after);
    assert_int_equal(kit_count_published(kit), 2);
    kit_tick_ring(kit, SRV_HOUR - 1);
    kit_active_kid(kit, after);
    assert_string_equal(before, after);
    kit_tick_ring(kit, 1);
    kit_active_kid(kit, after);
    assert_string_not_equal(before, after);
}

static void ring_uses_a_given_secret(void **state)
{
    srv_kit *kit = *state;

    kit_write_file(kit->secret, "a secret of thirty-two bytes, or so\n", 0600);
    kit_open_ring(kit, &(keyring_opts){ .alg = "HS256", .secret_path = kit->secret });
    assert_int_equal(kit_count_published(kit), 0);

    lanyard_buf token = kit_sign_now(kit);
    lanyard_keyset *keys = NULL;

    /* The bytes of the file without the line's end, as PyJWT would take them. */
    assert_int_equal(lanyard_keyset_read("a secret of thirty-two bytes, or so", 35,
                                         LANYARD_KEY(.format = LANYARD_KEY_SECRET, .alg = "HS256"),
                                         NULL, &keys, NULL),
                     LANYARD_OK);
    assert_int_equal(kit_verify_now(kit, &token), LANYARD_OK);
    lanyard_keyset_free(keys);

    /* Another secret is used at once, and what the old one signed still holds. */
    kit_write_file(kit->secret, "another secret, of thirty-two bytes", 0600);
    assert_srv(keyring_rotate(kit->ring, false, NULL), SRV_OK);
    assert_int_equal(kit_verify_now(kit, &token), LANYARD_OK);
    kit_tick_ring(kit, TOKEN_LIFE + SRV_HOUR);
    assert_int_equal(kit_verify_now(kit, &token), LANYARD_E_KEY_NOT_FOUND);
    lanyard_buf_done(&token);

    /* And back again: a retired secret comes into use once more. */
    kit_write_file(kit->secret, "a secret of thirty-two bytes, or so", 0600);
    assert_srv(keyring_rotate(kit->ring, false, NULL), SRV_OK);
    token = kit_sign_now(kit);
    assert_int_equal(kit_verify_now(kit, &token), LANYARD_OK);
    lanyard_buf_done(&token);
}

static void ring_refuses_a_given_secret_that_is_short_or_public(void **state)
{
    static const struct {
        const char *text;
        mode_t mode;
    } bad[] = {
        { "thirty-one bytes are one short.", 0600 },
        { "a secret of thirty-two bytes, or so", 0604 },
        { "", 0600 },
    };
    srv_kit *kit = *state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        const keyring_opts opts = { .master_path = kit->master,
                                    .alg = "HS256",
                                    .secret_path = kit->secret };

        kit_write_file(kit->secret, bad[i].text, bad[i].mode);
        assert_srv(keyring_open(&opts, kit->store, &kit->ring, NULL), SRV_E_CONFIG);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RING_TEST(ring_makes_and_uses_the_first_key_at_once),
        RING_TEST(ring_keeps_its_keys_over_a_restart),
        RING_TEST(ring_refuses_a_master_key_that_others_may_read),
        RING_TEST(ring_refuses_a_master_key_file_of_another_form),
        RING_TEST(ring_refuses_keys_that_another_master_key_sealed),
        RING_TEST(ring_reads_what_an_older_master_key_sealed),
        RING_TEST(rows_hold_no_private_key),
        RING_TEST(sealed_bytes_open_only_under_their_own_name),
        RING_TEST(ring_signs_with_each_algorithm),
        RING_TEST(ring_refuses_another_algorithm),
        RING_TEST(ring_changes_its_algorithm_without_a_gap),
        RING_TEST(ring_uses_a_given_secret),
        RING_TEST(ring_refuses_a_given_secret_that_is_short_or_public),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
