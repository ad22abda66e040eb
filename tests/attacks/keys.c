/* keys.c - the keys and the policy of a case; see attacks.h. */
#include "attacks/attacks.h"

typedef struct key_form {
    const char *name;
    lanyard_key_format format;
} key_form;

static const key_form key_forms[] = {
    { "secret", LANYARD_KEY_SECRET }, { "jwk", LANYARD_KEY_JWK }, { "pem", LANYARD_KEY_PEM },
    { "der", LANYARD_KEY_DER },       { "ssh", LANYARD_KEY_SSH }, { "any", LANYARD_KEY_ANY },
};

/* What of a JWK must never be seen: its private members, decoded and as written. */
static void key_hide(lanyard_str text, secrets *hidden)
{
    static const char *const names[] = { "d", "p", "q", "dp", "dq", "qi", "k", "priv" };
    lanyard_json *json = NULL;
    lanyard_error err;

    if (lanyard_json_read(text.ptr, text.len, NULL, NULL, &json, &err) != LANYARD_OK)
        return;

    lanyard_value root = lanyard_json_root(json);

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        lanyard_str value = json_str(&root, names[i]);
        lanyard_buf plain = buf_new();

        buf_put_decoded(&plain, value);
        secrets_add(hidden, buf_bytes(&plain));
        lanyard_buf_done(&plain);
    }
    lanyard_json_free(json);
}

static lanyard_status key_read_form(const lanyard_value *entry, const key_form *form,
                                    const lanyard_value *value, lanyard_key **key, secrets *hidden,
                                    lanyard_error *err)
{
    char *alg = json_text(entry, "alg");
    char *kid = json_text(entry, "kid");
    char *passphrase = json_text(entry, "passphrase");
    lanyard_buf data = buf_new();

    if (value->type == LANYARD_JSON_OBJECT && form->format == LANYARD_KEY_JWK &&
        json_str(value, "kty").len > 0)
        buf_put_str(&data, value->json);
    else
        bytes_put(&data, value);
    if (form->format == LANYARD_KEY_SECRET)
        secrets_add(hidden, buf_bytes(&data));
    else
        key_hide(buf_str(&data), hidden);

    lanyard_status status = lanyard_key_read(
        data.ptr, data.len,
        LANYARD_KEY(.format = form->format, .alg = alg, .kid = kid, .passphrase = passphrase,
                    .allow_short_key = json_bool(entry, "allow_short", false)),
        NULL, key, err);

    lanyard_buf_done(&data);
    free(alg);
    free(kid);
    free(passphrase);
    return status;
}

/* A name of keys.json: its secret, or its public key. */
static lanyard_status key_read_named(lanyard_str name, lanyard_key **key, secrets *hidden,
                                     lanyard_error *err)
{
    lanyard_value row = keys_file_find(name);
    lanyard_value value;

    if (json_get(&row, "secret", &value))
        return key_read_form(&row, &key_forms[0], &value, key, hidden, err);
    value = json_need(&row, "jwk");
    return lanyard_key_read(value.json.ptr, value.json.len, LANYARD_KEY(.format = LANYARD_KEY_JWK),
                            NULL, key, err);
}

lanyard_status key_make(const lanyard_value *entry, lanyard_key **key, secrets *hidden,
                        lanyard_error *err)
{
    lanyard_value value;

    if (entry->type == LANYARD_JSON_STRING)
        return key_read_named(entry->text, key, hidden, err);
    for (size_t i = 0; i < sizeof key_forms / sizeof *key_forms; i++)
        if (json_get(entry, key_forms[i].name, &value))
            return key_read_form(entry, &key_forms[i], &value, key, hidden, err);
    die("no kind of key", entry->json);
}

#define PRIVATE_MAX 16

/* Reading a private key takes a proof of it; once for each is enough. */
static struct {
    lanyard_str name;
    lanyard_key *key;
} private_keys[PRIVATE_MAX];

static lanyard_key *key_read_private(lanyard_str name)
{
    lanyard_value row = keys_file_find(name);
    lanyard_value jwk = json_need(&row, "private");
    lanyard_key *key = NULL;
    lanyard_error err = { 0 };

    if (lanyard_key_read(jwk.json.ptr, jwk.json.len,
                         LANYARD_KEY(.format = LANYARD_KEY_JWK, .allow_short_key = 1), NULL, &key,
                         &err) != LANYARD_OK)
        die(err.detail, name);
    return key;
}

lanyard_key *key_private(lanyard_str name)
{
    size_t i = 0;

    while (i + 1 < PRIVATE_MAX && private_keys[i].key &&
           !lanyard_str_equal(private_keys[i].name, name))
        i++;
    if (!private_keys[i].key) {
        private_keys[i].key = key_read_private(name);
        private_keys[i].name = lanyard_str_of(str_copy(name));
    }
    return lanyard_key_ref(private_keys[i].key);
}

