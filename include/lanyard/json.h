/* lanyard/json.h - the strict JSON reader, for claims and for anybody else's untrusted text.
 *
 * RFC 8259 in UTF-8, and stricter: no member twice in an object (compared after unescaping), no
 * lone surrogates, bounded depth and number of values, numbers kept as text so that none loses a
 * digit. A document is CONFINED and owns a copy of its text; all values borrow from it.
 */
#ifndef LANYARD_JSON_H
#define LANYARD_JSON_H

#include <lanyard/error.h>
#include <lanyard/limits.h>
#include <lanyard/mem.h>

LANYARD_BEGIN

typedef enum lanyard_json_type {
    LANYARD_JSON_NULL = 0,
    LANYARD_JSON_FALSE = 1,
    LANYARD_JSON_TRUE = 2,
    LANYARD_JSON_NUMBER = 3,
    LANYARD_JSON_STRING = 4,
    LANYARD_JSON_ARRAY = 5,
    LANYARD_JSON_OBJECT = 6
} lanyard_json_type;

/* One value. Copy it freely; it lives as long as the document or token it came from. */
typedef struct lanyard_value {
    lanyard_json_type type;
    lanyard_str json; /* its JSON text, as received */
    lanyard_str text; /* of a string: unescaped (may hold NUL); else empty */
    lanyard_str name; /* of a member: its name, unescaped; else empty */
    size_t count;     /* of an array or object: how many values stand in it */
    size_t offset;    /* byte of the value in the document */
    const void *tree; /* ours */
    size_t node;      /* ours */
} lanyard_value;

typedef struct lanyard_json lanyard_json;

/* Reads one document; white space around it is allowed, anything else is not. limits NULL:
 * defaults, with no bound on the length but LANYARD_LIMIT_CEILING.
 * E_JSON_*, E_NO_MEMORY; err->offset is the byte. */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_json_read(const char *text, size_t len,
                                                           const lanyard_limits *limits,
                                                           const lanyard_mem *mem,
                                                           lanyard_json **json, lanyard_error *err);
LANYARD_API void lanyard_json_free(lanyard_json *json); /* NULL is fine */

/* The outermost value. */
LANYARD_API lanyard_value lanyard_json_root(const lanyard_json *json);

/* The member of that name. E_NOT_FOUND; E_WRONG_TYPE when object is none. */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_value_member(const lanyard_value *object,
                                                              lanyard_str name,
                                                              lanyard_value *value);

/* Walks an array or object: start with *cursor 0; 1 and a value, or 0 at the end. */
LANYARD_API int lanyard_value_next(const lanyard_value *parent, size_t *cursor,
                                   lanyard_value *value);

/* A number as int64. E_WRONG_TYPE: not a number, has a fraction, or does not fit. 1e3 fits. */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_value_int(const lanyard_value *value,
                                                           int64_t *number);

/* A number as double, nearest; independent of the locale. E_WRONG_TYPE: not a number, or
 * infinite. */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_value_num(const lanyard_value *value,
                                                           double *number);

/* Appends text as a JSON string, quotes included: UTF-8 kept, control characters, quote and
 * backslash escaped. E_ARGUMENT: not UTF-8; E_BUFFER_FULL, E_NO_MEMORY. */
struct lanyard_buf;
LANYARD_API LANYARD_CHECK lanyard_status lanyard_json_write_str(struct lanyard_buf *out,
                                                                lanyard_str text);

LANYARD_END
#endif
