/* limits.c - see limits.h.
 *
 * A table of sets, LIMIT_WAYS buckets each; a bucket's key is a MAC under a random key of what it
 * counts, so that nobody can aim at a set. A full set forgets the bucket that has the most left.
 */
#include "api/limits.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"

#define LIMIT_SETS        8192
#define LIMIT_WAYS        8
#define LIMIT_ACCOUNT_MAX 320
#define DELAY_MAX_S       60
#define CROWD_S           1 /* until those in flight are settled, about */

/* A client and a user of the same name have nothing to do with each other. */
typedef enum limit_owner { LIMIT_OF_USERS = 'u', LIMIT_OF_CLIENTS = 'c' } limit_owner;

typedef struct limit_bucket {
    uint8_t key[LIMIT_KEY_LEN];
    int64_t at;      /* monotonic, of the last change; 0: free */
    int64_t blocked; /* until then: the growing delay */
    float left;
    uint16_t held;  /* of these, for attempts in flight */
    uint8_t streak; /* how often it was empty since it was last full */
    uint8_t kind;
} limit_bucket;

struct api_limits {
    pthread_mutex_t lock;
    int64_t most[LIMITS];
    uint8_t secret[SRV_KEY_LEN];
    limit_bucket *buckets;
};

void limits_set(api_limits *limits, const limits_opts *opts)
{
    pthread_mutex_lock(&limits->lock);
    limits->most[LIMIT_PAIR] = opts->failures_pair;
    limits->most[LIMIT_ACCOUNT] = opts->failures_account;
    limits->most[LIMIT_PREFIX] = opts->failures_prefix;
    limits->most[LIMIT_REGISTER] = opts->registrations_prefix;
    pthread_mutex_unlock(&limits->lock);
}

srv_status limits_new(const limits_opts *opts, api_limits **made, srv_error *error)
{
    api_limits *limits = calloc(1, sizeof *limits);

    if (!limits)
        return srv_fail(error, SRV_E_NO_MEMORY, "no memory");
    pthread_mutex_init(&limits->lock, NULL);
    limits->buckets = calloc((size_t)LIMIT_SETS * LIMIT_WAYS, sizeof *limits->buckets);
    if (!limits->buckets || srv_random(limits->secret, sizeof limits->secret) != SRV_OK) {
        limits_free(limits);
        return srv_fail(error, SRV_E_NO_MEMORY, "no memory, or no randomness");
    }
    limits_set(limits, opts);
    *made = limits;
    return SRV_OK;
}

void limits_free(api_limits *limits)
{
    if (!limits)
        return;
    pthread_mutex_destroy(&limits->lock);
    free(limits->buckets);
    free(limits);
}

static srv_status limits_key(const api_limits *limits, limit_owner owner, limit_kind kind,
                             lanyard_str account, const char *prefix, limits_taken *taken)
{
    char text[LIMIT_ACCOUNT_MAX + SRV_PREFIX_MAX + 8];
    uint8_t mac[SRV_SHA256_LEN];
    int account_len = account.len < LIMIT_ACCOUNT_MAX ? (int)account.len : LIMIT_ACCOUNT_MAX;
    int len = snprintf(text, sizeof text, "%c%d %s ", (int)owner, (int)kind, prefix);

    memcpy(text + len, account.ptr ? account.ptr : "", (size_t)account_len);
    TRY(srv_hmac(limits->secret,
                 (lanyard_bytes){ (const uint8_t *)text, (size_t)(len + account_len) }, mac));
    memcpy(taken->keys[kind], mac, LIMIT_KEY_LEN);
    taken->is_taken[kind] = true;
    return SRV_OK;
}

static limit_bucket *limits_set_of(api_limits *limits, const uint8_t *key)
{
    size_t index = ((size_t)key[0] << 8 | key[1]) % LIMIT_SETS;

    return &limits->buckets[index * LIMIT_WAYS];
}

static void limits_refill(limit_bucket *bucket, int64_t most, int64_t now)
{
    double minutes = (double)(now - bucket->at) / (double)SRV_MINUTE;
    double left = (double)bucket->left + minutes * (double)most;

    bucket->at = now;
    bucket->left = left >= (double)most ? (float)most : (float)left;
    if (left >= (double)most)
        bucket->streak = 0;
}

/* NULL: there is none. */
static limit_bucket *limits_find(api_limits *limits, const uint8_t *key)
{
    limit_bucket *set = limits_set_of(limits, key);

    for (size_t i = 0; i < LIMIT_WAYS; i++) {
        if (set[i].at != 0 && memcmp(set[i].key, key, LIMIT_KEY_LEN) == 0)
            return &set[i];
    }
    return NULL;
}

static limit_bucket *limits_bucket(api_limits *limits, limit_kind kind, const uint8_t *key,
                                   int64_t now)
{
    limit_bucket *found = limits_find(limits, key);
    limit_bucket *set = limits_set_of(limits, key);
    size_t best = 0;

    if (found) {
        limits_refill(found, limits->most[kind], now);
        return found;
    }
    for (size_t i = 0; i < LIMIT_WAYS; i++) {
        if (set[i].at == 0) {
            best = i;
            break;
        }
        limits_refill(&set[i], limits->most[set[i].kind], now);
        if (set[i].blocked < set[best].blocked ||
            (set[i].blocked == set[best].blocked && set[i].left > set[best].left))
            best = i;
    }
    set[best] =
        (limit_bucket){ .at = now, .left = (float)limits->most[kind], .kind = (uint8_t)kind };
    memcpy(set[best].key, key, LIMIT_KEY_LEN);
    return &set[best];
}

