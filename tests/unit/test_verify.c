/* test_verify.c - the pipe as a whole: key choice, memory, the token and what it says. */
#include <stdlib.h>
#include "kit.h"

#define OTHER "another-secret-that-is-long-enough-for-hs256"

static lanyard_status verify_with(lanyard_key **keys, size_t count, const lanyard_buf *text,
                                  lanyard_error *err)
{
    lanyard_keyset *set = kit_set(keys, count);
    lanyard_policy *policy =
        kit_policy(LANYARD_POLICY(.algs = "HS256", .allow = LANYARD_ALLOW_NO_EXP));
    lanyard_token *token = NULL;
    lanyard_status status =
        lanyard_verify(policy, set, text->ptr, text->len, KIT_NOW, NULL, &token, err);

    lanyard_token_free(token);
    lanyard_policy_free(policy);
    lanyard_keyset_free(set);
    return status;
}

static void tutorial_token_is_made_and_accepted(void **state)
{
    static const char golden[] = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VyIjoibWFuaXNoIn0."
                                 "JX4_nxeJAY8lOSrTiyzU43eKt-qEWXtNhkPwfLWanUY";
    lanyard_key *key = kit_secret(KIT_SECRET, NULL, NULL);
    lanyard_issuer *issuer = NULL;
    lanyard_error err = { 0 };
    lanyard_claim claim = { .name = "user", .text = lanyard_str_of("manish") };
    lanyard_buf out;

    (void)state;
    ASSERT_OK(lanyard_issuer_new(LANYARD_ISSUER(.key = key), NULL, &issuer, &err));
    lanyard_buf_init(&out, NULL, sizeof golden - 1);
    ASSERT_OK(lanyard_issue(issuer, LANYARD_CLAIMS(.list = &claim, .list_len = 1), KIT_NOW, NULL,
                            &out, &err));
    assert_int_equal(out.len, sizeof golden - 1);
    assert_memory_equal(out.ptr, golden, out.len);
    ASSERT_OK(verify_with(&key, 1, &out, &err));
    lanyard_issuer_free(issuer);
    lanyard_buf_done(&out);
}

static void kid_chooses_among_keys(void **state)
{
    static const struct {
        const char *header;
        const char *kid_of_right;
        const char *kid_of_wrong;
        lanyard_status status;
    } rows[] = {
        { "{\"alg\":\"HS256\",\"kid\":\"a\"}", "a", "b", LANYARD_OK },
        { "{\"alg\":\"HS256\",\"kid\":\"b\"}", "a", "b", LANYARD_E_SIGNATURE },
        { "{\"alg\":\"HS256\",\"kid\":\"c\"}", "a", "b", LANYARD_E_KEY_NOT_FOUND },
        { "{\"alg\":\"HS256\",\"kid\":\"A\"}", "a", "b", LANYARD_E_KEY_NOT_FOUND },
        { "{\"alg\":\"HS256\",\"kid\":\"\"}", "a", "b", LANYARD_E_KEY_NOT_FOUND },
        { "{\"alg\":\"HS256\"}", "a", "b", LANYARD_OK },
        /* A key without kid is meant only when none has the token's. */
        { "{\"alg\":\"HS256\",\"kid\":\"c\"}", NULL, "b", LANYARD_OK },
        { "{\"alg\":\"HS256\",\"kid\":\"b\"}", NULL, "b", LANYARD_E_SIGNATURE },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        lanyard_key *keys[] = { kit_secret(OTHER, NULL, rows[i].kid_of_wrong),
                                kit_secret(KIT_SECRET, NULL, rows[i].kid_of_right) };
        lanyard_buf text = kit_token(rows[i].header, "{}");
        lanyard_error err = { 0 };

        assert_int_equal(verify_with(keys, 2, &text, &err), rows[i].status);
        lanyard_buf_done(&text);
    }
}

static void key_pinned_to_another_algorithm_is_unfit(void **state)
{
    lanyard_key *key = kit_secret(KIT_SECRET KIT_SECRET, "HS384", NULL);
    lanyard_buf text = kit_token(NULL, "{}");
    lanyard_error err = { 0 };

    (void)state;
    ASSERT_STATUS(verify_with(&key, 1, &text, &err), E_KEY_UNFIT);
    lanyard_buf_done(&text);
}

static void short_key_is_told_apart_from_an_unfit_one(void **state)
{
    lanyard_key *key = kit_secret("only-31-bytes-are-not-enough!!!", NULL, NULL);
    lanyard_buf text = kit_token(NULL, "{}");
    lanyard_error err = { 0 };

    (void)state;
    ASSERT_STATUS(verify_with(&key, 1, &text, &err), E_KEY_SHORT);
    lanyard_buf_done(&text);
}

