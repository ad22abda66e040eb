/* test_claims.c - the claims against the policy and the clock. */
#include "kit.h"

typedef struct claims_row {
    const char *payload;
    int64_t now;
    lanyard_status status;
    uint32_t failed;
} claims_row;

/* Each row under one policy; the refusals must say where and which. */
static void claims_are_judged(const lanyard_policy_opts *opts, const claims_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        lanyard_buf text = kit_token(NULL, rows[i].payload);
        lanyard_error err = { 0 };
        lanyard_status status = kit_verify(opts, &text, rows[i].now, &err);

        if (status != rows[i].status)
            print_error("%s at %lld: %s\n", rows[i].payload, (long long)rows[i].now, err.detail);
        assert_int_equal(status, rows[i].status);
        if (status != LANYARD_OK)
            assert_int_equal(err.failed, rows[i].failed);
        lanyard_buf_done(&text);
    }
}

#define JUDGE(opts, rows) claims_are_judged(opts, rows, sizeof rows / sizeof *rows)

static void exp_refuses_from_its_second_on(void **state)
{
    static const claims_row rows[] = {
        { "{\"exp\":1000}", 999, LANYARD_OK, 0 },
        { "{\"exp\":1000}", 1000, LANYARD_E_EXPIRED, LANYARD_FAILED_EXP },
        { "{\"exp\":1000}", 1001, LANYARD_E_EXPIRED, LANYARD_FAILED_EXP },
        { "{\"exp\":1000.5}", 1000, LANYARD_OK, 0 },
        { "{\"exp\":1000.5}", 1001, LANYARD_E_EXPIRED, LANYARD_FAILED_EXP },
        { "{\"exp\":1e3}", 999, LANYARD_OK, 0 },
        { "{\"exp\":1e3}", 1000, LANYARD_E_EXPIRED, LANYARD_FAILED_EXP },
        { "{\"exp\":-5}", 0, LANYARD_E_EXPIRED, LANYARD_FAILED_EXP },
        { "{\"exp\":-0}", 0, LANYARD_E_EXPIRED, LANYARD_FAILED_EXP },
        { "{\"exp\":1e-300}", 0, LANYARD_OK, 0 },
        { "{\"exp\":1e-300}", 1, LANYARD_E_EXPIRED, LANYARD_FAILED_EXP },
        { "{\"exp\":9223372036854775807}", INT64_MAX - 1, LANYARD_OK, 0 },
        { "{\"exp\":9223372036854775807}", INT64_MAX, LANYARD_E_EXPIRED, LANYARD_FAILED_EXP },
        { "{\"exp\":2147483648}", 2147483647, LANYARD_OK, 0 },
        { "{\"exp\":9223372036854775808}", 0, LANYARD_E_CLAIM_RANGE, LANYARD_FAILED_EXP },
        { "{\"exp\":1e300}", 0, LANYARD_E_CLAIM_RANGE, LANYARD_FAILED_EXP },
        { "{\"exp\":1e400}", 0, LANYARD_E_CLAIM_RANGE, LANYARD_FAILED_EXP },
        { "{\"exp\":1e99999999999}", 0, LANYARD_E_CLAIM_RANGE, LANYARD_FAILED_EXP },
    };

    (void)state;
    JUDGE(LANYARD_POLICY(.algs = "HS256"), rows);
}

static void exp_is_required_and_a_number(void **state)
{
    static const claims_row rows[] = {
        { "{}", 0, LANYARD_E_CLAIM_MISSING, LANYARD_FAILED_EXP },
        { "{\"EXP\":1000}", 0, LANYARD_E_CLAIM_MISSING, LANYARD_FAILED_EXP },
        { "{\"exp\":\"1000\"}", 0, LANYARD_E_CLAIM_TYPE, LANYARD_FAILED_EXP },
        { "{\"exp\":null}", 0, LANYARD_E_CLAIM_TYPE, LANYARD_FAILED_EXP },
        { "{\"exp\":true}", 0, LANYARD_E_CLAIM_TYPE, LANYARD_FAILED_EXP },
        { "{\"exp\":[1000]}", 0, LANYARD_E_CLAIM_TYPE, LANYARD_FAILED_EXP },
        { "{\"exp\":{\"a\":1000}}", 0, LANYARD_E_CLAIM_TYPE, LANYARD_FAILED_EXP },
    };
    static const claims_row allowed[] = {
        { "{}", 0, LANYARD_OK, 0 },
        { "{\"exp\":null}", 0, LANYARD_E_CLAIM_TYPE, LANYARD_FAILED_EXP },
        { "{\"exp\":1000}", 1000, LANYARD_E_EXPIRED, LANYARD_FAILED_EXP },
    };

    (void)state;
    JUDGE(LANYARD_POLICY(.algs = "HS256"), rows);
    JUDGE(LANYARD_POLICY(.algs = "HS256", .allow = LANYARD_ALLOW_NO_EXP), allowed);
}

