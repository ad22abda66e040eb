/* verified.c - see verified.h.
 *
 * The table has one slot for each value of a hash over the end of the token, which is signature:
 * only who can sign chooses where a token comes to lie. Each stripe of slots has a lock, and a
 * reference on the key set its entries were verified by: the address of a set that is referenced
 * is not another's. A stripe that meets another set forgets all it has.
 *
 *     entry: | fixed part | text | client_id\0 roles\0 scope\0 kid\0 |
 */
#include "session/verified.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define STRIPES      16
#define SLOTS        128 /* of a stripe */
#define TEXT_LEN_MAX 4096
#define HASHED_LEN   32

typedef struct verified_entry {
    srv_id user_id;
    srv_id sid;
    int64_t iat;
    int64_t exp;
    int64_t auth_time;
    char jti[SRV_ID_TEXT_LEN + 1];
    size_t text_len;
    size_t size; /* of the whole entry */
    char rest[];
} verified_entry;

typedef struct verified_stripe {
    pthread_mutex_t lock;
    lanyard_keyset *keys;
    verified_entry *slots[SLOTS];
} verified_stripe;

struct verified_tokens {
    verified_stripe stripes[STRIPES];
};

srv_status verified_new(verified_tokens **made, srv_error *error)
{
    verified_tokens *tokens = calloc(1, sizeof *tokens);

    if (!tokens)
        return srv_fail(error, SRV_E_NO_MEMORY, "no memory");
    for (size_t i = 0; i < STRIPES; i++)
        pthread_mutex_init(&tokens->stripes[i].lock, NULL);
    *made = tokens;
    return SRV_OK;
}

static void verified_drop(verified_entry **slot)
{
    if (!*slot)
        return;
    srv_wipe(*slot, (*slot)->size);
    free(*slot);
    *slot = NULL;
}

static void verified_forget(verified_stripe *stripe)
{
    for (size_t i = 0; i < SLOTS; i++)
        verified_drop(&stripe->slots[i]);
    lanyard_keyset_free(stripe->keys);
    stripe->keys = NULL;
}

void verified_free(verified_tokens *tokens)
{
    if (!tokens)
        return;
    for (size_t i = 0; i < STRIPES; i++) {
        verified_forget(&tokens->stripes[i]);
        pthread_mutex_destroy(&tokens->stripes[i].lock);
    }
    free(tokens);
}

/* FNV-1a; see above why a simple one does. */
static uint32_t verified_hash(lanyard_str text)
{
    uint32_t hash = 2166136261u;
    size_t start = text.len > HASHED_LEN ? text.len - HASHED_LEN : 0;

    for (size_t i = start; i < text.len; i++)
        hash = (hash ^ (uint8_t)text.ptr[i]) * 16777619u;
    return hash;
}

/* Locks the stripe of a text. */
static verified_stripe *verified_enter(verified_tokens *tokens, lanyard_str text, size_t *slot)
{
    uint32_t hash = verified_hash(text);
    verified_stripe *stripe = &tokens->stripes[hash % STRIPES];

    *slot = hash / STRIPES % SLOTS;
    pthread_mutex_lock(&stripe->lock);
    return stripe;
}

/* The next of the texts behind the token's own. */
static const char *verified_take(const char *at, char *out)
{
    size_t size = strlen(at) + 1;

    memcpy(out, at, size);
    return at + size;
}

static void verified_read(const verified_entry *entry, access_identity *identity, char *kid)
{
    const char *at = entry->rest + entry->text_len;

    identity->user_id = entry->user_id;
    identity->sid = entry->sid;
    identity->iat = entry->iat;
    identity->exp = entry->exp;
    identity->auth_time = entry->auth_time;
    memcpy(identity->jti, entry->jti, sizeof identity->jti);
    at = verified_take(at, identity->client_id);
    at = verified_take(at, identity->roles);
    at = verified_take(at, identity->scope);
    (void)verified_take(at, kid);
}

/* In constant time: whoever tries ends of a token until they fall into the slot of another's could
 * else measure how far the rest is right. */
bool verified_find(verified_tokens *tokens, const lanyard_keyset *keys, lanyard_str text,
                   access_identity *identity, char kid[KID_MAX])
{
    size_t slot;
    verified_stripe *stripe = verified_enter(tokens, text, &slot);
    const verified_entry *entry = stripe->keys == keys ? stripe->slots[slot] : NULL;
    bool is_found =
        entry && entry->text_len == text.len && srv_equal(entry->rest, text.ptr, text.len);

    if (is_found)
        verified_read(entry, identity, kid);
    pthread_mutex_unlock(&stripe->lock);
    return is_found;
}

static verified_entry *verified_make(lanyard_str text, const access_identity *identity,
                                     const char *kid)
{
    const char *const texts[] = { identity->client_id, identity->roles, identity->scope, kid };
    size_t size = sizeof(verified_entry) + text.len;

    for (size_t i = 0; i < 4; i++)
        size += strlen(texts[i]) + 1;

    verified_entry *made = malloc(size);

    if (!made)
        return NULL;
    *made = (verified_entry){ .user_id = identity->user_id,
                              .sid = identity->sid,
                              .iat = identity->iat,
                              .exp = identity->exp,
                              .auth_time = identity->auth_time,
                              .text_len = text.len,
                              .size = size };
    memcpy(made->jti, identity->jti, sizeof made->jti);
    memcpy(made->rest, text.ptr, text.len);

    char *at = made->rest + text.len;

    for (size_t i = 0; i < 4; i++) {
        memcpy(at, texts[i], strlen(texts[i]) + 1);
        at += strlen(texts[i]) + 1;
    }
    return made;
}

void verified_keep(verified_tokens *tokens, const lanyard_keyset *keys, lanyard_str text,
                   const access_identity *identity, const char *kid)
{
    verified_entry *made = text.len <= TEXT_LEN_MAX ? verified_make(text, identity, kid) : NULL;
    size_t slot;

    if (!made)
        return;

    verified_stripe *stripe = verified_enter(tokens, text, &slot);

    if (stripe->keys != keys) {
        verified_forget(stripe);
        stripe->keys = lanyard_keyset_ref(keys);
    }
    verified_drop(&stripe->slots[slot]);
    stripe->slots[slot] = made;
    pthread_mutex_unlock(&stripe->lock);
}
