/* test_migrations.c - the schema: brought forward step by step, whole or not at all, by whoever
 * comes first. */
#include "kit.h"

#include <pthread.h>
#include "store/migrations.h"

static void store_migrates_twice_without_a_change(void **state)
{
    srv_kit *kit = *state;
    store_schema schema = { 0 };
    srv_error error = { 0 };

    assert_ok(store_migrate(kit->store, &error));
    assert_ok(store_schema_read(kit->store, &schema, &error));
    assert_int_equal(schema.found, schema.wanted);
    assert_true(schema.wanted >= 1);
}

static void store_refuses_a_newer_schema_with_its_number(void **state)
{
    srv_kit *kit = *state;
    srv_error error = { 0 };

    kit_script(kit->url, "INSERT INTO schema_migrations(version, checksum, applied_at)"
                         " SELECT 9000, checksum, applied_at FROM schema_migrations LIMIT 1");
    assert_srv(store_migrate(kit->store, &error), SRV_E_SCHEMA);
    assert_non_null(strstr(error.detail, "9000"));
}

static void store_refuses_a_migration_that_was_edited(void **state)
{
    srv_kit *kit = *state;
    srv_error error = { 0 };

    kit_script(kit->url, "UPDATE schema_migrations SET checksum = (SELECT fam_hash FROM sessions"
                         " UNION ALL SELECT value FROM meta LIMIT 1)");
    assert_srv(store_migrate(kit->store, &error), SRV_E_SCHEMA);
    assert_non_null(strstr(error.detail, "changed"));
}

#define STEPS_MAX 64

/* This program's steps and one more: those of the next one. */
static migration_list next_program(migration steps[STEPS_MAX], const char *text)
{
    int count = store_migrations.count;

    assert_true(count < STEPS_MAX);
    memcpy(steps, store_migrations.steps, (size_t)count * sizeof *steps);
    steps[count] = (migration){ .version = count + 1, .text = text };
    return (migration_list){ steps, count + 1 };
}

static void store_migrates_rows_that_an_older_program_wrote(void **state)
{
    srv_kit *kit = *state;
    migration steps[STEPS_MAX];
    migration_list next =
        next_program(steps, "ALTER TABLE users ADD COLUMN motto {text} NOT NULL DEFAULT 'none';"
                            "UPDATE users SET motto = username || '!';");
    user_row ada = kit_some_user(kit, "ada");
    user_row bob = kit_some_user(kit, "bob");
    kit_find_user find = { .name = "ada" };
    store_schema schema = { 0 };
    srv_error error = { 0 };
    char number[16];

    assert_ok(store_write(kit->store, kit_add_user, &ada, &error));
    for (int i = 0; i < 2; i++) /* the second time there is nothing to do */
        assert_ok(store_write(kit->store, store_migrate_job, &next, &error));
    assert_ok(store_schema_read(kit->store, &schema, &error));
    assert_int_equal(schema.found, store_migrations.count + 1);
    assert_ok(store_read(kit->store, kit_read_user, &find, &error));
    assert_true(srv_id_equal(&find.user.id, &ada.id));
    assert_ok(store_write(kit->store, kit_add_user, &bob, &error));
    /* No status may be NULL: it fails for a row that the step has not reached. */
    kit_script(kit->url, "UPDATE users SET status = NULL WHERE motto <>"
                         " CASE username WHEN 'ada' THEN 'ada!' ELSE 'none' END");
    snprintf(number, sizeof number, "version %d", schema.found);
    assert_srv(store_migrate(kit->store, &error), SRV_E_SCHEMA); /* the older program */
    assert_non_null(strstr(error.detail, number));
}

static void store_undoes_a_migration_that_fails(void **state)
{
    srv_kit *kit = *state;
    migration steps[STEPS_MAX];
    migration_list next = next_program(steps, "CREATE TABLE new_one(id {id});"
                                              "INSERT INTO nowhere VALUES (1);");
    store_schema schema = { 0 };
    srv_error error = { 0 };

    assert_int_not_equal(store_write(kit->store, store_migrate_job, &next, &error), SRV_OK);
    assert_non_null(strstr(error.detail, "nowhere"));
    assert_ok(store_schema_read(kit->store, &schema, &error));
    assert_int_equal(schema.found, store_migrations.count);
    assert_ok(store_migrate(kit->store, &error)); /* the older program goes on */
    kit_script(kit->url, "CREATE TABLE new_one(id int)");
}

/* A database as each earlier program left it. */
static void store_migrates_from_every_version(void **unused)
{
    (void)unused;
    for (int version = 1; version <= store_migrations.count; version++) {
        migration_list then = { store_migrations.steps, version };
        store_schema schema = { 0 };
        srv_error error = { 0 };
        srv_kit kit;

        kit_database(&kit, false);

        store_opts opts = { .url = kit.url };

        assert_ok(store_open(&opts, &kit.store, &error));
        assert_ok(store_write(kit.store, store_migrate_job, &then, &error));
        assert_ok(store_schema_read(kit.store, &schema, &error));
        assert_int_equal(schema.found, version);
        assert_ok(store_migrate(kit.store, &error));
        assert_ok(store_schema_read(kit.store, &schema, &error));
        assert_int_equal(schema.found, store_migrations.count);
        kit_close(&kit);
    }
}

static void *migrate_once(void *arg)
{
    srv_kit *kit = arg;
    store_opts opts = { .url = kit->url };
    srv_store *store = NULL;
    srv_error error = { 0 };
    srv_status status = store_open(&opts, &store, &error);

    if (status == SRV_OK)
        status = store_migrate(store, &error);
    store_close(store);
    return status == SRV_OK ? arg : NULL;
}

static void store_migrates_once_when_two_start(void **unused)
{
    pthread_t threads[4];
    srv_kit kit;

    (void)unused;
    kit_database(&kit, false);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, migrate_once, &kit), 0);
    for (int i = 0; i < 4; i++) {
        void *result = NULL;

        pthread_join(threads[i], &result);
        assert_ptr_equal(result, &kit);
    }
    kit_open_store(&kit, false);
    kit_close(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OVER_A_KIT(store_migrates_twice_without_a_change),
        OVER_A_KIT(store_refuses_a_newer_schema_with_its_number),
        OVER_A_KIT(store_refuses_a_migration_that_was_edited),
        OVER_A_KIT(store_migrates_rows_that_an_older_program_wrote),
        OVER_A_KIT(store_undoes_a_migration_that_fails),
        cmocka_unit_test(store_migrates_from_every_version),
        cmocka_unit_test(store_migrates_once_when_two_start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
