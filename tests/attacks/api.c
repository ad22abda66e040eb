/* api.c - the attack cases that no token can express; each is named by a case of kind "api". */
#define _GNU_SOURCE /* memmem */
#include <openssl/err.h>
#include "attacks/attacks.h"

typedef struct api_row {
    const char *name;
    api_case run;
} api_row;

#define SECRET "correct horse battery staple, twice over"

/* A set of one secret for HS256, and a policy for it. */
typedef struct stand {
    lanyard_keyset *keys;
    lanyard_policy *policy;
} stand;

static stand stand_new(void)
{
    stand self = { 0 };
    lanyard_key *key = NULL;
    lanyard_error err = { 0 };

    if (lanyard_key_read(SECRET, strlen(SECRET), LANYARD_KEY(.format = LANYARD_KEY_SECRET), NULL,
                         &key, &err) ||
        lanyard_keyset_new(&key, 1, NULL, &self.keys, &err) ||
        lanyard_policy_new(LANYARD_POLICY(.algs = "HS256", .allow = LANYARD_ALLOW_NO_EXP), NULL,
                           &self.policy, &err))
        die("stand", lanyard_str_of(err.detail));
    lanyard_key_free(key);
    return self;
}

static void stand_free(stand *self)
{
    lanyard_keyset_free(self->keys);
    lanyard_policy_free(self->policy);
}

/* A token with this header and payload, its MAC right. */
static lanyard_buf stand_token(lanyard_str header, const char *payload)
{
    lanyard_buf token = buf_new();
    lanyard_buf mac = buf_new();

    buf_put_base64url(&token, (lanyard_bytes){ (const uint8_t *)header.ptr, header.len });
    buf_put_text(&token, ".");
    buf_put_base64url(&token, (lanyard_bytes){ (const uint8_t *)payload, strlen(payload) });
    buf_put_hmac(&mac, 256, (lanyard_bytes){ (const uint8_t *)SECRET, strlen(SECRET) },
                 buf_bytes(&token));
    buf_put_text(&token, ".");
    buf_put_base64url(&token, buf_bytes(&mac));
    lanyard_buf_done(&mac);
    return token;
}

static lanyard_status stand_verify(const stand *self, const lanyard_buf *token, lanyard_error *err)
{
    lanyard_token *made = NULL;
    lanyard_status status = lanyard_verify(self->policy, self->keys, token->ptr, token->len,
                                           1700000000, NULL, &made, err);

    lanyard_token_free(made);
    return status;
}

/* A header with that alg, its MAC right. */
static lanyard_status stand_verify_alg(const stand *self, lanyard_str alg)
{
    lanyard_buf header = buf_new();
    lanyard_error err = { 0 };

    buf_put_text(&header, "{\"alg\":\"");
    buf_put_str(&header, alg);
    buf_put_text(&header, "\"}");

    lanyard_buf token = stand_token(buf_str(&header), "{}");
    lanyard_status status = stand_verify(self, &token, &err);

    lanyard_buf_done(&token);
    lanyard_buf_done(&header);
    return status;
}

static const char *alg_neighbors_are_unknown(const stand *self, const char *name)
{
    char longer[64];

    for (size_t len = 0; len < strlen(name); len++)
        if (stand_verify_alg(self, (lanyard_str){ name, len }) != LANYARD_E_ALG_UNKNOWN &&
            !lanyard_alg_find((snprintf(longer, sizeof longer, "%.*s", (int)len, name), longer)))
            return "a prefix of an algorithm's name passes for one";
    for (const char *c = "0123456789abcXYZ-_ "; *c; c++) {
        snprintf(longer, sizeof longer, "%s%c", name, *c);
        if (stand_verify_alg(self, lanyard_str_of(longer)) != LANYARD_E_ALG_UNKNOWN)
            return "an algorithm's name with one character more passes for one";
        snprintf(longer, sizeof longer, "%c%s", *c, name);
        if (stand_verify_alg(self, lanyard_str_of(longer)) != LANYARD_E_ALG_UNKNOWN)
            return "an algorithm's name with one character before it passes for one";
    }
    return NULL;
}

