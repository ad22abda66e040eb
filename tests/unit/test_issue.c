/* test_issue.c - claims to text: exact bytes, defaults, and what is refused. */
#include "kit.h"

/* The payload that an issuer makes of claims, or the status of the refusal. */
static lanyard_status issue_payload(const lanyard_issuer_opts *opts,
                                    const lanyard_claims_opts *claims, char *payload, size_t room)
{
    lanyard_issuer *issuer = NULL;
    lanyard_untrusted *untrusted = NULL;
    lanyard_error err = { 0 };
    lanyard_buf out;

    ASSERT_OK(lanyard_issuer_new(opts, NULL, &issuer, &err));
    lanyard_buf_init(&out, NULL, 16384);

    lanyard_status status = lanyard_issue(issuer, claims, 1000, NULL, &out, &err);

    if (status == LANYARD_OK) {
        ASSERT_OK(lanyard_untrusted_read(NULL, out.ptr, out.len, NULL, &untrusted, &err));
        lanyard_str text = lanyard_untrusted_payload(untrusted);
        assert_true(text.len < room);
        memcpy(payload, text.ptr, text.len);
        payload[text.len] = '\0';
        lanyard_untrusted_free(untrusted);
    } else {
        assert_int_equal(out.len, 0);
        assert_non_null(err.where);
    }
    lanyard_buf_done(&out);
    lanyard_issuer_free(issuer);
    return status;
}

static void issue_keeps_the_bytes_of_json(void **state)
{
    static const char *const jsons[] = { "{}", " { \"b\" : 1 ,\n \"a\":2.50e+1 } ",
                                         "{\"exp\":1000.5}", "{\"\\u0061\":\"\\/\"}" };
    lanyard_key *key = kit_secret(KIT_SECRET, NULL, NULL);
    char payload[256];

    (void)state;
    for (size_t i = 0; i < sizeof jsons / sizeof *jsons; i++) {
        ASSERT_OK(issue_payload(LANYARD_ISSUER(.key = key),
                                LANYARD_CLAIMS(.json = jsons[i], .json_len = strlen(jsons[i])),
                                payload, sizeof payload));
        assert_string_equal(payload, jsons[i]);
    }
    lanyard_key_free(key);
}

static void issue_writes_the_list_in_its_order(void **state)
{
    lanyard_claim list[] = {
        { .name = "user", .text = lanyard_str_of("m\"\\\n\x01\xc3\xbc") },
        { .name = "n", .kind = LANYARD_CLAIM_INT, .number = INT64_MIN },
        { .name = "yes", .kind = LANYARD_CLAIM_BOOL, .number = 1 },
        { .name = "raw", .kind = LANYARD_CLAIM_JSON, .text = lanyard_str_of("[1, {}]") },
    };
    lanyard_key *key = kit_secret(KIT_SECRET, NULL, NULL);
    char payload[256];

    (void)state;
    ASSERT_OK(issue_payload(
        LANYARD_ISSUER(.key = key),
        LANYARD_CLAIMS(.json = "{\"a\":1}", .json_len = 7, .list = list, .list_len = 4), payload,
        sizeof payload));
    assert_string_equal(payload, "{\"a\":1,\"user\":\"m\\\"\\\\\\n\\u0001\xc3\xbc\","
                                 "\"n\":-9223372036854775808,\"yes\":true,\"raw\":[1, {}]}");
    lanyard_key_free(key);
}

static void issuer_adds_the_defaults_that_are_missing(void **state)
{
    static const struct {
        const char *json;
        const char *payload;
    } rows[] = {
        { "{}", "{\"iss\":\"i\",\"sub\":\"s\",\"aud\":[\"a\",\"b\"],\"exp\":1900,\"nbf\":1000,"
                "\"iat\":1000}" },
        { "{\"exp\":5,\"x\":1}",
          "{\"exp\":5,\"x\":1,\"iss\":\"i\",\"sub\":\"s\",\"aud\":[\"a\",\"b\"],"
          "\"nbf\":1000,\"iat\":1000}" },
        { "{\"aud\":\"z\",\"iat\":1,\"nbf\":2,\"sub\":\"q\",\"iss\":\"w\",\"exp\":3} ",
          "{\"aud\":\"z\",\"iat\":1,\"nbf\":2,\"sub\":\"q\",\"iss\":\"w\",\"exp\":3} " },
    };
    lanyard_key *key = kit_secret(KIT_SECRET, NULL, NULL);
    char payload[256];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ASSERT_OK(issue_payload(
            LANYARD_ISSUER(.key = key, .iss = "i", .sub = "s", .audiences = LANYARD_LIST("a", "b"),
                           .lifetime_s = 900, .add_nbf = 1, .add_iat = 1),
            LANYARD_CLAIMS(.json = rows[i].json, .json_len = strlen(rows[i].json)), payload,
            sizeof payload));
        assert_string_equal(payload, rows[i].payload);
    }
    lanyard_key_free(key);
}

