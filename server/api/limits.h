/* limits.h - token buckets in memory: how many guesses and registrations are let through.
 *
 * Only what went wrong is charged. A password is held against its buckets while it is looked at, so
 * that many at once cannot all pass: as many are in flight as could be charged. The secret of a
 * client is random, so many at once gain nothing: it is looked up and charged afterwards. Who goes
 * on failing waits longer each time, up to a minute, and never for good. Shared by all threads;
 * lost at a restart.
 */
#ifndef SERVER_API_LIMITS_H
#define SERVER_API_LIMITS_H

#include "base/address.h"
#include "base/crypto.h"
#include "base/time.h"

typedef struct api_limits api_limits;

typedef struct limits_opts { /* a minute */
    int64_t failures_pair;
    int64_t failures_account;
    int64_t failures_prefix;
    int64_t registrations_prefix;
} limits_opts;

/* E_NO_MEMORY, E_INTERNAL. */
SRV_CHECK srv_status limits_new(const limits_opts *opts, api_limits **made, srv_error *error);
void limits_free(api_limits *limits); /* NULL is fine */
/* Other numbers from now on; what was taken stays taken. */
void limits_set(api_limits *limits, const limits_opts *opts);

typedef enum limit_kind {
    LIMIT_PAIR,
    LIMIT_ACCOUNT,
    LIMIT_PREFIX,
    LIMIT_REGISTER,
    LIMITS
} limit_kind;

/* What one attempt counts against. */
#define LIMIT_KEY_LEN 16
typedef struct limits_taken {
    uint8_t keys[LIMITS][LIMIT_KEY_LEN];
    bool is_taken[LIMITS];
} limits_taken;

/* Before a password is looked at; account: the name or address as typed, or the user's id. The
 * outcome goes to limits_settle(), unless this fails: E_RATE_LIMITED with retry_after_s;
 * E_HASH_QUEUE_FULL when it would do once some of those in flight are settled. */
SRV_CHECK srv_status limits_hold(api_limits *limits, lanyard_str account, const srv_address *from,
                                 int64_t now, limits_taken *taken, srv_error *error);
void limits_settle(api_limits *limits, const limits_taken *taken, bool is_wrong, int64_t now);

/* Before the secret of a client is looked at: E_RATE_LIMITED. A wrong one goes to
 * limits_charge(). */
SRV_CHECK srv_status limits_look(api_limits *limits, lanyard_str client, const srv_address *from,
                                 int64_t now, limits_taken *taken, srv_error *error);
void limits_charge(api_limits *limits, const limits_taken *taken, int64_t now);

/* Charges at once. E_RATE_LIMITED. */
SRV_CHECK srv_status limits_take_registration(api_limits *limits, const srv_address *from,
                                              int64_t now, srv_error *error);

#endif
