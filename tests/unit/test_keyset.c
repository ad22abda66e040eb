/* test_keyset.c - JWK Sets (RFC 7517, 5): what is skipped, what refuses the whole. */
#include "keys.h"
#include <lanyard/limits.h>

#define OCT(kid) "{\"kty\":\"oct\",\"kid\":\"" kid "\",\"k\":\"" SECRET_32 "\"}"
#define OKP(kid) "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"" kid "\",\"x\":\"" ED25519_X "\"}"
#define EC(kid)                                                                                    \
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"" kid "\",\"x\":\"" P256_X "\",\"y\":\"" P256_Y   \
    "\"}"

static lanyard_keyset *read_set(const char *text, const lanyard_key_opts *opts)
{
    lanyard_error err = { 0 };
    lanyard_keyset *set = NULL;

    if (lanyard_keyset_read(text, strlen(text), opts, NULL, &set, &err) != LANYARD_OK)
        fail_msg("%s: %s at %s, %zu", lanyard_status_name(err.status), err.detail, err.where,
                 err.offset);
    return set;
}

static lanyard_error refusal_of_set(const char *text, const lanyard_key_opts *opts)
{
    lanyard_error err = { 0 };
    lanyard_keyset *set = NULL;
    lanyard_status status = lanyard_keyset_read(text, strlen(text), opts, NULL, &set, &err);

    lanyard_keyset_free(set);
    assert_int_equal(status, err.status);
    return err;
}

static size_t count_of(const lanyard_keyset *set)
{
    size_t count = 0;

    while (lanyard_keyset_at(set, count))
        count++;
    return count;
}

static void set_keeps_keys_in_their_order(void **state)
{
    lanyard_keyset *set = read_set("{\"keys\":[" OKP("b") "," EC("a") "," OKP("") "]}", NULL);

    (void)state;
    assert_int_equal(count_of(set), 3);
    assert_str(lanyard_key_kid(lanyard_keyset_at(set, 0)), "b");
    assert_str(lanyard_key_kid(lanyard_keyset_at(set, 1)), "a");
    assert_ptr_equal(lanyard_keyset_find(set, lanyard_str_of("a")), lanyard_keyset_at(set, 1));
    assert_ptr_equal(lanyard_keyset_find(set, lanyard_str_of("")), lanyard_keyset_at(set, 2));
    assert_null(lanyard_keyset_find(set, lanyard_str_of("A")));
    assert_int_equal(lanyard_keyset_skipped(set, 0, NULL, NULL), 0);
    lanyard_keyset_free(set);
}

/* CVE-2026-102274: one bad key is no reason to lose the good ones. */
static void set_skips_what_cannot_be_used_and_says_why(void **state)
{
    static const char text[] = "{\"keys\":[{\"kty\":\"DSA\"}," OKP(
        "a") ",5,{\"kty\":5},"
             "{\"kty\":\"OKP\",\"crv\":\"Ed25519\"},"
             "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED25519_X
             "\",\"alg\":\"RSA-OAEP\"}," EC("b") "]}";
    static const struct {
        size_t position;
        lanyard_status status;
        const char *where;
    } rows[] = {
        { 0, LANYARD_E_KEY_UNSUPPORTED, "key:kty" }, { 2, LANYARD_E_KEY_FORMAT, "key" },
        { 3, LANYARD_E_KEY_INVALID, "key:kty" },     { 4, LANYARD_E_KEY_INVALID, "key:x" },
        { 5, LANYARD_E_KEY_UNSUPPORTED, "key:alg" },
    };
    lanyard_keyset *set = read_set(text, NULL);

    (void)state;
    assert_int_equal(count_of(set), 2);
    for (size_t i = 0; i < COUNT(rows); i++) {
        lanyard_error why = { 0 };
        size_t position = 99;

        assert_int_equal(lanyard_keyset_skipped(set, i, &position, &why), 1);
        assert_int_equal(position, rows[i].position);
        assert_status(why.status, rows[i].status);
        assert_string_equal(why.where, rows[i].where);
        assert_true(why.offset > 8 && why.offset < sizeof text);
    }
    assert_int_equal(lanyard_keyset_skipped(set, COUNT(rows), NULL, NULL), 0);
    lanyard_keyset_free(set);
}

