/* test_backup.c - a copy of one moment, and what comes back from it. */
#include <sys/stat.h>
#include "kit.h"
#include "keyring/keyring.h"

typedef struct backup_test {
    srv_kit kit;
    char folder[64];
    char file[96];
    srv_id user;
} backup_test;

static srv_status fill_job(store_txn *txn, void *ctx, srv_error *error)
{
    backup_test *test = ctx;
    user_row user = { .status = USER_ACTIVE, .username = "maria", .profile = "{\"a\":1}" };
    session_row session = { .gen = 3, .last = { .prefix = "192.0.2.0/24" } };
    signing_key_row *key = calloc(1, sizeof *key);
    client_row client = { .id = "door", .name = "the door", .has_secret = { true, false } };
    tape_row entry = { .kind = TAPE_JTI, .key = "x", .key_len = 1 };
    const audit_row audit = { .event = AUDIT_REGISTERED, .data = "{\"n\":1}" };

    (void)error;
    assert_non_null(key);
    TRY(srv_id_new(store_now(txn), &user.id));
    TRY(srv_id_new(store_now(txn), &session.id));
    test->user = session.user_id = user.id;
    user.created_at = user.updated_at = store_now(txn);
    TRY(store_user_add(txn, &user));
    session.rotated_at = session.created_at = session.auth_time = store_now(txn);
    session.idle_expires = session.abs_expires = store_now(txn) + SRV_DAY;
    TRY(store_session_add(txn, &session));
    snprintf(key->kid, sizeof key->kid, "kid");
    snprintf(key->alg, sizeof key->alg, "EdDSA");
    snprintf(key->public_jwk, sizeof key->public_jwk, "{\"kty\":\"OKP\"}");
    key->state = KEY_ACTIVE;
    key->created_at = store_now(txn);
    key->sealed_len = 5;
    memcpy(key->sealed, "\0seal", 5);

    srv_status status = store_key_add(txn, key);

    free(key);
    TRY(status);
    client.created_at = store_now(txn);
    TRY(store_client_add(txn, &client));
    entry.not_before = store_now(txn);
    entry.expires_at = store_now(txn) + SRV_DAY;
    TRY(store_tape_add(txn, &entry));
    return store_audit_add(txn, &audit);
}

static int backup_set_up(void **state)
{
    backup_test *test = calloc(1, sizeof *test);
    srv_error error = { 0 };

    assert_non_null(test);
    kit_open(&test->kit, false, NULL);
    snprintf(test->folder, sizeof test->folder, "/tmp/lanyard-backup-XXXXXX");
    assert_non_null(mkdtemp(test->folder));
    snprintf(test->file, sizeof test->file, "%s/copy", test->folder);
    assert_ok(store_write(test->kit.store, fill_job, test, &error));
    *state = test;
    return 0;
}

static int backup_tear_down(void **state)
{
    backup_test *test = *state;

    (void)unlink(test->file);
    assert_int_equal(rmdir(test->folder), 0);
    kit_close(&test->kit);
    free(test);
    return 0;
}

typedef struct counts {
    int64_t users;
    int64_t sessions;
    int64_t last;
} counts;

static bool counts_user(void *ctx, const user_row *user)
{
    ((counts *)ctx)->users += user->status == USER_ACTIVE;
    return true;
}

static bool counts_session(void *ctx, const session_row *session)
{
    ((counts *)ctx)->sessions += session->gen == 3;
    return true;
}

static srv_status counts_job(store_txn *txn, void *ctx, srv_error *error)
{
    static const srv_id nobody = { { 0 } };
    counts *all = ctx;

    (void)error;
    *all = (counts){ .users = 0 };
    TRY(store_users(txn, &nobody, "", 100, counts_user, all));
    TRY(store_sessions_all(txn, &nobody, 100, counts_session, all));
    return store_tape_last(txn, &all->last);
}

static counts counts_of(backup_test *test)
{
    counts all;

    assert_ok(store_read(test->kit.store, counts_job, &all, NULL));
    return all;
}

