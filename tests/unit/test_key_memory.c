/* test_key_memory.c - keys when memory runs out: each allocation fails once, nothing is lost, no
 * key comes out, and the error says so. */
#include "keys.h"
#include "base/status.h"

/* Fails the allocation of that number, counts what is outstanding. */
typedef struct failing_memory {
    counted_memory counted;
    size_t fail_at;
} failing_memory;

static void *failing_alloc(void *ctx, size_t len)
{
    failing_memory *memory = ctx;

    if (memory->counted.calls == memory->fail_at) {
        memory->counted.calls++;
        return NULL;
    }
    return counted_alloc(&memory->counted, len);
}

static void failing_free(void *ctx, void *ptr, size_t len)
{
    counted_free(&((failing_memory *)ctx)->counted, ptr, len);
}

typedef lanyard_status (*attempt)(const void *data, const lanyard_mem *mem, lanyard_error *err);

/* Runs until no allocation fails any more; returns how many there are. */
static size_t walk(attempt call, const void *data)
{
    size_t count = 0;

    for (;; count++) {
        failing_memory memory = { .fail_at = count };
        lanyard_mem mem = { .alloc = { failing_alloc, failing_free, &memory } };
        lanyard_error err = { 0 };
        lanyard_status status = call(data, &mem, &err);

        assert_int_equal(memory.counted.bytes, 0);
        if (memory.counted.calls <= count) {
            assert_status(status, LANYARD_OK);
            return count;
        }
        assert_status(status, LANYARD_E_NO_MEMORY);
        assert_status(err.status, LANYARD_E_NO_MEMORY);
    }
}

static lanyard_status read_and_free(const void *text, const lanyard_mem *mem, lanyard_error *err)
{
    lanyard_key *key = NULL;

    TRY(lanyard_key_read(text, strlen(text), NULL, mem, &key, err));
    lanyard_key_free(key);
    return LANYARD_OK;
}

static lanyard_status read_secret(const void *text, const lanyard_mem *mem, lanyard_error *err)
{
    lanyard_key *key = NULL;

    TRY(lanyard_key_read(text, strlen(text), LANYARD_KEY(.format = LANYARD_KEY_SECRET, .kid = "k"),
                         mem, &key, err));
    lanyard_key_free(key);
    return LANYARD_OK;
}

static lanyard_status read_set(const void *text, const lanyard_mem *mem, lanyard_error *err)
{
    lanyard_keyset *set = NULL;

    TRY(lanyard_keyset_read(text, strlen(text), NULL, mem, &set, err));
    lanyard_keyset_free(set);
    return LANYARD_OK;
}

static lanyard_status generate(const void *alg, const lanyard_mem *mem, lanyard_error *err)
{
    lanyard_key *key = NULL;

    TRY(lanyard_key_generate(LANYARD_KEYGEN(.alg = alg), mem, &key, err));
    lanyard_key_free(key);
    return LANYARD_OK;
}

static lanyard_status write_in(const lanyard_key *key, lanyard_buf *out, lanyard_error *err)
{
    TRY(lanyard_key_write_jwk(key, LANYARD_KEY_PRIVATE, out, err));
    TRY(lanyard_key_write_pem(key, LANYARD_KEY_PRIVATE, NULL, out, err));
    TRY(lanyard_key_write_der(key, LANYARD_KEY_PUBLIC, out, err));
    return lanyard_key_write_thumbprint(key, LANYARD_SHA256, 1, out, err);
}

static lanyard_status write_all(const void *text, const lanyard_mem *mem, lanyard_error *err)
{
    lanyard_key *key = NULL;
    lanyard_buf out;
    lanyard_status status = LANYARD_OK;

    TRY(lanyard_key_read(text, strlen(text), NULL, mem, &key, err));
    lanyard_buf_init(&out, mem, 65536);
    status = write_in(key, &out, err);
    lanyard_buf_done(&out);
    lanyard_key_free(key);
    return status;
}

static void reading_survives_every_failed_allocation(void **state)
{
    static const char *const texts[] = {
        "{\"kty\":\"oct\",\"kid\":\"\\u0061\",\"k\":\"" SECRET_32 "\"}",
        RSA_PUBLIC,
        P256_PRIVATE,
        ED25519_PRIVATE,
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
        "-----BEGIN PUBLIC KEY-----\n"
        "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
        "-----END PUBLIC KEY-----\n",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_true(walk(read_and_free, texts[i]) >= 1);
    assert_true(walk(read_secret, "a secret") >= 1);
}

static void set_survives_every_failed_allocation(void **state)
{
    (void)state;
    assert_true(walk(read_set, "{\"keys\":[" ED25519_PUBLIC ",{\"kty\":\"DSA\"}," P256_PUBLIC
                               "," RSA_PUBLIC "]}") >= 5);
    assert_true(walk(read_set, ED25519_PUBLIC) >= 3);
}

static void generating_survives_every_failed_allocation(void **state)
{
    (void)state;
    assert_true(walk(generate, "HS512") >= 2);
    assert_true(walk(generate, "ES256") >= 2);
    assert_true(walk(generate, "Ed25519") >= 2);
}

static void writing_survives_every_failed_allocation(void **state)
{
    (void)state;
    assert_true(walk(write_all, P256_PRIVATE) >= 6);
    assert_true(walk(write_all, ED25519_PRIVATE) >= 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading_survives_every_failed_allocation),
        cmocka_unit_test(set_survives_every_failed_allocation),
        cmocka_unit_test(generating_survives_every_failed_allocation),
        cmocka_unit_test(writing_survives_every_failed_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
