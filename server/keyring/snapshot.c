/* snapshot.c - what is needed to sign and to verify, made from the rows and swapped under a lock.
 */
#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "keyring/ring.h"

#define SNAPSHOT_JWKS_MAX (1 << 20)
#define SNAPSHOT_ETAG_LEN 16

void ring_snapshot_give(ring_snapshot *snapshot)
{
    if (!snapshot || atomic_fetch_sub(&snapshot->refs, 1) != 1)
        return;
    lanyard_key_free(snapshot->signer);
    lanyard_keyset_free(snapshot->verify);
    lanyard_buf_done(&snapshot->jwks);
    free(snapshot);
}

static bool snapshot_verifies(const schedule_key *key)
{
    key_state state = key->row.state;

    return state == KEY_ACTIVE || state == KEY_PUBLISHED || state == KEY_RETIRING ||
           state == KEY_VERIFY_ONLY;
}

static srv_status snapshot_digest(const schedule_keys *keys, uint8_t digest[SRV_SHA256_LEN])
{
    lanyard_buf text;
    lanyard_status status = LANYARD_OK;

    lanyard_buf_init(&text, NULL, SNAPSHOT_JWKS_MAX);
    for (size_t i = 0; status == LANYARD_OK && i < keys->count; i++) {
        const signing_key_row *row = &keys->keys[i].row;
        char state = (char)('0' + row->state);

        status = lanyard_buf_add(&text, row->kid, strlen(row->kid) + 1);
        if (status == LANYARD_OK)
            status = lanyard_buf_add(&text, &state, 1);
    }

    srv_status made =
        status == LANYARD_OK
            ? srv_sha256((lanyard_bytes){ (const uint8_t *)text.ptr, text.len }, digest)
            : SRV_E_NO_MEMORY;

    lanyard_buf_done(&text);
    return made;
}

/* The public keys, the active one first: what a verifier tries first. */
static srv_status snapshot_read_keys(const master_keys *masters, const schedule_keys *keys,
                                     lanyard_key **found, size_t *count, srv_error *error)
{
    for (int is_active = 1; is_active >= 0; is_active--) {
        for (size_t i = 0; i < keys->count; i++) {
            const schedule_key *key = &keys->keys[i];

            if (!snapshot_verifies(key) || (key->row.state == KEY_ACTIVE) != (is_active == 1))
                continue;
            TRY(sealed_public(masters, &key->row, &found[*count], error));
            ++*count;
        }
    }
    return SRV_OK;
}

static srv_status snapshot_fill_set(ring_snapshot *snapshot, const master_keys *masters,
                                    const schedule_keys *keys, srv_error *error)
{
    lanyard_key **found = calloc(keys->count + 1, sizeof(lanyard_key *));
    size_t count = 0;

    if (!found)
        return srv_fail(error, SRV_E_NO_MEMORY, "no memory for the keys");

    srv_status status = snapshot_read_keys(masters, keys, found, &count, error);

    if (status == SRV_OK) {
        lanyard_status made = lanyard_keyset_new(found, count, NULL, &snapshot->verify, NULL);

        status = made == LANYARD_OK ? SRV_OK : srv_fail_lanyard(error, made);
    }
    for (size_t i = 0; i < count; i++)
        lanyard_key_free(found[i]);
    free(found);
    return status;
}

static srv_status snapshot_fill_jwks(ring_snapshot *snapshot, srv_error *error)
{
    uint8_t digest[SRV_SHA256_LEN];
    lanyard_status written =
        lanyard_keyset_write(snapshot->verify, LANYARD_KEY_PUBLIC, &snapshot->jwks, NULL);

    if (written != LANYARD_OK)
        return srv_fail_lanyard(error, written);
    TRY(srv_sha256((lanyard_bytes){ (const uint8_t *)snapshot->jwks.ptr, snapshot->jwks.len },
                   digest));
    snapshot->etag[0] = '"';
    srv_base64url_write((lanyard_bytes){ digest, SNAPSHOT_ETAG_LEN }, snapshot->etag + 1);
    snapshot->etag[1 + SRV_BASE64URL_LEN(SNAPSHOT_ETAG_LEN)] = '"';
    return SRV_OK;
}

static srv_status snapshot_fill(ring_snapshot *snapshot, const master_keys *masters,
                                const schedule_keys *keys, srv_error *error)
{
    const schedule_key *active = schedule_active(keys);

    if (!active)
        return srv_fail(error, SRV_E_CONFIG, "no key signs");
    TRY(sealed_private(masters, &active->row, &snapshot->signer, error));
    TRY(snapshot_fill_set(snapshot, masters, keys, error));
    return snapshot_fill_jwks(snapshot, error);
}

static bool snapshot_is_shown(ring_shown *shown, const uint8_t digest[SRV_SHA256_LEN])
{
    pthread_mutex_lock(&shown->lock);

    bool is_same = shown->snapshot && memcmp(shown->snapshot->digest, digest, SRV_SHA256_LEN) == 0;

    pthread_mutex_unlock(&shown->lock);
    return is_same;
}

static void snapshot_swap(ring_shown *shown, ring_snapshot *snapshot)
{
    pthread_mutex_lock(&shown->lock);

    ring_snapshot *old = shown->snapshot;

    shown->snapshot = snapshot;
    pthread_mutex_unlock(&shown->lock);
    ring_snapshot_give(old);
}

srv_status ring_show(keyring *ring, const schedule_keys *keys, srv_error *error)
{
    uint8_t digest[SRV_SHA256_LEN];

    TRY(snapshot_digest(keys, digest));
    if (snapshot_is_shown(ring->shown, digest))
        return SRV_OK;

    ring_snapshot *snapshot = calloc(1, sizeof *snapshot);

    if (!snapshot)
        return srv_fail(error, SRV_E_NO_MEMORY, "no memory for the keys");
    atomic_init(&snapshot->refs, 1);
    memcpy(snapshot->digest, digest, sizeof digest);
    lanyard_buf_init(&snapshot->jwks, NULL, SNAPSHOT_JWKS_MAX);

    srv_status status = snapshot_fill(snapshot, &ring->masters, keys, error);

    if (status == SRV_OK)
        snapshot_swap(ring->shown, snapshot);
    else
        ring_snapshot_give(snapshot);
    return status;
}

void keyring_take(const keyring *ring, keyring_view *view)
{
    ring_shown *shown = ring->shown;

    pthread_mutex_lock(&shown->lock);

    ring_snapshot *snapshot = shown->snapshot;

    atomic_fetch_add(&snapshot->refs, 1);
    pthread_mutex_unlock(&shown->lock);
    *view = (keyring_view){
        .signer = snapshot->signer,
        .verify = snapshot->verify,
        .jwks = { snapshot->jwks.ptr, snapshot->jwks.len },
        .owner = snapshot,
    };
    memcpy(view->etag, snapshot->etag, sizeof view->etag);
}

void keyring_give(keyring_view *view)
{
    ring_snapshot_give(view->owner);
    *view = (keyring_view){ .owner = NULL };
}
