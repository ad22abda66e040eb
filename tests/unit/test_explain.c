/* test_explain.c - every rule's outcome, from the first to the last. */
#include <stdbool.h>
#include "kit.h"

static lanyard_explanation explained(const lanyard_policy_opts *opts, const char *text, size_t len,
                                     int64_t now)
{
    lanyard_key *key = kit_secret(KIT_SECRET, NULL, NULL);
    lanyard_keyset *set = kit_set(&key, 1);
    lanyard_policy *policy = kit_policy(opts);
    lanyard_explanation explanation;
    lanyard_error err = { 0 };

    ASSERT_OK(lanyard_explain(policy, set, text, len, now, NULL, &explanation, &err));
    lanyard_policy_free(policy);
    lanyard_keyset_free(set);
    return explanation;
}

static size_t outcomes(const lanyard_explanation *explanation, lanyard_outcome outcome)
{
    size_t count = 0;

    for (size_t i = 0; i < explanation->count; i++)
        count += explanation->steps[i].outcome == outcome;
    return count;
}

static void accepted_token_passes_every_rule_asked(void **state)
{
    lanyard_buf text = kit_token(NULL, "{\"exp\":9}");
    lanyard_explanation explanation =
        explained(LANYARD_POLICY(.algs = "HS256"), text.ptr, text.len, 0);

    (void)state;
    ASSERT_OK(explanation.status);
    assert_int_equal(outcomes(&explanation, LANYARD_FAILED), 0);
    assert_int_equal(outcomes(&explanation, LANYARD_NOT_REACHED), 0);
    /* max age, issuer, subject, required */
    assert_int_equal(outcomes(&explanation, LANYARD_NOT_ASKED), 4);
    lanyard_buf_done(&text);
}

static void refused_token_fails_exactly_one_rule_of_the_pipe(void **state)
{
    static const struct {
        const char *text;
        lanyard_status status;
        const char *stage;
    } rows[] = {
        { "", LANYARD_E_TOKEN_PARTS, "split" },
        { "a.b", LANYARD_E_TOKEN_PARTS, "split" },
        { "a*.b.c", LANYARD_E_BASE64_CHAR, "split" },
        { "eyJhbGciOiJIUzI1NiJ9.e*.AA", LANYARD_E_BASE64_CHAR, "split" },
        { "eyJhbGciOiJIUzI1NiJ9.e30.A", LANYARD_E_BASE64_LENGTH, "split" },
        { "e30.e30.AA", LANYARD_E_ALG_MISSING, "header" },
        { "W10.e30.AA", LANYARD_E_HEADER_TYPE, "header" },
        { "eyJhbGciOiJIUzI1NiJ9.e30.AA==", LANYARD_E_BASE64_PADDING, "header" },
        { "eyJhbGciOiJub25lIn0.e30.", LANYARD_E_ALG_UNKNOWN, "key" },
        { "eyJhbGciOiJIUzM4NCJ9.e30.AA", LANYARD_E_ALG_REFUSED, "key" },
        { "eyJhbGciOiJIUzI1NiJ9.e30.AA", LANYARD_E_SIGNATURE, "signature" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        lanyard_explanation explanation =
            explained(LANYARD_POLICY(.algs = "HS256"), rows[i].text, strlen(rows[i].text), 0);
        bool has_failed = false;

        assert_int_equal(explanation.status, rows[i].status);
        assert_int_equal(outcomes(&explanation, LANYARD_FAILED), 1);
        for (size_t step = 0; step < explanation.count; step++) {
            const lanyard_step *at = &explanation.steps[step];

            if (at->outcome == LANYARD_FAILED) {
                has_failed = true;
                assert_string_equal(at->stage, rows[i].stage);
                assert_int_equal(at->status, rows[i].status);
            } else if (at->outcome != LANYARD_NOT_ASKED) {
                assert_int_equal(at->outcome, has_failed ? LANYARD_NOT_REACHED : LANYARD_PASSED);
            }
        }
    }
}

/* What was not looked at has not passed: a header is measured before it is read. */
static void header_too_long_is_not_said_to_be_json(void **state)
{
    lanyard_explanation explanation = explained(
        LANYARD_POLICY(.algs = "HS256", .limits = { .header_len = 4 }), "W1tbWzE.e30.AA", 14, 0);
    size_t at = 0;

    (void)state;
    ASSERT_STATUS(explanation.status, E_HEADER_LENGTH);
    while (explanation.steps[at].outcome == LANYARD_PASSED)
        at++;
    assert_string_equal(explanation.steps[at].stage, "header");
    ASSERT_STATUS(explanation.steps[at].status, E_HEADER_LENGTH);
    for (at++; at < explanation.count; at++)
        assert_true(explanation.steps[at].outcome == LANYARD_NOT_REACHED ||
                    explanation.steps[at].outcome == LANYARD_NOT_ASKED);
}

static void every_failed_claim_is_told_with_its_own_status(void **state)
{
    lanyard_buf text = kit_token(NULL, "{\"exp\":1,\"iss\":5,\"aud\":\"x\"}");
    lanyard_explanation explanation = explained(
        LANYARD_POLICY(.algs = "HS256", .issuers = LANYARD_LIST("a")), text.ptr, text.len, 9);
    lanyard_status statuses[4] = { LANYARD_OK };
    size_t count = 0;

    (void)state;
    ASSERT_STATUS(explanation.status, E_EXPIRED);
    for (size_t i = 0; i < explanation.count; i++)
        if (explanation.steps[i].outcome == LANYARD_FAILED)
            statuses[count++] = explanation.steps[i].status;
    assert_int_equal(count, 3);
    ASSERT_STATUS(statuses[0], E_EXPIRED);
    ASSERT_STATUS(statuses[1], E_CLAIM_TYPE);
    ASSERT_STATUS(statuses[2], E_AUDIENCE_UNASKED);
    assert_int_equal(outcomes(&explanation, LANYARD_NOT_REACHED), 0);
    lanyard_buf_done(&text);
}

static void explanation_is_json(void **state)
{
    lanyard_explanation explanation = explained(LANYARD_POLICY(.algs = "HS256"), "a.b", 3, 0);
    lanyard_json *json = NULL;
    lanyard_error err = { 0 };
    lanyard_value root, steps;
    lanyard_buf out;

    (void)state;
    lanyard_buf_init(&out, NULL, 1 << 16);
    ASSERT_OK(lanyard_explanation_write(&explanation, &out));
    ASSERT_OK(lanyard_json_read(out.ptr, out.len, NULL, NULL, &json, &err));
    root = lanyard_json_root(json);
    ASSERT_OK(lanyard_value_member(&root, lanyard_str_of("steps"), &steps));
    assert_int_equal(steps.count, explanation.count);
    lanyard_json_free(json);
    lanyard_buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepted_token_passes_every_rule_asked),
        cmocka_unit_test(refused_token_fails_exactly_one_rule_of_the_pipe),
        cmocka_unit_test(header_too_long_is_not_said_to_be_json),
        cmocka_unit_test(every_failed_claim_is_told_with_its_own_status),
        cmocka_unit_test(explanation_is_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