static void empty_set_finds_no_key(void **state)
{
    lanyard_buf text = kit_token(NULL, "{}");
    lanyard_error err = { 0 };

    (void)state;
    ASSERT_STATUS(verify_with(NULL, 0, &text, &err), E_KEY_NOT_FOUND);
    lanyard_buf_done(&text);
}

static void at_most_eight_candidates_are_tried(void **state)
{
    lanyard_buf text = kit_token(NULL, "{}");

    (void)state;
    for (size_t place = LANYARD_CANDIDATES_MAX - 1; place <= LANYARD_CANDIDATES_MAX; place++) {
        lanyard_key *keys[LANYARD_CANDIDATES_MAX + 1];
        lanyard_error err = { 0 };

        for (size_t i = 0; i <= LANYARD_CANDIDATES_MAX; i++)
            keys[i] = kit_secret(i == place ? KIT_SECRET : OTHER, NULL, NULL);
        assert_int_equal(verify_with(keys, LANYARD_CANDIDATES_MAX + 1, &text, &err),
                         place < LANYARD_CANDIDATES_MAX ? LANYARD_OK : LANYARD_E_SIGNATURE);
    }
    lanyard_buf_done(&text);
}

static void every_bit_of_the_token_counts(void **state)
{
    lanyard_buf text = kit_token(NULL, "{\"user\":\"manish\"}");

    (void)state;
    for (size_t bit = 0; bit < text.len * 8; bit++) {
        lanyard_key *key = kit_secret(KIT_SECRET, NULL, NULL);
        lanyard_error err = { 0 };

        text.ptr[bit / 8] = (char)(text.ptr[bit / 8] ^ (1 << bit % 8));
        assert_int_not_equal(verify_with(&key, 1, &text, &err), LANYARD_OK);
        assert_non_null(err.where);
        text.ptr[bit / 8] = (char)(text.ptr[bit / 8] ^ (1 << bit % 8));
    }
    lanyard_buf_done(&text);
}

static void every_shorter_token_is_refused(void **state)
{
    lanyard_buf text = kit_token(NULL, "{\"user\":\"manish\"}");
    size_t whole = text.len;

    (void)state;
    for (text.len = 0; text.len < whole; text.len++) {
        lanyard_key *key = kit_secret(KIT_SECRET, NULL, NULL);
        lanyard_error err = { 0 };

        assert_int_not_equal(verify_with(&key, 1, &text, &err), LANYARD_OK);
    }
    lanyard_buf_done(&text);
}

static void failed_token_can_be_verified_again_with_newer_keys(void **state)
{
    lanyard_key *old_key = kit_secret(OTHER, NULL, "old");
    lanyard_key *new_key = kit_secret(KIT_SECRET, NULL, "new");
    lanyard_keyset *old_set = kit_set(&old_key, 1);
    lanyard_keyset *new_set = kit_set(&new_key, 1);
    lanyard_policy *policy = kit_policy(LANYARD_POLICY(.algs = "HS256"));
    lanyard_buf text = kit_token("{\"alg\":\"HS256\",\"kid\":\"new\"}", "{\"exp\":1700000900}");
    lanyard_untrusted *untrusted = NULL;
    lanyard_token *token = NULL;
    lanyard_error err = { 0 };
    lanyard_str payload;

    (void)state;
    ASSERT_OK(lanyard_untrusted_read(NULL, text.ptr, text.len, NULL, &untrusted, &err));
    lanyard_buf_done(&text);
    for (int i = 0; i < 1000; i++)
        ASSERT_STATUS(lanyard_untrusted_verify(&untrusted, policy, old_set, KIT_NOW, &token, &err),
                      E_KEY_NOT_FOUND);
    for (int i = 0; i < 1000; i++)
        ASSERT_STATUS(
            lanyard_untrusted_verify(&untrusted, policy, new_set, KIT_NOW + 900, &token, &err),
            E_EXPIRED);
    assert_null(token);
    assert_non_null(untrusted);
    ASSERT_OK(lanyard_untrusted_verify(&untrusted, policy, new_set, KIT_NOW, &token, &err));
    assert_null(untrusted);
    lanyard_keyset_free(new_set);
    lanyard_keyset_free(old_set);
    lanyard_policy_free(policy);

    payload = lanyard_token_payload(token);
    assert_true(lanyard_str_equal(payload, lanyard_str_of("{\"exp\":1700000900}")));
    lanyard_token_free(token);
}

