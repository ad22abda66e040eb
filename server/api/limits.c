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

typedef struct limit_bucket {
    uint8_t key[LIMIT_KEY_LEN];
    int64_t at;      /* monotonic, of the last change; 0: free */
    int64_t blocked; /* until then: the growing delay */
    float left;
    uint8_t streak; /* attempts over the budget since it was last full */
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

static srv_status limits_key(const api_limits *limits, limit_kind kind, lanyard_str account,
                             const char *prefix, uint8_t key[LIMIT_KEY_LEN])
{
    char text[LIMIT_ACCOUNT_MAX + SRV_PREFIX_MAX + 8];
    uint8_t mac[SRV_SHA256_LEN];
    int account_len = account.len < LIMIT_ACCOUNT_MAX ? (int)account.len : LIMIT_ACCOUNT_MAX;
    int len = snprintf(text, sizeof text, "%d %s ", (int)kind, prefix);

    memcpy(text + len, account.ptr ? account.ptr : "", (size_t)account_len);
    TRY(srv_hmac(limits->secret,
                 (lanyard_bytes){ (const uint8_t *)text, (size_t)(len + account_len) }, mac));
    memcpy(key, mac, LIMIT_KEY_LEN);
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

/* 0, or the microseconds to wait. */
static int64_t limits_wait(const limit_bucket *bucket, int64_t most, int64_t now)
{
    if (bucket->blocked > now)
        return bucket->blocked - now;
    if (bucket->left >= 1.0f)
        return 0;
    return (int64_t)((1.0 - (double)bucket->left) * (double)SRV_MINUTE / (double)most) + 1;
}

/* Of the last token: the next attempt waits 1, 2, 4 ... seconds, whatever comes back meanwhile. */
static void limits_spend(limit_bucket *bucket, int64_t now)
{
    bucket->left -= 1.0f;
    if (bucket->left >= 1.0f)
        return;

    int64_t delay_s = bucket->streak < 6 ? (int64_t)1 << bucket->streak : DELAY_MAX_S;

    bucket->blocked = now + delay_s * SRV_SECOND;
    if (bucket->streak < UINT8_MAX)
        bucket->streak++;
}

static srv_status limits_take(api_limits *limits, int64_t now, limits_taken *taken,
                              srv_error *error)
{
    limit_bucket *buckets[LIMITS] = { NULL };
    int64_t wait = 0;

    pthread_mutex_lock(&limits->lock);
    for (size_t i = 0; i < LIMITS; i++) {
        if (!taken->is_taken[i])
            continue;
        buckets[i] = limits_bucket(limits, (limit_kind)i, taken->keys[i], now);

        int64_t needs = limits_wait(buckets[i], limits->most[i], now);

        wait = needs > wait ? needs : wait;
    }
    for (size_t i = 0; i < LIMITS && wait == 0; i++) {
        if (buckets[i])
            limits_spend(buckets[i], now);
    }
    pthread_mutex_unlock(&limits->lock);
    if (wait == 0)
        return SRV_OK;
    *taken = (limits_taken){ .is_taken = { false } };
    (void)srv_fail(error, SRV_E_RATE_LIMITED, "too many attempts; try again later");
    if (error)
        error->retry_after_s = (uint32_t)((wait + SRV_SECOND - 1) / SRV_SECOND);
    return SRV_E_RATE_LIMITED;
}

srv_status limits_take_guess(api_limits *limits, lanyard_str account, const srv_address *from,
                             int64_t now, limits_taken *taken, srv_error *error)
{
    char prefix[SRV_PREFIX_MAX];

    *taken = (limits_taken){
        .is_taken = { [LIMIT_PAIR] = true, [LIMIT_ACCOUNT] = true, [LIMIT_PREFIX] = true }
    };
    srv_address_prefix(from, prefix);
    TRY(limits_key(limits, LIMIT_PAIR, account, prefix, taken->keys[LIMIT_PAIR]));
    TRY(limits_key(limits, LIMIT_ACCOUNT, account, "", taken->keys[LIMIT_ACCOUNT]));
    TRY(limits_key(limits, LIMIT_PREFIX, SRV_STR(""), prefix, taken->keys[LIMIT_PREFIX]));
    return limits_take(limits, now, taken, error);
}

srv_status limits_take_registration(api_limits *limits, const srv_address *from, int64_t now,
                                    limits_taken *taken, srv_error *error)
{
    char prefix[SRV_PREFIX_MAX];

    *taken = (limits_taken){ .is_taken = { [LIMIT_REGISTER] = true } };
    srv_address_prefix(from, prefix);
    TRY(limits_key(limits, LIMIT_REGISTER, SRV_STR(""), prefix, taken->keys[LIMIT_REGISTER]));
    return limits_take(limits, now, taken, error);
}

void limits_give(api_limits *limits, const limits_taken *taken)
{
    pthread_mutex_lock(&limits->lock);
    for (size_t i = 0; i < LIMITS; i++) {
        limit_bucket *bucket = taken->is_taken[i] ? limits_find(limits, taken->keys[i]) : NULL;

        if (!bucket)
            continue;
        bucket->left += 1.0f;
        if (bucket->left < 1.0f || bucket->blocked == 0)
            continue;
        bucket->blocked = 0;
        if (bucket->streak > 0)
            bucket->streak--;
    }
    pthread_mutex_unlock(&limits->lock);
}