static void set_refuses_what_breaks_the_whole(void **state)
{
    static const struct {
        const char *text;
        lanyard_status status;
    } rows[] = {
        { "{\"keys\":5}", LANYARD_E_KEY_FORMAT },
        { "{\"keys\":null}", LANYARD_E_KEY_FORMAT },
        { "{\"keys\":{}}", LANYARD_E_KEY_FORMAT },
        { "{\"keys\":\"\"}", LANYARD_E_KEY_FORMAT },
        { "{\"keys\":[],\"keys\":[]}", LANYARD_E_JSON_DUPLICATE },
        { "{\"keys\":[" OKP("a") ",]}", LANYARD_E_JSON_SYNTAX },
        { "[" OKP("a") "]", LANYARD_E_KEY_FORMAT },
        { "{\"keys\":[" OKP("a") "," OKP("a") "]}", LANYARD_E_KEY_INVALID },
        { "{\"keys\":[" OCT("a") "," OKP("b") "]}", LANYARD_E_KEY_INVALID },
        { "{\"keys\":[" OKP("a") "," EC("b") "," OCT("c") "]}", LANYARD_E_KEY_INVALID },
        { "{\"keys\":[" OCT("a") "," OCT("a") "]}", LANYARD_E_KEY_INVALID },
        { "", LANYARD_E_KEY_FORMAT },
        { "secret", LANYARD_E_KEY_FORMAT },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_status(refusal_of_set(rows[i].text, NULL).status, rows[i].status);
}

static void set_accepts_one_kid_for_keys_that_differ(void **state)
{
    static const char *const texts[] = {
        "{\"keys\":[" OKP("a") "," EC("a") "]}",
        "{\"keys\":[{\"kty\":\"oct\",\"k\":\"" SECRET_32 "\"},{\"kty\":\"oct\",\"k\":\"" SECRET_32
        "\"}]}",
        "{\"keys\":[" OCT(
            "a") ",{\"kty\":\"oct\",\"kid\":\"a\",\"alg\":\"HS256\",\"k\":\"" SECRET_32 "\"}]}",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        lanyard_keyset *set = read_set(texts[i], NULL);

        assert_int_equal(count_of(set), 2);
        lanyard_keyset_free(set);
    }
}

static void set_may_be_empty(void **state)
{
    lanyard_keyset *read = read_set(" {\"keys\":[]} ", NULL);
    lanyard_keyset *made = NULL;

    (void)state;
    assert_status(lanyard_keyset_new(NULL, 0, NULL, &made, NULL), LANYARD_OK);
    assert_null(lanyard_keyset_at(read, 0));
    assert_null(lanyard_keyset_at(made, 0));
    lanyard_keyset_free(read);
    lanyard_keyset_free(made);
    lanyard_keyset_free(NULL);
}

static void single_key_is_a_set_of_one(void **state)
{
    static const char *const texts[] = {
        OKP("a"),
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
        "-----BEGIN PUBLIC KEY-----\n"
        "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
        "-----END PUBLIC KEY-----\n",
    };
    lanyard_keyset *secret = NULL;

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        lanyard_keyset *set = read_set(texts[i], NULL);

        assert_int_equal(count_of(set), 1);
        assert_string_equal(lanyard_key_crv(lanyard_keyset_at(set, 0)), "Ed25519");
        lanyard_keyset_free(set);
    }
    secret = read_set("some bytes", LANYARD_KEY(.format = LANYARD_KEY_SECRET, .kid = "k"));
    assert_str(lanyard_key_kid(lanyard_keyset_at(secret, 0)), "k");
    lanyard_keyset_free(secret);
}

