/* ring.h - what the files of the key ring share.
 *
 * Two locks: `work` makes one change at a time, across its transaction; `shown` guards only the
 * swap of the snapshot, so that no request ever waits for the database here.
 */
#ifndef SERVER_KEYRING_RING_H
#define SERVER_KEYRING_RING_H

#include <pthread.h>
#include <stdatomic.h>
#include "keyring/keyring.h"
#include "keyring/master.h"
#include "keyring/schedule.h"
#include "keyring/sealed.h"

typedef struct ring_snapshot { /* IMMUTABLE but for the count */
    atomic_uint refs;
    lanyard_key *signer;
    lanyard_keyset *verify;
    lanyard_buf jwks;
    char etag[32];
    uint8_t digest[SRV_SHA256_LEN]; /* of kids and states */
} ring_snapshot;

typedef struct ring_shown {
    pthread_mutex_t lock;
    ring_snapshot *snapshot;
} ring_shown;

struct keyring {
    srv_store *store;
    master_keys masters;
    schedule_rules rules;
    char alg[ALG_MAX];
    char given_kid[KID_MAX];
    char *secret_path;
    lanyard_key *given; /* the secret of the file; NULL: none */
    pthread_mutex_t work;
    ring_shown *shown; /* a pointer: taking a view changes the count, not the ring */
};

/* Builds what these rows mean and shows it, unless it is what is shown. E_CONFIG: nothing
 * signs; E_INVALID: no master key opens the active one. */
SRV_CHECK srv_status ring_show(keyring *ring, const schedule_keys *keys, srv_error *error);
void ring_snapshot_give(ring_snapshot *snapshot); /* NULL is fine */

/* The row of an imported key becomes part of the ring; until and at_once: keyring_import(). */
SRV_CHECK srv_status ring_import_row(keyring *ring, signing_key_row *row, srv_time until,
                                     bool at_once, srv_error *error);

/* Reads the secret's file into ring->given and names it. */
SRV_CHECK srv_status ring_read_secret(keyring *ring, srv_error *error);

#endif
