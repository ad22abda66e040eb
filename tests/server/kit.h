/* kit.h - what the server's tests share: a database of their own, a clock of their own, a user.
 *
 * The database is $LANYARD_TEST_DB (tests/server/with-postgres sets it) or SQLite: a new file under
 * the temporary folder, or memory for a walk. */
#ifndef TESTS_SERVER_KIT_H
#define TESTS_SERVER_KIT_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "asserts.h"
#include "account/commit.h"
#include "base/text.h"
#include "session/session.h"
#include "store/driver.h"

#define KIT_START (1700000000 * SRV_SECOND)

#define assert_ok(call) assert_srv(call, SRV_OK)

typedef struct kit_clock {
    srv_time now;
} kit_clock;

static inline srv_time kit_now(void *ctx)
{
    return ((const kit_clock *)ctx)->now;
}

typedef struct srv_kit {
    char url[256];
    char path[128]; /* of the SQLite file, or "" */
    kit_clock clock;
    srv_store *store;
    srv_tape *tape;
    sessions sessions;
    accounts accounts;
} srv_kit;

static inline void kit_script(const char *url, const char *sql)
{
    const store_driver *driver = strncmp(url, "sqlite:", 7) ? &store_postgres : &store_sqlite;
    store_opts opts = { .url = url, .wait_ms = 5000 };
    srv_error error = { 0 };
    store_conn *conn = NULL;

    if (driver->open(&opts, false, &conn, &error) || driver->script(conn, sql, &error))
        fail_msg("%s: %s", sql, error.detail);
    driver->close(conn);
}

/* An empty database. */
static inline void kit_database(srv_kit *kit, bool is_walk)
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

static inline void kit_open_store(srv_kit *kit, bool is_walk)
{
    srv_error error = { 0 };
    store_opts opts = { .url = kit->url, .is_walk = is_walk, .clock = { kit_now, &kit->clock } };

    if (store_open(&opts, &kit->store, &error) || store_migrate(kit->store, &error))
        fail_msg("%s: %s", kit->url, error.detail);
}

/* What is in memory, made anew: the start of a process. */
static inline void kit_start(srv_kit *kit, const session_rules *rules)
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

static inline void kit_stop(srv_kit *kit)
{
    sessions_done(&kit->sessions);
    tape_free(kit->tape);
    kit->tape = NULL;
}

static inline void kit_open(srv_kit *kit, bool is_walk, const session_rules *rules)
{
    kit_database(kit, is_walk);
    kit_open_store(kit, is_walk);
    kit_start(kit, rules);
}

static inline void kit_close(srv_kit *kit)
{
    char beside[160];

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

static inline int kit_setup_kind(void **state, bool is_walk)
{
    srv_kit *kit = malloc(sizeof *kit);

    kit_open(kit, is_walk, NULL);
    *state = kit;
    return 0;
}

static inline int kit_setup(void **state)
{
    return kit_setup_kind(state, false);
}

static inline int kit_setup_walk(void **state)
{
    return kit_setup_kind(state, true);
}

static inline int kit_teardown(void **state)
{
    kit_close(*state);
    free(*state);
    return 0;
}

/* A test whose state is a kit of its own. */
#define OVER_A_KIT(test)  cmocka_unit_test_setup_teardown(test, kit_setup, kit_teardown)
#define OVER_A_WALK(test) cmocka_unit_test_setup_teardown(test, kit_setup_walk, kit_teardown)

static inline session_origin kit_from(const char *address)
{
    session_origin from = { .user_agent = "kit" };
    srv_address read;

    assert_true(srv_address_read(lanyard_str_of(address), &read));
    srv_address_write(&read, from.address);
    srv_address_prefix(&read, from.prefix);
    return from;
}

/* Registers a user of that name with a PHC string instead of a password. */
static inline srv_id kit_user(srv_kit *kit, const char *name, const char *address,
                              session_grant *grant)
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

/* --- rows of users, and the jobs that write and read them --- */

static inline user_row kit_some_user(srv_kit *kit, const char *name)
{
    user_row user = { .status = USER_ACTIVE, .profile = "{}" };

    assert_ok(srv_id_new(kit->clock.now, &user.id));
    snprintf(user.username, sizeof user.username, "%s", name);
    user.created_at = kit->clock.now;
    user.updated_at = kit->clock.now;
    return user;
}

static inline srv_status kit_add_user(store_txn *txn, void *ctx, srv_error *error)
{
    (void)error;
    return store_user_add(txn, ctx);
}

typedef struct kit_find_user {
    const char *name;
    user_row user;
} kit_find_user;

static inline srv_status kit_read_user(store_txn *txn, void *ctx, srv_error *error)
{
    kit_find_user *find = ctx;

    (void)error;
    return store_user_find(txn, find->name, &find->user);
}

static inline srv_status kit_refresh(srv_kit *kit, const char *text, const char *address,
                                     session_grant *grant, srv_error *error)
{
    refresh_token token;
    session_origin from = kit_from(address);

    assert_ok(refresh_token_read(&kit->sessions.keys, lanyard_str_of(text), &token));
    return session_refresh(&kit->sessions, &token, &from, grant, error);
}

#endif