void keys_forget(void)
{
    for (size_t i = 0; i < PRIVATE_MAX && private_keys[i].key; i++) {
        lanyard_key_free(private_keys[i].key);
        free((void *)(uintptr_t)private_keys[i].name.ptr);
        private_keys[i].key = NULL;
    }
}

static lanyard_status keyset_make_read(const lanyard_value *set, lanyard_keyset **out,
                                       lanyard_error *err)
{
    lanyard_buf text = buf_new();

    if (set->type == LANYARD_JSON_OBJECT)
        buf_put_str(&text, set->json);
    else
        bytes_put(&text, set);

    lanyard_status status = lanyard_keyset_read(text.ptr, text.len, NULL, NULL, out, err);

    lanyard_buf_done(&text);
    return status;
}

lanyard_status keyset_make(const lanyard_value *keys, lanyard_keyset **set, secrets *hidden,
                           lanyard_error *err)
{
    lanyard_key *list[16];
    size_t count = 0;
    size_t cursor = 0;
    lanyard_value item;
    lanyard_status status = LANYARD_OK;

    if (keys->type == LANYARD_JSON_OBJECT) {
        item = json_need(keys, "set");
        return keyset_make_read(&item, set, err);
    }
    while (status == LANYARD_OK && lanyard_value_next(keys, &cursor, &item)) {
        if (count == sizeof list / sizeof *list)
            die("too many keys", keys->json);
        status = key_make(&item, &list[count], hidden, err);
        count += status == LANYARD_OK;
    }
    if (status == LANYARD_OK)
        status = lanyard_keyset_new(list, count, NULL, set, err);
    while (count > 0)
        lanyard_key_free(list[--count]);
    return status;
}

#define LIST_MAX 8

/* A list of strings, NULL-terminated; NULL where the policy has none. */
static const char *const *policy_strings(const lanyard_value *policy, const char *name,
                                         char *list[LIST_MAX])
{
    lanyard_value value;
    lanyard_value item;
    size_t cursor = 0;
    size_t count = 0;

    if (!json_get(policy, name, &value))
        return NULL;
    while (count + 1 < LIST_MAX && lanyard_value_next(&value, &cursor, &item))
        list[count++] = str_copy(item.text);
    list[count] = NULL;
    return (const char *const *)list;
}

static uint32_t policy_allow(const lanyard_value *policy)
{
    static const char *const names[] = { "no_exp", "any_aud", "any_typ", "padding", "future_iat" };
    lanyard_value list;
    lanyard_value item;
    size_t cursor = 0;
    uint32_t allow = 0;

    if (!json_get(policy, "allow", &list))
        return 0;
    while (lanyard_value_next(&list, &cursor, &item))
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            allow |= str_is(item.text, names[i]) ? 1u << i : 0;
    return allow;
}

lanyard_limits policy_limits(const lanyard_value *policy)
{
    return (lanyard_limits){ .token_len = (uint32_t)json_int(policy, "token_len", 0),
                             .header_len = (uint32_t)json_int(policy, "header_len", 0),
                             .json_depth = (uint32_t)json_int(policy, "json_depth", 0),
                             .json_values = (uint32_t)json_int(policy, "json_values", 0) };
}

lanyard_status policy_make(const lanyard_value *value, lanyard_policy **policy, lanyard_error *err)
{
    char *issuers[LIST_MAX] = { NULL };
    char *audiences[LIST_MAX] = { NULL };
    char *required[LIST_MAX] = { NULL };
    char *algs = json_text(value, "algs");
    char *subject = json_text(value, "subject");
    char *typ = json_text(value, "typ");
    lanyard_policy_opts opts = {
        .size = sizeof opts,
        .algs = algs,
        .issuers = policy_strings(value, "issuers", issuers),
        .audiences = policy_strings(value, "audiences", audiences),
        .required = policy_strings(value, "required", required),
        .subject = subject,
        .typ = typ,
        .leeway_s = (uint32_t)json_int(value, "leeway_s", 0),
        .max_age_s = (uint32_t)json_int(value, "max_age_s", 0),
        .allow = policy_allow(value),
        .limits = policy_limits(value),
    };
    lanyard_status status = lanyard_policy_new(&opts, NULL, policy, err);

    for (size_t i = 0; i < LIST_MAX; i++) {
        free(issuers[i]);
        free(audiences[i]);
        free(required[i]);
    }
    free(algs);
    free(subject);
    free(typ);
    return status;
}
