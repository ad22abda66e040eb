/* keyring.h - the keys of the server: sealed at rest, rotated on schedule, ready in memory.
 *
 * A master key file (0600; keyring/master.h) opens everything; each purpose has its own
 * key by HKDF (srv_derive). Signing keys live in the store, sealed. What is needed to sign and to
 * verify is a keyring_view: IMMUTABLE, counted, taken by each request and given back, so that a
 * rotation never pulls a key away from under a request.
 */
#ifndef SERVER_KEYRING_KEYRING_H
#define SERVER_KEYRING_KEYRING_H

#include "store/store.h"
#include "tape/tape.h"

typedef struct keyring keyring;

typedef struct keyring_opts {
    const char *master_path; /* made when missing, with its folder */
    const char *alg;         /* "EdDSA" (NULL), "ES256", "RS256", "HS256" */
    const char *secret_path; /* of HS256: the file that holds the secret */
    srv_time rotate_every;   /* 0: 30 days */
    srv_time publish_before; /* 0: one hour; a new key stands in the JWKS that long before use */
    srv_time token_life;     /* the longest: a key retires that long after its last use */
} keyring_opts;

/* Opens the master key and the stored keys; makes and activates the first one. E_CONFIG (files),
 * E_INVALID (the master key does not open the stored keys). */
SRV_CHECK srv_status keyring_open(const keyring_opts *opts, srv_store *store, keyring **opened,
                                  srv_error *error);
void keyring_close(keyring *ring); /* wipes; NULL is fine */

/* Another rotate_every and token_life from now on; 0: as it was. Any thread. */
void keyring_set_times(keyring *ring, srv_time rotate_every, srv_time token_life);

/* MAC keys of refresh tokens, one for each master key that is still accepted. */
#define REFRESH_KEYS_MAX 4
typedef struct refresh_key {
    uint8_t kid;
    uint8_t key[SRV_KEY_LEN];
} refresh_key;
typedef struct refresh_keys {
    refresh_key keys[REFRESH_KEYS_MAX]; /* the first makes new ones */
    size_t count;
} refresh_keys;
SRV_CHECK srv_status keyring_refresh_keys(const keyring *ring, refresh_keys *keys);

/* A key for another purpose, such as "csrf". */
SRV_CHECK srv_status keyring_derive(const keyring *ring, const char *purpose,
                                    uint8_t out[SRV_KEY_LEN]);

typedef struct keyring_view {
    const lanyard_key *signer;    /* the active one; its alg and kid are its own */
    const lanyard_keyset *verify; /* active, published, retiring, verify only */
    lanyard_str jwks;             /* public part, as served */
    char etag[32];
    void *owner; /* the ring's */
} keyring_view;
void keyring_take(const keyring *ring, keyring_view *view);
void keyring_give(keyring_view *view);

/* Does what is due: publishes, activates, retires, drops; reads what another process did. One read
 * when nothing is due, so it may be called each second: the sooner, the sooner this process
 * knows what another one signs with. */
SRV_CHECK srv_status keyring_tick(keyring *ring, srv_error *error);

/* A new key ahead of schedule: published now and used after publish_before, or used at_once (who
 * verifies with an older copy of the JWKS refuses its tokens until it has fetched it). With a given
 * secret: its file is read again, and what it holds is used at once. */
SRV_CHECK srv_status keyring_rotate(keyring *ring, bool at_once, srv_error *error);
/* The key was stolen: out of the JWKS, on the tape, replaced at once when it was the active one.
 * E_NOT_FOUND: no key in use has that kid. E_INVALID: it is the given secret, which only the
 * operator can replace: change the file, rotate, then revoke. */
SRV_CHECK srv_status keyring_revoke(keyring *ring, const char *kid, srv_tape *tape,
                                    srv_error *error);
/* Takes a key in. until 0: it signs, after publish_before or at_once as in keyring_rotate(), so it
 * is private and of the ring's algorithm; else it only verifies until then, and only its public
 * part is kept. One without a kid is named by
 * its thumbprint; one that says no algorithm is taken for the usual one of its type. E_INVALID,
 * E_CONFLICT (a key of that kid is there). */
SRV_CHECK srv_status keyring_import(keyring *ring, const lanyard_key *key, srv_time until,
                                    bool at_once, srv_error *error);
/* That a master key opens every stored key that may be used again. E_INVALID. */
SRV_CHECK srv_status keyring_check(const keyring *ring, srv_error *error);

/* "active"; for people and bodies. Static. */
const char *keyring_state_text(key_state state);
/* true: it neither signs nor verifies any more. */
bool keyring_state_is_over(key_state state);

#endif