static srv_status more_job(store_txn *txn, void *ctx, srv_error *error)
{
    user_row user = { .status = USER_ACTIVE, .username = "later", .profile = "{}" };

    (void)ctx;
    (void)error;
    TRY(srv_id_new(store_now(txn), &user.id));
    user.created_at = user.updated_at = store_now(txn);
    return store_user_add(txn, &user);
}

static srv_status tape_job(store_txn *txn, void *ctx, srv_error *error)
{
    tape_row entry = { .kind = TAPE_JTI, .key = "y", .key_len = 1 };

    (void)error;
    entry.not_before = store_now(txn);
    entry.expires_at = store_now(txn) + SRV_DAY;
    TRY(store_tape_add(txn, &entry));
    *(int64_t *)ctx = entry.seq;
    return SRV_OK;
}

static void restore_brings_back_what_was_there(void **state)
{
    backup_test *test = *state;
    srv_error error = { 0 };
    struct stat info;
    int64_t seq = 0;

    assert_ok(store_backup(test->kit.store, test->file, &error));
    assert_int_equal(stat(test->file, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_ok(store_backup_check(test->file, &error));
    assert_ok(store_write(test->kit.store, more_job, NULL, &error));
    assert_int_equal(counts_of(test).users, 2);
    assert_ok(store_restore(test->kit.store, test->file, &error));

    counts all = counts_of(test);

    assert_int_equal(all.users, 1);
    assert_int_equal(all.sessions, 1);
    assert_int_equal(all.last, 1);
    assert_ok(store_check(test->kit.store, &error));
    /* The sequence goes on behind what came back. */
    assert_ok(store_write(test->kit.store, tape_job, &seq, &error));
    assert_true(seq > 1);
}

static void backup_refuses_to_write_over_a_file(void **state)
{
    backup_test *test = *state;
    srv_error error = { 0 };

    assert_ok(store_backup(test->kit.store, test->file, &error));
    assert_code(store_backup(test->kit.store, test->file, &error), SRV_E_CONFIG);
    assert_ok(store_backup_check(test->file, &error));
}

static void check_refuses_a_file_that_was_changed(void **state)
{
    static const char *const edits[] = {
        "UPDATE users SET roles = 'admin'",
        "DELETE FROM revocations",
        "INSERT INTO meta(key, value) VALUES ('epoch', x'00')",
    };
    backup_test *test = *state;
    srv_error error = { 0 };

    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        char url[128];

        assert_ok(store_backup(test->kit.store, test->file, &error));
        snprintf(url, sizeof url, "sqlite:%s", test->file);
        kit_script(url, "PRAGMA journal_mode=DELETE");
        kit_script(url, edits[i]);
        kit_script(url, "PRAGMA journal_mode=DELETE");
        assert_code(store_backup_check(test->file, &error), SRV_E_INVALID);
        assert_code(store_restore(test->kit.store, test->file, &error), SRV_E_INVALID);
        assert_int_equal(unlink(test->file), 0);
    }
    assert_int_equal(counts_of(test).users, 1);
}

static void check_refuses_what_is_no_backup(void **state)
{
    backup_test *test = *state;
    srv_error error = { 0 };
    FILE *file = NULL;

    assert_code(store_backup_check(test->file, &error), SRV_E_CONFIG);
    file = fopen(test->file, "w");
    assert_non_null(file);
    assert_true(fputs("this is no database, but it is long enough to look at", file) > 0);
    assert_int_equal(fclose(file), 0);
    assert_int_not_equal(store_backup_check(test->file, &error), SRV_OK);
    assert_int_not_equal(store_restore(test->kit.store, test->file, &error), SRV_OK);
    assert_int_equal(counts_of(test).users, 1);
}

#define BACKUP_TEST(name) cmocka_unit_test_setup_teardown(name, backup_set_up, backup_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BACKUP_TEST(restore_brings_back_what_was_there),
        BACKUP_TEST(backup_refuses_to_write_over_a_file),
        BACKUP_TEST(check_refuses_a_file_that_was_changed),
        BACKUP_TEST(check_refuses_what_is_no_backup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
