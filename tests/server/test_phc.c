/* test_phc.c - the text of a hash. */
#include "asserts.h"
#include "account/phc.h"

#define SALT "c29tZXNhbHQ"
#define TAG  "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
#define GOOD "$argon2id$v=19$m=65536,t=2,p=1$" SALT "$" TAG

static void phc_reads_the_example_of_the_reference_implementation(void **state)
{
    phc_hash hash;

    (void)state;
    assert_srv(phc_read(GOOD, &hash), SRV_OK);
    assert_int_equal(hash.cost.memory_kib, 65536);
    assert_int_equal(hash.cost.passes, 2);
    assert_int_equal(hash.cost.lanes, 1);
    assert_int_equal(hash.salt_len, 8);
    assert_memory_equal(hash.salt, "somesalt", 8);
    assert_int_equal(hash.tag_len, 32);
    assert_int_equal(hash.tag[0], 0x09);
    assert_int_equal(hash.tag[31], 0xf7);
}

static void phc_writes_what_it_read(void **state)
{
    phc_hash hash;
    char text[PHC_MAX];

    (void)state;
    assert_srv(phc_read(GOOD, &hash), SRV_OK);
    assert_srv(phc_write(&hash, text), SRV_OK);
    assert_string_equal(text, GOOD);
}

static void phc_writes_the_longest_hash(void **state)
{
    phc_hash hash = { .cost = { PHC_MEMORY_KIB_MAX, PHC_PASSES_MAX, PHC_LANES_MAX },
                      .salt_len = PHC_SALT_MAX,
                      .tag_len = PHC_TAG_MAX };
    phc_hash again;
    char text[PHC_MAX];

    (void)state;
    memset(hash.salt, 0xff, sizeof hash.salt);
    memset(hash.tag, 0xfb, sizeof hash.tag);
    assert_srv(phc_write(&hash, text), SRV_OK);
    assert_srv(phc_read(text, &again), SRV_OK);
    assert_memory_equal(again.salt, hash.salt, sizeof hash.salt);
    assert_memory_equal(again.tag, hash.tag, sizeof hash.tag);
}

static void phc_refuses_another_form(void **state)
{
    static const char *const bad[] = {
        "",
        "$argon2id$v=19$m=65536,t=2,p=1$" SALT,
        "$argon2i$v=19$m=65536,t=2,p=1$" SALT "$" TAG,
        "$argon2id$v=16$m=65536,t=2,p=1$" SALT "$" TAG,
        "$argon2id$m=65536,t=2,p=1$" SALT "$" TAG,
        "$argon2id$v=19$t=2,m=65536,p=1$" SALT "$" TAG,
        "$argon2id$v=19$m=065536,t=2,p=1$" SALT "$" TAG,
        "$argon2id$v=19$m=65536,t=+2,p=1$" SALT "$" TAG,
        "$argon2id$v=19$m=65536,t=2,p=$" SALT "$" TAG,
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHR$" TAG,
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ=$" TAG,
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbA$" TAG,
        "$argon2id$v=19$m=65536,t=2,p=1$" SALT "$CTFhFdXPJO1aFaMaO6Mm",
        GOOD "$",
        GOOD " ",
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXN_bHQ$" TAG,
    };
    phc_hash hash;

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_srv(phc_read(bad[i], &hash), SRV_E_INVALID);
}

/* T59: a row of the database cannot take the machine down. */
static void phc_refuses_a_cost_above_the_caps(void **state)
{
    static const struct {
        const char *text;
        srv_status want;
    } rows[] = {
        { "$argon2id$v=19$m=262144,t=1,p=1$" SALT "$" TAG, SRV_OK },
        { "$argon2id$v=19$m=262145,t=1,p=1$" SALT "$" TAG, SRV_E_INVALID },
        { "$argon2id$v=19$m=4294967304,t=1,p=1$" SALT "$" TAG, SRV_E_INVALID },
        { "$argon2id$v=19$m=64,t=20,p=1$" SALT "$" TAG, SRV_OK },
        { "$argon2id$v=19$m=64,t=21,p=1$" SALT "$" TAG, SRV_E_INVALID },
        { "$argon2id$v=19$m=128,t=1,p=16$" SALT "$" TAG, SRV_OK },
        { "$argon2id$v=19$m=1024,t=1,p=17$" SALT "$" TAG, SRV_E_INVALID },
        { "$argon2id$v=19$m=8,t=1,p=1$" SALT "$" TAG, SRV_OK },
        { "$argon2id$v=19$m=7,t=1,p=1$" SALT "$" TAG, SRV_E_INVALID },
        { "$argon2id$v=19$m=15,t=1,p=2$" SALT "$" TAG, SRV_E_INVALID },
    };
    phc_hash hash;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_srv(phc_read(rows[i].text, &hash), rows[i].want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phc_reads_the_example_of_the_reference_implementation),
        cmocka_unit_test(phc_writes_what_it_read),
        cmocka_unit_test(phc_writes_the_longest_hash),
        cmocka_unit_test(phc_refuses_another_form),
        cmocka_unit_test(phc_refuses_a_cost_above_the_caps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
