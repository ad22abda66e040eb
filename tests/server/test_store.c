/* test_store.c - the store's promises, the same over both back ends. */
#include "kit.h"

#include <pthread.h>
#include "store/migrations.h"
#include "store/postgres.h"

static srv_status add_user_then_fail(store_txn *txn, void *ctx, srv_error *error)
{
    TRY(kit_add_user(txn, ctx, error));
    return srv_fail(error, SRV_E_INVALID, "on purpose");
}

static void store_keeps_every_column_of_a_user(void **state)
{
    srv_kit *kit = *state;
    user_row user = kit_some_user(kit, "ada");
    kit_find_user find = { .name = "ada" };
    srv_error error = { 0 };

    snprintf(user.roles, sizeof user.roles, "admin user");
    snprintf(user.profile, sizeof user.profile, "{\"b\": 1, \"a\":[true]}");
    user.tokens_not_before = kit->clock.now + 1;
    assert_ok(store_write(kit->store, kit_add_user, &user, &error));
    assert_ok(store_read(kit->store, kit_read_user, &find, &error));
    assert_true(srv_id_equal(&find.user.id, &user.id));
    assert_string_equal(find.user.roles, "admin user");
    assert_string_equal(find.user.profile, "{\"b\": 1, \"a\":[true]}");
    assert_true(find.user.tokens_not_before == kit->clock.now + 1);
    assert_true(find.user.created_at == kit->clock.now);
    assert_string_equal(find.user.email, "");
}

static void store_refuses_a_name_twice(void **state)
{
    srv_kit *kit = *state;
    user_row first = kit_some_user(kit, "ada");
    user_row second = kit_some_user(kit, "ada");
    srv_error error = { 0 };

    assert_ok(store_write(kit->store, kit_add_user, &first, &error));
    assert_srv(store_write(kit->store, kit_add_user, &second, &error), SRV_E_USERNAME_TAKEN);
}

static void store_rolls_back_a_failing_job_alone(void **state)
{
    srv_kit *kit = *state;
    user_row user = kit_some_user(kit, "ada");
    kit_find_user find = { .name = "ada" };
    srv_error error = { 0 };

    assert_srv(store_write(kit->store, add_user_then_fail, &user, &error), SRV_E_INVALID);
    assert_string_equal(error.detail, "on purpose");
    assert_srv(store_read(kit->store, kit_read_user, &find, &error), SRV_E_NOT_FOUND);
    assert_ok(store_write(kit->store, kit_add_user, &user, &error));
}

static srv_status update_job(store_txn *txn, void *ctx, srv_error *error)
{
    (void)error;
    return store_user_update(txn, ctx);
}

static void store_refuses_an_update_of_an_older_version(void **state)
{
    srv_kit *kit = *state;
    user_row user = kit_some_user(kit, "ada");
    user_row other = kit_some_user(kit, "bob");
    srv_error error = { 0 };

    assert_ok(store_write(kit->store, kit_add_user, &user, &error));
    assert_ok(store_write(kit->store, kit_add_user, &other, &error));
    assert_ok(store_write(kit->store, update_job, &user, &error));
    assert_srv(store_write(kit->store, update_job, &user, &error), SRV_E_CONFLICT);
    user.version = 1;
    snprintf(user.username, sizeof user.username, "bob");
    assert_srv(store_write(kit->store, update_job, &user, &error), SRV_E_USERNAME_TAKEN);
}

/* --- many at once --- */

#define WRITERS 16
#define EACH    25

typedef struct crowd {
    srv_kit *kit;
    int number;
    int failed;
} crowd;

static srv_status count_up(store_txn *txn, void *ctx, srv_error *error)
{
    uint8_t value[META_VALUE_MAX] = { 0 };
    size_t len = 0;
    int64_t count = 0;
    const crowd *one = ctx;

    (void)error;
    /* Takes a lock that every writer wants, or the counter would lose on PostgreSQL. */
    TRY(store_keys_lock(txn));
    if (store_meta_get(txn, "count", value, &len) == SRV_OK)
        memcpy(&count, value, sizeof count);
    count++;
    TRY(store_meta_set(txn, "count", SRV_BYTES(count)));
    return one->number % 4 == 3 ? SRV_E_INVALID : SRV_OK; /* every fourth fails, alone */
}

static void *write_many(void *arg)
{
    crowd *one = arg;

    for (int i = 0; i < EACH; i++) {
        srv_status status = store_write(one->kit->store, count_up, one, NULL);

        one->failed += status != (one->number % 4 == 3 ? SRV_E_INVALID : SRV_OK);
    }
    return NULL;
}

