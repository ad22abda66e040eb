/* rotating_keys.c - eight threads verify with one policy while a ninth replaces the key set.
 *
 * Who replaces a set guards load-and-ref with a lock (lanyard/keyset.h); everything else is shared
 * without one. Under ThreadSanitizer this is the proof that it may be.
 */
#include <pthread.h>
#include <stdatomic.h>
#include "support/support.h"

#define THREADS   8
#define VERIFIES  400
#define ROTATIONS 200
#define NOW       1700000000

/* The one place where the current set changes hands. */
typedef struct slot {
    pthread_mutex_t lock;
    lanyard_keyset *keys;
} slot;

typedef struct scene {
    slot current;
    lanyard_keyset *old;
    lanyard_policy *policy;
    lanyard_buf tokens[2]; /* signed by each of the two keys */
    atomic_size_t accepted[2];
    atomic_size_t refused;
    atomic_size_t wrong;
} scene;

static lanyard_keyset *slot_load(slot *self)
{
    pthread_mutex_lock(&self->lock);

    lanyard_keyset *keys = lanyard_keyset_ref(self->keys);

    pthread_mutex_unlock(&self->lock);
    return keys;
}

/* Takes keys over. */
static void slot_store(slot *self, lanyard_keyset *keys)
{
    pthread_mutex_lock(&self->lock);

    lanyard_keyset *before = self->keys;

    self->keys = keys;
    pthread_mutex_unlock(&self->lock);
    lanyard_keyset_free(before);
}

static lanyard_key *key_of(const char *alg, const char *kid)
{
    lanyard_key *key = NULL;
    lanyard_error err = { 0 };

    if (lanyard_key_generate(LANYARD_KEYGEN(.alg = alg, .kid = kid), NULL, &key, &err) !=
        LANYARD_OK)
        die("key", lanyard_str_of(err.detail));
    return key;
}

static lanyard_keyset *set_of(lanyard_key *one, lanyard_key *two)
{
    lanyard_key *list[] = { one, two };
    lanyard_keyset *set = NULL;
    lanyard_error err = { 0 };

    if (lanyard_keyset_new(list, two ? 2 : 1, NULL, &set, &err) != LANYARD_OK)
        die("set", lanyard_str_of(err.detail));
    return set;
}

static void *verify_often(void *context)
{
    scene *self = context;
    lanyard_worker *worker = NULL;
    lanyard_error err = { 0 };

    if (lanyard_worker_new(NULL, &worker, &err) != LANYARD_OK)
        die("worker", lanyard_str_of(err.detail));
    for (size_t i = 0; i < VERIFIES; i++) {
        const lanyard_buf *text = &self->tokens[i % 2];
        lanyard_mem mem = { .worker = i % 4 < 2 ? worker : NULL };
        lanyard_keyset *keys = slot_load(&self->current);
        lanyard_token *token = NULL;
        lanyard_status status =
            lanyard_verify(self->policy, keys, text->ptr, text->len, NOW, &mem, &token, &err);

        lanyard_keyset_free(keys);
        if (status == LANYARD_OK)
            atomic_fetch_add(&self->accepted[i % 2], 1);
        else if (status == LANYARD_E_KEY_NOT_FOUND && i % 2 == 1)
            atomic_fetch_add(&self->refused, 1);
        else
            atomic_fetch_add(&self->wrong, 1);
        lanyard_token_free(token);
    }
    lanyard_worker_free(worker);
    return NULL;
}

/* The second key comes and goes; the first one stays. */
static void *rotate(void *context)
{
    scene *self = context;

    for (size_t i = 0; i < ROTATIONS; i++) {
        const lanyard_key *first = lanyard_keyset_at(self->old, 0);
        const lanyard_key *second = lanyard_keyset_at(self->old, 1);
        lanyard_key *one = lanyard_key_ref(first);
        lanyard_key *two = i % 2 ? lanyard_key_ref(second) : NULL;

        slot_store(&self->current, set_of(one, two));
        lanyard_key_free(one);
        lanyard_key_free(two);
    }
    return NULL;
}

static void token_make(lanyard_buf *out, const lanyard_key *key)
{
    static const char claims[] = "{\"sub\":\"ada\",\"exp\":2000000000}";
    lanyard_error err = { 0 };

    *out = buf_new();
    if (lanyard_jws_sign(key, NULL, (lanyard_bytes){ (const uint8_t *)claims, sizeof claims - 1 },
                         NULL, out, &err) != LANYARD_OK)
        die("token", lanyard_str_of(err.detail));
}

static void run_with(const char *alg)
{
    scene self = { .current = { .lock = PTHREAD_MUTEX_INITIALIZER } };
    lanyard_key *first = key_of(alg, "first");
    lanyard_key *second = key_of(alg, "second");
    lanyard_error err = { 0 };
    pthread_t threads[THREADS + 1];
    char name[96];

    self.old = set_of(first, second);
    self.current.keys = lanyard_keyset_ref(self.old);
    token_make(&self.tokens[0], first);
    token_make(&self.tokens[1], second);
    lanyard_key_free(first);
    lanyard_key_free(second);
    if (lanyard_policy_new(LANYARD_POLICY(.algs = alg), NULL, &self.policy, &err) != LANYARD_OK)
        die("policy", lanyard_str_of(err.detail));
    for (size_t i = 0; i <= THREADS; i++)
        if (pthread_create(&threads[i], NULL, i < THREADS ? verify_often : rotate, &self))
            die("thread", lanyard_str_of(alg));
    for (size_t i = 0; i <= THREADS; i++)
        pthread_join(threads[i], NULL);

    size_t judged = self.accepted[0] + self.accepted[1] + self.refused;

    snprintf(name, sizeof name, "eight threads verify %s while the key set is replaced", alg);
    tap_ok(self.wrong == 0 && judged == (size_t)THREADS * VERIFIES &&
               self.accepted[0] == (size_t)THREADS * VERIFIES / 2,
           name, "a verdict that no set of the time gives");
    slot_store(&self.current, NULL);
    lanyard_keyset_free(self.old);
    lanyard_policy_free(self.policy);
    lanyard_buf_done(&self.tokens[0]);
    lanyard_buf_done(&self.tokens[1]);
}

int main(void)
{
    static const char *const algs[] = { "HS256", "ES256", "RS256", "EdDSA" };

    for (size_t i = 0; i < sizeof algs / sizeof *algs; i++)
        run_with(algs[i]);
    return tap_done();
}
