/* test_password_policy.c - which passwords may be chosen. */
#include "asserts.h"
#include "account/password_policy.h"

static void policy_accepts_passwords_that_people_would_make(void **state)
{
    static const char *const good[] = {
        "gravel omelette tuesday", "Wer reitet so spät durch Nacht",   "seventeen purple bicycles!",
        "x7Kq-9vRt-2mWz-8bNc",     "пароль от старого сарая",          "were trees tall in april",
        "190283749283746",         "the pool was deeper than we were",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++)
        assert_int_equal(password_faults(bytes_of(good[i]), "maria", "maria@example.org", 0), 0);
}

static void policy_refuses_with_the_reason(void **state)
{
    static const struct {
        const char *password;
        unsigned faults;
    } rows[] = {
        { "gravel omelet", PASSWORD_TOO_SHORT },
        { "aaaaaaaaaaaaaaaaaaaa", PASSWORD_REPEATS | PASSWORD_KEYBOARD },
        { "xk!xk!xk!xk!xk!xk!", PASSWORD_REPEATS },
        { "Gravel7Gravel7Gravel7", PASSWORD_REPEATS },
        { "gravel7GRAVEL7gravel", PASSWORD_REPEATS },
        { "qwertyuiopasdfgh", PASSWORD_KEYBOARD },
        { "1qaz2wsx3edc4rfv", PASSWORD_KEYBOARD },
        { "QwErTzUiOpAsDfGh", PASSWORD_KEYBOARD },
        { "azertyuiopqsdfg", PASSWORD_KEYBOARD },
        { "12345678901234567", PASSWORD_KEYBOARD },
        { "abcdefghijklmnop", PASSWORD_KEYBOARD },
        { "zyxwvutsrqponml", PASSWORD_KEYBOARD },
        { "asdfjklö12345678", PASSWORD_KEYBOARD },
        { "thisismypassword", PASSWORD_COMMON },
        { "ThisIsMyPassword2026!", PASSWORD_COMMON },
        { "Correct Horse Battery Staple", PASSWORD_COMMON },
        { "2026 password 2026", PASSWORD_COMMON },
        { "gravel Maria omelette", PASSWORD_OWN_NAME },
        { "omelette for mlopez7!", PASSWORD_OWN_NAME },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(
            password_faults(bytes_of(rows[i].password), "maria", "MLopez7@example.org", 0),
            rows[i].faults);
}

static void policy_counts_code_points_not_bytes(void **state)
{
    (void)state;
    /* Fourteen and fifteen letters of two bytes each. */
    assert_int_equal(password_faults(bytes_of("жёлтыйпароходи"), NULL, NULL, 0),
                     PASSWORD_TOO_SHORT);
    assert_int_equal(password_faults(bytes_of("жёлтыйпароходик"), NULL, NULL, 0), 0);
    /* Bytes that are no UTF-8 count one each. */
    assert_int_equal(
        password_faults(bytes_of("\xff\xc3g\xe2\x82vq\xf0z\x80w\x9fmk\xa9"), NULL, NULL, 0), 0);
}

static void policy_takes_any_least_length(void **state)
{
    (void)state;
    assert_int_equal(password_faults(bytes_of("gravel7o"), NULL, NULL, 8), 0);
    assert_int_equal(password_faults(bytes_of("gravel7"), NULL, NULL, 8), PASSWORD_TOO_SHORT);
    assert_int_equal(password_faults(bytes_of(""), NULL, NULL, 0), PASSWORD_TOO_SHORT);
}

/* T06: the cap holds before anything is hashed, and a NUL is a byte like others. */
static void policy_refuses_more_than_1024_bytes(void **state)
{
    uint8_t text[PASSWORD_BYTES_MAX + 1];

    (void)state;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (uint8_t)(i * i / 7 + i * 31);
    assert_int_equal(password_faults((lanyard_bytes){ text, PASSWORD_BYTES_MAX }, "maria", NULL, 0),
                     0);
    assert_int_equal(password_faults((lanyard_bytes){ text, sizeof text }, "maria", NULL, 0),
                     PASSWORD_TOO_LONG);
    assert_int_equal(password_faults((lanyard_bytes){ (const uint8_t *)"gravel\0omelette q", 17 },
                                     NULL, NULL, 0),
                     0);
}

static void policy_forgives_names_of_two_letters(void **state)
{
    (void)state;
    assert_int_equal(password_faults(bytes_of("gravel omelette al"), "al", NULL, 0), 0);
    assert_int_equal(password_faults(bytes_of("gravel omelette ali"), "ali", NULL, 0),
                     PASSWORD_OWN_NAME);
    assert_int_equal(password_faults(bytes_of("omelette al@b.example"), NULL, "al@b.example", 0),
                     PASSWORD_OWN_NAME);
}

static void policy_names_each_fault(void **state)
{
    unsigned all = PASSWORD_TOO_SHORT | PASSWORD_KEYBOARD | PASSWORD_OWN_NAME;

    (void)state;
    assert_string_equal(password_fault_name(all, 0), "too_short");
    assert_string_equal(password_fault_name(all, 1), "keyboard");
    assert_string_equal(password_fault_name(all, 2), "own_name");
    assert_null(password_fault_name(all, 3));
    assert_null(password_fault_name(0, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(policy_accepts_passwords_that_people_would_make),
        cmocka_unit_test(policy_refuses_with_the_reason),
        cmocka_unit_test(policy_counts_code_points_not_bytes),
        cmocka_unit_test(policy_takes_any_least_length),
        cmocka_unit_test(policy_refuses_more_than_1024_bytes),
        cmocka_unit_test(policy_forgives_names_of_two_letters),
        cmocka_unit_test(policy_names_each_fault),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
