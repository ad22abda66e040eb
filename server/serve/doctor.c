/* doctor.c - see doctor.h. */
#include "serve/doctor.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include "base/text.h"
#include "keyring/master.h"
#include "keyring/sealed.h"

typedef struct doctor {
    const server_parts *parts;
    FILE *out;
    unsigned wrong;
    srv_store *store;
    master_keys masters;
} doctor;

/* "ok    the schema: version 1" */
static void doctor_say(doctor *all, bool is_good, const char *what, const char *detail)
{
    all->wrong += !is_good;
    fprintf(all->out, "%-6s%s%s%s\n", is_good ? "ok" : "WRONG", what, detail[0] ? ": " : "",
            detail);
}

static void doctor_say_status(doctor *all, srv_status status, const char *what,
                              const srv_error *error)
{
    doctor_say(all, status == SRV_OK, what,
               status == SRV_OK ? ""
                                : (error->detail[0] ? error->detail : srv_status_title(status)));
}

static void doctor_look_at_mode(doctor *all, const char *path, mode_t forbidden, const char *what)
{
    struct stat info;
    char detail[SRV_DETAIL_MAX];

    if (stat(path, &info) != 0) {
        doctor_say(all, errno == ENOENT, what, errno == ENOENT ? "not there yet" : strerror(errno));
        return;
    }
    snprintf(detail, sizeof detail, "%.100s has mode %04o", path, (unsigned)info.st_mode & 07777u);
    doctor_say(all, (info.st_mode & forbidden) == 0, what, detail);
}

static void doctor_look_at_files(doctor *all)
{
    const server_parts *parts = all->parts;
    const char *file = parts->url + strlen("sqlite:");
    srv_error error = { .status = SRV_OK };

    doctor_look_at_mode(all, parts->config->data, 077, "data directory");
    if (strncmp(parts->url, "sqlite:", strlen("sqlite:")) == 0)
        doctor_look_at_mode(all, file, 077, "database file");

    srv_status status = master_read(parts->master, &all->masters, &error);

    if (status == SRV_OK && all->masters.count == 0)
        doctor_say(all, true, "master key file", "not there yet");
    else
        doctor_say_status(all, status, "master key file", &error);
}

static void doctor_look_at_store(doctor *all)
{
    const store_opts opts = { .url = all->parts->url, .connections = 2, .is_there = true };
    store_schema schema = { .found = 0 };
    srv_error error = { .status = SRV_OK };
    char detail[SRV_DETAIL_MAX];
    srv_status status = store_open(&opts, &all->store, &error);

    doctor_say_status(all, status, "database", &error);
    if (status != SRV_OK)
        return;
    status = store_schema_read(all->store, &schema, &error);
    snprintf(detail, sizeof detail, "version %d, this program wants %d", schema.found,
             schema.wanted);
    doctor_say(all, status == SRV_OK && schema.found == schema.wanted, "schema", detail);
    if (schema.found != schema.wanted) {
        store_close(all->store);
        all->store = NULL;
        return;
    }
    status = store_check(all->store, &error);
    doctor_say_status(all, status, "database is sound", &error);
}

typedef struct doctor_keys {
    const doctor *all;
    unsigned sealed;
    unsigned shut;
    unsigned active;
} doctor_keys;

static bool doctor_try_key(void *ctx, const signing_key_row *row)
{
    doctor_keys *keys = ctx;
    lanyard_key *key = NULL;

    keys->active += row->state == KEY_ACTIVE;
    if (row->sealed_len == 0 || keyring_state_is_over(row->state))
        return true;
    keys->sealed++;
    keys->shut += sealed_private(&keys->all->masters, row, &key, NULL) != SRV_OK;
    lanyard_key_free(key);
    return true;
}

static srv_status doctor_keys_job(store_txn *txn, void *ctx, srv_error *error)
{
    doctor_keys *keys = ctx;

    (void)error;
    keys->sealed = keys->shut = keys->active = 0;
    return store_keys(txn, doctor_try_key, keys);
}

static void doctor_look_at_keys(doctor *all)
{
    doctor_keys keys = { .all = all };
    srv_error error = { .status = SRV_OK };
    char detail[SRV_DETAIL_MAX];
    srv_status status = store_read(all->store, doctor_keys_job, &keys, &error);

    snprintf(detail, sizeof detail, "%u of %u%s", keys.sealed - keys.shut, keys.sealed,
             keys.shut > 0 && all->masters.count == 0 ? ", the master key file is missing" : "");
    doctor_say(all, status == SRV_OK && keys.shut == 0, "signing keys that the master key opens",
               detail);
    snprintf(detail, sizeof detail, "%u", keys.active);
    doctor_say(all, keys.sealed == 0 || keys.active == 1, "active signing keys", detail);
}

typedef struct doctor_times {
    srv_time now;
    srv_time last; /* audit row; 0: there is none */
} doctor_times;

static bool doctor_see_audit(void *ctx, const audit_row *row)
{
    ((doctor_times *)ctx)->last = row->at;
    return false;
}

static srv_status doctor_times_job(store_txn *txn, void *ctx, srv_error *error)
{
    static const srv_id nobody = { { 0 } };
    doctor_times *times = ctx;

    (void)error;
    *times = (doctor_times){ .now = store_now(txn) };
    return store_audit(txn, &nobody, 0, 1, doctor_see_audit, times);
}

/* A clock behind the last entry gives sessions more time than they have. */
static void doctor_look_at_clock(doctor *all)
{
    doctor_times times;
    srv_error error = { .status = SRV_OK };
    char now[SRV_TIME_TEXT_MAX];
    srv_status status = store_read(all->store, doctor_times_job, &times, &error);

    if (status != SRV_OK) {
        doctor_say_status(all, status, "clock", &error);
        return;
    }
    srv_time_write(times.now, now);
    doctor_say(all, times.now >= times.last,
               times.now >= times.last ? "clock" : "clock is behind the last audit entry", now);
}

static void doctor_look_at_tape(doctor *all)
{
    srv_error error = { .status = SRV_OK };
    srv_tape *tape = NULL;
    int64_t marked = 0;
    int64_t seq = 0;
    tape_epoch epoch;
    char detail[SRV_DETAIL_MAX];
    srv_status status = tape_new(all->store, &tape, &error);

    if (status == SRV_OK)
        status = tape_load(tape, &error);
    if (status == SRV_OK)
        status = tape_mark_read(all->parts->mark, &marked);
    if (status == SRV_OK)
        tape_position(tape, &epoch, &seq);
    tape_free(tape);
    snprintf(detail, sizeof detail, "at %lld, and %lld was seen here", (long long)seq,
             (long long)marked);
    doctor_say(all, status == SRV_OK && seq >= marked, "tape", detail);
}

srv_status doctor_examine(const server_parts *parts, FILE *out, srv_error *error)
{
    doctor all = { .parts = parts, .out = out };

    doctor_look_at_files(&all);
    doctor_look_at_store(&all);
    if (all.store) {
        doctor_look_at_keys(&all);
        doctor_look_at_clock(&all);
        doctor_look_at_tape(&all);
    }
    store_close(all.store);
    srv_wipe(&all.masters, sizeof all.masters);
    return all.wrong == 0 ? SRV_OK : srv_fail(error, SRV_E_INVALID, "something is wrong");
}