static void leeway_moves_every_edge(void **state)
{
    static const claims_row rows[] = {
        { "{\"exp\":1000}", 1029, LANYARD_OK, 0 },
        { "{\"exp\":1000}", 1030, LANYARD_E_EXPIRED, LANYARD_FAILED_EXP },
        { "{\"exp\":9000,\"nbf\":1000}", 970, LANYARD_OK, 0 },
        { "{\"exp\":9000,\"nbf\":1000}", 969, LANYARD_E_NOT_YET_VALID, LANYARD_FAILED_NBF },
        { "{\"exp\":9000,\"iat\":1000}", 970, LANYARD_OK, 0 },
        { "{\"exp\":9000,\"iat\":1000}", 969, LANYARD_E_ISSUED_LATER, LANYARD_FAILED_IAT },
        { "{\"exp\":9000,\"iat\":1000}", INT64_MIN, LANYARD_E_ISSUED_LATER, LANYARD_FAILED_IAT },
        { "{\"exp\":9000,\"iat\":1000}", INT64_MAX, LANYARD_E_EXPIRED, LANYARD_FAILED_EXP },
    };

    (void)state;
    JUDGE(LANYARD_POLICY(.algs = "HS256", .leeway_s = 30), rows);
}

static void nbf_accepts_its_own_second(void **state)
{
    static const claims_row rows[] = {
        { "{\"exp\":9000,\"nbf\":1000}", 1000, LANYARD_OK, 0 },
        { "{\"exp\":9000,\"nbf\":1000}", 999, LANYARD_E_NOT_YET_VALID, LANYARD_FAILED_NBF },
        { "{\"exp\":9000,\"nbf\":1000.5}", 1000, LANYARD_E_NOT_YET_VALID, LANYARD_FAILED_NBF },
        { "{\"exp\":9000,\"nbf\":1000.5}", 1001, LANYARD_OK, 0 },
        { "{\"exp\":9000,\"nbf\":\"0\"}", 1000, LANYARD_E_CLAIM_TYPE, LANYARD_FAILED_NBF },
    };

    (void)state;
    JUDGE(LANYARD_POLICY(.algs = "HS256"), rows);
}

static void max_age_counts_from_iat(void **state)
{
    static const claims_row rows[] = {
        { "{\"exp\":9000,\"iat\":1000}", 1900, LANYARD_OK, 0 },
        { "{\"exp\":9000,\"iat\":1000}", 1901, LANYARD_E_TOO_OLD, LANYARD_FAILED_MAX_AGE },
        { "{\"exp\":9000}", 1000, LANYARD_E_CLAIM_MISSING, LANYARD_FAILED_MAX_AGE },
        { "{\"exp\":9000,\"iat\":\"1\"}", 1000, LANYARD_E_CLAIM_TYPE,
          LANYARD_FAILED_IAT | LANYARD_FAILED_MAX_AGE },
    };

    (void)state;
    JUDGE(LANYARD_POLICY(.algs = "HS256", .max_age_s = 900), rows);
}

static void iss_is_compared_exactly(void **state)
{
    static const claims_row rows[] = {
        { "{\"exp\":9,\"iss\":\"abc\"}", 0, LANYARD_OK, 0 },
        { "{\"exp\":9,\"iss\":\"\\u0061bc\"}", 0, LANYARD_OK, 0 },
        { "{\"exp\":9,\"iss\":\"second\"}", 0, LANYARD_OK, 0 },
        { "{\"exp\":9,\"iss\":\"a\"}", 0, LANYARD_E_ISSUER, LANYARD_FAILED_ISS },
        { "{\"exp\":9,\"iss\":\"abcd\"}", 0, LANYARD_E_ISSUER, LANYARD_FAILED_ISS },
        { "{\"exp\":9,\"iss\":\"abc\\u0000\"}", 0, LANYARD_E_ISSUER, LANYARD_FAILED_ISS },
        { "{\"exp\":9,\"iss\":\"\"}", 0, LANYARD_E_ISSUER, LANYARD_FAILED_ISS },
        { "{\"exp\":9,\"iss\":[\"abc\"]}", 0, LANYARD_E_CLAIM_TYPE, LANYARD_FAILED_ISS },
        { "{\"exp\":9,\"iss\":null}", 0, LANYARD_E_CLAIM_TYPE, LANYARD_FAILED_ISS },
        { "{\"exp\":9}", 0, LANYARD_E_CLAIM_MISSING, LANYARD_FAILED_ISS },
    };

    (void)state;
    JUDGE(LANYARD_POLICY(.algs = "HS256", .issuers = LANYARD_LIST("abc", "second")), rows);
}

