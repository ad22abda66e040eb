/* keyring.c - see keyring.h: opening, closing, and what is derived from the master key. */
#include "keyring/keyring.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base/text.h"
#include "keyring/ring.h"

#define RING_ROTATE_EVERY   (30 * SRV_DAY)
#define RING_PUBLISH_BEFORE SRV_HOUR
#define RING_TOKEN_LIFE     (15 * SRV_MINUTE)
#define RING_FOLDER_MAX     4096

static srv_time ring_or(srv_time given, srv_time usual)
{
    return given ? given : usual;
}

static srv_status ring_settle(keyring *ring, const keyring_opts *opts, srv_error *error)
{
    static const char *const algs[] = { "EdDSA", "ES256", "RS256", "HS256" };
    const char *alg = opts->alg ? opts->alg : algs[0];
    bool is_known = false;

    for (size_t i = 0; i < sizeof algs / sizeof *algs; i++)
        is_known |= strcmp(alg, algs[i]) == 0;
    if (!is_known)
        return srv_fail(error, SRV_E_CONFIG, "expected EdDSA, ES256, RS256 or HS256 as alg");
    if ((strcmp(alg, "HS256") == 0) != (opts->secret_path != NULL))
        return srv_fail(error, SRV_E_CONFIG, "HS256 and a file with a secret go together");
    snprintf(ring->alg, sizeof ring->alg, "%s", alg);
    ring->rules = (schedule_rules){
        .alg = ring->alg,
        .rotate_every = ring_or(opts->rotate_every, RING_ROTATE_EVERY),
        .publish_before = ring_or(opts->publish_before, RING_PUBLISH_BEFORE),
        .token_life = ring_or(opts->token_life, RING_TOKEN_LIFE),
    };
    if (ring->rules.publish_before < 0 || ring->rules.token_life < 0 ||
        ring->rules.rotate_every <= ring->rules.publish_before)
        return srv_fail(error, SRV_E_CONFIG, "keys would rotate before they can be published");
    if (opts->secret_path && !(ring->secret_path = strdup(opts->secret_path)))
        return srv_fail(error, SRV_E_NO_MEMORY, "no memory for the key ring");
    return SRV_OK;
}

static bool ring_see_sealed(void *ctx, const signing_key_row *row)
{
    bool *is_sealed = ctx;

    *is_sealed = row->sealed_len > 0;
    return !*is_sealed;
}

static srv_status ring_look_job(store_txn *txn, void *ctx, srv_error *error)
{
    (void)error;
    *(bool *)ctx = false;
    return store_keys(txn, ring_see_sealed, ctx);
}

static srv_status ring_make_folder(const char *path, srv_error *error)
{
    char folder[RING_FOLDER_MAX];
    const char *slash = strrchr(path, '/');

    if (!slash || slash == path)
        return SRV_OK;
    if (!srv_copy((lanyard_str){ path, (size_t)(slash - path) }, folder, sizeof folder) ||
        (mkdir(folder, 0700) != 0 && errno != EEXIST))
        return srv_fail(error, SRV_E_CONFIG, "the folder of the master key file cannot be made");
    return SRV_OK;
}

/* A new master key beside keys that another one sealed would lock everybody out for good. */
static srv_status ring_make_master(keyring *ring, const char *path, srv_error *error)
{
    bool is_sealed = false;

    TRY(store_read(ring->store, ring_look_job, &is_sealed, error));
    if (is_sealed)
        return srv_fail(error, SRV_E_CONFIG,
                        "the master key file is missing, and the database holds keys sealed by it");
    TRY(ring_make_folder(path, error));
    TRY(master_create(path, error));
    TRY(master_read(path, &ring->masters, error));
    return ring->masters.count > 0 ? SRV_OK
                                   : srv_fail(error, SRV_E_CONFIG, "the master key file vanished");
}

static srv_status ring_start(keyring *ring, const keyring_opts *opts, srv_error *error)
{
    TRY(ring_settle(ring, opts, error));
    TRY(master_read(opts->master_path, &ring->masters, error));
    if (ring->masters.count == 0)
        TRY(ring_make_master(ring, opts->master_path, error));
    if (ring->secret_path)
        TRY(ring_read_secret(ring, error));
    return keyring_tick(ring, error);
}

srv_status keyring_open(const keyring_opts *opts, srv_store *store, keyring **opened,
                        srv_error *error)
{
    keyring *ring = calloc(1, sizeof *ring);
    ring_shown *shown = calloc(1, sizeof *shown);

    if (!ring || !shown) {
        free(ring);
        free(shown);
        return srv_fail(error, SRV_E_NO_MEMORY, "no memory for the key ring");
    }
    ring->store = store;
    ring->shown = shown;
    pthread_mutex_init(&ring->work, NULL);
    pthread_mutex_init(&shown->lock, NULL);

    srv_status status = ring_start(ring, opts, error);

    if (status == SRV_OK)
        *opened = ring;
    else
        keyring_close(ring);
    return status;
}

void keyring_close(keyring *ring)
{
    if (!ring)
        return;
    ring_snapshot_give(ring->shown->snapshot);
    pthread_mutex_destroy(&ring->shown->lock);
    pthread_mutex_destroy(&ring->work);
    free(ring->shown);
    free(ring->secret_path);
    lanyard_key_free(ring->given);
    srv_wipe(ring, sizeof *ring);
    free(ring);
}

void keyring_set_times(keyring *ring, srv_time rotate_every, srv_time token_life)
{
    pthread_mutex_lock(&ring->work);
    ring->rules.rotate_every = ring_or(rotate_every, ring->rules.rotate_every);
    ring->rules.token_life = ring_or(token_life, ring->rules.token_life);
    pthread_mutex_unlock(&ring->work);
}

srv_status keyring_derive(const keyring *ring, const char *purpose, uint8_t out[SRV_KEY_LEN])
{
    return srv_derive(SRV_BYTES(ring->masters.keys[0].key), purpose, out);
}

srv_status keyring_refresh_keys(const keyring *ring, refresh_keys *keys)
{
    *keys = (refresh_keys){ .count = 0 };
    for (size_t i = 0; i < ring->masters.count; i++) {
        const master_key *master = &ring->masters.keys[i];

        keys->keys[i].kid = master->kid;
        TRY(srv_derive(SRV_BYTES(master->key), "refresh mac", keys->keys[i].key));
    }
    keys->count = ring->masters.count;
    return SRV_OK;
}

typedef struct ring_checking {
    const keyring *ring;
    srv_status status;
} ring_checking;

static bool ring_check_row(void *ctx, const signing_key_row *row)
{
    ring_checking *checking = ctx;
    lanyard_key *key = NULL;

    if (row->sealed_len == 0 || keyring_state_is_over(row->state))
        return true;
    checking->status = sealed_private(&checking->ring->masters, row, &key, NULL);
    lanyard_key_free(key);
    return checking->status == SRV_OK;
}

static srv_status ring_check_job(store_txn *txn, void *ctx, srv_error *error)
{
    ring_checking *checking = ctx;

    checking->status = SRV_OK;
    TRY(store_keys(txn, ring_check_row, checking));
    return checking->status == SRV_OK
               ? SRV_OK
               : srv_fail(error, checking->status, "no master key opens one of the stored keys");
}

srv_status keyring_check(const keyring *ring, srv_error *error)
{
    ring_checking checking = { .ring = ring };

    return store_read(ring->store, ring_check_job, &checking, error);
}