static void issuer_adds_nothing_unasked(void **state)
{
    lanyard_key *key = kit_secret(KIT_SECRET, NULL, NULL);
    char payload[64];

    (void)state;
    ASSERT_OK(issue_payload(LANYARD_ISSUER(.key = key), NULL, payload, sizeof payload));
    assert_string_equal(payload, "{}");
    lanyard_key_free(key);
}

static void jti_is_a_uuid_of_version_seven(void **state)
{
    lanyard_key *key = kit_secret(KIT_SECRET, NULL, NULL);
    char payload[128];
    char before[128] = "";

    (void)state;
    for (int i = 0; i < 100; i++) {
        ASSERT_OK(
            issue_payload(LANYARD_ISSUER(.key = key, .add_jti = 1), NULL, payload, sizeof payload));
        /* 1,000,000 ms is 0x0000000f4240. */
        assert_memory_equal(payload, "{\"jti\":\"0000000f-4240-7", 23);
        assert_int_equal(strlen(payload), 8 + 36 + 2);
        assert_non_null(strchr("89ab", payload[8 + 19]));
        assert_string_not_equal(payload, before);
        strcpy(before, payload);
    }
    lanyard_key_free(key);
}

static void issue_refuses_what_nobody_could_verify(void **state)
{
    static const struct {
        const char *json;
        lanyard_status status;
    } rows[] = {
        { "", LANYARD_E_JSON_SYNTAX },
        { "[]", LANYARD_E_CLAIMS },
        { "{\"a\":1,\"a\":2}", LANYARD_E_JSON_DUPLICATE },
        { "{\"exp\":\"1\"}", LANYARD_E_CLAIMS },
        { "{\"iss\":1}", LANYARD_E_CLAIMS },
        { "{\"sub\":null}", LANYARD_E_CLAIMS },
        { "{\"aud\":[\"a\",1]}", LANYARD_E_CLAIMS },
        { "{\"aud\":1}", LANYARD_E_CLAIMS },
        { "{\"jti\":1}", LANYARD_E_CLAIMS },
        { "{\"user\":\"manish\"", LANYARD_E_JSON_SYNTAX },
        { "{\"x\":\"\xff\"}", LANYARD_E_JSON_UTF8 },
    };
    lanyard_key *key = kit_secret(KIT_SECRET, NULL, NULL);
    char payload[64];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(
            issue_payload(LANYARD_ISSUER(.key = key),
                          LANYARD_CLAIMS(.json = rows[i].json, .json_len = strlen(rows[i].json)),
                          payload, sizeof payload),
            rows[i].status);
    lanyard_key_free(key);
}

/* depth arrays in each other, as the claim "a" of a list. */
static lanyard_status issue_nested(const lanyard_key *key, size_t depth)
{
    char text[2 * LANYARD_JSON_DEPTH_MAX + 2];
    char payload[128];
    lanyard_claim claim = { .name = "a", .kind = LANYARD_CLAIM_JSON, .text = { text, 2 * depth } };

    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    return issue_payload(LANYARD_ISSUER(.key = key), LANYARD_CLAIMS(.list = &claim, .list_len = 1),
                         payload, sizeof payload);
}

static void issue_refuses_a_claim_nested_deeper_than_is_read(void **state)
{
    lanyard_key *key = kit_secret(KIT_SECRET, NULL, NULL);

    (void)state;
    ASSERT_OK(issue_nested(key, LANYARD_JSON_DEPTH_MAX - 1));
    ASSERT_STATUS(issue_nested(key, LANYARD_JSON_DEPTH_MAX), E_JSON_DEPTH);
    lanyard_key_free(key);
}

/* A claim of so many values, together with the object around it and two audiences in an array. */
static lanyard_status issue_values(const lanyard_key *key, size_t values)
{
    char text[2 * LANYARD_JSON_VALUES_MAX + 2];
    char payload[sizeof text + 64];
    lanyard_claim claim = { .name = "a", .kind = LANYARD_CLAIM_JSON };
    size_t len = 0;

    text[len++] = '[';
    for (size_t i = 0; i < values - 5; i++) {
        text[len++] = '1';
        text[len++] = ',';
    }
    text[len - 1] = ']';
    claim.text = (lanyard_str){ text, len };
    return issue_payload(LANYARD_ISSUER(.key = key, .audiences = LANYARD_LIST("b", "c")),
                         LANYARD_CLAIMS(.list = &claim, .list_len = 1), payload, sizeof payload);
}

