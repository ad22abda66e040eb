/* kit.c - see kit.h. */
#include "kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "store/driver.h"

srv_time kit_now(void *ctx)
{
    return ((const kit_clock *)ctx)->now;
}

void kit_script(const char *url, const char *sql)
{
    const store_driver *driver = strncmp(url, "sqlite:", 7) ? &store_postgres : &store_sqlite;
    store_opts opts = { .url = url, .wait_ms = 5000 };
    srv_error error = { 0 };
    store_conn *conn = NULL;

    if (driver->open(&opts, false, &conn, &error) || driver->script(conn, sql, &error))
        fail_msg("%s: %s", sql, error.detail);
    driver->close(conn);
}

void kit_database(srv_kit *kit, bool is_walk)
{
    const char *given = getenv("LANYARD_TEST_DB");

    *kit = (srv_kit){ .clock = { KIT_START } };
    if (given) {
        snprintf(kit->url, sizeof kit->url, "%s", given);
        kit_script(kit->url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    } else if (is_walk) {
        snprintf(kit->url, sizeof kit->url, "sqlite::memory:");
    } else {
        const char *folder = getenv("TMPDIR");
        int file = -1;

        snprintf(kit->path, sizeof kit->path, "%s/lanyard-test-XXXXXX", folder ? folder : "/tmp");
        file = mkstemp(kit->path);
        assert_true(file >= 0);
        close(file);
        snprintf(kit->url, sizeof kit->url, "sqlite:%s", kit->path);
    }
}

void kit_open_store(srv_kit *kit, bool is_walk)
{
    srv_error error = { 0 };
    store_opts opts = { .url = kit->url, .is_walk = is_walk, .clock = { kit_now, &kit->clock } };

    if (store_open(&opts, &kit->store, &error) || store_migrate(kit->store, &error))
        fail_msg("%s: %s", kit->url, error.detail);
}

void kit_start(srv_kit *kit, const session_rules *rules)
{
    refresh_keys keys = { .count = 1 };
    srv_error error = { 0 };

    memset(keys.keys[0].key, 7, sizeof keys.keys[0].key);
    keys.keys[0].kid = 1;
    assert_ok(tape_new(kit->store, &kit->tape, &error));
    assert_ok(tape_load(kit->tape, &error));
    sessions_init(&kit->sessions, kit->store, kit->tape, &keys, rules);
    kit->accounts =
        (accounts){ .store = kit->store, .tape = kit->tape, .sessions = &kit->sessions };
}

void kit_stop(srv_kit *kit)
{
    sessions_done(&kit->sessions);
    tape_free(kit->tape);
    kit->tape = NULL;
}

void kit_open(srv_kit *kit, bool is_walk, const session_rules *rules)
{
    kit_database(kit, is_walk);
    kit_open_store(kit, is_walk);
    kit_start(kit, rules);
}

void kit_add_hashes(srv_kit *kit, unsigned workers)
{
    const hash_opts cheap = { .memory_kib = 64, .passes = 1, .lanes = 1, .workers = workers };
    srv_error error = { 0 };

    assert_ok(hash_pool_new(&cheap, &kit->hashes, &error));
    kit->accounts.hashes = kit->hashes;
}

void kit_add_folder(srv_kit *kit)
{
    snprintf(kit->folder, sizeof kit->folder, "/tmp/lanyard-keys-XXXXXX");
    assert_non_null(mkdtemp(kit->folder));
    snprintf(kit->master, sizeof kit->master, "%s/master.key", kit->folder);
    snprintf(kit->secret, sizeof kit->secret, "%s/secret", kit->folder);
}

void kit_add_tokens(srv_kit *kit)
{
    const access_opts access = { .issuer = "https://id.example",
                                 .audience = "api",
                                 .client_id = "first-party" };
    const keyring_opts keys = { .master_path = kit->master, .token_life = 900 * SRV_SECOND };
    srv_error error = { 0 };

    kit_add_folder(kit);
    assert_ok(keyring_open(&keys, kit->store, &kit->ring, &error));
    assert_ok(access_new(&access, kit->ring, kit->tape, &kit->tokens, &error));
}

void kit_close(srv_kit *kit)
{
    char beside[160];

    access_free(kit->tokens);
    keyring_close(kit->ring);
    hash_pool_free(kit->hashes);
    if (kit->folder[0]) {
        unlink(kit->master);
        unlink(kit->secret);
        rmdir(kit->folder);
    }
    if (kit->tape)
        kit_stop(kit);
    store_close(kit->store);
    if (!kit->path[0])
        return;
    unlink(kit->path);
    snprintf(beside, sizeof beside, "%s-wal", kit->path);
    unlink(beside);
    snprintf(beside, sizeof beside, "%s-shm", kit->path);
    unlink(beside);
}

static int kit_setup_kind(void **state, bool is_walk)
{
    srv_kit *kit = malloc(sizeof *kit);

    kit_open(kit, is_walk, NULL);
    *state = kit;
    return 0;
}

int kit_setup(void **state)
{
    return kit_setup_kind(state, false);
}

int kit_setup_walk(void **state)
{
    return kit_setup_kind(state, true);
}

int kit_teardown(void **state)
{
    kit_close(*state);
    free(*state);
    return 0;
}

session_origin kit_from(const char *address)
{
    session_origin from = { .user_agent = "kit" };
    srv_address read;

    assert_true(srv_address_read(lanyard_str_of(address), &read));
    srv_address_write(&read, from.address);
    srv_address_prefix(&read, from.prefix);
    return from;
}

srv_id kit_user(srv_kit *kit, const char *name, const char *address, session_grant *grant)
{
    session_start start = { .from = kit_from(address) };
    account_register_row row = { .phc = "phc of the first password", .start = &start };
    srv_error error = { 0 };

    snprintf(row.user.username, sizeof row.user.username, "%s", name);
    snprintf(row.user.profile, sizeof row.user.profile, "{}");
    snprintf(row.user.roles, sizeof row.user.roles, "user");
    assert_ok(account_commit_register(&kit->accounts, &row, grant, &error));
    return row.user.id;
}

user_row kit_some_user(srv_kit *kit, const char *name)
{
    user_row user = { .status = USER_ACTIVE, .profile = "{}" };

    assert_ok(srv_id_new(kit->clock.now, &user.id));
    snprintf(user.username, sizeof user.username, "%s", name);
    user.created_at = kit->clock.now;
    user.updated_at = kit->clock.now;
    return user;
}

srv_status kit_add_user(store_txn *txn, void *ctx, srv_error *error)
{
    (void)error;
    return store_user_add(txn, ctx);
}

srv_status kit_read_user(store_txn *txn, void *ctx, srv_error *error)
{
    kit_find_user *find = ctx;

    (void)error;
    return store_user_find(txn, find->name, &find->user);
}

srv_status kit_log_in(srv_kit *kit, const char *login, const char *password, user_row *user,
                      session_grant *grant)
{
    account_login wanted = { .login = lanyard_str_of(login),
                             .password = bytes_of(password),
                             .session = { .from = kit_from(HOME) } };
    srv_error error = { 0 };

    return account_log_in(&kit->accounts, &wanted, user, grant, &error);
}

void kit_log_out(srv_kit *kit, const session_grant *grant)
{
    session_logout logout = { .sid = grant->sid, .from = kit_from(HOME) };
    unsigned revoked = 0;
    int64_t seq = 0;
    srv_error error = { 0 };

    assert_ok(sessions_logout(&kit->sessions, &logout, &revoked, &seq, &error));
    assert_int_equal(revoked, 1);
}

srv_status kit_refresh(srv_kit *kit, const char *text, const char *address, session_grant *grant,
                       srv_error *error)
{
    refresh_token token;
    session_origin from = kit_from(address);

    assert_ok(refresh_token_read(&kit->sessions.keys, lanyard_str_of(text), &token));
    return session_refresh(&kit->sessions, &token, &from, grant, error);
}

void kit_take_text(lanyard_buf *out, char text[KIT_TEXT_MAX])
{
    assert_true(srv_copy((lanyard_str){ out->ptr, out->len }, text, KIT_TEXT_MAX));
    lanyard_buf_done(out);
}

void kit_write_access(srv_kit *kit, const session_grant *grant, char text[KIT_TEXT_MAX])
{
    lanyard_buf out;
    srv_error error = { 0 };

    lanyard_buf_init(&out, NULL, KIT_TEXT_MAX);
    assert_ok(access_write(kit->tokens, grant, NULL, &out, &error));
    kit_take_text(&out, text);
}
