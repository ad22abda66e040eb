/* parts.h - every part of a running server, put together in the order of the layers. */
#ifndef SERVER_SERVE_PARTS_H
#define SERVER_SERVE_PARTS_H

#include "account/account.h"
#include "admin/admin.h"
#include "api/api.h"
#include "config/config.h"
#include "keyring/keyring.h"
#include "session/access.h"
#include "session/session.h"
#include "store/store.h"
#include "tape/tape.h"

#define PARTS_ISSUER_MAX 512
#define PARTS_PATH_MAX   4096

typedef struct server_parts {
    const srv_config *config;
    char url[PARTS_PATH_MAX];
    char master[PARTS_PATH_MAX];
    char mark[PARTS_PATH_MAX]; /* the tape's last position, beside the master key */
    char issuer[PARTS_ISSUER_MAX];
    srv_store *store;
    srv_tape *tape;
    keyring *ring;
    sessions sessions;
    hash_pool *hashes;
    accounts accounts;
    access_tokens *access;
    compat_tokens *compat;
    api_limits *limits;
    api_counts counts;
    api_ready ready;
    srv_api api;
    srv_admin admin;
    int64_t marked;
} server_parts;

/* Opens the database, brings it up to date, loads keys and tape, starts the hash workers. What a
 * failure leaves open, parts_close() closes. */
SRV_CHECK srv_status parts_open(const srv_config *config, server_parts *parts, srv_error *error);
void parts_close(server_parts *parts);

/* What of a configuration counts without a restart, but for the listeners; it must live as long as
 * the parts, whose requests borrow its texts. And reads keys that another process made. */
SRV_CHECK srv_status parts_take(server_parts *parts, const srv_config *config, srv_error *error);
/* Each minute: what ends a token stays as long as tokens of an earlier configuration live. */
SRV_CHECK srv_status parts_settle(server_parts *parts, srv_error *error);

/* Fills in url, master and mark from the configuration. E_CONFIG. */
SRV_CHECK srv_status parts_paths(server_parts *parts, srv_error *error);

/* Keeps the position of the tape beside the master key, when it has moved. */
SRV_CHECK srv_status parts_mark(server_parts *parts, srv_error *error);

/* Logins that may be hashed or wait for it at once: so many workers of the listener can be busy
 * with nothing else. */
unsigned parts_hash_slots(const srv_config *config);

#endif