static void token_says_what_it_holds(void **state)
{
    static const char claims[] = "{\"exp\":9,\"sub\":\"m\\u00fc\\u0000x\",\"n\":-12,\"f\":1.5,"
                                 "\"big\":9223372036854775808,\"a\":[{\"b\":[true,null]}]}";
    lanyard_key *key = kit_secret(KIT_SECRET, NULL, NULL);
    lanyard_keyset *set = kit_set(&key, 1);
    lanyard_policy *policy = kit_policy(LANYARD_POLICY(.algs = "HS256"));
    lanyard_buf text = kit_token("{\"alg\":\"HS256\",\"kid\":\"k\"}", claims);
    lanyard_token *token = NULL;
    lanyard_error err = { 0 };
    lanyard_str found;
    lanyard_value value;
    int64_t number = 0;
    double real = 0;
    lanyard_str path[] = { lanyard_str_of("a"), lanyard_str_of("0"), lanyard_str_of("b"),
                           lanyard_str_of("1") };

    (void)state;
    ASSERT_OK(lanyard_verify(policy, set, text.ptr, text.len, 0, NULL, &token, &err));
    ASSERT_OK(lanyard_token_claim_str(token, "sub", &found));
    assert_int_equal(found.len, 5);
    assert_memory_equal(found.ptr, "m\xc3\xbc\0x", 5);
    ASSERT_STATUS(lanyard_token_claim_str(token, "n", &found), E_WRONG_TYPE);
    ASSERT_STATUS(lanyard_token_claim_str(token, "zzz", &found), E_NOT_FOUND);
    ASSERT_OK(lanyard_token_claim_int(token, "n", &number));
    assert_int_equal(number, -12);
    ASSERT_STATUS(lanyard_token_claim_int(token, "f", &number), E_WRONG_TYPE);
    ASSERT_STATUS(lanyard_token_claim_int(token, "big", &number), E_WRONG_TYPE);
    ASSERT_OK(lanyard_token_claim_num(token, "f", &real));
    assert_true(real == 1.5);
    ASSERT_OK(lanyard_token_claim_num(token, "big", &real));
    assert_true(real == 9223372036854775808.0);
    ASSERT_OK(lanyard_token_find(token, path, 4, &value));
    assert_int_equal(value.type, LANYARD_JSON_NULL);
    ASSERT_OK(lanyard_token_find(token, NULL, 0, &value));
    assert_int_equal(value.count, 6);
    assert_true(lanyard_str_equal(lanyard_token_payload(token), lanyard_str_of(claims)));
    assert_string_equal(lanyard_token_alg(token), "HS256");
    assert_int_equal(lanyard_token_key_index(token), 0);
    ASSERT_OK(lanyard_token_header_str(token, "kid", &found));
    assert_true(lanyard_str_equal(found, lanyard_str_of("k")));
    lanyard_token_free(token);
    lanyard_policy_free(policy);
    lanyard_keyset_free(set);
    lanyard_buf_done(&text);
}

static void *counted_alloc(void *ctx, size_t len)
{
    ++*(int *)ctx;
    return malloc(len);
}

static void counted_free(void *ctx, void *ptr, size_t len)
{
    (void)ctx;
    (void)len;
    free(ptr);
}

static int allocations_of(const lanyard_buf *text, void *first, size_t first_len)
{
    int count = 0;
    lanyard_mem mem = { .alloc = { counted_alloc, counted_free, &count },
                        .first = first,
                        .first_len = first_len };
    lanyard_key *key = kit_secret(KIT_SECRET, NULL, NULL);
    lanyard_keyset *set = kit_set(&key, 1);
    lanyard_policy *policy =
        kit_policy(LANYARD_POLICY(.algs = "HS256", .allow = LANYARD_ALLOW_NO_EXP));
    lanyard_token *token = NULL;
    lanyard_error err = { 0 };

    ASSERT_OK(lanyard_verify(policy, set, text->ptr, text->len, KIT_NOW, &mem, &token, &err));
    lanyard_token_free(token);
    lanyard_policy_free(policy);
    lanyard_keyset_free(set);
    return count;
}

static void usual_token_takes_one_allocation_and_none_with_a_first_chunk(void **state)
{
    lanyard_buf text = kit_token(NULL, "{\"iss\":\"https://idp.example\",\"sub\":\"u1\",\"iat\":1,"
                                       "\"aud\":\"x\",\"n\":[1,2,3],\"name\":\"M\\u00fcller\"}");
    size_t first_len = lanyard_verify_mem(text.len);
    void *first = malloc(first_len);
    lanyard_buf plain = kit_token(NULL, "{\"a\":1}");

    (void)state;
    lanyard_buf_done(&text);
    text = kit_token(NULL, "{\"iss\":\"https://idp.example\",\"sub\":\"u1\",\"iat\":1,"
                           "\"name\":\"M\\u00fcller\",\"roles\":[\"a\",\"b\"]}");
    assert_int_equal(allocations_of(&plain, NULL, 0), 1);
    assert_int_equal(allocations_of(&text, NULL, 0), 1);
    assert_int_equal(allocations_of(&text, first, first_len), 0);
    free(first);
    lanyard_buf_done(&plain);
    lanyard_buf_done(&text);
}

