/* lanyard/error.h - what a call says when it fails.
 *
 * CONFINED. Yours, usually on the stack; nothing in it to free. Every function takes NULL
 * instead. It is written only on failure, and then `where` and `detail` are never NULL.
 * No key byte, no computed MAC and no issuer, audience, subject or type that a policy expects
 * ever stands in it, and no token; the values of claims that were found may.
 */
#ifndef LANYARD_ERROR_H
#define LANYARD_ERROR_H

#include <lanyard/status.h>

LANYARD_BEGIN

/* Bits of `failed`: which claim checks failed. All are run, so several can be set; `status`
 * is the first in this order. */
#define LANYARD_FAILED_TYP      0x0001u
#define LANYARD_FAILED_EXP      0x0002u
#define LANYARD_FAILED_NBF      0x0004u
#define LANYARD_FAILED_IAT      0x0008u
#define LANYARD_FAILED_MAX_AGE  0x0010u
#define LANYARD_FAILED_ISS      0x0020u
#define LANYARD_FAILED_AUD      0x0040u
#define LANYARD_FAILED_SUB      0x0080u
#define LANYARD_FAILED_JTI      0x0100u
#define LANYARD_FAILED_REQUIRED 0x0200u

#define LANYARD_DETAIL_MAX 120

typedef struct lanyard_error {
    lanyard_status status;
    const char *where; /* static: "token", "header", "payload", "signature", "claim:exp", "key:n" */
    size_t offset;     /* the byte in the text that was given: of the token, key or policy */
    int64_t value;     /* the time that failed, in seconds since 1970; else 0 */
    uint32_t failed;   /* LANYARD_FAILED_ bits */
    char detail[LANYARD_DETAIL_MAX]; /* "expected 3 parts, found 2"; plain text, NUL-terminated */
} lanyard_error;

LANYARD_END
#endif
