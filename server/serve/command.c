/* command.c - see command.h. */
#include "serve/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "admin/admin.h"
#include "base/defense.h"
#include "base/text.h"
#include "config/settings.h"
#include "serve/doctor.h"
#include "serve/parts.h"
#include "serve/place.h"

#define COMMAND_USAGE  2
#define COMMAND_FAILED 1

typedef srv_status command_work(const srv_config *config, int argc, char **argv, srv_error *error);

/* A setting takes the next word along, unless it is a flag or has its value behind "=". */
static int command_setting_words(const char *word)
{
    size_t len = strncmp(word, "--", 2) == 0 ? strcspn(word + 2, "=") : 0;
    lanyard_str name = { word + 2, len };

    if (len == 0)
        return 0;
    if (lanyard_str_equal(name, SRV_STR("config")) == 1)
        return word[2 + len] == '=' ? 1 : 2;

    const setting *row = setting_find(name);

    if (!row)
        return 0;
    return word[2 + len] == '=' || row->kind == SETTING_FLAG ? 1 : 2;
}

srv_status command_split(int argc, char **argv, command_words *words, srv_error *error)
{
    size_t room = (size_t)argc + 1;

    *words = (command_words){ .settings = calloc(room, sizeof(char *)),
                              .rest = calloc(room, sizeof(char *)) };
    if (!words->settings || !words->rest) {
        command_words_done(words);
        return srv_fail(error, SRV_E_NO_MEMORY, "no memory");
    }
    words->settings[words->settings_count++] = argv[0];
    for (int i = 1; i < argc;) {
        int used = command_setting_words(argv[i]);

        if (used == 0)
            words->rest[words->rest_count++] = argv[i++];
        for (; used > 0 && i < argc; used--)
            words->settings[words->settings_count++] = argv[i++];
    }
    return SRV_OK;
}

void command_words_done(command_words *words)
{
    free(words->settings);
    free(words->rest);
    *words = (command_words){ .settings = NULL };
}

/* Made when it is not there, and of this program's version: for what is going to fill it. */
static srv_status command_open(const server_parts *parts, srv_store **store, srv_error *error)
{
    const store_opts opts = { .url = parts->url, .connections = 2 };

    TRY(store_open(&opts, store, error));

    srv_status status = store_migrate(*store, error);

    if (status != SRV_OK)
        store_close(*store);
    return status;
}

static srv_status command_one_word(int argc, char **argv, const char *what, srv_error *error)
{
    return argc == 1 && argv[0][0] != '-' ? SRV_OK : srv_fail(error, SRV_E_CONFIG, what);
}

static srv_status command_backup(const srv_config *config, int argc, char **argv, srv_error *error)
{
    server_parts parts = { .config = config };
    const store_opts opts = { .url = parts.url, .connections = 2, .is_there = true };
    srv_store *store = NULL;

    TRY(command_one_word(argc, argv, "usage: lanyardd backup FILE", error));
    TRY(parts_paths(&parts, error));
    TRY(store_open(&opts, &store, error));

    srv_status status = store_backup(store, argv[0], error);

    store_close(store);
    TRY(status);
    printf("%s holds everything but the master key: keep a copy of %s elsewhere\n", argv[0],
           parts.master);
    return SRV_OK;
}

static srv_status command_check_backup(const srv_config *config, int argc, char **argv,
                                       srv_error *error)
{
    (void)config;
    TRY(command_one_word(argc, argv, "usage: lanyardd check-backup FILE", error));
    TRY(store_backup_check(argv[0], error));
    printf("%s is whole\n", argv[0]);
    return SRV_OK;
}

static srv_status command_migrate(const srv_config *config, int argc, char **argv, srv_error *error)
{
    server_parts parts = { .config = config };
    const store_opts opts = { .url = parts.url, .connections = 2 };
    store_schema schema = { .found = 0 };
    srv_store *store = NULL;

    (void)argv;
    if (argc != 0)
        return srv_fail(error, SRV_E_CONFIG, "usage: lanyardd migrate");
    TRY(parts_paths(&parts, error));
    TRY(store_open(&opts, &store, error));

    srv_status status = store_schema_read(store, &schema, error);

    if (status == SRV_OK)
        status = store_migrate(store, error);
    store_close(store);
    TRY(status);
    printf("the schema has version %d", schema.wanted);
    if (schema.found == 0)
        printf(", and the database was empty");
    else if (schema.found < schema.wanted)
        printf(", and had %d", schema.found);
    printf("\n");
    return SRV_OK;
}

static srv_status restore_epoch_job(store_txn *txn, void *ctx, srv_error *error)
{
    const audit_row row = { .event = AUDIT_RESTORED };

    (void)ctx;
    (void)error;
    TRY(tape_epoch_renew(txn));
    return store_audit_add(txn, &row);
}

static void restore_sessions(sessions *all, srv_store *store, srv_tape *tape,
                             const server_parts *parts)
{
    static const refresh_keys no_keys = { .count = 0 };
    const session_rules rules = { .access_life = parts->config->access_s * SRV_SECOND };

    sessions_init(all, store, tape, &no_keys, &rules);
}

/* Whatever was ended since the backup would live again, so everybody logs in again; and in any
 * case the tape gets a new epoch, so that every reader takes a whole snapshot. */