static const char *api_alg_neighbors(void)
{
    stand self = stand_new();
    const char *why = NULL;

    for (size_t i = 0; lanyard_alg_at(i) && !why; i++)
        why = alg_neighbors_are_unknown(&self, lanyard_alg_at(i)->name);
    if (lanyard_alg_find("none"))
        why = "there is a row \"none\"";
    stand_free(&self);
    return why;
}

static const char *api_null_arguments(void)
{
    stand self = stand_new();
    lanyard_token *token = NULL;
    lanyard_buf payload = buf_new();
    lanyard_error err = { 0 };
    const char *why = NULL;

    if (lanyard_verify(NULL, self.keys, "a.b.c", 5, 0, NULL, &token, &err) != LANYARD_E_ARGUMENT ||
        lanyard_verify(self.policy, NULL, "a.b.c", 5, 0, NULL, &token, &err) !=
            LANYARD_E_ARGUMENT ||
        lanyard_verify(self.policy, self.keys, NULL, 5, 0, NULL, &token, &err) !=
            LANYARD_E_ARGUMENT ||
        lanyard_jws_verify(self.policy, NULL, "a.b.c", 5, NULL, &payload, &err) !=
            LANYARD_E_ARGUMENT ||
        lanyard_jws_verify(NULL, self.keys, "a.b.c", 5, NULL, &payload, &err) != LANYARD_E_ARGUMENT)
        why = "verifying runs without a policy or keys";
    if (token || payload.len > 0)
        why = "something was handed out";
    lanyard_buf_done(&payload);
    stand_free(&self);
    return why;
}

static const char *api_no_secret_is_null(void)
{
    lanyard_key *key = NULL;
    lanyard_error err = { 0 };
    const lanyard_key_opts *secret = LANYARD_KEY(.format = LANYARD_KEY_SECRET);

    if (lanyard_key_read("", 0, secret, NULL, &key, &err) != LANYARD_E_KEY_WEAK)
        return "an empty secret is a key";
    if (lanyard_key_read(NULL, 0, secret, NULL, &key, &err) != LANYARD_E_KEY_WEAK)
        return "no secret is a key";
    if (lanyard_key_read("", 0, LANYARD_KEY(.format = LANYARD_KEY_SECRET, .allow_short_key = 1),
                         NULL, &key, &err) != LANYARD_E_KEY_WEAK)
        return "the opt-out makes an empty secret a key";
    return key ? "something was handed out" : NULL;
}

/* One verifier over and over, good and bad by turns: nothing of one call shows in the next. */
static const char *api_no_state_between_calls(void)
{
    stand self = stand_new();
    lanyard_buf good = stand_token(lanyard_str_of("{\"alg\":\"HS256\"}"), "{\"sub\":\"ada\"}");
    lanyard_buf bad = stand_token(lanyard_str_of("{\"alg\":\"HS256\"}"), "{\"sub\":\"eve\"}");
    const char *why = NULL;

    bad.ptr[bad.len - 5] = bad.ptr[bad.len - 5] == 'A' ? 'B' : 'A';
    for (int i = 0; i < 1000 && !why; i++) {
        lanyard_error err = { 0 };

        if (stand_verify(&self, &good, &err) != LANYARD_OK || err.where)
            why = "a good token is refused after a bad one";
        else if (stand_verify(&self, &bad, &err) != LANYARD_E_SIGNATURE)
            why = "a bad token is accepted after a good one";
        else if (ERR_peek_error() != 0)
            why = "libcrypto's queue of errors is not empty";
    }
    lanyard_buf_done(&good);
    lanyard_buf_done(&bad);
    stand_free(&self);
    return why;
}

/* The same first chunk for one token after another. */
static const char *api_reused_chunk_keeps_nothing(void)
{
    static _Alignas(16) char chunk[65536];
    stand self = stand_new();
    lanyard_buf one = stand_token(lanyard_str_of("{\"alg\":\"HS256\"}"), "{\"sub\":\"SECRETSUB\"}");
    lanyard_mem mem = { .first = chunk, .first_len = sizeof chunk };
    lanyard_token *token = NULL;
    lanyard_error err = { 0 };
    const char *why = NULL;

    if (lanyard_verify(self.policy, self.keys, one.ptr, one.len, 1, &mem, &token, &err) !=
        LANYARD_OK)
        why = "the token is refused";
    lanyard_token_free(token);
    for (size_t i = 0; i + 9 < sizeof chunk && !why; i++)
        if (memcmp(chunk + i, "SECRETSUB", 9) == 0)
            why = "a claim is left in the chunk after the token is freed";
    lanyard_buf_done(&one);
    stand_free(&self);
    return why;
}

