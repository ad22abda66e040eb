/* test_login.c - logins that meet something else: a hash that is made anew, a password that is
 * changed, an account that is disabled; and what the audit says of them.
 */
#include "kit.h"

#include <pthread.h>

#define CROWD 4

static int open_kit(void **state)
{
    kit_setup(state);
    kit_add_hashes(*state, CROWD);
    return 0;
}

/* A user whose hash was made under other parameters: dear enough that a crowd reads the same one
 * before the first of it commits. */
static srv_id old_user(srv_kit *kit, const char *name)
{
    const hash_opts dear = { .memory_kib = 8192, .passes = 4, .lanes = 1, .workers = 1 };
    account_register_row row = { .user.profile = "{}" };
    char phc[PHC_MAX];
    hash_pool *pool = NULL;
    srv_error error = { 0 };

    assert_ok(hash_pool_new(&dear, &pool, &error));
    assert_ok(hash_pool_make(pool, bytes_of(PASSWORD), phc, &error));
    hash_pool_free(pool);
    row.phc = phc;
    snprintf(row.user.username, sizeof row.user.username, "%s", name);
    assert_ok(account_commit_register(&kit->accounts, &row, NULL, &error));
    return row.user.id;
}

static credential_row credential_of(srv_kit *kit, const srv_id *user_id)
{
    credential_row credential;
    user_row user;
    srv_error error = { 0 };

    assert_ok(account_read_password(&kit->accounts, user_id, &user, &credential, &error));
    return credential;
}

/* --- what the audit says of a user --- */

typedef struct audit_count {
    srv_id subject;
    audit_event event;
    unsigned count;
    audit_row last;
} audit_count;

static bool count_row(void *ctx, const audit_row *row)
{
    audit_count *count = ctx;

    if (row->event != count->event)
        return true;
    if (count->count++ == 0)
        count->last = *row;
    return true;
}

static srv_status count_job(store_txn *txn, void *ctx, srv_error *error)
{
    audit_count *count = ctx;

    (void)error;
    count->count = 0;
    return store_audit(txn, &count->subject, 0, 100, count_row, count);
}

static audit_count audited(srv_kit *kit, const srv_id *subject, audit_event event)
{
    audit_count count = { .subject = *subject, .event = event };
    srv_error error = { 0 };

    assert_ok(store_read(kit->store, count_job, &count, &error));
    return count;
}

static void login_makes_an_old_hash_anew_and_says_so(void **state)
{
    srv_kit *kit = *state;
    session_grant grant;
    user_row user;
    bool is_right = false;
    bool is_old = true;
    srv_error error = { 0 };
    srv_id user_id = old_user(kit, "ada");
    credential_row before = credential_of(kit, &user_id);

    memset(&grant, 0xa5, sizeof grant); /* whatever the caller's memory held */
    assert_ok(kit_log_in(kit, "ada", PASSWORD, &user, &grant));

    credential_row after = credential_of(kit, &user_id);
    audit_count count = audited(kit, &user_id, AUDIT_PASSWORD_REHASHED);

    assert_string_not_equal(before.secret, after.secret);
    assert_ok(
        hash_pool_check(kit->hashes, after.secret, bytes_of(PASSWORD), &is_right, &is_old, &error));
    assert_true(is_right && !is_old);
    assert_int_equal(count.count, 1);
    assert_true(srv_id_equal(&count.last.session_id, &grant.sid));
    assert_ok(kit_log_in(kit, "ada", PASSWORD, &user, &grant));
    assert_int_equal(audited(kit, &user_id, AUDIT_PASSWORD_REHASHED).count, 1);
}

/* --- at the same time --- */

typedef struct crowd {
    srv_kit *kit;
    const char *name;
    pthread_barrier_t start;
} crowd;

static void *crowd_log_in(void *arg)
{
    crowd *all = arg;
    session_grant grant;
    user_row user;

    pthread_barrier_wait(&all->start);
    return (void *)(uintptr_t)kit_log_in(all->kit, all->name, PASSWORD, &user, &grant);
}

