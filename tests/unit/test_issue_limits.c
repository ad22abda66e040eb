/* test_issue_limits.c - no token is longer than a verifier reads, and whose memory a header takes.
 */
#include "asserts.h"
#include "kit.h"
#include <stdio.h>

/* {"alg":"HS256","x":"aaa..."}, so many bytes, to be freed. */
static char *header_of_len(size_t len)
{
    static const char start[] = "{\"alg\":\"HS256\",\"x\":\"";
    char *header = malloc(len + 1);

    assert_non_null(header);
    memset(header, 'a', len);
    memcpy(header, start, sizeof start - 1);
    memcpy(header + len - 2, "\"}", 3);
    return header;
}

static lanyard_status issuer_with_header(const lanyard_key *key, size_t len, lanyard_error *err)
{
    char *header = header_of_len(len);
    lanyard_issuer *issuer = NULL;
    lanyard_status status = lanyard_issuer_new(
        LANYARD_ISSUER(.key = key, .header = header, .header_len = len), NULL, &issuer, err);

    lanyard_issuer_free(issuer);
    free(header);
    return status;
}

static void issuer_refuses_a_header_longer_than_is_read(void **state)
{
    lanyard_key *key = kit_secret(KIT_SECRET, NULL, NULL);
    lanyard_error err = { 0 };

    (void)state;
    ASSERT_OK(issuer_with_header(key, LANYARD_HEADER_LEN_MAX, &err));
    ASSERT_STATUS(issuer_with_header(key, LANYARD_HEADER_LEN_MAX + 1, &err), E_HEADER);
    assert_string_equal(err.where, "header");
    assert_int_equal(err.offset, LANYARD_HEADER_LEN_MAX);
    assert_string_equal(err.detail, "expected at most 8192 bytes, found 8193");
    lanyard_key_free(key);
}

/* Signed and, when that can be done, read again. */
static lanyard_status sign_with_header(size_t len, lanyard_error *err)
{
    lanyard_key *key = kit_secret(KIT_SECRET, NULL, NULL);
    char *header = header_of_len(len);
    lanyard_buf out;

    lanyard_buf_init(&out, NULL, 1 << 20);

    lanyard_status status =
        lanyard_jws_sign(key, LANYARD_JWS(.header = header, .header_len = len),
                         (lanyard_bytes){ (const uint8_t *)"{}", 2 }, NULL, &out, err);

    assert_int_equal(status == LANYARD_OK, out.len > 0);
    if (status == LANYARD_OK)
        ASSERT_OK(kit_verify(LANYARD_POLICY(.algs = "HS256", .allow = LANYARD_ALLOW_NO_EXP), &out,
                             KIT_NOW, err));
    lanyard_buf_done(&out);
    free(header);
    lanyard_key_free(key);
    return status;
}

static void jws_sign_refuses_a_header_longer_than_is_read(void **state)
{
    lanyard_error err = { 0 };

    (void)state;
    ASSERT_OK(sign_with_header(LANYARD_HEADER_LEN_MAX, &err));
    ASSERT_STATUS(sign_with_header(LANYARD_HEADER_LEN_MAX + 1, &err), E_HEADER);
}

/* A member that is put first counts, and so does a kid. */
static void jws_sign_counts_what_it_adds_to_the_header(void **state)
{
    char kid[LANYARD_HEADER_LEN_MAX];
    lanyard_error err = { 0 };
    lanyard_buf out;
    lanyard_key *key = NULL;
    size_t most = LANYARD_HEADER_LEN_MAX - strlen("{\"alg\":\"HS256\",\"kid\":\"\"}");

    (void)state;
    for (size_t len = most; len <= most + 1; len++) {
        memset(kid, 'k', len);
        kid[len] = '\0';
        key = kit_secret(KIT_SECRET, NULL, kid);
        lanyard_buf_init(&out, NULL, 1 << 20);
        assert_status(lanyard_jws_sign(key, NULL, (lanyard_bytes){ NULL, 0 }, NULL, &out, &err),
                      len == most ? LANYARD_OK : LANYARD_E_HEADER);
        lanyard_buf_done(&out);
        lanyard_key_free(key);
    }
}

/* One claim of so many bytes; the token's text, or the refusal. */
static lanyard_status issue_claim_of(size_t len, lanyard_buf *out, lanyard_error *err)
{
    lanyard_key *key = kit_secret(KIT_SECRET, NULL, NULL);
    lanyard_issuer *issuer = NULL;
    char *text = malloc(len);

    assert_non_null(text);
    memset(text, 'a', len);

    lanyard_claim claim = { .name = "a", .kind = LANYARD_CLAIM_STR, .text = { text, len } };

    ASSERT_OK(lanyard_issuer_new(LANYARD_ISSUER(.key = key), NULL, &issuer, err));

    lanyard_status status = lanyard_issue(issuer, LANYARD_CLAIMS(.list = &claim, .list_len = 1),
                                          KIT_NOW, NULL, out, err);

    free(text);
    lanyard_issuer_free(issuer);
    lanyard_key_free(key);
    return status;
}