#define SCRUB_MAX 16384

/* Keeps what is given back where a test can look at it. */
typedef struct keeper {
    char seen[SCRUB_MAX * 4];
    size_t len;
} keeper;

static void *keeper_alloc(void *ctx, size_t len)
{
    (void)ctx;
    return malloc(len);
}

static void keeper_free(void *ctx, void *ptr, size_t len)
{
    keeper *self = ctx;

    if (self->len + len <= sizeof self->seen) {
        memcpy(self->seen + self->len, ptr, len);
        self->len += len;
    }
    free(ptr);
}

static const char *api_secret_is_wiped(void)
{
    static keeper kept;
    lanyard_mem mem = { .alloc = { keeper_alloc, keeper_free, &kept } };
    lanyard_key *key = NULL;
    lanyard_error err = { 0 };
    const char *secret = SECRET;

    if (lanyard_key_read(secret, strlen(secret), LANYARD_KEY(.format = LANYARD_KEY_SECRET), &mem,
                         &key, &err) != LANYARD_OK)
        return "the secret is refused";
    lanyard_key_free(key);
    if (kept.len == 0)
        return "nothing came back";
    return text_leaks((lanyard_str){ kept.seen, kept.len },
                      (lanyard_bytes){ (const uint8_t *)secret, strlen(secret) })
               ? "a secret stands in memory that was given back"
               : NULL;
}

/* A megabyte of dots, of brackets, of anything: refused at once, whatever the limits allow. */
static const char *api_huge_tokens(void)
{
    static const char shapes[] = ".A{[ ";
    stand self = stand_new();
    lanyard_buf text = buf_new();
    lanyard_error err = { 0 };
    const char *why = NULL;

    for (const char *c = shapes; *c && !why; c++) {
        char run[4096];

        memset(run, *c, sizeof run);
        lanyard_buf_cut(&text, 0);
        for (int i = 0; i < 2560; i++)
            buf_put(&text, run, sizeof run);
        if (stand_verify(&self, &text, &err) != LANYARD_E_TOKEN_LENGTH)
            why = "ten megabytes are no reason to stop";
    }
    lanyard_buf_done(&text);
    stand_free(&self);
    return why;
}

static const char *api_unverified_is_another_type(void)
{
    /* The compiler is the test: _Generic tells the two types apart. */
    lanyard_untrusted *untrusted = NULL;
    lanyard_token *token = NULL;
    int kinds = _Generic(untrusted, lanyard_token * : 0, lanyard_untrusted * : 1) +
                _Generic(token, lanyard_token * : 2, lanyard_untrusted * : 0);

    return kinds == 3 ? NULL : "the two are one type";
}

/* A kid, an alg and a claim of kilobytes never make a message longer, nor carry a token. */
static const char *api_messages_stay_short(void)
{
    stand self = stand_new();
    lanyard_buf header = buf_new();
    lanyard_error err = { 0 };
    const char *why = NULL;

    buf_put_text(&header, "{\"alg\":\"");
    for (int i = 0; i < 500; i++)
        buf_put_text(&header, "ABCDEFGHIJ");
    buf_put_text(&header, "\"}");

    lanyard_buf token = stand_token(buf_str(&header), "{}");

    if (stand_verify(&self, &token, &err) != LANYARD_E_ALG_UNKNOWN)
        why = "expected E_ALG_UNKNOWN";
    else if (strlen(err.detail) >= LANYARD_DETAIL_MAX)
        why = "the message is too long";
    lanyard_buf_done(&token);
    lanyard_buf_done(&header);
    stand_free(&self);
    return why;
}

