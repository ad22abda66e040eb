/* json_write.h - pieces of JSON, counted first and written then.
 *
 * How it works: one function says what to write and is run twice. The first run has nowhere to
 * write and counts; with that much room the second run cannot fail.
 */
#ifndef LAN_CODEC_JSON_WRITE_H
#define LAN_CODEC_JSON_WRITE_H

#include "base/bytes.h"

typedef struct lan_writer {
    char *at;   /* where the next byte goes, with room enough; NULL: only count */
    size_t len; /* bytes so far, written or counted */
} lan_writer;

/* Text as it is. */
void lan_write(lan_writer *writer, lan_str text);

/* Text as a JSON string, quotes included. text is UTF-8 and stays so; quote, backslash and control
 * characters are escaped. */
void lan_write_json_str(lan_writer *writer, lan_str text);

void lan_write_int(lan_writer *writer, int64_t number);

/* "name": */
void lan_write_json_name(lan_writer *writer, lan_str name);

#endif