static void issue_refuses_a_token_longer_than_is_read(void **state)
{
    /* 36 characters of header, 43 of signature, 2 dots, and {"a":""} around the claim. */
    const size_t most = (LANYARD_TOKEN_LEN_MAX - 36 - 43 - 2) * 3 / 4 - 8;
    lanyard_error err = { 0 };
    lanyard_buf out;

    (void)state;
    lanyard_buf_init(&out, NULL, 1 << 20);
    ASSERT_OK(issue_claim_of(most, &out, &err));
    assert_int_equal(out.len, LANYARD_TOKEN_LEN_MAX);
    ASSERT_OK(kit_verify(LANYARD_POLICY(.algs = "HS256", .allow = LANYARD_ALLOW_NO_EXP), &out,
                         KIT_NOW, &err));
    lanyard_buf_cut(&out, 0);
    ASSERT_STATUS(issue_claim_of(most + 1, &out, &err), E_CLAIMS);
    assert_int_equal(out.len, 0);
    assert_string_equal(err.where, "claims");
    assert_string_equal(err.detail, "expected a token of at most 16384 bytes, it would have 16385");
    lanyard_buf_done(&out);
}

static void jws_sign_accepts_a_payload_that_only_wider_limits_read(void **state)
{
    static uint8_t payload[1 << 20];
    lanyard_key *key = kit_secret(KIT_SECRET, NULL, NULL);
    lanyard_policy *narrow = kit_policy(LANYARD_POLICY(.algs = "HS256"));
    lanyard_policy *wide =
        kit_policy(LANYARD_POLICY(.algs = "HS256", .limits = { .token_len = 1 << 21 }));
    lanyard_error err = { 0 };
    lanyard_keyset *keys = NULL;
    lanyard_buf token, read;

    (void)state;
    lanyard_buf_init(&token, NULL, 1 << 21);
    lanyard_buf_init(&read, NULL, 1 << 21);
    ASSERT_OK(lanyard_jws_sign(key, NULL, (lanyard_bytes){ payload, sizeof payload }, NULL, &token,
                               &err));
    keys = kit_set(&key, 1);
    ASSERT_STATUS(lanyard_jws_verify(narrow, keys, token.ptr, token.len, NULL, &read, &err),
                  E_TOKEN_LENGTH);
    ASSERT_OK(lanyard_jws_verify(wide, keys, token.ptr, token.len, NULL, &read, &err));
    assert_int_equal(read.len, sizeof payload);
    lanyard_buf_done(&read);
    lanyard_buf_done(&token);
    lanyard_policy_free(wide);
    lanyard_policy_free(narrow);
    lanyard_keyset_free(keys);
}

/* 300 members: more of a tree than fits on the stack. */
static size_t header_of_many(char *header)
{
    size_t len = (size_t)sprintf(header, "{\"alg\":\"HS256\"");

    for (int i = 0; i < 300; i++)
        len += (size_t)sprintf(header + len, ",\"m%d\":%d", i, i);
    header[len++] = '}';
    return len;
}

static void jws_sign_takes_the_tree_of_a_header_from_the_buffers_memory(void **state)
{
    char header[LANYARD_HEADER_LEN_MAX];
    size_t len = header_of_many(header);
    lanyard_key *key = kit_secret(KIT_SECRET, NULL, NULL);
    counted_memory memory = { 0 };
    lanyard_mem mem = COUNTED(memory);
    lanyard_error err = { 0 };
    lanyard_buf out;

    (void)state;
    lanyard_buf_init(&out, &mem, 1 << 20);
    ASSERT_OK(lanyard_jws_sign(key, LANYARD_JWS(.header = header, .header_len = len),
                               (lanyard_bytes){ NULL, 0 }, NULL, &out, &err));
    assert_true(memory.calls > 1);
    assert_int_equal(memory.bytes, out.cap);
    lanyard_buf_done(&out);
    assert_int_equal(memory.bytes, 0);
    lanyard_key_free(key);
}

static void issuer_takes_the_tree_of_a_header_from_its_memory(void **state)
{
    char header[LANYARD_HEADER_LEN_MAX];
    size_t len = header_of_many(header);
    lanyard_key *key = kit_secret(KIT_SECRET, NULL, NULL);
    counted_memory plain = { 0 }, custom = { 0 };
    lanyard_mem plain_mem = COUNTED(plain), custom_mem = COUNTED(custom);
    lanyard_issuer *issuer = NULL;
    lanyard_error err = { 0 };

    (void)state;
    ASSERT_OK(lanyard_issuer_new(LANYARD_ISSUER(.key = key), &plain_mem, &issuer, &err));
    lanyard_issuer_free(issuer);
    ASSERT_OK(lanyard_issuer_new(LANYARD_ISSUER(.key = key, .header = header, .header_len = len),
                                 &custom_mem, &issuer, &err));
    lanyard_issuer_free(issuer);
    /* The tree, and a chunk for the header that is kept. */
    assert_true(custom.calls >= plain.calls + 2);
    assert_int_equal(custom.bytes, 0);
    lanyard_key_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(issuer_refuses_a_header_longer_than_is_read),
        cmocka_unit_test(jws_sign_refuses_a_header_longer_than_is_read),
        cmocka_unit_test(jws_sign_counts_what_it_adds_to_the_header),
        cmocka_unit_test(issue_refuses_a_token_longer_than_is_read),
        cmocka_unit_test(jws_sign_accepts_a_payload_that_only_wider_limits_read),
        cmocka_unit_test(jws_sign_takes_the_tree_of_a_header_from_the_buffers_memory),
        cmocka_unit_test(issuer_takes_the_tree_of_a_header_from_its_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