static srv_status read_count(store_txn *txn, void *ctx, srv_error *error)
{
    uint8_t value[META_VALUE_MAX] = { 0 };
    size_t len = 0;

    (void)error;
    TRY(store_meta_get(txn, "count", value, &len));
    memcpy(ctx, value, sizeof(int64_t));
    return SRV_OK;
}

static void store_loses_no_write_of_many_threads(void **state)
{
    srv_kit *kit = *state;
    pthread_t threads[WRITERS];
    crowd crowds[WRITERS];
    int64_t count = 0;

    for (int i = 0; i < WRITERS; i++) {
        crowds[i] = (crowd){ .kit = kit, .number = i };
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, &crowds[i]), 0);
    }
    for (int i = 0; i < WRITERS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(crowds[i].failed, 0);
    }
    assert_ok(store_read(kit->store, read_count, &count, NULL));
    assert_int_equal(count, WRITERS / 4 * 3 * EACH);
}

static void store_refuses_urls_that_are_none(void **unused)
{
    static const char *const urls[] = { "mysql://x", "", "postgresql://u:p@h/d",
                                        "postgresql://h/d?password=p", "sqlite::memory:" };
    srv_store *store = NULL;
    srv_error error = { 0 };

    (void)unused;
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        store_opts opts = { .url = urls[i] };

        assert_srv(store_open(&opts, &store, &error), SRV_E_CONFIG);
        assert_null(store);
    }
}

static void assert_connection_has(PGconn *conn, const char *name, const char *value)
{
    PQconninfoOption *all = PQconninfo(conn);
    const PQconninfoOption *option = all;

    assert_non_null(all);
    while (option->keyword && strcmp(option->keyword, name) != 0)
        option++;
    assert_non_null(option->val);
    assert_string_equal(option->val, value);
    PQconninfoFree(all);
}

static void connections_notice_a_network_that_is_cut(void **unused)
{
    libpq pq;

    (void)unused;
    assert_srv(libpq_load(&pq, NULL), SRV_OK);

    PGconn *conn =
        store_postgres_dial(&pq, "postgresql://127.0.0.1:1/d?tcp_user_timeout=70", false);

    assert_connection_has(conn, "tcp_user_timeout", "70");
    PQfinish(conn);
    conn = store_postgres_dial(&pq, "postgresql://127.0.0.1:1/d?client_encoding=LATIN1", true);
    assert_connection_has(conn, "tcp_user_timeout", "5000");
    assert_connection_has(conn, "connect_timeout", "5");
    assert_connection_has(conn, "keepalives_idle", "5");
    assert_connection_has(conn, "client_encoding", "UTF8");
    PQfinish(conn);
}

/* --- sessions and the tape --- */

typedef struct rotation {
    session_row session;
    session_step step;
    srv_status status;
} rotation;

static srv_status add_session(store_txn *txn, void *ctx, srv_error *error)
{
    (void)error;
    return store_session_add(txn, ctx);
}

static srv_status rotate(store_txn *txn, void *ctx, srv_error *error)
{
    rotation *one = ctx;

    (void)error;
    one->status = store_session_rotate(txn, &one->step, &one->session);
    return SRV_OK;
}

static session_row some_session(srv_kit *kit, const user_row *user)
{
    srv_time now = kit->clock.now;
    session_row session = { .user_id = user->id,
                            .rotated_at = now,
                            .created_at = now,
                            .auth_time = now,
                            .idle_expires = now + SRV_DAY,
                            .abs_expires = now + 2 * SRV_DAY,
                            .last = kit_from("192.0.2.1") };

    assert_ok(srv_id_new(now, &session.id));
    memset(session.fam_hash, 9, sizeof session.fam_hash);
    return session;
}

/* Rotates once under a changed condition; says what came back. */
static srv_status rotate_with(srv_kit *kit, const session_row *session, int64_t gen, uint8_t family)
{
    rotation one = { .step = { .id = session->id,
                               .gen = gen,
                               .idle_life = SRV_DAY,
                               .from = kit_from("192.0.2.1") } };

    memset(one.step.fam_hash, family, sizeof one.step.fam_hash);
    assert_ok(store_write(kit->store, rotate, &one, NULL));
    if (one.status == SRV_OK)
        assert_int_equal(one.session.gen, gen + 1);
    return one.status;
}

