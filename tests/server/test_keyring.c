/* test_keyring.c - the ring over a real store, with a clock that the test moves. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "asserts.h"
#include "keyring/keyring.h"

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

static srv_time fixture_now(void *ctx)
{
    return *(srv_time *)ctx;
}

static int fixture_set_up(void **state)
{
    fixture *test = calloc(1, sizeof *test);
    srv_error error = { 0 };

    assert_non_null(test);
    test->now = START;
    snprintf(test->folder, sizeof test->folder, "/tmp/lanyard-keyring-XXXXXX");
    assert_non_null(mkdtemp(test->folder));
    snprintf(test->master, sizeof test->master, "%s/master.key", test->folder);
    snprintf(test->secret, sizeof test->secret, "%s/secret", test->folder);

    const store_opts opts = {
        .url = "sqlite::memory:",
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

static int fixture_tear_down(void **state)
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

static void fixture_open(fixture *test, const keyring_opts *opts)
{
    keyring_opts whole = *opts;
    srv_error error = { 0 };

    whole.master_path = test->master;
    whole.token_life = TOKEN_LIFE;
    keyring_close(test->ring);
    test->ring = NULL;
    assert_srv(keyring_open(&whole, test->store, &test->ring, &error), SRV_OK);
}

static srv_status fixture_reopen(fixture *test, srv_error *error)
{
    const keyring_opts opts = { .master_path = test->master, .token_life = TOKEN_LIFE };

    keyring_close(test->ring);
    test->ring = NULL;
    return keyring_open(&opts, test->store, &test->ring, error);
}

static void fixture_write(const char *path, const char *text, mode_t mode)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void fixture_tick(fixture *test, srv_time step)
{
    srv_error error = { 0 };

    test->now += step;
    assert_srv(keyring_tick(test->ring, &error), SRV_OK);
}

/* Counts the keys in the JWKS of now. */
static size_t fixture_published(const fixture *test)
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

static void fixture_kid(const fixture *test, char kid[KID_MAX])
{
    keyring_view view;

    keyring_take(test->ring, &view);
    snprintf(kid, KID_MAX, "%.*s", (int)lanyard_key_kid(view.signer).len,
             lanyard_key_kid(view.signer).ptr);
    keyring_give(&view);
}

/* A token of now, signed by the active key. */
static lanyard_buf fixture_sign(const fixture *test)
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

static lanyard_status verify_with(const lanyard_keyset *keys, const lanyard_buf *text, srv_time now)
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

static lanyard_status fixture_verify(const fixture *test, const lanyard_buf *text)
{
    keyring_view view;

    keyring_take(test->ring, &view);

    lanyard_status status = verify_with(view.verify, text, test->now);

    keyring_give(&view);
    return status;
}

