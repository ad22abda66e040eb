/* lanyard/bytes.h - a pointer and its length, together; a NUL is just a byte.
 *
 * Neither owns what it points at: whoever hands one out says how long it lives.
 */
#ifndef LANYARD_BYTES_H
#define LANYARD_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <lanyard/version.h>

LANYARD_BEGIN

/* Any bytes. */
typedef struct lanyard_bytes {
    const uint8_t *ptr;
    size_t len;
} lanyard_bytes;

/* UTF-8 text, not NUL-terminated. */
typedef struct lanyard_str {
    const char *ptr;
    size_t len;
} lanyard_str;

/* The text of a NUL-terminated string; NULL gives the empty text. Borrows. */
LANYARD_API lanyard_str lanyard_str_of(const char *text);

/* 1 when the two hold the same bytes. Not for secrets: its time depends on the contents. */
LANYARD_API int lanyard_str_equal(lanyard_str left, lanyard_str right);

/* 1 when text has no control characters (C0, DEL, C1) and is valid UTF-8: fit for a header
 * line or a log. The empty text is plain. */
LANYARD_API int lanyard_str_is_plain(lanyard_str text);

LANYARD_END
#endif