static void options_hold_for_every_key(void **state)
{
    static const char text[] = "{\"keys\":[" OKP("a") "," EC("b") "]}";
    static const char weak[] = "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\",\"alg\":\"HS256\"}]}";
    lanyard_keyset *set = read_set(text, LANYARD_KEY(.alg = "ES256", .kid = "passed over"));
    lanyard_error why = { 0 };

    (void)state;
    assert_int_equal(count_of(set), 1);
    assert_string_equal(lanyard_key_alg(lanyard_keyset_at(set, 0)), "ES256");
    assert_str(lanyard_key_kid(lanyard_keyset_at(set, 0)), "b");
    assert_int_equal(lanyard_keyset_skipped(set, 0, NULL, &why), 1);
    assert_status(why.status, LANYARD_E_KEY_USE);
    lanyard_keyset_free(set);
    set = read_set(weak, NULL);
    assert_int_equal(count_of(set), 0);
    assert_int_equal(lanyard_keyset_skipped(set, 0, NULL, &why), 1);
    assert_status(why.status, LANYARD_E_KEY_WEAK);
    lanyard_keyset_free(set);
    set = read_set(weak, LANYARD_KEY(.allow_short_key = 1));
    assert_int_equal(count_of(set), 1);
    lanyard_keyset_free(set);
    assert_status(refusal_of_set(text, LANYARD_KEY(.alg = "es256")).status, LANYARD_E_ALG_UNKNOWN);
}

/* {"keys":[{},{},...]} */
static char *many_objects(size_t count)
{
    char *text = malloc(3 * count + 16);
    char *end = text + sprintf(text, "{\"keys\":[");

    for (size_t i = 0; i < count; i++)
        end += sprintf(end, "%s{}", i == 0 ? "" : ",");
    sprintf(end, "]}");
    return text;
}

static void set_accepts_1024_keys_and_not_one_more(void **state)
{
    char *text = many_objects(LANYARD_KEYSET_KEYS_MAX);
    lanyard_keyset *set = read_set(text, NULL);
    lanyard_key *key = read_key(ED25519_PUBLIC);
    lanyard_key *keys[LANYARD_KEYSET_KEYS_MAX + 1];

    (void)state;
    assert_int_equal(lanyard_keyset_skipped(set, LANYARD_KEYSET_KEYS_MAX - 1, NULL, NULL), 1);
    lanyard_keyset_free(set);
    free(text);
    text = many_objects(LANYARD_KEYSET_KEYS_MAX + 1);
    assert_status(refusal_of_set(text, NULL).status, LANYARD_E_KEY_FORMAT);
    free(text);
    for (size_t i = 0; i < COUNT(keys); i++)
        keys[i] = key;
    assert_status(lanyard_keyset_new(keys, COUNT(keys) - 1, NULL, &set, NULL), LANYARD_OK);
    lanyard_keyset_free(set);
    assert_status(lanyard_keyset_new(keys, COUNT(keys), NULL, &set, NULL), LANYARD_E_KEY_FORMAT);
    lanyard_key_free(key);
}

static void set_accepts_1_mib_and_not_one_byte_more(void **state)
{
    char *text = malloc(LANYARD_KEYSET_LEN_MAX + 2);

    (void)state;
    memset(text, ' ', LANYARD_KEYSET_LEN_MAX + 1);
    memcpy(text, "{\"keys\":[]}", 11);
    text[LANYARD_KEYSET_LEN_MAX] = '\0';
    lanyard_keyset_free(read_set(text, NULL));
    text[LANYARD_KEYSET_LEN_MAX] = ' ';
    text[LANYARD_KEYSET_LEN_MAX + 1] = '\0';
    assert_status(refusal_of_set(text, NULL).status, LANYARD_E_KEY_FORMAT);
    free(text);
}