/* 0, or the microseconds to wait: for the delay, and for a whole token. */
static int64_t limits_wait(const limit_bucket *bucket, int64_t most, int64_t now)
{
    double lacks = 1.0 - (double)bucket->left;
    int64_t refill = lacks > 0 ? (int64_t)(lacks * (double)SRV_MINUTE / (double)most) + 1 : 0;
    int64_t delay = bucket->blocked - now;

    return delay > refill ? delay : refill;
}

/* Of the last token: the next attempt waits 1, 2, 4 ... seconds. */
static void limits_spend(limit_bucket *bucket, int64_t now)
{
    bucket->left = bucket->left > 1.0f ? bucket->left - 1.0f : 0;
    if (bucket->left >= 1.0f)
        return;

    int64_t delay_s = bucket->streak < 6 ? (int64_t)1 << bucket->streak : DELAY_MAX_S;

    bucket->blocked = now + delay_s * SRV_SECOND;
    if (bucket->streak < UINT8_MAX)
        bucket->streak++;
}

static srv_status limits_refuse(srv_status status, int64_t wait, srv_error *error)
{
    (void)srv_fail(error, status, "too many attempts; try again later");
    if (error)
        error->retry_after_s = (uint32_t)((wait + SRV_SECOND - 1) / SRV_SECOND);
    return status;
}

typedef enum limit_act {
    LIMIT_LOOK,  /* does nothing */
    LIMIT_HOLD,  /* holds one, if all have one that is not held */
    LIMIT_CHARGE /* spends one */
} limit_act;

/* All of the buckets, or none. Under the lock. */
static srv_status limits_take_all(api_limits *limits, limit_act act, int64_t now,
                                  const limits_taken *taken, srv_error *error)
{
    limit_bucket *buckets[LIMITS] = { NULL };
    int64_t wait = 0;
    bool is_crowded = false;

    for (size_t i = 0; i < LIMITS; i++) {
        if (!taken->is_taken[i])
            continue;
        buckets[i] = limits_bucket(limits, (limit_kind)i, taken->keys[i], now);

        int64_t needs = limits_wait(buckets[i], limits->most[i], now);

        wait = needs > wait ? needs : wait;
        is_crowded = is_crowded || buckets[i]->left - (float)buckets[i]->held < 1.0f;
    }
    if (wait > 0)
        return limits_refuse(SRV_E_RATE_LIMITED, wait, error);
    if (act == LIMIT_HOLD && is_crowded)
        return limits_refuse(SRV_E_HASH_QUEUE_FULL, CROWD_S * SRV_SECOND, error);
    for (size_t i = 0; i < LIMITS && act != LIMIT_LOOK; i++) {
        if (buckets[i] && act == LIMIT_HOLD)
            buckets[i]->held++;
        else if (buckets[i])
            limits_spend(buckets[i], now);
    }
    return SRV_OK;
}

static srv_status limits_take(api_limits *limits, limit_act act, int64_t now,
                              const limits_taken *taken, srv_error *error)
{
    pthread_mutex_lock(&limits->lock);

    srv_status status = limits_take_all(limits, act, now, taken, error);

    pthread_mutex_unlock(&limits->lock);
    return status;
}

static srv_status limits_guess(api_limits *limits, limit_owner owner, lanyard_str account,
                               const srv_address *from, limits_taken *taken)
{
    char prefix[SRV_PREFIX_MAX];

    *taken = (limits_taken){ .is_taken = { false } };
    srv_address_prefix(from, prefix);
    TRY(limits_key(limits, owner, LIMIT_PAIR, account, prefix, taken));
    TRY(limits_key(limits, owner, LIMIT_ACCOUNT, account, "", taken));
    return limits_key(limits, owner, LIMIT_PREFIX, SRV_STR(""), prefix, taken);
}

srv_status limits_hold(api_limits *limits, lanyard_str account, const srv_address *from,
                       int64_t now, limits_taken *taken, srv_error *error)
{
    TRY(limits_guess(limits, LIMIT_OF_USERS, account, from, taken));
    return limits_take(limits, LIMIT_HOLD, now, taken, error);
}

void limits_settle(api_limits *limits, const limits_taken *taken, bool is_wrong, int64_t now)
{
    pthread_mutex_lock(&limits->lock);
    for (size_t i = 0; i < LIMITS; i++) {
        if (!taken->is_taken[i])
            continue;

        limit_bucket *bucket = limits_bucket(limits, (limit_kind)i, taken->keys[i], now);

        if (bucket->held > 0)
            bucket->held--;
        if (is_wrong)
            limits_spend(bucket, now);
    }
    pthread_mutex_unlock(&limits->lock);
}

srv_status limits_look(api_limits *limits, lanyard_str client, const srv_address *from, int64_t now,
                       limits_taken *taken, srv_error *error)
{
    TRY(limits_guess(limits, LIMIT_OF_CLIENTS, client, from, taken));
    return limits_take(limits, LIMIT_LOOK, now, taken, error);
}

void limits_charge(api_limits *limits, const limits_taken *taken, int64_t now)
{
    /* Refused: others that were wrong at the same time have emptied it already. */
    (void)limits_take(limits, LIMIT_CHARGE, now, taken, NULL);
}

srv_status limits_take_registration(api_limits *limits, const srv_address *from, int64_t now,
                                    srv_error *error)
{
    limits_taken taken = { .is_taken = { false } };
    char prefix[SRV_PREFIX_MAX];

    srv_address_prefix(from, prefix);
    TRY(limits_key(limits, LIMIT_OF_USERS, LIMIT_REGISTER, SRV_STR(""), prefix, &taken));
    return limits_take(limits, LIMIT_CHARGE, now, &taken, error);
}
