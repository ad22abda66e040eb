/* json_string.h - one JSON string, read and unescaped. */
#ifndef LAN_CODEC_JSON_STRING_H
#define LAN_CODEC_JSON_STRING_H

#include "codec/json_read.h"

/* Where unescaped text goes: one piece for a whole document, taken at the first escape. */
typedef struct lan_json_scratch {
    char *next;
} lan_json_scratch;

/* Reads the string whose quote is at *at, moves *at behind it. Text without escapes borrows from
 * source, other text from the arena. */
lanyard_status lan_json_read_string(lan_arena *arena, lan_str source, size_t *at,
                                    lan_json_scratch *scratch, lan_str *text,
                                    lan_json_fault *fault);

#endif
