/* prop_roundtrip.c - random claims are issued and verified: what comes out is what went in.
 *
 * prop_roundtrip [SEED]. The seed is printed, and shown again with a failure: the same seed makes
 * the same claims. Every algorithm that can be made here takes its turn; one random change to each
 * token must be refused.
 */
#include <time.h>
#include "support/support.h"

#define NOW    1700000000
#define ROUNDS 400
#define DEPTH  4

static uint64_t state; /* of xorshift64*: good enough for tests, the same everywhere */

static uint32_t chance(uint32_t below)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (uint32_t)((state * 0x2545f4914f6cdd1dull) >> 33) % below;
}

static void put_string(lanyard_buf *out)
{
    static const char *const pieces[] = {
        "a",    "Z9",  " ",        "\\n",     "\\u0000",          "\\\"",
        "\\\\", "\\/", "\xc3\xa9", "\\u20ac", "\xf0\x9f\x98\x80", "\\ud83d\\ude00",
        "{",    "]",   ".",        "="
    };

    buf_put_text(out, "\"");
    for (uint32_t i = chance(6); i > 0; i--)
        buf_put_text(out, pieces[chance(sizeof pieces / sizeof *pieces)]);
    buf_put_text(out, "\"");
}

static void put_value(lanyard_buf *out, int depth);

/* No name twice: each has its number. */
static void put_object(lanyard_buf *out, int depth, const char *open)
{
    char name[24];
    uint32_t count = chance(5);

    buf_put_text(out, open);
    for (uint32_t i = 0; i < count; i++) {
        snprintf(name, sizeof name, "%s\"n%u-%u\":", i ? ", " : "", i, chance(1000));
        buf_put_text(out, name);
        put_value(out, depth + 1);
    }
    buf_put_text(out, "}");
}

static void put_array(lanyard_buf *out, int depth)
{
    buf_put_text(out, "[");
    for (uint32_t i = chance(5); i > 0; i--) {
        put_value(out, depth + 1);
        buf_put_text(out, i > 1 ? " ," : "");
    }
    buf_put_text(out, "]");
}

static void put_value(lanyard_buf *out, int depth)
{
    static const char *const scalars[] = {
        "null", "true", "false", "0", "-1", "1e3", "-0.25", "1E-7", "9223372036854775807", "1e400"
    };

    switch (chance(depth < DEPTH ? 6 : 4)) {
    case 0:
    case 1:
        put_string(out);
        break;
    case 2:
    case 3:
        buf_put_text(out, scalars[chance(sizeof scalars / sizeof *scalars)]);
        break;
    case 4:
        put_array(out, depth);
        break;
    default:
        put_object(out, depth, "{");
        break;
    }
}

/* Claims that a policy asking for nothing but a later exp accepts. */
static void put_claims(lanyard_buf *out)
{
    char exp[48];

    snprintf(exp, sizeof exp, "{\"exp\":%u%s,\"x\":", NOW + 1 + chance(1000000),
             chance(2) ? ".5" : "");
    buf_put_text(out, exp);
    put_value(out, 0);
    buf_put_text(out, ",\"sub\":");
    put_string(out);
    buf_put_text(out, "}");
}

typedef struct pair {
    const char *alg;
    lanyard_issuer *issuer;
    lanyard_keyset *keys;
    lanyard_policy *policy;
} pair;

/* false: this libcrypto does not have the algorithm. */
static bool pair_init(pair *self, const char *alg)
{
    lanyard_key *key = NULL;
    lanyard_error err = { 0 };

    self->alg = alg;
    if (lanyard_key_generate(LANYARD_KEYGEN(.alg = alg), NULL, &key, &err) != LANYARD_OK)
        return false;
    if (lanyard_issuer_new(LANYARD_ISSUER(.key = key), NULL, &self->issuer, &err) != LANYARD_OK ||
        lanyard_keyset_new(&key, 1, NULL, &self->keys, &err) != LANYARD_OK ||
        lanyard_policy_new(LANYARD_POLICY(.algs = alg), NULL, &self->policy, &err) != LANYARD_OK)
        die("pair", lanyard_str_of(err.detail));
    lanyard_key_free(key);
    return true;
}