static void ring_makes_and_uses_the_first_key_at_once(void **state)
{
    fixture *test = *state;
    struct stat info;

    fixture_open(test, &(keyring_opts){ .alg = NULL });
    assert_int_equal(stat(test->master, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(fixture_published(test), 1);

    lanyard_buf token = fixture_sign(test);

    assert_int_equal(fixture_verify(test, &token), LANYARD_OK);
    lanyard_buf_done(&token);
}

static void ring_keeps_its_keys_over_a_restart(void **state)
{
    fixture *test = *state;
    char before[KID_MAX];
    char after[KID_MAX];
    srv_error error = { 0 };

    fixture_open(test, &(keyring_opts){ .alg = NULL });
    fixture_kid(test, before);

    lanyard_buf token = fixture_sign(test);

    assert_srv(fixture_reopen(test, &error), SRV_OK);
    fixture_kid(test, after);
    assert_string_equal(before, after);
    assert_int_equal(fixture_verify(test, &token), LANYARD_OK);
    assert_srv(keyring_check(test->ring, &error), SRV_OK);
    lanyard_buf_done(&token);
}

static void ring_refuses_a_master_key_that_others_may_read(void **state)
{
    static const mode_t modes[] = { 0640, 0604, 0620, 0601 };
    fixture *test = *state;

    fixture_open(test, &(keyring_opts){ .alg = NULL });
    for (size_t i = 0; i < COUNT(modes); i++) {
        srv_error error = { 0 };

        assert_int_equal(chmod(test->master, modes[i]), 0);
        assert_srv(fixture_reopen(test, &error), SRV_E_CONFIG);
        assert_non_null(strstr(error.detail, "chmod 600"));
    }
    assert_int_equal(chmod(test->master, 0600), 0);
    assert_srv(fixture_reopen(test, NULL), SRV_OK);
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
    fixture *test = *state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        fixture_write(test->master, bad[i], 0600);
        assert_srv(fixture_reopen(test, NULL), SRV_E_CONFIG);
    }
    fixture_write(test->master, "7 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 0600);
    assert_srv(fixture_reopen(test, NULL), SRV_OK);
}

/* T41: who has the database, but another master key, signs nothing. */
static void ring_refuses_keys_that_another_master_key_sealed(void **state)
{
    fixture *test = *state;
    srv_error error = { 0 };

    fixture_open(test, &(keyring_opts){ .alg = NULL });
    fixture_write(test->master, "1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", 0600);
    assert_srv(fixture_reopen(test, &error), SRV_E_INVALID);
    /* And with none at all, no new one is made over the old keys. */
    assert_int_equal(unlink(test->master), 0);
    assert_srv(fixture_reopen(test, &error), SRV_E_CONFIG);
    assert_int_equal(access(test->master, F_OK), -1);
}

static void ring_reads_what_an_older_master_key_sealed(void **state)
{
    fixture *test = *state;
    char line[64] = "";
    char text[192];
    char before[KID_MAX];
    char after[KID_MAX];
    refresh_keys old;
    refresh_keys both;
    FILE *file = NULL;

    fixture_open(test, &(keyring_opts){ .alg = NULL });
    fixture_kid(test, before);
    assert_srv(keyring_refresh_keys(test->ring, &old), SRV_OK);
    file = fopen(test->master, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    fclose(file);
    snprintf(text, sizeof text, "2 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n%s", line);
    fixture_write(test->master, text, 0600);
    assert_srv(fixture_reopen(test, NULL), SRV_OK);
    fixture_kid(test, after);
    assert_string_equal(before, after);
    assert_srv(keyring_check(test->ring, NULL), SRV_OK);
    assert_srv(keyring_refresh_keys(test->ring, &both), SRV_OK);
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
    fixture *test = *state;
    leak all = { .len = 0 };
    keyring_view view;
    lanyard_buf jwk;

    fixture_open(test, &(keyring_opts){ .alg = NULL });
    keyring_take(test->ring, &view);
    lanyard_buf_init(&jwk, NULL, 4096);
    assert_int_equal(lanyard_key_write_jwk(view.signer, LANYARD_KEY_PRIVATE, &jwk, NULL),
                     LANYARD_OK);
    assert_srv(store_read(test->store, leak_job, &all, NULL), SRV_OK);

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
    fixture *test = *state;
    static signing_key_row row;
    srv_error error = { 0 };

    fixture_open(test, &(keyring_opts){ .alg = NULL });
    assert_srv(store_read(test->store, first_job, &row, NULL), SRV_OK);
    snprintf(row.kid, sizeof row.kid, "another");
    row.state = KEY_RETIRING;
    row.retire_after = test->now + SRV_DAY;
    assert_srv(store_write(test->store, swap_job, &row, NULL), SRV_OK);
    assert_srv(keyring_check(test->ring, &error), SRV_E_INVALID);
}

static void ring_signs_with_each_algorithm(void **state)
{
    static const char *const algs[] = { "EdDSA", "ES256", "RS256" };
    fixture *test = *state;

    for (size_t i = 0; i < COUNT(algs); i++) {
        keyring_view view;

        fixture_open(test, &(keyring_opts){ .alg = algs[i] });
        fixture_tick(test, 2 * SRV_HOUR);
        keyring_take(test->ring, &view);
        assert_string_equal(lanyard_key_alg(view.signer), algs[i]);
        keyring_give(&view);

        lanyard_buf token = fixture_sign(test);

        assert_int_equal(fixture_verify(test, &token), LANYARD_OK);
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
    fixture *test = *state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        keyring_opts opts = bad[i];

        opts.master_path = test->master;
        assert_srv(keyring_open(&opts, test->store, &test->ring, NULL), SRV_E_CONFIG);
        assert_null(test->ring);
    }
}

/* The key of the new algorithm is published first; meanwhile the old one signs. */
static void ring_changes_its_algorithm_without_a_gap(void **state)
{
    fixture *test = *state;
    char before[KID_MAX];
    char after[KID_MAX];

    fixture_open(test, &(keyring_opts){ .alg = "EdDSA" });
    fixture_kid(test, before);
    fixture_open(test, &(keyring_opts){ .alg = "ES256" });
    fixture_kid(test, after);
    assert_string_equal(before, after);
    assert_int_equal(fixture_published(test), 2);
    fixture_tick(test, SRV_HOUR - 1);
    fixture_kid(test, after);
    assert_string_equal(before, after);
    fixture_tick(test, 1);
    fixture_kid(test, after);
    assert_string_not_equal(before, after);
}

static void ring_uses_a_given_secret(void **state)
{
    fixture *test = *state;

    fixture_write(test->secret, "a secret of thirty-two bytes, or so\n", 0600);
    fixture_open(test, &(keyring_opts){ .alg = "HS256", .secret_path = test->secret });
    assert_int_equal(fixture_published(test), 0);

    lanyard_buf token = fixture_sign(test);
    lanyard_keyset *keys = NULL;

    /* The bytes of the file without the line's end, as PyJWT would take them. */
    assert_int_equal(lanyard_keyset_read("a secret of thirty-two bytes, or so", 35,
                                         LANYARD_KEY(.format = LANYARD_KEY_SECRET, .alg = "HS256"),
                                         NULL, &keys, NULL),
                     LANYARD_OK);
    assert_int_equal(fixture_verify(test, &token), LANYARD_OK);
    lanyard_keyset_free(keys);

    /* Another secret is used at once, and what the old one signed still holds. */
    fixture_write(test->secret, "another secret, of thirty-two bytes", 0600);
    assert_srv(keyring_rotate(test->ring, false, NULL), SRV_OK);
    assert_int_equal(fixture_verify(test, &token), LANYARD_OK);
    fixture_tick(test, TOKEN_LIFE + SRV_HOUR);
    assert_int_equal(fixture_verify(test, &token), LANYARD_E_KEY_NOT_FOUND);
    lanyard_buf_done(&token);

    /* And back again: a retired secret comes into use once more. */
    fixture_write(test->secret, "a secret of thirty-two bytes, or so", 0600);
    assert_srv(keyring_rotate(test->ring, false, NULL), SRV_OK);
    token = fixture_sign(test);
    assert_int_equal(fixture_verify(test, &token), LANYARD_OK);
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
    fixture *test = *state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        const keyring_opts opts = { .master_path = test->master,
                                    .alg = "HS256",
                                    .secret_path = test->secret };

        fixture_write(test->secret, bad[i].text, bad[i].mode);
        assert_srv(keyring_open(&opts, test->store, &test->ring, NULL), SRV_E_CONFIG);
    }
}

static void rotation_publishes_an_hour_before_use(void **state)
{
    fixture *test = *state;
    char first[KID_MAX];
    char now[KID_MAX];

    fixture_open(test, &(keyring_opts){ .alg = NULL });
    fixture_kid(test, first);
    fixture_tick(test, 30 * SRV_DAY - SRV_HOUR - 1);
    assert_int_equal(fixture_published(test), 1);
    fixture_tick(test, 1);
    assert_int_equal(fixture_published(test), 2);
    fixture_tick(test, SRV_HOUR - 1);
    fixture_kid(test, now);
    assert_string_equal(first, now);

    lanyard_buf last = fixture_sign(test);

    fixture_tick(test, 1);
    fixture_kid(test, now);
    assert_string_not_equal(first, now);
    /* Retired only after its last token. */
    fixture_tick(test, TOKEN_LIFE - 2 * SRV_SECOND);
    assert_int_equal(fixture_verify(test, &last), LANYARD_OK);
    fixture_tick(test, SRV_HOUR);
    assert_int_equal(fixture_published(test), 1);
    assert_int_equal(fixture_verify(test, &last), LANYARD_E_KEY_NOT_FOUND);
    lanyard_buf_done(&last);
}

static void rotation_on_demand_publishes_first_or_replaces_at_once(void **state)
{
    fixture *test = *state;
    char first[KID_MAX];
    char now[KID_MAX];

    fixture_open(test, &(keyring_opts){ .alg = NULL });
    fixture_kid(test, first);
    assert_srv(keyring_rotate(test->ring, false, NULL), SRV_OK);
    fixture_kid(test, now);
    assert_string_equal(first, now);
    /* Asked twice, it is still one new key. */
    assert_srv(keyring_rotate(test->ring, false, NULL), SRV_OK);
    assert_int_equal(fixture_published(test), 2);
    fixture_tick(test, SRV_HOUR);
    fixture_kid(test, now);
    assert_string_not_equal(first, now);
    assert_srv(keyring_rotate(test->ring, true, NULL), SRV_OK);
    fixture_kid(test, first);
    assert_string_not_equal(first, now);
}

/* T43: out of the JWKS, on the tape, replaced: all of it before the call returns. */
static void revocation_replaces_the_active_key_at_once(void **state)
{
    fixture *test = *state;
    char stolen[KID_MAX];
    char now[KID_MAX];

    fixture_open(test, &(keyring_opts){ .alg = NULL });
    fixture_kid(test, stolen);

    lanyard_buf token = fixture_sign(test);
    const tape_question question = { .kid = { stolen, strlen(stolen) },
                                     .iat = srv_time_seconds(test->now) };

    assert_srv(tape_check(test->tape, &question), SRV_OK);
    assert_srv(keyring_revoke(test->ring, stolen, test->tape, NULL), SRV_OK);
    assert_srv(tape_check(test->tape, &question), SRV_E_SESSION_ENDED);
    assert_int_equal(fixture_verify(test, &token), LANYARD_E_KEY_NOT_FOUND);
    assert_int_equal(fixture_published(test), 1);
    fixture_kid(test, now);
    assert_string_not_equal(stolen, now);
    lanyard_buf_done(&token);

    /* After a restart as well. */
    assert_srv(fixture_reopen(test, NULL), SRV_OK);
    fixture_kid(test, stolen);
    assert_string_equal(stolen, now);
    assert_srv(tape_load(test->tape, NULL), SRV_OK);
    assert_int_equal(tape_count(test->tape), 1);
}

static void revocation_refuses_a_kid_that_nobody_uses(void **state)
{
    fixture *test = *state;
    char kid[KID_MAX];

    fixture_open(test, &(keyring_opts){ .alg = NULL });
    assert_srv(keyring_revoke(test->ring, "nobody", test->tape, NULL), SRV_E_NOT_FOUND);
    fixture_kid(test, kid);
    assert_srv(keyring_revoke(test->ring, kid, test->tape, NULL), SRV_OK);
    assert_srv(keyring_revoke(test->ring, kid, test->tape, NULL), SRV_E_NOT_FOUND);
    assert_int_equal(tape_count(test->tape), 1);
}

static void revocation_of_a_published_key_leaves_the_active_one(void **state)
{
    fixture *test = *state;
    char active[KID_MAX];
    char now[KID_MAX];
    keyring_view view;
    char next[KID_MAX] = "";

    fixture_open(test, &(keyring_opts){ .alg = NULL });
    fixture_kid(test, active);
    assert_srv(keyring_rotate(test->ring, false, NULL), SRV_OK);
    keyring_take(test->ring, &view);

    lanyard_str kid = lanyard_key_kid(lanyard_keyset_at(view.verify, 1));

    snprintf(next, sizeof next, "%.*s", (int)kid.len, kid.ptr);
    keyring_give(&view);
    assert_srv(keyring_revoke(test->ring, next, test->tape, NULL), SRV_OK);
    fixture_kid(test, now);
    assert_string_equal(active, now);
    assert_int_equal(fixture_published(test), 1);
}

static void revocation_of_the_given_secret_asks_for_another_first(void **state)
{
    fixture *test = *state;
    char old[KID_MAX];

    fixture_write(test->secret, "a secret of thirty-two bytes, or so", 0600);
    fixture_open(test, &(keyring_opts){ .alg = "HS256", .secret_path = test->secret });
    fixture_kid(test, old);

    lanyard_buf token = fixture_sign(test);

    assert_srv(keyring_revoke(test->ring, old, test->tape, NULL), SRV_E_INVALID);
    assert_int_equal(fixture_verify(test, &token), LANYARD_OK);
    fixture_write(test->secret, "another secret, of thirty-two bytes", 0600);
    assert_srv(keyring_rotate(test->ring, true, NULL), SRV_OK);
    assert_srv(keyring_revoke(test->ring, old, test->tape, NULL), SRV_OK);
    assert_int_equal(fixture_verify(test, &token), LANYARD_E_KEY_NOT_FOUND);
    lanyard_buf_done(&token);

    /* A revoked secret never comes back. */
    fixture_write(test->secret, "a secret of thirty-two bytes, or so", 0600);
    assert_srv(keyring_rotate(test->ring, true, NULL), SRV_E_CONFIG);
}

static lanyard_key *key_of(const char *alg, const char *kid)
{
    lanyard_key *key = NULL;

    assert_int_equal(lanyard_key_generate(LANYARD_KEYGEN(.alg = alg, .kid = kid), NULL, &key, NULL),
                     LANYARD_OK);
    return key;
}

static void import_publishes_a_key_an_hour_before_it_signs(void **state)
{
    fixture *test = *state;
    lanyard_key *key = key_of("EdDSA", "from elsewhere");
    char kid[KID_MAX];

    fixture_open(test, &(keyring_opts){ .alg = NULL });
    assert_srv(keyring_import(test->ring, key, 0, false, NULL), SRV_OK);
    assert_int_equal(fixture_published(test), 2);
    fixture_tick(test, SRV_HOUR - 1);
    fixture_kid(test, kid);
    assert_string_not_equal(kid, "from elsewhere");
    fixture_tick(test, 1);
    fixture_kid(test, kid);
    assert_string_equal(kid, "from elsewhere");
    lanyard_key_free(key);
}

static void import_makes_a_key_the_active_one_when_told_to(void **state)
{
    fixture *test = *state;
    lanyard_key *key = key_of("EdDSA", "from elsewhere");
    char kid[KID_MAX];

    fixture_open(test, &(keyring_opts){ .alg = NULL });

    lanyard_buf before = fixture_sign(test);

    assert_srv(keyring_import(test->ring, key, 0, true, NULL), SRV_OK);
    fixture_kid(test, kid);
    assert_string_equal(kid, "from elsewhere");
    assert_int_equal(fixture_verify(test, &before), LANYARD_OK);
    assert_srv(keyring_import(test->ring, key, 0, true, NULL), SRV_E_CONFLICT);
    lanyard_buf_done(&before);
    lanyard_key_free(key);
}

static void import_to_verify_only_ends_at_its_time(void **state)
{
    fixture *test = *state;
    lanyard_key *key = key_of("RS256", "old issuer");
    lanyard_issuer *issuer = NULL;
    lanyard_buf token;
    char before[KID_MAX];
    char after[KID_MAX];

    fixture_open(test, &(keyring_opts){ .alg = NULL });
    fixture_kid(test, before);
    assert_srv(keyring_import(test->ring, key, test->now + SRV_DAY, false, NULL), SRV_OK);
    fixture_kid(test, after);
    assert_string_equal(before, after);
    lanyard_buf_init(&token, NULL, 4096);
    assert_int_equal(lanyard_issuer_new(LANYARD_ISSUER(.key = key, .lifetime_s = 7 * 86400), NULL,
                                        &issuer, NULL),
                     LANYARD_OK);
    assert_int_equal(lanyard_issue(issuer, NULL, srv_time_seconds(test->now), NULL, &token, NULL),
                     LANYARD_OK);
    fixture_tick(test, SRV_DAY - 1);
    assert_int_equal(fixture_verify(test, &token), LANYARD_OK);
    fixture_tick(test, 1);
    assert_int_equal(fixture_verify(test, &token), LANYARD_E_KEY_NOT_FOUND);
    lanyard_issuer_free(issuer);
    lanyard_buf_done(&token);
    lanyard_key_free(key);
}

static lanyard_key *public_of(const lanyard_key *key)
{
    lanyard_key *public = NULL;
    lanyard_buf jwk;

    lanyard_buf_init(&jwk, NULL, 4096);
    assert_int_equal(lanyard_key_write_jwk(key, LANYARD_KEY_PUBLIC, &jwk, NULL), LANYARD_OK);
    assert_int_equal(lanyard_key_read(jwk.ptr, jwk.len, NULL, NULL, &public, NULL), LANYARD_OK);
    lanyard_buf_done(&jwk);
    return public;
}

static void import_refuses_what_cannot_be_used(void **state)
{
    fixture *test = *state;
    lanyard_key *private = key_of("EdDSA", NULL);
    lanyard_key *public = public_of(private);
    lanyard_key *other = key_of("ES256", NULL);

    fixture_open(test, &(keyring_opts){ .alg = NULL });
    assert_srv(keyring_import(test->ring, public, 0, true, NULL), SRV_E_INVALID);
    assert_srv(keyring_import(test->ring, other, 0, true, NULL), SRV_E_INVALID);
    assert_srv(keyring_import(test->ring, private, test->now, false, NULL), SRV_E_INVALID);
    assert_srv(keyring_import(test->ring, public, test->now + 1, false, NULL), SRV_OK);
    assert_int_equal(fixture_published(test), 2);
    lanyard_key_free(private);
    lanyard_key_free(public);
    lanyard_key_free(other);
}

static void ring_sees_what_another_process_did(void **state)
{
    fixture *test = *state;
    const keyring_opts opts = { .master_path = test->master, .token_life = TOKEN_LIFE };
    keyring *other = NULL;
    keyring_view view;
    char kid[KID_MAX];

    fixture_open(test, &(keyring_opts){ .alg = NULL });
    assert_srv(keyring_open(&opts, test->store, &other, NULL), SRV_OK);
    assert_srv(keyring_rotate(other, true, NULL), SRV_OK);
    fixture_tick(test, SRV_SECOND);
    fixture_kid(test, kid);
    keyring_take(other, &view);
    assert_int_equal(lanyard_str_equal(lanyard_key_kid(view.signer), lanyard_str_of(kid)), 1);
    keyring_give(&view);
    keyring_close(other);
}

/* T44 */
static void a_view_outlives_the_rotation_that_replaced_it(void **state)
{
    fixture *test = *state;
    keyring_view view;

    fixture_open(test, &(keyring_opts){ .alg = NULL });
    keyring_take(test->ring, &view);

    lanyard_buf token = fixture_sign(test);

    assert_srv(keyring_rotate(test->ring, true, NULL), SRV_OK);
    fixture_tick(test, SRV_DAY);
    assert_int_equal(verify_with(view.verify, &token, test->now - SRV_DAY), LANYARD_OK);
    keyring_give(&view);
    lanyard_buf_done(&token);
}

typedef struct reader {
    const fixture *test;
    const lanyard_buf *token;
    atomic_bool *is_over;
    unsigned failed;
} reader;

static void *reader_run(void *ctx)
{
    reader *mine = ctx;

    while (!atomic_load(mine->is_over))
        mine->failed += fixture_verify(mine->test, mine->token) != LANYARD_OK;
    return NULL;
}

#define READERS   4
#define ROTATIONS 50

/* T44: requests never see a ring that is half changed, and never one that is gone. */
static void views_are_taken_while_the_ring_rotates(void **state)
{
    fixture *test = *state;
    atomic_bool is_over = false;
    reader readers[READERS];
    pthread_t threads[READERS];

    fixture_open(test, &(keyring_opts){ .alg = NULL });

    lanyard_buf token = fixture_sign(test);

    for (size_t i = 0; i < READERS; i++) {
        readers[i] = (reader){ .test = test, .token = &token, .is_over = &is_over };
        assert_int_equal(pthread_create(&threads[i], NULL, reader_run, &readers[i]), 0);
    }
    for (int i = 0; i < ROTATIONS; i++)
        assert_srv(keyring_rotate(test->ring, true, NULL), SRV_OK);
    atomic_store(&is_over, true);
    for (size_t i = 0; i < READERS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(readers[i].failed, 0);
    }
    lanyard_buf_done(&token);
}

/* T44: a verifier that fetches the JWKS once an hour, over four rotations, a token every quarter of
 * an hour, each verified until it expires: none fails. */
#define SIMULATED_DAYS 125
#define STEP           (15 * SRV_MINUTE)
#define FETCH_STEPS    4

static void rotations_never_fail_a_verification(void **state)
{
    fixture *test = *state;
    keyring_view cached = { .owner = NULL };
    lanyard_buf last = { .ptr = NULL };
    unsigned verified = 0;
    unsigned rotations = 0;
    char before[KID_MAX];
    char kid[KID_MAX];

    fixture_open(test, &(keyring_opts){ .alg = NULL });
    fixture_kid(test, before);
    for (int64_t step = 0; step < SIMULATED_DAYS * SRV_DAY / STEP; step++) {
        if (step % FETCH_STEPS == 0) {
            if (cached.owner)
                keyring_give(&cached);
            keyring_take(test->ring, &cached);
        }

        lanyard_buf token = fixture_sign(test);

        assert_int_equal(verify_with(cached.verify, &token, test->now), LANYARD_OK);
        if (last.ptr)
            assert_int_equal(verify_with(cached.verify, &last, test->now - SRV_SECOND), LANYARD_OK);
        verified += last.ptr ? 2 : 1;
        lanyard_buf_done(&last);
        last = token;
        fixture_kid(test, kid);
        rotations += strcmp(before, kid) != 0;
        memcpy(before, kid, sizeof before);
        fixture_tick(test, STEP);
    }
    assert_int_equal(rotations, 4);
    print_message("note: %u verifications over %u rotations, 0 failed\n", verified, rotations);
    lanyard_buf_done(&last);
    keyring_give(&cached);
}

#define RING_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

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
        RING_TEST(rotation_publishes_an_hour_before_use),
        RING_TEST(rotation_on_demand_publishes_first_or_replaces_at_once),
        RING_TEST(revocation_replaces_the_active_key_at_once),
        RING_TEST(revocation_refuses_a_kid_that_nobody_uses),
        RING_TEST(revocation_of_a_published_key_leaves_the_active_one),
        RING_TEST(revocation_of_the_given_secret_asks_for_another_first),
        RING_TEST(import_publishes_a_key_an_hour_before_it_signs),
        RING_TEST(import_makes_a_key_the_active_one_when_told_to),
        RING_TEST(import_to_verify_only_ends_at_its_time),
        RING_TEST(import_refuses_what_cannot_be_used),
        RING_TEST(ring_sees_what_another_process_did),
        RING_TEST(a_view_outlives_the_rotation_that_replaced_it),
        RING_TEST(views_are_taken_while_the_ring_rotates),
        RING_TEST(rotations_never_fail_a_verification),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