static void issue_refuses_more_values_than_are_read(void **state)
{
    lanyard_key *key = kit_secret(KIT_SECRET, NULL, NULL);

    (void)state;
    ASSERT_OK(issue_values(key, LANYARD_JSON_VALUES_MAX));
    ASSERT_STATUS(issue_values(key, LANYARD_JSON_VALUES_MAX + 1), E_JSON_MEMBERS);
    lanyard_key_free(key);
}

static void issuer_refuses_a_text_that_is_not_utf8(void **state)
{
    const char *const broken[] = { "b", "\xc3", NULL };
    lanyard_key *key = kit_secret(KIT_SECRET, NULL, NULL);
    const lanyard_issuer_opts rows[] = {
        { .size = sizeof *rows, .key = key, .iss = "\xff" },
        { .size = sizeof *rows, .key = key, .sub = "a\x80" },
        { .size = sizeof *rows, .key = key, .audiences = broken },
    };
    lanyard_issuer *issuer = NULL;
    lanyard_error err = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        ASSERT_STATUS(lanyard_issuer_new(&rows[i], NULL, &issuer, &err), E_ARGUMENT);
    ASSERT_STATUS(
        lanyard_issuer_new(LANYARD_ISSUER(.key = key, .typ = "\xff"), NULL, &issuer, &err),
        E_HEADER);
    assert_null(issuer);
    lanyard_key_free(key);
}

static void issue_refuses_a_claim_twice(void **state)
{
    lanyard_claim list[] = { { .name = "a", .text = lanyard_str_of("1") },
                             { .name = "a", .text = lanyard_str_of("2") } };
    lanyard_key *key = kit_secret(KIT_SECRET, NULL, NULL);
    char payload[64];

    (void)state;
    ASSERT_STATUS(issue_payload(LANYARD_ISSUER(.key = key),
                                LANYARD_CLAIMS(.list = list, .list_len = 2), payload,
                                sizeof payload),
                  E_CLAIMS);
    ASSERT_STATUS(issue_payload(LANYARD_ISSUER(.key = key),
                                LANYARD_CLAIMS(.json = "{\"\\u0061\":1}", .json_len = 12,
                                               .list = list, .list_len = 1),
                                payload, sizeof payload),
                  E_CLAIMS);
    lanyard_key_free(key);
}

static void header_is_as_asked(void **state)
{
    static const struct {
        lanyard_issuer_opts opts;
        const char *kid;
        const char *header;
    } rows[] = {
        { { .size = sizeof(lanyard_issuer_opts) }, NULL, "{\"alg\":\"HS256\",\"typ\":\"JWT\"}" },
        { { .size = sizeof(lanyard_issuer_opts) },
          "k\"1",
          "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"k\\\"1\"}" },
        { { .size = sizeof(lanyard_issuer_opts), .no_kid = 1, .typ = "" },
          "k",
          "{\"alg\":\"HS256\"}" },
        { { .size = sizeof(lanyard_issuer_opts), .typ = "at+jwt", .alg = "HS256" },
          NULL,
          "{\"alg\":\"HS256\",\"typ\":\"at+jwt\"}" },
        { { .size = sizeof(lanyard_issuer_opts),
            .header = "{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}" },
          "k",
          "{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}" },
        { { .size = sizeof(lanyard_issuer_opts), .header = " {\"typ\":\"x\"}" },
          NULL,
          " {\"alg\":\"HS256\",\"typ\":\"x\"}" },
        { { .size = sizeof(lanyard_issuer_opts), .header = "{}" }, NULL, "{\"alg\":\"HS256\"}" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        lanyard_issuer_opts opts = rows[i].opts;
        lanyard_key *key = kit_secret(KIT_SECRET, NULL, rows[i].kid);
        lanyard_issuer *issuer = NULL;
        lanyard_untrusted *untrusted = NULL;
        lanyard_error err = { 0 };
        lanyard_buf out;

        opts.key = key;
        opts.header_len = opts.header ? strlen(opts.header) : 0;
        lanyard_buf_init(&out, NULL, 4096);
        ASSERT_OK(lanyard_issuer_new(&opts, NULL, &issuer, &err));
        lanyard_key_free(key);
        ASSERT_OK(lanyard_issue(issuer, NULL, 0, NULL, &out, &err));
        ASSERT_OK(lanyard_untrusted_read(NULL, out.ptr, out.len, NULL, &untrusted, &err));
        assert_true(
            lanyard_str_equal(lanyard_untrusted_header(untrusted), lanyard_str_of(rows[i].header)));
        lanyard_untrusted_free(untrusted);
        lanyard_issuer_free(issuer);
        lanyard_buf_done(&out);
    }
}

static void header_that_cannot_be_verified_is_refused(void **state)
{
    static const struct {
        const char *header;
        lanyard_status status;
    } rows[] = {
        { "[]", LANYARD_E_HEADER },
        { "", LANYARD_E_JSON_SYNTAX },
        { "{\"alg\":\"HS384\"}", LANYARD_E_HEADER },
        { "{\"alg\":\"none\"}", LANYARD_E_HEADER },
        { "{\"alg\":1}", LANYARD_E_HEADER },
        { "{\"crit\":[]}", LANYARD_E_HEADER },
        { "{\"crit\":[\"x\"]}", LANYARD_E_HEADER },
        { "{\"b64\":false}", LANYARD_E_HEADER },
        { "{\"typ\":\"a\",\"typ\":\"b\"}", LANYARD_E_JSON_DUPLICATE },
        { "{\"kid\":1}", LANYARD_E_HEADER },
        { "{\"typ\":null}", LANYARD_E_HEADER },
        { "{\"cty\":[]}", LANYARD_E_HEADER },
    };
    lanyard_key *key = kit_secret(KIT_SECRET, NULL, NULL);

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        lanyard_issuer *issuer = NULL;
        lanyard_error err = { 0 };

        assert_int_equal(lanyard_issuer_new(LANYARD_ISSUER(.key = key, .header = rows[i].header,
                                                           .header_len = strlen(rows[i].header)),
                                            NULL, &issuer, &err),
                         rows[i].status);
        assert_null(issuer);
    }
    lanyard_key_free(key);
}

