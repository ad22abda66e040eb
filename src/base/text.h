/* text.h - numbers to text and back, independent of any locale. */
#ifndef LAN_BASE_TEXT_H
#define LAN_BASE_TEXT_H

#include "base/bytes.h"

#define LAN_INT_TEXT_MAX 20 /* "-9223372036854775808" */

/* Writes number in decimal, without a NUL; returns the length. */
size_t lan_int_to_text(int64_t number, char out[LAN_INT_TEXT_MAX]);

/* Reads an array index: decimal digits, no sign, no leading zero, at most nine. */
bool lan_text_to_index(lan_str text, size_t *index);

#endif
