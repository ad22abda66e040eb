/* parts.c - see parts.h. */
#include "serve/parts.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/log.h"
#include "base/text.h"

#define META_ISSUER       "issuer"
#define QUEUE_OF_A_WORKER 8
#define TOKEN_SLACK       (5 * SRV_MINUTE) /* clocks of verifiers */

typedef struct parts_issuer {
    char text[META_VALUE_MAX];
    size_t len;
} parts_issuer;

/* Of two processes that start at once, one makes it. */
static srv_status parts_issuer_job(store_txn *txn, void *ctx, srv_error *error)
{
    parts_issuer *issuer = ctx;
    char made[] = "urn:uuid:00000000-0000-0000-0000-000000000000";
    uint8_t value[META_VALUE_MAX];
    srv_id id;

    (void)error;
    TRY(srv_id_new(store_now(txn), &id));
    srv_id_write(&id, made + strlen("urn:uuid:"));
    TRY(store_meta_add(txn, META_ISSUER, SRV_BYTES_OF(lanyard_str_of(made))));
    TRY(store_meta_get(txn, META_ISSUER, value, &issuer->len));
    memcpy(issuer->text, value, issuer->len);
    return SRV_OK;
}

static srv_status parts_find_issuer(server_parts *parts, srv_error *error)
{
    const char *given = parts->config->issuer;
    parts_issuer issuer = { .len = 0 };

    if (given && srv_copy(lanyard_str_of(given), parts->issuer, sizeof parts->issuer))
        return SRV_OK;
    if (given)
        return srv_fail(error, SRV_E_CONFIG, "issuer: longer than 511 bytes");
    TRY(store_write(parts->store, parts_issuer_job, &issuer, error));
    return srv_copy((lanyard_str){ issuer.text, issuer.len }, parts->issuer, sizeof parts->issuer)
               ? SRV_OK
               : srv_fail(error, SRV_E_INTERNAL, "the stored issuer is too long");
}

srv_status parts_paths(server_parts *parts, srv_error *error)
{
    const srv_config *config = parts->config;

    if (strlen(config->data) > PARTS_PATH_MAX - 64)
        return srv_fail(error, SRV_E_CONFIG, "data: a path that is too long");
    snprintf(parts->master, sizeof parts->master, "%s/master.key", config->data);
    snprintf(parts->mark, sizeof parts->mark, "%s/tape.mark", config->data);
    if (config->db)
        snprintf(parts->url, sizeof parts->url, "%s", config->db);
    else
        snprintf(parts->url, sizeof parts->url, "sqlite:%s/lanyard.db", config->data);
    return SRV_OK;
}

static srv_status parts_open_store(server_parts *parts, srv_error *error)
{
    const store_opts opts = { .url = parts->url,
                              .connections = (unsigned)parts->config->db_connections };

    TRY(parts_paths(parts, error));
    TRY(store_open(&opts, &parts->store, error));
    TRY(store_migrate(parts->store, error));
    TRY(parts_find_issuer(parts, error));
    TRY(tape_new(parts->store, &parts->tape, error));
    return tape_load(parts->tape, error);
}

static limits_opts parts_limits(const srv_config *config)
{
    return (limits_opts){ .failures_pair = config->failures_pair,
                          .failures_account = config->failures_account,
                          .failures_prefix = config->failures_prefix,
                          .registrations_prefix = config->registrations_prefix };
}

/* The switch itself waits for a restart: while tokens of the tutorial are made, they count. */
static session_rules parts_rules(const server_parts *parts, const srv_config *config)
{
    bool has_compat = config->compat || parts->compat;

    return (session_rules){ .access_life = config->access_s * SRV_SECOND,
                            .other_life = has_compat ? COMPAT_LIFE_S * SRV_SECOND : 0,
                            .grace = config->grace_s > 0 ? config->grace_s * SRV_SECOND
                                                         : SESSION_NO_GRACE,
                            .idle_life = config->idle_s * SRV_SECOND,
                            .absolute_life = config->absolute_s * SRV_SECOND,
                            .cap = (unsigned)config->session_cap };
}

static srv_status parts_open_keys(server_parts *parts, srv_error *error)
{
    static const refresh_keys none = { .count = 0 };
    const srv_config *config = parts->config;
    const session_rules rules = parts_rules(parts, config);

    sessions_init(&parts->sessions, parts->store, parts->tape, &none, &rules);
    TRY(sessions_settle_life(&parts->sessions, 0, error));

    const keyring_opts opts = { .master_path = parts->master,
                                .alg = config->alg,
                                .secret_path = config->secret_file,
                                .rotate_every = config->rotate_s * SRV_SECOND,
                                .token_life = parts->sessions.rules.longest_life + TOKEN_SLACK };

    TRY(keyring_open(&opts, parts->store, &parts->ring, error));
    return keyring_refresh_keys(parts->ring, &parts->sessions.keys);
}

srv_status parts_settle(server_parts *parts, srv_error *error)
{
    TRY(sessions_settle_life(&parts->sessions, 0, error));
    keyring_set_times(parts->ring, 0, parts->sessions.rules.longest_life + TOKEN_SLACK);
    return SRV_OK;
}