static void pair_free(pair *self)
{
    lanyard_issuer_free(self->issuer);
    lanyard_keyset_free(self->keys);
    lanyard_policy_free(self->policy);
}

static lanyard_status pair_verify(const pair *self, const lanyard_buf *text, lanyard_token **token)
{
    lanyard_error err = { 0 };

    return lanyard_verify(self->policy, self->keys, text->ptr, text->len, NOW, NULL, token, &err);
}

/* The claims as they went in, to the byte, and each of them by its name. */
static bool is_the_same(const lanyard_token *token, const lanyard_buf *claims)
{
    lanyard_json *json = NULL;
    lanyard_error err = { 0 };
    lanyard_value found;
    lanyard_value member;
    size_t cursor = 0;
    bool is_same =
        lanyard_str_equal(lanyard_token_payload(token), buf_str(claims)) &&
        lanyard_json_read(claims->ptr, claims->len, NULL, NULL, &json, &err) == LANYARD_OK;
    lanyard_value root = json ? lanyard_json_root(json) : (lanyard_value){ 0 };

    while (is_same && lanyard_value_next(&root, &cursor, &member))
        is_same = lanyard_token_find(token, &member.name, 1, &found) == LANYARD_OK &&
                  found.type == member.type && lanyard_str_equal(found.json, member.json) &&
                  lanyard_str_equal(found.text, member.text);
    lanyard_json_free(json);
    return is_same;
}

/* Another base64url character anywhere makes another token. */
static bool is_refused_changed(const pair *self, lanyard_buf *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t at = chance((uint32_t)text->len);
    char before = text->ptr[at];
    char after = digits[chance(64)];
    lanyard_token *token = NULL;

    if (after == before)
        return true;
    text->ptr[at] = after;

    lanyard_status status = pair_verify(self, text, &token);

    text->ptr[at] = before;
    lanyard_token_free(token);
    return status != LANYARD_OK && !token;
}

static bool round_trip(const pair *self)
{
    lanyard_buf claims = buf_new();
    lanyard_buf text = buf_new();
    lanyard_token *token = NULL;
    lanyard_error err = { 0 };
    bool holds = false;

    put_claims(&claims);
    holds = lanyard_issue(self->issuer, LANYARD_CLAIMS(.json = claims.ptr, .json_len = claims.len),
                          NOW, NULL, &text, &err) == LANYARD_OK &&
            pair_verify(self, &text, &token) == LANYARD_OK && is_the_same(token, &claims) &&
            is_refused_changed(self, &text);
    if (!holds)
        printf("# %s: claims %.*s\n", err.detail, (int)claims.len, claims.ptr);
    lanyard_token_free(token);
    lanyard_buf_done(&claims);
    lanyard_buf_done(&text);
    return holds;
}

static void run_with(const char *alg, int rounds)
{
    pair self = { 0 };
    char name[96];
    bool holds = true;

    snprintf(name, sizeof name, "%s: %d random claims come back", alg, rounds);
    if (!pair_init(&self, alg)) {
        tap_skip(name, "this libcrypto does not have the algorithm");
        return;
    }
    for (int i = 0; i < rounds && holds; i++)
        holds = round_trip(&self);
    tap_ok(holds, name, "not what went in, or a changed token is accepted");
    pair_free(&self);
}

int main(int argc, char **argv)
{
    state = argc > 1 ? strtoull(argv[1], NULL, 10) : (uint64_t)time(NULL) * 2654435761u + 1;
    printf("# seed %llu\n", (unsigned long long)state);
    for (size_t i = 0; lanyard_alg_at(i); i++) {
        const char *alg = lanyard_alg_at(i)->name;

        run_with(alg, strncmp(alg, "HS", 2) == 0 ? ROUNDS * 4 : ROUNDS / 10);
    }
    return tap_done();
}