static void aud_needs_one_that_is_ours(void **state)
{
    static const claims_row rows[] = {
        { "{\"exp\":9,\"aud\":\"abc\"}", 0, LANYARD_OK, 0 },
        { "{\"exp\":9,\"aud\":[\"x\",\"abc\"]}", 0, LANYARD_OK, 0 },
        { "{\"exp\":9,\"aud\":\"ab\"}", 0, LANYARD_E_AUDIENCE, LANYARD_FAILED_AUD },
        { "{\"exp\":9,\"aud\":[]}", 0, LANYARD_E_AUDIENCE, LANYARD_FAILED_AUD },
        { "{\"exp\":9,\"aud\":[\"abc\",1]}", 0, LANYARD_E_CLAIM_TYPE, LANYARD_FAILED_AUD },
        { "{\"exp\":9,\"aud\":[[\"abc\"]]}", 0, LANYARD_E_CLAIM_TYPE, LANYARD_FAILED_AUD },
        { "{\"exp\":9,\"aud\":{\"abc\":1}}", 0, LANYARD_E_CLAIM_TYPE, LANYARD_FAILED_AUD },
        { "{\"exp\":9}", 0, LANYARD_E_CLAIM_MISSING, LANYARD_FAILED_AUD },
    };
    static const claims_row unasked[] = {
        { "{\"exp\":9}", 0, LANYARD_OK, 0 },
        { "{\"exp\":9,\"aud\":\"abc\"}", 0, LANYARD_E_AUDIENCE_UNASKED, LANYARD_FAILED_AUD },
        { "{\"exp\":9,\"aud\":[]}", 0, LANYARD_E_AUDIENCE_UNASKED, LANYARD_FAILED_AUD },
    };
    static const claims_row any[] = {
        { "{\"exp\":9,\"aud\":\"abc\"}", 0, LANYARD_OK, 0 },
        { "{\"exp\":9,\"aud\":1}", 0, LANYARD_E_CLAIM_TYPE, LANYARD_FAILED_AUD },
    };

    (void)state;
    JUDGE(LANYARD_POLICY(.algs = "HS256", .audiences = LANYARD_LIST("abc")), rows);
    JUDGE(LANYARD_POLICY(.algs = "HS256"), unasked);
    JUDGE(LANYARD_POLICY(.algs = "HS256", .allow = LANYARD_ALLOW_ANY_AUD), any);
}

static void sub_and_jti_are_strings(void **state)
{
    static const claims_row rows[] = {
        { "{\"exp\":9,\"sub\":\"manish\",\"jti\":\"1\"}", 0, LANYARD_OK, 0 },
        { "{\"exp\":9,\"sub\":\"Manish\"}", 0, LANYARD_E_SUBJECT, LANYARD_FAILED_SUB },
        { "{\"exp\":9,\"sub\":1}", 0, LANYARD_E_CLAIM_TYPE, LANYARD_FAILED_SUB },
        { "{\"exp\":9}", 0, LANYARD_E_CLAIM_MISSING, LANYARD_FAILED_SUB },
        { "{\"exp\":9,\"sub\":\"manish\",\"jti\":1}", 0, LANYARD_E_CLAIM_TYPE, LANYARD_FAILED_JTI },
    };

    (void)state;
    JUDGE(LANYARD_POLICY(.algs = "HS256", .subject = "manish"), rows);
}

static void required_claims_must_stand(void **state)
{
    static const claims_row rows[] = {
        { "{\"exp\":9,\"sid\":null,\"roles\":[]}", 0, LANYARD_OK, 0 },
        { "{\"exp\":9,\"sid\":1}", 0, LANYARD_E_CLAIM_MISSING, LANYARD_FAILED_REQUIRED },
    };

    (void)state;
    JUDGE(LANYARD_POLICY(.algs = "HS256", .required = LANYARD_LIST("sid", "roles")), rows);
}