srv_status parts_take(server_parts *parts, const srv_config *config, srv_error *error)
{
    const session_rules rules = parts_rules(parts, config);
    const limits_opts limits = parts_limits(config);

    TRY(sessions_take_rules(&parts->sessions, &rules, error));
    keyring_set_times(parts->ring, config->rotate_s * SRV_SECOND, 0);
    limits_set(parts->limits, &limits);
    parts->accounts.points_min = (unsigned)config->password_min;
    access_set_leeway(parts->access, (uint32_t)config->leeway_s);
    parts->api.origins = config->origins;
    parts->api.reauth_s = config->reauth_s;
    TRY(parts_settle(parts, error));
    return keyring_tick(parts->ring, error);
}

/* A database file put back by hand is behind what this machine has seen: whatever was ended since
 * would live again, so everything ends. */
static srv_status parts_notice_restore(server_parts *parts, srv_error *error)
{
    tape_epoch epoch;
    int64_t seq, marked = 0;
    unsigned count = 0;
    log_line line;

    tape_position(parts->tape, &epoch, &seq);
    if (tape_mark_read(parts->mark, &marked) != SRV_OK || marked <= seq)
        return SRV_OK;
    TRY(sessions_end_everything(&parts->sessions, &count, error));
    log_begin(&line, LOG_WARNING, "older_database");
    json_int(&line.json, "marked", marked);
    json_int(&line.json, "found", seq);
    json_int(&line.json, "sessions_ended", count);
    log_end(&line);
    return tape_load(parts->tape, error);
}

srv_status parts_mark(server_parts *parts, srv_error *error)
{
    tape_epoch epoch;
    int64_t seq;

    tape_position(parts->tape, &epoch, &seq);
    if (seq == parts->marked)
        return SRV_OK;
    TRY(tape_mark_write(parts->mark, seq, error));
    parts->marked = seq;
    return SRV_OK;
}

static srv_status parts_open_accounts(server_parts *parts, srv_error *error)
{
    const srv_config *config = parts->config;
    const hash_opts hashing = { .workers = (unsigned)config->hash_workers,
                                .queue_max = (unsigned)config->hash_queue,
                                .niceness = (int)config->hash_nice };
    const access_opts access = { .issuer = parts->issuer,
                                 .audience = config->audience ? config->audience : parts->issuer,
                                 .client_id = config->client_id,
                                 .leeway_s = (uint32_t)config->leeway_s };

    TRY(hash_pool_new(&hashing, &parts->hashes, error));
    parts->accounts = (accounts){ .store = parts->store,
                                  .tape = parts->tape,
                                  .sessions = &parts->sessions,
                                  .hashes = parts->hashes,
                                  .points_min = (unsigned)config->password_min };
    TRY(access_new(&access, parts->ring, parts->tape, &parts->access, error));
    if (!config->compat)
        return SRV_OK;
    return compat_new(config->compat_secret_file, &parts->accounts, parts->tape, &parts->compat,
                      error);
}

static srv_status parts_open_api(server_parts *parts, srv_error *error)
{
    const srv_config *config = parts->config;
    const limits_opts limits = parts_limits(config);

    pthread_mutex_init(&parts->ready.lock, NULL);
    TRY(limits_new(&limits, &parts->limits, error));
    parts->api = (srv_api){ .store = parts->store,
                            .tape = parts->tape,
                            .ring = parts->ring,
                            .sessions = &parts->sessions,
                            .accounts = &parts->accounts,
                            .access = parts->access,
                            .compat = parts->compat,
                            .limits = parts->limits,
                            .counts = &parts->counts,
                            .ready = &parts->ready,
                            .issuer = parts->issuer,
                            .client_id = config->client_id,
                            .origins = config->origins,
                            .reauth_s = config->reauth_s };
    parts->admin = (srv_admin){ .store = parts->store,
                                .tape = parts->tape,
                                .sessions = &parts->sessions,
                                .accounts = &parts->accounts,
                                .ring = parts->ring };
    return keyring_derive(parts->ring, "csrf", parts->api.csrf_key);
}

srv_status parts_open(const srv_config *config, server_parts *parts, srv_error *error)
{
    *parts = (server_parts){ .config = config };
    TRY(parts_open_store(parts, error));
    TRY(parts_open_keys(parts, error));
    TRY(parts_notice_restore(parts, error));
    TRY(parts_open_accounts(parts, error));
    TRY(parts_open_api(parts, error));
    return tape_start(parts->tape, error);
}

void parts_close(server_parts *parts)
{
    srv_wipe(parts->api.csrf_key, sizeof parts->api.csrf_key);
    limits_free(parts->limits);
    compat_free(parts->compat);
    access_free(parts->access);
    hash_pool_free(parts->hashes);
    tape_free(parts->tape);
    sessions_done(&parts->sessions);
    keyring_close(parts->ring);
    store_close(parts->store);
}

unsigned parts_hash_slots(const srv_config *config)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    int64_t workers = config->hash_workers > 0 ? config->hash_workers : cores > 0 ? cores : 1;
    int64_t queue = config->hash_queue > 0 ? config->hash_queue : workers * QUEUE_OF_A_WORKER;

    return (unsigned)(workers + queue);
}
