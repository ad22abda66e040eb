/* limits.h - token buckets in memory: how many guesses and registrations are let through.
 *
 * An attempt takes from every bucket that it counts against before any work is done, so that many
 * at once cannot pass together, and gives back when it turns out right: a success costs nothing.
 * Who goes on failing waits longer each time, up to a minute, and never for good. Shared by all
 * threads; lost at a restart.
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

/* What one attempt took; give it back with limits_give() when it was right. */
#define LIMIT_KEY_LEN 16
typedef struct limits_taken {
    uint8_t keys[LIMITS][LIMIT_KEY_LEN];
    bool is_taken[LIMITS];
} limits_taken;

/* A guess at the secret of an account (a name, a client, a user's id) from an address.
 * E_RATE_LIMITED with retry_after_s; then nothing was taken. */
SRV_CHECK srv_status limits_take_guess(api_limits *limits, lanyard_str account,
                                       const srv_address *from, int64_t now, limits_taken *taken,
                                       srv_error *error);
SRV_CHECK srv_status limits_take_registration(api_limits *limits, const srv_address *from,
                                              int64_t now, limits_taken *taken, srv_error *error);
void limits_give(api_limits *limits, const limits_taken *taken);

#endif