static void every_failed_check_is_told_at_once(void **state)
{
    lanyard_buf text = kit_token("{\"alg\":\"HS256\",\"typ\":\"x\"}",
                                 "{\"exp\":1,\"nbf\":900,\"iat\":900,\"iss\":\"x\",\"aud\":\"x\","
                                 "\"sub\":\"x\",\"jti\":1}");
    lanyard_error err = { 0 };

    (void)state;
    ASSERT_STATUS(kit_verify(LANYARD_POLICY(.algs = "HS256", .issuers = LANYARD_LIST("a"),
                                            .audiences = LANYARD_LIST("a"), .subject = "a",
                                            .required = LANYARD_LIST("sid")),
                             &text, 100, &err),
                  E_TYP);
    assert_int_equal(err.failed, LANYARD_FAILED_TYP | LANYARD_FAILED_EXP | LANYARD_FAILED_NBF |
                                     LANYARD_FAILED_IAT | LANYARD_FAILED_ISS | LANYARD_FAILED_AUD |
                                     LANYARD_FAILED_SUB | LANYARD_FAILED_JTI |
                                     LANYARD_FAILED_REQUIRED);
    lanyard_buf_done(&text);
}

static void refusal_says_value_and_offset(void **state)
{
    /* {"alg":"HS256","typ":"JWT"} is 36 characters; the value of exp begins at byte 8. */
    lanyard_buf text = kit_token("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", "{\"exp\": 1000}");
    lanyard_error err = { 0 };

    (void)state;
    ASSERT_STATUS(kit_verify(LANYARD_POLICY(.algs = "HS256", .leeway_s = 5), &text, 2000, &err),
                  E_EXPIRED);
    assert_string_equal(err.where, "claim:exp");
    assert_int_equal(err.offset, 37 + 4 * 8 / 3);
    assert_int_equal(err.value, 1000);
    assert_string_equal(err.detail, "exp 1000 is not later than now 2000, leeway 5");
    lanyard_buf_done(&text);
}

static void payload_must_be_an_object(void **state)
{
    static const struct {
        const char *payload;
        lanyard_status status;
    } rows[] = {
        { "[]", LANYARD_E_CLAIMS_TYPE },
        { "\"exp\"", LANYARD_E_CLAIMS_TYPE },
        { "1", LANYARD_E_CLAIMS_TYPE },
        { "null", LANYARD_E_CLAIMS_TYPE },
        { "true", LANYARD_E_CLAIMS_TYPE },
        { "", LANYARD_E_JSON_SYNTAX },
        { "{\"exp\":9}x", LANYARD_E_JSON_SYNTAX },
        { "{\"exp\":9,\"exp\":99}", LANYARD_E_JSON_DUPLICATE },
        { "{\"exp\":9,\"a\":{\"b\":1,\"b\":2}}", LANYARD_E_JSON_DUPLICATE },
        { "{\"exp\":9,\"a\":\"\xff\"}", LANYARD_E_JSON_UTF8 },
        { "{\"exp\":9,\"a\":\"\\ud800\"}", LANYARD_E_JSON_SURROGATE },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        lanyard_buf text = kit_token(NULL, rows[i].payload);
        lanyard_error err = { 0 };

        assert_int_equal(kit_verify(LANYARD_POLICY(.algs = "HS256"), &text, 0, &err),
                         rows[i].status);
        assert_string_equal(err.where, "payload");
        lanyard_buf_done(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exp_refuses_from_its_second_on),
        cmocka_unit_test(exp_is_required_and_a_number),
        cmocka_unit_test(leeway_moves_every_edge),
        cmocka_unit_test(nbf_accepts_its_own_second),
        cmocka_unit_test(max_age_counts_from_iat),
        cmocka_unit_test(iss_is_compared_exactly),
        cmocka_unit_test(aud_needs_one_that_is_ours),
        cmocka_unit_test(sub_and_jti_are_strings),
        cmocka_unit_test(required_claims_must_stand),
        cmocka_unit_test(every_failed_check_is_told_at_once),
        cmocka_unit_test(refusal_says_value_and_offset),
        cmocka_unit_test(payload_must_be_an_object),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
