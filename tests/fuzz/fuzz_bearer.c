/* fuzz_bearer.c - Authorization headers against a reference by regular expression. */
#include "check.h"
#include <lanyard/status.h>
#include <regex.h>
#include <string.h>

static const char whole[] = "^[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9._~+/-]+=*)$";
static const char scheme[] = "^[Bb][Ee][Aa][Rr][Ee][Rr]($|[^]A-Za-z0-9!#$%&'*+.^_`|~-]|])";

static int reference_matches(const char *pattern, const char *text, regmatch_t match[2])
{
    regex_t compiled;

    check(regcomp(&compiled, pattern, REG_EXTENDED) == 0);

    int result = regexec(&compiled, text, 2, match, 0);

    regfree(&compiled);
    return result == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    lanyard_str text = { NULL, 0 };
    lanyard_status status = lanyard_bearer_find((const char *)data, len, &text);
    regmatch_t match[2];

    check(status == LANYARD_OK || (!text.ptr && text.len == 0));
    if (status == LANYARD_OK)
        check(text.ptr > (const char *)data && text.ptr + text.len == (const char *)data + len);
    /* What follows a NUL, regexec does not see. */
    if (len > 0 && memchr(data, 0, len)) {
        check(status != LANYARD_OK);
        return 0;
    }

    char *copy = malloc(len + 1);

    if (len > 0)
        memcpy(copy, data, len);
    copy[len] = '\0';
    if (reference_matches(whole, copy, match))
        check(status == LANYARD_OK && text.len == (size_t)(match[1].rm_eo - match[1].rm_so));
    else
        check(status == (reference_matches(scheme, copy, match) ? LANYARD_E_BEARER
                                                                : LANYARD_E_BEARER_MISSING));
    free(copy);
    return 0;
}
