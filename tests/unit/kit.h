/* kit.h - what the unit tests of the pipe share: a key, a policy, a token, in one line each. */
#ifndef TESTS_UNIT_KIT_H
#define TESTS_UNIT_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <lanyard.h>

#define KIT_SECRET "somesuperrandomsecretkeynoonecancrack"
#define KIT_NOW    1700000000

#define ASSERT_OK(call)             assert_int_equal(call, LANYARD_OK)
#define ASSERT_STATUS(call, status) assert_int_equal(call, LANYARD_##status)

static inline lanyard_key *kit_secret(const char *secret, const char *alg, const char *kid)
{
    lanyard_key *key = NULL;
    lanyard_error err = { 0 };

    ASSERT_OK(lanyard_key_read(secret, strlen(secret),
                               LANYARD_KEY(.format = LANYARD_KEY_SECRET, .alg = alg, .kid = kid),
                               NULL, &key, &err));
    return key;
}

/* Takes the keys: they are freed with the set. */
static inline lanyard_keyset *kit_set(lanyard_key **keys, size_t count)
{
    lanyard_keyset *set = NULL;
    lanyard_error err = { 0 };

    ASSERT_OK(lanyard_keyset_new(keys, count, NULL, &set, &err));
    for (size_t i = 0; i < count; i++)
        lanyard_key_free(keys[i]);
    return set;
}

static inline lanyard_policy *kit_policy(const lanyard_policy_opts *opts)
{
    lanyard_policy *policy = NULL;
    lanyard_error err = { 0 };

    ASSERT_OK(lanyard_policy_new(opts, NULL, &policy, &err));
    return policy;
}

/* A token with exactly this header and payload, signed with the usual secret. */
static inline lanyard_buf kit_token(const char *header, const char *payload)
{
    lanyard_key *key = kit_secret(KIT_SECRET, NULL, NULL);
    lanyard_buf out;
    lanyard_error err = { 0 };

    lanyard_buf_init(&out, NULL, 1 << 20);
    ASSERT_OK(lanyard_jws_sign(
        key, LANYARD_JWS(.header = header, .header_len = header ? strlen(header) : 0),
        (lanyard_bytes){ (const uint8_t *)payload, strlen(payload) }, NULL, &out, &err));
    lanyard_key_free(key);
    return out;
}

/* No eight bytes of the usual secret stand in a message. */
static inline void kit_scan(const lanyard_error *err)
{
    const size_t run = 8;

    for (size_t at = 0; at + run <= strlen(err->detail); at++)
        for (size_t from = 0; from + run <= strlen(KIT_SECRET); from++)
            assert_memory_not_equal(err->detail + at, KIT_SECRET + from, run);
}

/* The verdict on a token under a policy and the usual secret. */
static inline lanyard_status kit_verify(const lanyard_policy_opts *opts, const lanyard_buf *text,
                                        int64_t now, lanyard_error *err)
{
    lanyard_key *key = kit_secret(KIT_SECRET, NULL, NULL);
    lanyard_keyset *set = kit_set(&key, 1);
    lanyard_policy *policy = kit_policy(opts);
    lanyard_token *token = NULL;
    lanyard_status status =
        lanyard_verify(policy, set, text->ptr, text->len, now, NULL, &token, err);

    if (status != LANYARD_OK)
        assert_null(token);
    if (status != LANYARD_OK && err)
        kit_scan(err);
    lanyard_token_free(token);
    lanyard_policy_free(policy);
    lanyard_keyset_free(set);
    return status;
}

#endif
