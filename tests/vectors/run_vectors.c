/* run_vectors.c - our own vectors: one file an algorithm, alg/NAME.json.
 *
 * Every row of the table must have its file with a positive, a negative and a bit-flip vector.
 * Beyond what a file says, every eighth bit of each positive signature is flipped, and a
 * deterministic signature is made again to the byte.
 */
#include "support/support.h"

typedef struct kit {
    const char *alg;
    lanyard_key *key;
    lanyard_keyset *keys;
    lanyard_policy *policy;
} kit;

static void kit_free(kit *self)
{
    lanyard_key_free(self->key);
    lanyard_keyset_free(self->keys);
    lanyard_policy_free(self->policy);
}

static lanyard_status kit_init(kit *self, const char *alg, const lanyard_value *jwk)
{
    lanyard_error err = { 0 };
    lanyard_status status =
        lanyard_key_read(jwk->json.ptr, jwk->json.len, LANYARD_KEY(.format = LANYARD_KEY_JWK), NULL,
                         &self->key, &err);

    self->alg = alg;
    if (status == LANYARD_OK)
        status = lanyard_keyset_new(&self->key, 1, NULL, &self->keys, &err);
    if (status == LANYARD_OK)
        status = lanyard_policy_new(LANYARD_POLICY(.algs = alg), NULL, &self->policy, &err);
    if (status != LANYARD_OK)
        printf("# %s: %s\n", lanyard_status_name(status), err.detail);
    return status;
}

/* The verdict; the payload must be there exactly when it is OK. */
static lanyard_status kit_verify(const kit *self, lanyard_str token)
{
    lanyard_buf payload = buf_new();
    lanyard_error err = { 0 };
    lanyard_buf expected = buf_new();
    const char *dot = memchr(token.ptr, '.', token.len);
    const char *end = memchr(dot + 1, '.', token.len - (size_t)(dot + 1 - token.ptr));
    lanyard_status status =
        lanyard_jws_verify(self->policy, self->keys, token.ptr, token.len, NULL, &payload, &err);

    buf_put_decoded(&expected, (lanyard_str){ dot + 1, (size_t)(end - dot - 1) });
    if (status == LANYARD_OK && !lanyard_str_equal(buf_str(&payload), buf_str(&expected)))
        status = LANYARD_E_WRONG_TYPE;
    if (status != LANYARD_OK && payload.len > 0)
        status = LANYARD_E_WRONG_TYPE;
    lanyard_buf_done(&payload);
    lanyard_buf_done(&expected);
    return status;
}

/* Each of these bits alone makes the signature a wrong one. */
static bool kit_refuses_flips(const kit *self, lanyard_str token)
{
    const char *last = token.ptr + token.len;
    lanyard_buf signature = buf_new();
    bool is_refused = true;

    while (last[-1] != '.')
        last--;
    buf_put_decoded(&signature, (lanyard_str){ last, (size_t)(token.ptr + token.len - last) });
    for (size_t bit = 3; bit < signature.len * 8 && is_refused;
         bit += signature.len > 512 ? 999 : 8) {
        lanyard_buf text = buf_new();
        char flip = (char)(1 << bit % 8);

        signature.ptr[bit / 8] = (char)(signature.ptr[bit / 8] ^ flip);
        buf_put(&text, token.ptr, (size_t)(last - token.ptr));
        buf_put_base64url(&text, buf_bytes(&signature));
        signature.ptr[bit / 8] = (char)(signature.ptr[bit / 8] ^ flip);
        is_refused = kit_verify(self, buf_str(&text)) == LANYARD_E_SIGNATURE;
        lanyard_buf_done(&text);
    }
    lanyard_buf_done(&signature);
    return is_refused;
}

static lanyard_buf part_of(lanyard_str token, size_t index)
{
    lanyard_buf out = buf_new();
    size_t start = 0;

    for (size_t i = 0; i < index; i++)
        while (token.ptr[start++] != '.')
            ;

    const char *dot = memchr(token.ptr + start, '.', token.len - start);

    buf_put_decoded(&out, (lanyard_str){ token.ptr + start, (size_t)(dot - token.ptr) - start });
    return out;
}

/* The same header and payload under the private key give the same text. */
static bool kit_makes_it_again(const char *alg, const lanyard_value *jwk, lanyard_str token)
{
    kit self = { 0 };
    lanyard_buf header = part_of(token, 0);
    lanyard_buf payload = part_of(token, 1);
    lanyard_buf text = buf_new();
    lanyard_error err = { 0 };
    bool is_same =
        kit_init(&self, alg, jwk) == LANYARD_OK &&
        lanyard_jws_sign(self.key,
                         LANYARD_JWS(.alg = alg, .header = header.ptr, .header_len = header.len),
                         buf_bytes(&payload), NULL, &text, &err) == LANYARD_OK &&
        lanyard_str_equal(buf_str(&text), token);

    lanyard_buf_done(&header);
    lanyard_buf_done(&payload);
    lanyard_buf_done(&text);
    kit_free(&self);
    return is_same;
}

static void vector_run(const char *alg, const lanyard_value *vector)
{
    kit self = { 0 };
    lanyard_value key = json_need(vector, "key");
    lanyard_value jwk;
    lanyard_str token = json_str(vector, "token");
    char *name = json_text(vector, "id");
    lanyard_status status = kit_init(&self, alg, &key);
    lanyard_status expected = status_named(json_str(vector, "expect"));

    if (status == LANYARD_E_ALG_UNAVAILABLE) {
        tap_skip(name, "this libcrypto does not have the algorithm");
    } else {
        bool is_right = status == LANYARD_OK && kit_verify(&self, token) == expected;

        if (is_right && expected == LANYARD_OK)
            is_right = kit_refuses_flips(&self, token);
        if (is_right && json_get(vector, "private", &jwk))
            is_right = kit_makes_it_again(alg, &jwk, token);
        tap_ok(is_right, name, "another verdict, or not the same signature again");
    }
    kit_free(&self);
    free(name);
}

static bool has_kind(const lanyard_value *vectors, const char *kind)
{
    lanyard_value item;
    size_t cursor = 0;

    while (lanyard_value_next(vectors, &cursor, &item))
        if (str_is(json_str(&item, "kind"), kind))
            return true;
    return false;
}

static void file_run(const char *alg)
{
    char path[128];
    lanyard_value item;
    size_t cursor = 0;

    snprintf(path, sizeof path, "tests/vectors/alg/%s.json", alg);

    lanyard_json *json = json_file_if(path);

    if (!json) {
        tap_ok(false, alg, "no file of vectors");
        return;
    }

    lanyard_value root = lanyard_json_root(json);
    lanyard_value vectors = json_need(&root, "vectors");

    while (lanyard_value_next(&vectors, &cursor, &item))
        vector_run(alg, &item);
    tap_ok(has_kind(&vectors, "positive") && has_kind(&vectors, "negative") &&
               has_kind(&vectors, "bit-flip") && str_is(json_str(&root, "alg"), alg),
           path, "vectors of a kind are missing");
    lanyard_json_free(json);
}

int main(void)
{
    for (size_t i = 0; lanyard_alg_at(i); i++)
        file_run(lanyard_alg_at(i)->name);
    return tap_done();
}
