/* recipe.c - a case to the text of its token; see attacks.h. */
#include "attacks/attacks.h"

void secrets_add(secrets *self, lanyard_bytes bytes)
{
    if (bytes.len < 7)
        return; /* too short to tell from chance */
    if (self->count == SECRETS_MAX)
        die("too many secrets", lanyard_str_of(""));
    self->items[self->count] = buf_new();
    buf_put(&self->items[self->count++], bytes.ptr, bytes.len);
}

void secrets_done(secrets *self)
{
    while (self->count > 0)
        lanyard_buf_done(&self->items[--self->count]);
    while (self->expected_count > 0)
        lanyard_buf_done(&self->expected[--self->expected_count]);
}

/* What the token says itself is no secret, and neither is the type of all tokens. */
static void secrets_expect_text(secrets *self, lanyard_str text, const lanyard_buf *said)
{
    if (text.len == 0 || str_is(text, "JWT") || text_contains(buf_str(said), text))
        return;
    if (self->expected_count == SECRETS_MAX)
        die("too many expected values", lanyard_str_of(""));
    self->expected[self->expected_count] = buf_new();
    buf_put_str(&self->expected[self->expected_count++], text);
}

static void secrets_expect_value(secrets *self, const lanyard_value *value, const lanyard_buf *said)
{
    lanyard_value item;
    size_t cursor = 0;

    if (value->type == LANYARD_JSON_STRING)
        secrets_expect_text(self, value->text, said);
    while (lanyard_value_next(value, &cursor, &item))
        secrets_expect_text(self, item.text, said);
}

void secrets_expect(secrets *self, const lanyard_value *policy, lanyard_str token)
{
    static const char *const names[] = { "issuers", "audiences", "subject", "typ" };
    lanyard_buf said = buf_new();
    lanyard_value value;
    size_t start = 0;

    for (size_t i = 0; i <= token.len; i++) {
        if (i < token.len && token.ptr[i] != '.')
            continue;
        buf_put_decoded(&said, (lanyard_str){ token.ptr + start, i - start });
        buf_put_text(&said, "\n");
        start = i + 1;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (json_get(policy, names[i], &value))
            secrets_expect_value(self, &value, &said);
    lanyard_buf_done(&said);
}

bool attack_field(const attack *self, const char *name, lanyard_value *value)
{
    if (self->varied_name.len > 0 && str_is(self->varied_name, name)) {
        *value = self->varied;
        return true;
    }
    return json_get(&self->own, name, value) ||
           (self->base.type == LANYARD_JSON_OBJECT && json_get(&self->base, name, value));
}

/* An edit of that part, when the case has one. */
static void recipe_edit(const attack *self, const char *part, lanyard_buf *bytes)
{
    lanyard_value edit;

    if (attack_field(self, "edit", &edit) && str_is(json_str(&edit, "part"), part))
        bytes_edit(bytes, &edit);
}

static void recipe_part(const attack *self, const char *name, lanyard_buf *out)
{
    char ready[32];
    lanyard_value value;
    lanyard_buf part = buf_new();
    lanyard_buf plain = buf_new();

    snprintf(ready, sizeof ready, "%s_part", name);
    if (attack_field(self, ready, &value)) {
        bytes_put(&part, &value);
    } else if (attack_field(self, name, &value)) {
        if (value.type == LANYARD_JSON_OBJECT)
            buf_put_str(&plain, value.json);
        else
            bytes_put(&plain, &value);
        buf_put_base64url(&part, buf_bytes(&plain));
    }
    recipe_edit(self, name, &part);
    buf_put(out, part.ptr, part.len);
    lanyard_buf_done(&part);
    lanyard_buf_done(&plain);
}

static void recipe_hmac(const lanyard_value *sign, lanyard_str alg, lanyard_bytes input,
                        lanyard_buf *out, secrets *hidden)
{
    static const int sizes[] = { 256, 384, 512 };
    lanyard_value value = json_need(sign, "secret");
    lanyard_buf secret = buf_new();
    lanyard_buf mac = buf_new();

    bytes_put(&secret, &value);
    secrets_add(hidden, buf_bytes(&secret));
    for (size_t i = 0; i < 3; i++) {
        char name[8];

        lanyard_buf_cut(&mac, 0);
        buf_put_hmac(&mac, sizes[i], buf_bytes(&secret), input);
        secrets_add(hidden, buf_bytes(&mac));
        snprintf(name, sizeof name, "HS%d", sizes[i]);
        if (str_is(alg, name))
            buf_put(out, mac.ptr, mac.len);
    }
    lanyard_buf_done(&secret);
    lanyard_buf_done(&mac);
}

static void recipe_sign(const lanyard_value *sign, lanyard_bytes input, lanyard_buf *out,
                        secrets *hidden)
{
    lanyard_error err = { 0 };
    char *alg = json_text(sign, "alg");

    if (strncmp(alg, "HS", 2) == 0) {
        recipe_hmac(sign, lanyard_str_of(alg), input, out, hidden);
    } else {
        lanyard_key *key = key_private(json_str(sign, "key"));

        if (lanyard_sign_bytes(key, alg, input, NULL, out, &err) != LANYARD_OK)
            die(err.detail, sign->json);
        lanyard_key_free(key);
    }
    free(alg);
}

static void recipe_signature(const attack *self, lanyard_bytes input, lanyard_buf *out,
                             secrets *hidden)
{
    lanyard_value value;
    lanyard_buf signature = buf_new();
    lanyard_buf part = buf_new();

    if (attack_field(self, "sign", &value))
        recipe_sign(&value, input, &signature, hidden);
    if (attack_field(self, "signature", &value)) {
        lanyard_buf_cut(&signature, 0);
        bytes_put(&signature, &value);
    }
    if (attack_field(self, "signature_edit", &value))
        bytes_edit(&signature, &value);
    buf_put_base64url(&part, buf_bytes(&signature));
    if (attack_field(self, "signature_part", &value)) {
        lanyard_buf_cut(&part, 0);
        bytes_put(&part, &value);
    }
    recipe_edit(self, "signature", &part);
    buf_put(out, part.ptr, part.len);
    lanyard_buf_done(&part);
    lanyard_buf_done(&signature);
}

void recipe_token(const attack *self, lanyard_buf *token, secrets *hidden)
{
    lanyard_value value;
    lanyard_buf signature = buf_new();

    recipe_part(self, "header", token);
    buf_put_text(token, ".");
    recipe_part(self, "payload", token);
    recipe_signature(self, buf_bytes(token), &signature, hidden);
    buf_put_text(token, ".");
    buf_put(token, signature.ptr, signature.len);
    recipe_edit(self, "token", token);
    if (attack_field(self, "token", &value)) {
        lanyard_buf_cut(token, 0);
        bytes_put(token, &value);
    }
    lanyard_buf_done(&signature);
}