static void set_keeps_its_keys_alive(void **state)
{
    lanyard_key *key = read_key(ED25519_PUBLIC);
    lanyard_keyset *set = NULL;
    lanyard_keyset *other = NULL;

    (void)state;
    assert_status(lanyard_keyset_new(&key, 1, NULL, &set, NULL), LANYARD_OK);
    lanyard_key_free(key);
    other = lanyard_keyset_ref(set);
    lanyard_keyset_free(set);
    assert_string_equal(lanyard_key_kty(lanyard_keyset_at(other, 0)), "OKP");
    lanyard_keyset_free(other);
}

/* CVE-2019-12423: what is published has no private member. */
static void set_writes_public_keys_without_secrets(void **state)
{
    lanyard_key *keys[] = { read_key("{\"kty\":\"oct\",\"k\":\"" SECRET_32 "\"}"),
                            read_key(ED25519_PRIVATE), read_key(P256_PUBLIC) };
    lanyard_keyset *set = NULL;
    lanyard_buf out;

    (void)state;
    lanyard_buf_init(&out, NULL, 65536);
    assert_status(lanyard_keyset_new(keys, COUNT(keys), NULL, &set, NULL), LANYARD_OK);
    assert_status(lanyard_keyset_write(set, LANYARD_KEY_PUBLIC, &out, NULL), LANYARD_OK);
    assert_str(((lanyard_str){ out.ptr, out.len }),
               "{\"keys\":[" ED25519_PUBLIC "," P256_PUBLIC "]}");
    lanyard_buf_cut(&out, 0);
    assert_status(lanyard_keyset_write(set, LANYARD_KEY_PRIVATE, &out, NULL), LANYARD_OK);
    assert_str(((lanyard_str){ out.ptr, out.len }), "{\"keys\":[{\"kty\":\"oct\",\"k\":\"" SECRET_32
                                                    "\"}," ED25519_PRIVATE "," P256_PUBLIC "]}");
    lanyard_buf_done(&out);
    lanyard_buf_init(&out, NULL, 40);
    assert_status(lanyard_keyset_write(set, LANYARD_KEY_PUBLIC, &out, NULL), LANYARD_E_BUFFER_FULL);
    assert_int_equal(out.len, 0);
    lanyard_buf_done(&out);
    lanyard_keyset_free(set);
    for (size_t i = 0; i < COUNT(keys); i++)
        lanyard_key_free(keys[i]);
}

static void empty_set_is_written_as_one(void **state)
{
    lanyard_key *secret = read_key("{\"kty\":\"oct\",\"k\":\"" SECRET_32 "\"}");
    lanyard_keyset *set = NULL;
    lanyard_buf out;

    (void)state;
    lanyard_buf_init(&out, NULL, 64);
    assert_status(lanyard_keyset_new(&secret, 1, NULL, &set, NULL), LANYARD_OK);
    assert_status(lanyard_keyset_write(set, LANYARD_KEY_PUBLIC, &out, NULL), LANYARD_OK);
    assert_str(((lanyard_str){ out.ptr, out.len }), "{\"keys\":[]}");
    lanyard_buf_done(&out);
    lanyard_keyset_free(set);
    lanyard_key_free(secret);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(set_keeps_keys_in_their_order),
        cmocka_unit_test(set_skips_what_cannot_be_used_and_says_why),
        cmocka_unit_test(set_refuses_what_breaks_the_whole),
        cmocka_unit_test(set_accepts_one_kid_for_keys_that_differ),
        cmocka_unit_test(set_may_be_empty),
        cmocka_unit_test(single_key_is_a_set_of_one),
        cmocka_unit_test(options_hold_for_every_key),
        cmocka_unit_test(set_accepts_1024_keys_and_not_one_more),
        cmocka_unit_test(set_accepts_1_mib_and_not_one_byte_more),
        cmocka_unit_test(set_keeps_its_keys_alive),
        cmocka_unit_test(set_writes_public_keys_without_secrets),
        cmocka_unit_test(empty_set_is_written_as_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
