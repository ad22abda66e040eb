/* test_policy.c - options and files to policies. */
#include "kit.h"

static lanyard_status policy_status(const lanyard_policy_opts *opts, lanyard_error *err)
{
    lanyard_policy *policy = NULL;
    lanyard_status status = lanyard_policy_new(opts, NULL, &policy, err);

    if (status != LANYARD_OK)
        assert_null(policy);
    lanyard_policy_free(policy);
    return status;
}

static void policy_refuses_no_algorithm(void **state)
{
    lanyard_error err = { 0 };

    (void)state;
    ASSERT_STATUS(policy_status(LANYARD_POLICY(.typ = "JWT"), &err), E_POLICY);
    assert_string_equal(err.where, "policy:algs");
    ASSERT_STATUS(policy_status(LANYARD_POLICY(.algs = ""), &err), E_POLICY);
    ASSERT_STATUS(policy_status(LANYARD_POLICY(.algs = "  "), &err), E_POLICY);
}

static void policy_refuses_an_algorithm_nobody_knows(void **state)
{
    static const char *const names[] = { "none",        "None",    "nOnE", "hs256", "HS256 HS257",
                                         "HS256,ES256", "HS256\t", "H",    "HS2567" };
    lanyard_error err = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        ASSERT_STATUS(policy_status(LANYARD_POLICY(.algs = names[i]), &err), E_POLICY);
}

static void policy_refuses_an_empty_list(void **state)
{
    const char *const nothing[] = { NULL };
    lanyard_error err = { 0 };

    (void)state;
    ASSERT_STATUS(policy_status(LANYARD_POLICY(.algs = "HS256", .issuers = nothing), &err),
                  E_POLICY);
    assert_string_equal(err.where, "policy:issuers");
    ASSERT_STATUS(policy_status(LANYARD_POLICY(.algs = "HS256", .audiences = nothing), &err),
                  E_POLICY);
    assert_string_equal(err.where, "policy:audiences");
}

/* An empty subject would be lost when the policy is written to a file: the rule with it. */
static void policy_refuses_an_empty_text_and_what_is_not_utf8(void **state)
{
    static const char *const texts[] = { "", "\xff" };
    lanyard_error err = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *const list[] = { "a", texts[i], NULL };
        const lanyard_policy_opts rows[] = {
            { .size = sizeof *rows, .algs = "HS256", .subject = texts[i] },
            { .size = sizeof *rows, .algs = "HS256", .typ = texts[i] },
            { .size = sizeof *rows, .algs = "HS256", .issuers = list },
            { .size = sizeof *rows, .algs = "HS256", .audiences = list },
            { .size = sizeof *rows, .algs = "HS256", .required = list },
        };
        static const char *const wheres[] = { "policy:subject", "policy:typ", "policy:issuers",
                                              "policy:audiences", "policy:required" };

        for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
            ASSERT_STATUS(policy_status(&rows[row], &err), E_POLICY);
            assert_string_equal(err.where, wheres[row]);
        }
    }
}

static void policy_accepts_a_leeway_of_a_day_and_no_more(void **state)
{
    lanyard_error err = { 0 };

    (void)state;
    ASSERT_OK(policy_status(LANYARD_POLICY(.algs = "HS256", .leeway_s = LANYARD_LEEWAY_MAX), &err));
    ASSERT_STATUS(
        policy_status(LANYARD_POLICY(.algs = "HS256", .leeway_s = LANYARD_LEEWAY_MAX + 1), &err),
        E_POLICY);
    assert_string_equal(err.where, "policy:leeway_s");
}

static void policy_refuses_a_permission_nobody_knows(void **state)
{
    lanyard_error err = { 0 };

    (void)state;
    ASSERT_STATUS(policy_status(LANYARD_POLICY(.algs = "HS256", .allow = 0x80), &err), E_POLICY);
}

static void policy_refuses_a_limit_above_the_ceiling(void **state)
{
    lanyard_error err = { 0 };

    (void)state;
    ASSERT_OK(policy_status(
        LANYARD_POLICY(.algs = "HS256", .limits = { .token_len = LANYARD_LIMIT_CEILING }), &err));
    ASSERT_STATUS(
        policy_status(
            LANYARD_POLICY(.algs = "HS256", .limits = { .token_len = LANYARD_LIMIT_CEILING + 1 }),
            &err),
        E_POLICY);
}

static void policy_refuses_options_without_their_size(void **state)
{
    lanyard_policy_opts opts = { .algs = "HS256" };
    lanyard_error err = { 0 };

    (void)state;
    ASSERT_STATUS(policy_status(&opts, &err), E_ARGUMENT);
    opts.size = sizeof opts - 1;
    ASSERT_STATUS(policy_status(&opts, &err), E_ARGUMENT);
}

static void policy_accepts_a_newer_caller_whose_tail_is_zero(void **state)
{
    struct {
        lanyard_policy_opts opts;
        uint64_t newer;
    } caller = { .opts = { .size = sizeof caller, .algs = "HS256" } };
    lanyard_error err = { 0 };

    (void)state;
    ASSERT_OK(policy_status(&caller.opts, &err));
    caller.newer = 1;
    ASSERT_STATUS(policy_status(&caller.opts, &err), E_ARGUMENT);
}

static lanyard_status file_status(const char *text, lanyard_policy **policy, lanyard_error *err)
{
    return lanyard_policy_read(text, strlen(text), NULL, policy, err);
}