static const char *api_same_input_same_verdict(void)
{
    stand self = stand_new();
    lanyard_buf token = stand_token(lanyard_str_of("{\"alg\":\"HS256\"}"), "{\"exp\":1}");
    const char *why = NULL;

    for (int i = 0; i < 1000 && !why; i++) {
        lanyard_error err = { 0 };

        if (stand_verify(&self, &token, &err) != LANYARD_E_EXPIRED || err.value != 1)
            why = "the verdict changes from call to call";
    }
    lanyard_buf_done(&token);
    stand_free(&self);
    return why;
}

/* The members of a JWK that must not be published. */
static const char *const private_members[] = {
    "\"d\":", "\"p\":", "\"q\":", "\"dp\":", "\"dq\":", "\"qi\":", "\"oth\":", "\"k\":", "\"priv\":"
};

static const char *const all_keys[] = { "rsa",       "p256",    "p384", "p521",
                                        "secp256k1", "ed25519", "ed448" };
#define ALL_KEYS (sizeof all_keys / sizeof *all_keys)

static const char *text_is_public(const lanyard_buf *text)
{
    for (size_t i = 0; i < sizeof private_members / sizeof *private_members; i++)
        if (text->len == 0 ||
            memmem(text->ptr, text->len, private_members[i], strlen(private_members[i])))
            return "a private member is published";
    return NULL;
}

static const char *api_export_has_no_private(void)
{
    lanyard_key *keys[ALL_KEYS];
    lanyard_keyset *set = NULL;
    lanyard_buf text = buf_new();
    lanyard_error err = { 0 };
    const char *why = NULL;

    for (size_t i = 0; i < ALL_KEYS; i++) {
        keys[i] = key_private(lanyard_str_of(all_keys[i]));
        lanyard_buf_cut(&text, 0);
        if (!why && lanyard_key_write_jwk(keys[i], LANYARD_KEY_PUBLIC, &text, &err) != LANYARD_OK)
            why = "a key cannot be written";
        if (!why)
            why = text_is_public(&text);
    }
    lanyard_buf_cut(&text, 0);
    if (!why && (lanyard_keyset_new(keys, ALL_KEYS, NULL, &set, &err) != LANYARD_OK ||
                 lanyard_keyset_write(set, LANYARD_KEY_PUBLIC, &text, &err) != LANYARD_OK))
        why = "the set cannot be written";
    if (!why)
        why = text_is_public(&text);
    for (size_t i = 0; i < ALL_KEYS; i++)
        lanyard_key_free(keys[i]);
    lanyard_keyset_free(set);
    lanyard_buf_done(&text);
    return why;
}

static const char *api_secret_has_no_public(void)
{
    stand self = stand_new();
    lanyard_buf text = buf_new();
    lanyard_error err = { 0 };
    const lanyard_key *key = lanyard_keyset_at(self.keys, 0);
    const char *why = NULL;

    if (lanyard_key_write_jwk(key, LANYARD_KEY_PUBLIC, &text, &err) != LANYARD_E_KEY_USE ||
        lanyard_key_write_der(key, LANYARD_KEY_PUBLIC, &text, &err) != LANYARD_E_KEY_USE ||
        text.len > 0)
        why = "a secret is written as a public key";
    if (!why && lanyard_keyset_write(self.keys, LANYARD_KEY_PUBLIC, &text, &err) != LANYARD_OK)
        why = "the set cannot be written";
    if (!why)
        why = text_is_public(&text);
    lanyard_buf_done(&text);
    stand_free(&self);
    return why;
}

/* The private numbers of a JWK, decoded, in what reading and freeing it gave back. */
static const char *kept_private(const keeper *kept, const lanyard_value *jwk)
{
    static const char *const names[] = { "d", "p", "q", "dp", "dq", "qi" };
    lanyard_str seen = { kept->seen, kept->len };
    const char *why = NULL;

    for (size_t i = 0; i < sizeof names / sizeof *names && !why; i++) {
        lanyard_buf plain = buf_new();
        lanyard_str text = json_str(jwk, names[i]);

        buf_put_decoded(&plain, text);
        if (text_leaks(seen, buf_bytes(&plain)) ||
            text_leaks(seen, (lanyard_bytes){ (const uint8_t *)text.ptr, text.len }))
            why = "a private number stands in memory that was given back";
        lanyard_buf_done(&plain);
    }
    return why;
}

