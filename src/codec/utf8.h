/* utf8.h - is it UTF-8? RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef LAN_CODEC_UTF8_H
#define LAN_CODEC_UTF8_H

#include "base/bytes.h"

/* The length (1 to 4) of the well-formed sequence at the start of text, 0 when there is none. */
size_t lan_utf8_sequence(lan_str text);

bool lan_utf8_is_valid(lan_str text);

/* Writes a code point (no surrogate, at most U+10FFFF); returns the length, 1 to 4. */
size_t lan_utf8_write(uint32_t code_point, char out[4]);

#endif