static void store_rotates_only_the_right_generation_family_and_time(void **state)
{
    srv_kit *kit = *state;
    user_row user = kit_some_user(kit, "ada");
    session_row session = some_session(kit, &user);

    assert_ok(store_write(kit->store, kit_add_user, &user, NULL));
    assert_ok(store_write(kit->store, add_session, &session, NULL));
    assert_srv(rotate_with(kit, &session, 1, 9), SRV_E_NOT_FOUND);
    assert_srv(rotate_with(kit, &session, 0, 8), SRV_E_NOT_FOUND);
    assert_ok(rotate_with(kit, &session, 0, 9));
    assert_srv(rotate_with(kit, &session, 0, 9), SRV_E_NOT_FOUND);
    kit->clock.now += SRV_DAY - 1;
    assert_ok(rotate_with(kit, &session, 1, 9));
    kit->clock.now += SRV_DAY;
    assert_srv(rotate_with(kit, &session, 2, 9), SRV_E_NOT_FOUND);
}

static srv_status end_session(store_txn *txn, void *ctx, srv_error *error)
{
    (void)error;
    return store_session_end(txn, ctx, END_ADMIN);
}

typedef struct sweep {
    srv_time before;
    srv_id after;
} sweep;

static srv_status sweep_two(store_txn *txn, void *ctx, srv_error *error)
{
    sweep *walk = ctx;

    (void)error;
    return store_sessions_sweep(txn, walk->before, 2, &walk->after);
}

static srv_status session_is_there(store_txn *txn, void *ctx, srv_error *error)
{
    session_row session;

    (void)error;
    return store_session_get(txn, ctx, &session);
}

static void store_sweeps_dead_sessions_page_by_page(void **state)
{
    enum { COUNT = 5, IDLE = 0, LIVE = 1, OVER = 2, OTHER = 3, ENDED = 4 };
    srv_kit *kit = *state;
    user_row user = kit_some_user(kit, "ada");
    session_row rows[COUNT];
    sweep walk = { .before = kit->clock.now + SRV_HOUR };

    assert_ok(store_write(kit->store, kit_add_user, &user, NULL));
    for (int i = 0; i < COUNT; i++) {
        kit->clock.now += SRV_SECOND; /* so that the ids rise */
        rows[i] = some_session(kit, &user);
        if (i == IDLE)
            rows[i].idle_expires = walk.before - 1;
        if (i == OVER)
            rows[i].abs_expires = walk.before - 1;
        assert_ok(store_write(kit->store, add_session, &rows[i], NULL));
    }
    assert_ok(store_write(kit->store, end_session, &rows[ENDED].id, NULL));
    for (int page = 0; page < 3; page++) {
        assert_ok(store_write(kit->store, sweep_two, &walk, NULL));
        if (page < 2)
            assert_true(srv_id_equal(&walk.after, &rows[2 * page + 1].id));
    }
    assert_true(srv_id_is_nil(&walk.after));
    for (int i = 0; i < COUNT; i++)
        assert_srv(store_read(kit->store, session_is_there, &rows[i].id, NULL),
                   i == LIVE || i == OTHER ? SRV_OK : SRV_E_NOT_FOUND);
}

static srv_status rotate_alone(store_txn *txn, void *ctx, srv_error *error)
{
    rotation *one = ctx;

    (void)error;
    return store_session_rotate(txn, &one->step, &one->session);
}

/* One statement without a transaction around it, where there are round trips to save. */
static void store_rotates_alone_only_what_it_would_rotate_in_a_transaction(void **state)
{
    srv_kit *kit = *state;
    user_row user = kit_some_user(kit, "ada");
    session_row session = some_session(kit, &user);
    rotation one = { .step = { .id = session.id, .idle_life = SRV_DAY } };
    bool is_postgres = strcmp(store_kind(kit->store), "postgresql") == 0;
    bool is_lost = true;

    memset(one.step.fam_hash, 9, sizeof one.step.fam_hash);
    assert_ok(store_write(kit->store, kit_add_user, &user, NULL));
    assert_ok(store_write(kit->store, add_session, &session, NULL));
    assert_srv(store_alone(kit->store, rotate_alone, &one, &is_lost, NULL),
               is_postgres ? SRV_OK : SRV_E_NOT_FOUND);
    assert_false(is_lost);
    if (is_postgres) {
        assert_int_equal(one.session.gen, 1);
        assert_true(one.session.rotated_at == kit->clock.now);
        assert_true(one.session.idle_expires == kit->clock.now + SRV_DAY);
    }
    assert_srv(rotate_with(kit, &session, 0, 9), is_postgres ? SRV_E_NOT_FOUND : SRV_OK);
    assert_srv(store_alone(kit->store, rotate_alone, &one, &is_lost, NULL), SRV_E_NOT_FOUND);
    assert_ok(rotate_with(kit, &session, 1, 9));
}