static void policy_file_reads_and_writes_every_member(void **state)
{
    static const char whole[] =
        "{\"algs\":[\"ES256\",\"HS256\"],\"issuers\":[\"https://idp.example\",\"b\"],"
        "\"audiences\":[\"orders\"],\"subject\":\"manish\",\"typ\":\"at+jwt\","
        "\"required\":[\"sid\"],\"leeway_s\":30,\"max_age_s\":900,"
        "\"allow\":[\"no_exp\",\"any_aud\",\"any_typ\",\"padding\",\"future_iat\"],"
        "\"limits\":{\"token_len\":1000,\"header_len\":100,\"json_depth\":5,\"json_values\":50}}";
    lanyard_policy *policy = NULL;
    lanyard_error err = { 0 };
    lanyard_buf out;

    (void)state;
    if (!lanyard_alg_find("ES256"))
        skip();
    ASSERT_OK(file_status(whole, &policy, &err));
    lanyard_buf_init(&out, NULL, 4096);
    ASSERT_OK(lanyard_policy_write(policy, &out, &err));
    assert_int_equal(out.len, sizeof whole - 1);
    assert_memory_equal(out.ptr, whole, out.len);
    lanyard_buf_done(&out);
    lanyard_policy_free(policy);
}

static void policy_file_leaves_defaults_out(void **state)
{
    lanyard_policy *policy = NULL;
    lanyard_error err = { 0 };
    lanyard_buf out;

    (void)state;
    ASSERT_OK(file_status(" { \"algs\" : \"*\", \"leeway_s\": 0 }\n", &policy, &err));
    lanyard_buf_init(&out, NULL, 4096);
    ASSERT_OK(lanyard_policy_write(policy, &out, &err));
    assert_int_equal(out.len, strlen("{\"algs\":\"*\"}"));
    assert_memory_equal(out.ptr, "{\"algs\":\"*\"}", out.len);
    lanyard_buf_done(&out);
    lanyard_policy_free(policy);
}

static void policy_file_refuses_at_the_byte(void **state)
{
    static const struct {
        const char *text;
        lanyard_status status;
        const char *where;
        size_t offset;
    } rows[] = {
        { "", LANYARD_E_JSON_SYNTAX, "policy", 0 },
        { "[]", LANYARD_E_POLICY, "policy", 0 },
        { "{}", LANYARD_E_POLICY, "policy:algs", 0 },
        { "{\"algs\":[\"HS256\"],\"issuer\":[\"x\"]}", LANYARD_E_POLICY, "policy", 27 },
        { "{\"algs\":\"none\"}", LANYARD_E_POLICY, "policy:algs", 0 },
        { "{\"algs\":[\"HS256\",1]}", LANYARD_E_POLICY, "policy:algs", 17 },
        { "{\"algs\":[\"HS256 HS384\"]}", LANYARD_E_POLICY, "policy:algs", 8 },
        { "{\"algs\":[\"*\"]}", LANYARD_E_POLICY, "policy:algs", 8 },
        { "{\"algs\":[]}", LANYARD_E_POLICY, "policy:algs", 0 },
        { "{\"algs\":[\"HS256\"],\"issuers\":\"x\"}", LANYARD_E_POLICY, "policy:issuers", 28 },
        { "{\"algs\":[\"HS256\"],\"issuers\":[]}", LANYARD_E_POLICY, "policy:issuers", 0 },
        { "{\"algs\":[\"HS256\"],\"subject\":\"a\\u0000b\"}", LANYARD_E_POLICY, "policy:subject",
          28 },
        { "{\"algs\":[\"HS256\"],\"leeway_s\":-1}", LANYARD_E_POLICY, "policy:leeway_s", 29 },
        { "{\"algs\":[\"HS256\"],\"leeway_s\":1.5}", LANYARD_E_POLICY, "policy:leeway_s", 29 },
        { "{\"algs\":[\"HS256\"],\"leeway_s\":4294967296}", LANYARD_E_POLICY, "policy:leeway_s",
          29 },
        { "{\"algs\":[\"HS256\"],\"leeway_s\":\"1\"}", LANYARD_E_POLICY, "policy:leeway_s", 29 },
        { "{\"algs\":[\"HS256\"],\"max_age_s\":0}", LANYARD_E_POLICY, "policy:max_age_s", 30 },
        { "{\"algs\":[\"HS256\"],\"allow\":[\"all\"]}", LANYARD_E_POLICY, "policy:allow", 26 },
        { "{\"algs\":[\"HS256\"],\"limits\":{\"depth\":1}}", LANYARD_E_POLICY, "policy", 36 },
        { "{\"algs\":[\"HS256\"],\"algs\":[\"HS384\"]}", LANYARD_E_JSON_DUPLICATE, "policy", 25 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        lanyard_policy *policy = NULL;
        lanyard_error err = { 0 };

        assert_int_equal(file_status(rows[i].text, &policy, &err), rows[i].status);
        assert_null(policy);
        assert_string_equal(err.where, rows[i].where);
        assert_int_equal(err.offset, rows[i].offset);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(policy_refuses_no_algorithm),
        cmocka_unit_test(policy_refuses_an_algorithm_nobody_knows),
        cmocka_unit_test(policy_refuses_an_empty_list),
        cmocka_unit_test(policy_refuses_an_empty_text_and_what_is_not_utf8),
        cmocka_unit_test(policy_accepts_a_leeway_of_a_day_and_no_more),
        cmocka_unit_test(policy_refuses_a_permission_nobody_knows),
        cmocka_unit_test(policy_refuses_a_limit_above_the_ceiling),
        cmocka_unit_test(policy_refuses_options_without_their_size),
        cmocka_unit_test(policy_accepts_a_newer_caller_whose_tail_is_zero),
        cmocka_unit_test(policy_file_reads_and_writes_every_member),
        cmocka_unit_test(policy_file_leaves_defaults_out),
        cmocka_unit_test(policy_file_refuses_at_the_byte),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