static void buffer_is_sized_to_the_byte(void **state)
{
    lanyard_key *key = kit_secret(KIT_SECRET, NULL, NULL);
    lanyard_error err = { 0 };
    lanyard_buf out;
    uint8_t bytes[100] = { 0 };

    (void)state;
    for (size_t len = 0; len < sizeof bytes; len++) {
        lanyard_buf exact;

        lanyard_buf_init(&out, NULL, 4096);
        ASSERT_OK(lanyard_jws_sign(key, NULL, (lanyard_bytes){ bytes, len }, NULL, &out, &err));
        lanyard_buf_init(&exact, NULL, out.len);
        ASSERT_OK(lanyard_jws_sign(key, NULL, (lanyard_bytes){ bytes, len }, NULL, &exact, &err));
        assert_int_equal(exact.len, out.len);
        assert_memory_equal(exact.ptr, out.ptr, out.len);
        lanyard_buf_done(&exact);
        lanyard_buf_init(&exact, NULL, out.len - 1);
        ASSERT_STATUS(
            lanyard_jws_sign(key, NULL, (lanyard_bytes){ bytes, len }, NULL, &exact, &err),
            E_BUFFER_FULL);
        assert_int_equal(exact.len, 0);
        lanyard_buf_done(&exact);
        lanyard_buf_done(&out);
    }
    lanyard_key_free(key);
}

static void key_that_cannot_sign_is_refused(void **state)
{
    lanyard_key *key = kit_secret(KIT_SECRET, NULL, NULL);
    lanyard_issuer *issuer = NULL;
    lanyard_error err = { 0 };

    (void)state;
    ASSERT_STATUS(
        lanyard_issuer_new(LANYARD_ISSUER(.key = key, .alg = "HS384"), NULL, &issuer, &err),
        E_KEY_SHORT);
    ASSERT_STATUS(
        lanyard_issuer_new(LANYARD_ISSUER(.key = key, .alg = "none"), NULL, &issuer, &err),
        E_ALG_UNKNOWN);
    ASSERT_STATUS(lanyard_issuer_new(LANYARD_ISSUER(.alg = "HS256"), NULL, &issuer, &err),
                  E_ARGUMENT);
    lanyard_key_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(issue_keeps_the_bytes_of_json),
        cmocka_unit_test(issue_writes_the_list_in_its_order),
        cmocka_unit_test(issuer_adds_the_defaults_that_are_missing),
        cmocka_unit_test(issuer_adds_nothing_unasked),
        cmocka_unit_test(jti_is_a_uuid_of_version_seven),
        cmocka_unit_test(issue_refuses_what_nobody_could_verify),
        cmocka_unit_test(issue_refuses_a_claim_nested_deeper_than_is_read),
        cmocka_unit_test(issue_refuses_more_values_than_are_read),
        cmocka_unit_test(issuer_refuses_a_text_that_is_not_utf8),
        cmocka_unit_test(issue_refuses_a_claim_twice),
        cmocka_unit_test(header_is_as_asked),
        cmocka_unit_test(header_that_cannot_be_verified_is_refused),
        cmocka_unit_test(buffer_is_sized_to_the_byte),
        cmocka_unit_test(key_that_cannot_sign_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