static void store_keeps_the_latest_rotators(void **state)
{
    srv_kit *kit = *state;
    user_row user = kit_some_user(kit, "ada");
    session_row session = some_session(kit, &user);
    rotation one = { .step = { .id = session.id, .idle_life = SRV_DAY } };

    memset(one.step.fam_hash, 9, sizeof one.step.fam_hash);
    assert_ok(store_write(kit->store, kit_add_user, &user, NULL));
    assert_ok(store_write(kit->store, add_session, &session, NULL));
    for (int i = 0; i < 40; i++) {
        char address[32];

        snprintf(address, sizeof address, "10.1.%d.1", 100 + i);
        one.step.gen = i;
        one.step.from = kit_from(address);
        assert_ok(store_write(kit->store, rotate, &one, NULL));
        assert_ok(one.status);
        assert_non_null(strstr(one.session.rotators, one.step.from.prefix));
        assert_true(strlen(one.session.rotators) <= 256);
    }
    assert_null(strstr(one.session.rotators, "10.1.100.0/24"));
    assert_non_null(strstr(one.session.rotators, " 10.1.130.0/24 "));
}

static srv_status add_entry(store_txn *txn, void *ctx, srv_error *error)
{
    tape_row *entry = ctx;

    (void)error;
    entry->not_before = store_now(txn);
    entry->expires_at = store_now(txn) + SRV_MINUTE;
    return store_tape_add(txn, entry);
}

static srv_status trim(store_txn *txn, void *ctx, srv_error *error)
{
    (void)error;
    return store_tape_trim(txn, store_now(txn), 100, ctx);
}

static void store_never_counts_the_tape_back(void **state)
{
    srv_kit *kit = *state;
    tape_row entry = { .kind = TAPE_SID, .key = { 1 }, .key_len = 16 };
    int64_t last = 0;
    int64_t removed = 0;

    for (int i = 0; i < 3; i++) {
        assert_ok(store_write(kit->store, add_entry, &entry, NULL));
        assert_true(entry.seq > last);
        last = entry.seq;
    }
    kit->clock.now += 2 * SRV_MINUTE;
    assert_ok(store_write(kit->store, trim, &removed, NULL));
    assert_int_equal(removed, 2);
    assert_ok(store_write(kit->store, add_entry, &entry, NULL));
    assert_true(entry.seq > last);
}

static void store_checks_a_sound_database(void **state)
{
    srv_kit *kit = *state;
    srv_error error = { 0 };

    assert_ok(store_check(kit->store, &error));
}

/* --- backup --- */

static void backup_restores_everything_that_stood_in_it(void **state)
{
    srv_kit *kit = *state;
    char folder[] = "/tmp/lanyard-backup-XXXXXX";
    char path[64];
    tape_row entry = { .kind = TAPE_SID, .key = { 1 }, .key_len = 16 };
    user_row late = kit_some_user(kit, "late");
    kit_find_user find = { .name = "user1499" };
    session_grant grant;
    srv_error error = { 0 };
    int64_t seq = 0;

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/backup.db", folder);
    kit_user(kit, "ada", "198.51.100.7", &grant);
    for (int i = 0; i < 1500; i++) {
        char name[16];

        snprintf(name, sizeof name, "user%d", i);

        user_row user = kit_some_user(kit, name);

        assert_ok(store_write(kit->store, kit_add_user, &user, &error));
    }
    assert_ok(store_write(kit->store, add_entry, &entry, &error));
    seq = entry.seq;
    assert_ok(store_backup(kit->store, path, &error));
    assert_srv(store_backup(kit->store, path, &error), SRV_E_CONFIG);
    assert_ok(store_write(kit->store, kit_add_user, &late, &error));
    assert_ok(kit_refresh(kit, grant.refresh, "198.51.100.7", &grant, &error));
    assert_ok(store_restore(kit->store, path, &error));
    assert_ok(store_read(kit->store, kit_read_user, &find, &error));
    find.name = "late";
    assert_srv(store_read(kit->store, kit_read_user, &find, &error), SRV_E_NOT_FOUND);
    assert_ok(store_write(kit->store, add_entry, &entry, &error));
    assert_true(entry.seq > seq);
    /* The session is one generation older than the token now. */
    assert_srv(kit_refresh(kit, grant.refresh, "198.51.100.7", &grant, &error),
               SRV_E_SESSION_ENDED);
    assert_string_equal(error.reason, "generation_ahead");
    unlink(path);
    assert_int_equal(rmdir(folder), 0);
}

