/* asserts.h - cmocka, and what the server's tests assert beside: statuses by their code. */
#ifndef TESTS_SERVER_ASSERTS_H
#define TESTS_SERVER_ASSERTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "base/status.h"

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

/* Shows the codes of the two statuses when they differ. */
#define assert_srv(actual, expected)                                                               \
    assert_string_equal(srv_status_code(actual), srv_status_code(expected))

static inline lanyard_bytes bytes_of(const char *text)
{
    return (lanyard_bytes){ (const uint8_t *)text, strlen(text) };
}

#endif