static const char *api_private_key_is_wiped(void)
{
    static keeper kept;
    lanyard_mem mem = { .alloc = { keeper_alloc, keeper_free, &kept } };
    lanyard_error err = { 0 };
    const char *why = NULL;

    for (size_t i = 0; i < ALL_KEYS && !why; i++) {
        lanyard_value row = keys_file_find(lanyard_str_of(all_keys[i]));
        lanyard_value jwk = json_need(&row, "private");
        lanyard_key *key = NULL;

        kept.len = 0;
        if (lanyard_key_read(jwk.json.ptr, jwk.json.len, NULL, &mem, &key, &err) != LANYARD_OK)
            return "a key cannot be read";
        lanyard_key_free(key);
        why = kept.len > 0 ? kept_private(&kept, &jwk) : "nothing came back";
    }
    return why;
}

typedef lanyard_status (*key_writer)(const lanyard_key *key, lanyard_buf *out, lanyard_error *err);

static lanyard_status write_jwk(const lanyard_key *key, lanyard_buf *out, lanyard_error *err)
{
    return lanyard_key_write_jwk(key, LANYARD_KEY_PRIVATE, out, err);
}

static lanyard_status write_pem(const lanyard_key *key, lanyard_buf *out, lanyard_error *err)
{
    return lanyard_key_write_pem(key, LANYARD_KEY_PRIVATE, NULL, out, err);
}

static lanyard_status write_der(const lanyard_key *key, lanyard_buf *out, lanyard_error *err)
{
    return lanyard_key_write_der(key, LANYARD_KEY_PRIVATE, out, err);
}

/* Written, read back, written again: the same JWK. */
static const char *key_comes_back(const lanyard_key *key, key_writer write)
{
    lanyard_buf text = buf_new();
    lanyard_buf first = buf_new();
    lanyard_buf second = buf_new();
    lanyard_key *again = NULL;
    lanyard_error err = { 0 };
    const char *why = NULL;

    if (write(key, &text, &err) != LANYARD_OK || write_jwk(key, &first, &err) != LANYARD_OK ||
        lanyard_key_read(text.ptr, text.len, NULL, NULL, &again, &err) != LANYARD_OK ||
        write_jwk(again, &second, &err) != LANYARD_OK ||
        !lanyard_str_equal(buf_str(&first), buf_str(&second)))
        why = "a key does not come back as it was";
    lanyard_key_free(again);
    lanyard_buf_done(&text);
    lanyard_buf_done(&first);
    lanyard_buf_done(&second);
    return why;
}

static const char *api_seed_only_key(void)
{
    static const key_writer writers[] = { write_jwk, write_pem, write_der };
    const char *why = NULL;

    for (size_t i = 0; i < ALL_KEYS && !why; i++) {
        lanyard_key *key = key_private(lanyard_str_of(all_keys[i]));

        for (size_t w = 0; w < sizeof writers / sizeof *writers && !why; w++)
            why = key_comes_back(key, writers[w]);
        lanyard_key_free(key);
    }
    return why;
}

static const api_row api_rows[] = {
    { "A-alg-neighbors", api_alg_neighbors },
    { "A-null-arguments", api_null_arguments },
    { "A-unverified-type", api_unverified_is_another_type },
    { "C-empty-secret-api", api_no_secret_is_null },
    { "C-messages-stay-short", api_messages_stay_short },
    { "F-export-has-no-private", api_export_has_no_private },
    { "F-secret-has-no-public", api_secret_has_no_public },
    { "K-huge-tokens", api_huge_tokens },
    { "K-same-verdict", api_same_input_same_verdict },
    { "O-no-state-between-calls", api_no_state_between_calls },
    { "O-private-key-is-wiped", api_private_key_is_wiped },
    { "O-seed-only-key", api_seed_only_key },
    { "O-reused-chunk", api_reused_chunk_keeps_nothing },
    { "O-secret-is-wiped", api_secret_is_wiped },
};

size_t api_count(void)
{
    return sizeof api_rows / sizeof *api_rows;
}

api_case api_find(lanyard_str name)
{
    for (size_t i = 0; i < api_count(); i++)
        if (str_is(name, api_rows[i].name))
            return api_rows[i].run;
    return NULL;
}