/* Neither what is empty, nor what another version of the program is at work on. */
static void backup_refuses_another_schema(void **state)
{
    static const struct {
        const char *edit;
        const char *said;
    } cases[] = {
        { "UPDATE schema_migrations SET version = 9000 WHERE version = 1", "version 9000, this" },
        { "DELETE FROM schema_migrations", "the database is empty" },
        { "DROP TABLE schema_migrations", "the database is empty" },
    };
    srv_kit *kit = *state;
    char folder[] = "/tmp/lanyard-backup-XXXXXX";
    char path[64];

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/backup.db", folder);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        srv_error error = { 0 };

        kit_script(kit->url, cases[i].edit);
        assert_srv(store_backup(kit->store, path, &error), SRV_E_SCHEMA);
        assert_non_null(strstr(error.detail, cases[i].said));
    }
    assert_int_equal(rmdir(folder), 0); /* no file is left */
}

static void store_makes_no_file_where_one_was_expected(void **unused)
{
    store_opts opts = { .url = "sqlite:/tmp/lanyard-is-not-there.db", .is_there = true };
    srv_store *store = NULL;
    srv_error error = { 0 };

    (void)unused;
    assert_srv(store_open(&opts, &store, &error), SRV_E_CONFIG);
    assert_string_equal(error.detail, "there is no database at /tmp/lanyard-is-not-there.db");
    assert_int_equal(access("/tmp/lanyard-is-not-there.db", F_OK), -1);
}

static void check_finds_a_backup_that_was_changed(void **state)
{
    static const char *const edits[] = {
        "UPDATE users SET roles = 'admin'",
        "DELETE FROM revocations",
        "INSERT INTO meta(key, value) VALUES ('other', x'00')",
        "DELETE FROM meta WHERE key = 'backup'",
    };
    srv_kit *kit = *state;
    char folder[] = "/tmp/lanyard-backup-XXXXXX";
    char path[64];
    char url[80];
    session_grant grant;
    tape_row entry = { .kind = TAPE_SID, .key = { 1 }, .key_len = 16 };
    srv_error error = { 0 };

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/backup.db", folder);
    snprintf(url, sizeof url, "sqlite:%s", path);
    kit_user(kit, "ada", "198.51.100.7", &grant);
    assert_ok(store_write(kit->store, add_entry, &entry, &error));
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        assert_ok(store_backup(kit->store, path, &error));
        assert_ok(store_backup_check(path, &error));
        kit_script(url, edits[i]);
        assert_srv(store_backup_check(path, &error), SRV_E_INVALID);
        assert_srv(store_restore(kit->store, path, &error), SRV_E_INVALID);
        unlink(path);
    }
    assert_int_equal(rmdir(folder), 0);
}

static void restore_refuses_what_is_no_backup(void **state)
{
    srv_kit *kit = *state;
    srv_error error = { 0 };

    assert_srv(store_restore(kit->store, "/nowhere/backup.db", &error), SRV_E_CONFIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OVER_A_KIT(store_keeps_every_column_of_a_user),
        OVER_A_KIT(store_refuses_a_name_twice),
        OVER_A_KIT(store_rolls_back_a_failing_job_alone),
        OVER_A_KIT(store_refuses_an_update_of_an_older_version),
        OVER_A_KIT(store_loses_no_write_of_many_threads),
        cmocka_unit_test(store_refuses_urls_that_are_none),
        cmocka_unit_test(connections_notice_a_network_that_is_cut),
        OVER_A_KIT(store_rotates_only_the_right_generation_family_and_time),
        OVER_A_KIT(store_sweeps_dead_sessions_page_by_page),
        OVER_A_KIT(store_rotates_alone_only_what_it_would_rotate_in_a_transaction),
        OVER_A_KIT(store_keeps_the_latest_rotators),
        OVER_A_KIT(store_never_counts_the_tape_back),
        OVER_A_KIT(store_checks_a_sound_database),
        OVER_A_KIT(backup_restores_everything_that_stood_in_it),
        OVER_A_KIT(backup_refuses_another_schema),
        cmocka_unit_test(store_makes_no_file_where_one_was_expected),
        OVER_A_KIT(check_finds_a_backup_that_was_changed),
        OVER_A_KIT(restore_refuses_what_is_no_backup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