/* The most values and the most escapes that a text of some length can hold. */
static void first_chunk_of_the_stated_size_always_suffices(void **state)
{
    (void)state;
    for (size_t items = 0; items < 1000; items += 37) {
        char payload[8192] = "{\"a\\u0020b\":[";
        size_t len = strlen(payload);

        for (size_t i = 0; i < items; i++)
            payload[len++] = i % 2 ? ',' : '1';
        if (items % 2 == 0 && items > 0)
            len--;
        memcpy(payload + len, "]}", 3);

        lanyard_buf text = kit_token(NULL, payload);
        size_t first_len = lanyard_verify_mem(text.len);
        void *first = malloc(first_len);

        assert_int_equal(allocations_of(&text, first, first_len), 0);
        free(first);
        lanyard_buf_done(&text);
    }
}

static void jws_gives_any_bytes_back(void **state)
{
    static const uint8_t bytes[] = { 0, 1, 0xff, '{', 0 };
    lanyard_key *key = kit_secret(KIT_SECRET, NULL, NULL);
    lanyard_keyset *set = NULL;
    lanyard_policy *policy = kit_policy(LANYARD_POLICY(.algs = "HS256"));
    lanyard_error err = { 0 };
    lanyard_buf text;
    lanyard_buf payload;

    (void)state;
    lanyard_buf_init(&text, NULL, 4096);
    lanyard_buf_init(&payload, NULL, 4096);
    ASSERT_OK(
        lanyard_jws_sign(key, NULL, (lanyard_bytes){ bytes, sizeof bytes }, NULL, &text, &err));
    set = kit_set(&key, 1);
    ASSERT_OK(lanyard_buf_add(&payload, "before", 6));
    ASSERT_OK(lanyard_jws_verify(policy, set, text.ptr, text.len, NULL, &payload, &err));
    assert_int_equal(payload.len, 6 + sizeof bytes);
    assert_memory_equal(payload.ptr + 6, bytes, sizeof bytes);
    text.ptr[text.len - 5] = text.ptr[text.len - 5] == 'A' ? 'B' : 'A';
    ASSERT_STATUS(lanyard_jws_verify(policy, set, text.ptr, text.len, NULL, &payload, &err),
                  E_SIGNATURE);
    assert_int_equal(payload.len, 6 + sizeof bytes);
    lanyard_buf_done(&text);
    lanyard_buf_done(&payload);
    lanyard_policy_free(policy);
    lanyard_keyset_free(set);
}

static void null_arguments_are_refused(void **state)
{
    lanyard_key *key = kit_secret(KIT_SECRET, NULL, NULL);
    lanyard_keyset *set = kit_set(&key, 1);
    lanyard_policy *policy = kit_policy(LANYARD_POLICY(.algs = "HS256"));
    lanyard_token *token = NULL;

    (void)state;
    ASSERT_STATUS(lanyard_verify(NULL, set, "a", 1, 0, NULL, &token, NULL), E_ARGUMENT);
    ASSERT_STATUS(lanyard_verify(policy, NULL, "a", 1, 0, NULL, &token, NULL), E_ARGUMENT);
    ASSERT_STATUS(lanyard_verify(policy, set, NULL, 1, 0, NULL, &token, NULL), E_ARGUMENT);
    ASSERT_STATUS(lanyard_verify(policy, set, "a", 1, 0, NULL, NULL, NULL), E_ARGUMENT);
    ASSERT_STATUS(lanyard_verify(policy, set, NULL, 0, 0, NULL, &token, NULL), E_TOKEN_PARTS);
    lanyard_token_free(NULL);
    lanyard_untrusted_free(NULL);
    lanyard_policy_free(NULL);
    lanyard_keyset_free(NULL);
    lanyard_key_free(NULL);
    lanyard_issuer_free(NULL);
    lanyard_worker_free(NULL);
    lanyard_json_free(NULL);
    lanyard_policy_free(policy);
    lanyard_keyset_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tutorial_token_is_made_and_accepted),
        cmocka_unit_test(kid_chooses_among_keys),
        cmocka_unit_test(key_pinned_to_another_algorithm_is_unfit),
        cmocka_unit_test(short_key_is_told_apart_from_an_unfit_one),
        cmocka_unit_test(empty_set_finds_no_key),
        cmocka_unit_test(at_most_eight_candidates_are_tried),
        cmocka_unit_test(every_bit_of_the_token_counts),
        cmocka_unit_test(every_shorter_token_is_refused),
        cmocka_unit_test(failed_token_can_be_verified_again_with_newer_keys),
        cmocka_unit_test(token_says_what_it_holds),
        cmocka_unit_test(usual_token_takes_one_allocation_and_none_with_a_first_chunk),
        cmocka_unit_test(first_chunk_of_the_stated_size_always_suffices),
        cmocka_unit_test(jws_gives_any_bytes_back),
        cmocka_unit_test(null_arguments_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
