/* master.h - the file that opens everything else, and the keys that are derived from it.
 *
 * A line for each master key, the one in use first: "1 KEY", a number and 32 bytes in base64url.
 * A replaced key stays below until nothing that it sealed or signed is left.
 */
#ifndef SERVER_KEYRING_MASTER_H
#define SERVER_KEYRING_MASTER_H

#include "base/crypto.h"
#include "base/status.h"

#define MASTER_KEYS_MAX 4

typedef struct master_key {
    uint8_t kid;
    uint8_t key[SRV_KEY_LEN];
} master_key;

typedef struct master_keys {
    master_key keys[MASTER_KEYS_MAX];
    size_t count; /* 0: the file is missing */
} master_keys;

/* Wipe it after use. No file: SRV_OK with count 0. E_CONFIG: others than its owner may read it,
 * it is not ours, or it does not look like one. */
SRV_CHECK srv_status master_read(const char *path, master_keys *keys, srv_error *error);

/* Makes the file with one new key, 0600, unless there is one: of two processes that start at once
 * one wins, and both read its key. E_CONFIG, E_INTERNAL. */
SRV_CHECK srv_status master_create(const char *path, srv_error *error);

#endif
