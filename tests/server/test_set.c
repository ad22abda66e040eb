/* test_set.c - the set behind the tape: every key is found, however alike keys are. */
#include "asserts.h"

#include <time.h>
#include "tape/set.h"

#define MANY   100000
#define BOUND  (60 * CLOCKS_PER_SEC) /* of processor time, under any sanitizer */
#define SHAPES 4

/* Ids of one millisecond, counted in different bytes: what a linear or masked hash piles up. */
static tape_row row_of(int shape, uint32_t number)
{
    static const size_t places[SHAPES] = { 0, 6, 8, 12 };
    tape_row row = { .kind = TAPE_SID, .key_len = TAPE_SET_KEY, .expires_at = 1 };

    memcpy(row.key + places[shape], &number, sizeof number);
    return row;
}

/* T19: with one chain it would be billions of steps, many minutes of them. */
static void set_stays_flat_under_keys_that_are_alike(void **state)
{
    clock_t start = clock();

    (void)state;
    for (int shape = 0; shape < SHAPES; shape++) {
        tape_set set;

        assert_srv(tape_set_init(&set), SRV_OK);
        for (uint32_t i = 0; i < MANY; i++) {
            tape_row row = row_of(shape, i);

            assert_srv(tape_set_add(&set, &row), SRV_OK);
        }
        assert_int_equal(set.count, MANY);
        for (uint32_t i = 0; i < 2 * MANY; i++) {
            tape_row row = row_of(shape, i);
            bool is_there =
                tape_set_find(&set, TAPE_SID, (lanyard_bytes){ row.key, TAPE_SET_KEY }) != NULL;

            assert_int_equal(is_there, i < MANY);
        }
        tape_set_done(&set);
    }
    assert_true(clock() - start < BOUND);
}

static void set_tells_kinds_apart(void **state)
{
    tape_row row = row_of(0, 7);
    tape_set set;

    (void)state;
    assert_srv(tape_set_init(&set), SRV_OK);
    assert_srv(tape_set_add(&set, &row), SRV_OK);
    assert_non_null(tape_set_find(&set, TAPE_SID, (lanyard_bytes){ row.key, TAPE_SET_KEY }));
    assert_null(tape_set_find(&set, TAPE_SUB, (lanyard_bytes){ row.key, TAPE_SET_KEY }));
    tape_set_expire(&set, 2);
    assert_null(tape_set_find(&set, TAPE_SID, (lanyard_bytes){ row.key, TAPE_SET_KEY }));
    tape_set_done(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(set_stays_flat_under_keys_that_are_alike),
        cmocka_unit_test(set_tells_kinds_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