/* All of them are right, whoever's new hash is kept. */
static void logins_with_one_old_hash_all_succeed(void **state)
{
    srv_kit *kit = *state;
    crowd all = { .kit = kit, .name = "ada" };
    pthread_t threads[CROWD];
    srv_id user_id = old_user(kit, "ada");

    pthread_barrier_init(&all.start, NULL, CROWD);
    for (size_t i = 0; i < CROWD; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, crowd_log_in, &all), 0);
    for (size_t i = 0; i < CROWD; i++) {
        void *status = NULL;

        pthread_join(threads[i], &status);
        assert_srv((srv_status)(uintptr_t)status, SRV_OK);
    }
    pthread_barrier_destroy(&all.start);
    assert_int_equal(audited(kit, &user_id, AUDIT_LOGIN).count, CROWD);
    assert_int_equal(audited(kit, &user_id, AUDIT_LOGIN_FAILED).count, 0);
}

/* What two such logins commit: the second finds another hash, and is told that it is that. */
static void commit_with_a_hash_that_was_replaced_is_a_conflict(void **state)
{
    srv_kit *kit = *state;
    session_start start = { .from = kit_from(HOME) };
    session_grant grant;
    user_row user;
    srv_error error = { 0 };
    srv_id user_id = old_user(kit, "ada");
    credential_row read = credential_of(kit, &user_id);

    assert_ok(account_commit_login(&kit->accounts, &read, "better", &start, &user, &grant, &error));
    assert_srv(
        account_commit_login(&kit->accounts, &read, "better still", &start, &user, &grant, &error),
        SRV_E_CONFLICT);
    assert_srv(
        account_commit_reauth(&kit->accounts, &read, &grant.sid, &start, &user, &grant, &error),
        SRV_E_CONFLICT);
    assert_srv(
        account_commit_password(&kit->accounts, &read, "other", &start, &user, &grant, &error),
        SRV_E_CONFLICT);
}

/* The password that was right a moment ago is not any more. */
static void login_beside_a_password_change_fails_and_is_recorded(void **state)
{
    srv_kit *kit = *state;
    session_start start = { .from = kit_from(HOME) };
    crowd one = { .kit = kit, .name = "ada" };
    pthread_t thread;
    session_grant grant;
    user_row user;
    char phc[PHC_MAX];
    void *status = NULL;
    srv_error error = { 0 };
    srv_id user_id = old_user(kit, "ada");
    credential_row read = credential_of(kit, &user_id);

    assert_ok(hash_pool_make(kit->hashes, bytes_of("quite another phrase"), phc, &error));
    pthread_barrier_init(&one.start, NULL, 2);
    assert_int_equal(pthread_create(&thread, NULL, crowd_log_in, &one), 0);
    pthread_barrier_wait(&one.start);
    usleep(3000); /* it has read the old hash and compares */
    assert_ok(account_commit_password(&kit->accounts, &read, phc, &start, &user, &grant, &error));
    pthread_join(thread, &status);
    pthread_barrier_destroy(&one.start);
    assert_srv((srv_status)(uintptr_t)status, SRV_E_INVALID_CREDENTIALS);
    assert_int_equal(audited(kit, &user_id, AUDIT_LOGIN_FAILED).count, 1);
}

static void login_to_a_disabled_account_is_recorded(void **state)
{
    srv_kit *kit = *state;
    session_start start = { .from = kit_from(HOME) };
    session_grant grant;
    user_row user;
    srv_error error = { 0 };
    srv_id user_id = old_user(kit, "ada");

    assert_ok(kit_log_in(kit, "ada", PASSWORD, &user, &grant));
    assert_ok(account_set_disabled(&kit->accounts, &user_id, true, &error));
    assert_srv(kit_log_in(kit, "ada", PASSWORD, &user, &grant), SRV_E_ACCOUNT_DISABLED);

    audit_count count = audited(kit, &user_id, AUDIT_LOGIN_FAILED);

    assert_int_equal(count.count, 1);
    assert_string_equal(count.last.data, "{\"reason\":\"account_disabled\"}");
    assert_string_equal(count.last.address, HOME);
    assert_srv(account_reauth(&kit->accounts, &user_id, &grant.sid, bytes_of(PASSWORD), &start,
                              &user, &grant, &error),
               SRV_E_ACCOUNT_DISABLED);
    assert_int_equal(audited(kit, &user_id, AUDIT_REAUTH_FAILED).count, 1);
}

#define OVER(test) cmocka_unit_test_setup_teardown(test, open_kit, kit_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OVER(login_makes_an_old_hash_anew_and_says_so),
        OVER(logins_with_one_old_hash_all_succeed),
        OVER(commit_with_a_hash_that_was_replaced_is_a_conflict),
        OVER(login_beside_a_password_change_fails_and_is_recorded),
        OVER(login_to_a_disabled_account_is_recorded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