static srv_status restore_end(srv_store *store, srv_tape *tape, bool keeps_sessions,
                              srv_time longest, const server_parts *parts, srv_error *error)
{
    tape_epoch epoch;
    sessions all;
    unsigned count = 0;
    int64_t seq = 0;

    TRY(tape_load(tape, error));
    restore_sessions(&all, store, tape, parts);
    TRY(sessions_settle_life(&all, longest, error));
    TRY(keeps_sessions || !DEFENDS(50) ? store_write(store, restore_epoch_job, NULL, error)
                                       : sessions_end_everything(&all, &count, error));
    TRY(tape_load(tape, error));
    tape_position(tape, &epoch, &seq);
    printf("%u sessions were ended\n", count);
    return tape_mark_write(parts->mark, seq, error);
}

/* Tokens that the database of now has given out may live longer than the backup knows. */
static srv_status restore_longest(srv_store *store, srv_tape *tape, const server_parts *parts,
                                  srv_time *longest, srv_error *error)
{
    sessions all;

    restore_sessions(&all, store, tape, parts);
    TRY(sessions_settle_life(&all, 0, error));
    *longest = all.rules.longest_life;
    return SRV_OK;
}

/* From here on and until the mark is written anew, what is there counts as put back by hand: a
 * server that starts after this command was killed ends everything (parts_notice_restore). */
static srv_status restore_rows(srv_store *store, const char *path, const server_parts *parts,
                               srv_error *error)
{
    int64_t marked = 0;

    if (tape_mark_read(parts->mark, &marked) != SRV_OK)
        marked = 0;
    TRY(tape_mark_write(parts->mark, TAPE_MARK_AHEAD, error));

    srv_status status = store_restore(store, path, error);

    if (status != SRV_OK) /* nothing was restored */
        TRY(tape_mark_write(parts->mark, marked, NULL));
    return status;
}

static srv_status restore_store(const server_parts *parts, const char *path, bool keeps_sessions,
                                srv_error *error)
{
    srv_store *store = NULL;
    srv_tape *tape = NULL;
    srv_time longest = 0;

    TRY(command_open(parts, &store, error));

    srv_status status = tape_new(store, &tape, error);

    if (status == SRV_OK)
        status = restore_longest(store, tape, parts, &longest, error);
    if (status == SRV_OK)
        status = restore_rows(store, path, parts, error);
    if (status == SRV_OK)
        status = restore_end(store, tape, keeps_sessions, longest, parts, error);
    tape_free(tape);
    store_close(store);
    return status;
}

static srv_status command_restore(const srv_config *config, int argc, char **argv, srv_error *error)
{
    server_parts parts = { .config = config };
    bool keeps_sessions = argc > 0 && strcmp(argv[argc - 1], "--keep-sessions") == 0;
    int lock = -1;

    TRY(command_one_word(keeps_sessions ? argc - 1 : argc, argv,
                         "usage: lanyardd restore FILE [--keep-sessions]", error));
    TRY(parts_paths(&parts, error));
    /* Before anything is made, or migrated, for a copy that cannot be used. */
    TRY(store_backup_check(argv[0], error));
    TRY(place_take(config->data, &lock, error));

    srv_status status = restore_store(&parts, argv[0], keeps_sessions, error);

    place_give(lock);
    return status;
}

static srv_status command_doctor(const srv_config *config, int argc, char **argv, srv_error *error)
{
    server_parts parts = { .config = config };

    (void)argv;
    if (argc != 0)
        return srv_fail(error, SRV_E_CONFIG, "usage: lanyardd doctor");
    TRY(parts_paths(&parts, error));
    return doctor_examine(&parts, stdout, error);
}

static const struct {
    const char *name;
    command_work *work;
} command_rows[] = {
    { "backup", command_backup },   { "check-backup", command_check_backup },
    { "doctor", command_doctor },   { "migrate", command_migrate },
    { "restore", command_restore },
};

#define COMMAND_ROWS (sizeof command_rows / sizeof *command_rows)

static int command_admin(const srv_config *config, int argc, char **argv)
{
    char path[PARTS_PATH_MAX];

    if (config->admin_socket)
        snprintf(path, sizeof path, "%s", config->admin_socket);
    else
        snprintf(path, sizeof path, "%s/admin.sock", config->data);
    return admin_command(path, argc, argv);
}

int command_run(const srv_config *config, int argc, char **argv)
{
    srv_error error = { .status = SRV_OK };

    if (strcmp(argv[0], "admin") == 0)
        return command_admin(config, argc - 1, argv + 1);
    for (size_t i = 0; i < COMMAND_ROWS; i++) {
        if (strcmp(command_rows[i].name, argv[0]) != 0)
            continue;

        srv_status status = command_rows[i].work(config, argc - 1, argv + 1, &error);

        if (status == SRV_OK)
            return 0;
        fprintf(stderr, "lanyardd %s: %s\n", argv[0],
                error.detail[0] ? error.detail : srv_status_title(status));
        return status == SRV_E_CONFIG ? COMMAND_USAGE : COMMAND_FAILED;
    }
    fprintf(stderr, "lanyardd: no command is called %s\n", argv[0]);
    return COMMAND_USAGE;
}
