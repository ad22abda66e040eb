/* support.h - what the test programs that read their cases from JSON share: files, members, bytes
 * and lines of TAP. A broken data file ends the program: it is no failure of the library. */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <lanyard.h>

/* TAP: one line a test, counted. Returns is_ok. */
bool tap_ok(bool is_ok, const char *name, const char *why);
void tap_skip(const char *name, const char *why);
/* The summary as the last line; the exit status of the program. */
int tap_done(void);

/* Says what is wrong with the data and exits with 2. */
_Noreturn void die(const char *what, lanyard_str about);

/* A whole JSON file, with limits wide enough for test data. path NULL-terminated. */
lanyard_json *json_file(const char *path);
/* The same, NULL when there is no such file. */
lanyard_json *json_file_if(const char *path);

/* A member; the bool forms say whether it stands there. */
bool json_get(const lanyard_value *object, const char *name, lanyard_value *value);
lanyard_value json_need(const lanyard_value *object, const char *name);
lanyard_str json_str(const lanyard_value *object, const char *name); /* "" where there is none */
int64_t json_int(const lanyard_value *object, const char *name, int64_t otherwise);
bool json_bool(const lanyard_value *object, const char *name, bool otherwise);
/* A NUL-terminated copy, freed by the caller; NULL where there is none. */
char *json_text(const lanyard_value *object, const char *name);

bool str_is(lanyard_str text, const char *expected);
bool str_starts(lanyard_str text, const char *prefix);
char *str_copy(lanyard_str text);

/* Buffers that abort rather than fail. */
lanyard_buf buf_new(void);
void buf_put(lanyard_buf *buf, const void *data, size_t len);
void buf_put_str(lanyard_buf *buf, lanyard_str text);
void buf_put_text(lanyard_buf *buf, const char *text);
void buf_put_hex(lanyard_buf *buf, lanyard_str hex);
void buf_put_base64url(lanyard_buf *buf, lanyard_bytes bytes); /* encodes */
void buf_put_decoded(lanyard_buf *buf, lanyard_str base64url); /* decodes, strict about nothing */
lanyard_bytes buf_bytes(const lanyard_buf *buf);
lanyard_str buf_str(const lanyard_buf *buf);

/* HMAC by libcrypto, for keys that the library would refuse. bits: 256, 384 or 512. */
void buf_put_hmac(lanyard_buf *buf, int bits, lanyard_bytes key, lanyard_bytes message);

/* True when some run of 8 bytes of needle (all of it, when shorter) stands in text. */
bool text_leaks(lanyard_str text, lanyard_bytes needle);

/* True when all of needle, which is not empty, stands in text. */
bool text_contains(lanyard_str text, lanyard_str needle);

/* The status of that name. */
lanyard_status status_named(lanyard_str name);

/* The folder of third-party vectors: $LANYARD_VECTORS, or ../shared/vectors. */
const char *vectors_folder(void);

#endif
