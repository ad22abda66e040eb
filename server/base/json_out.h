/* json_out.h - writes a JSON body piece by piece over a lanyard_buf.
 *
 * Commas and quotes are its business. The first failure sticks: nothing more is written, and
 * json_out_done() says what it was; so callers write a body without a check on each line.
 *
 *     json_out json = json_out_to(&response->body);
 *     json_object(&json);
 *     json_str(&json, "status", SRV_STR("ok"));
 *     json_close(&json);
 *     TRY(json_out_done(&json));
 */
#ifndef SERVER_BASE_JSON_OUT_H
#define SERVER_BASE_JSON_OUT_H

#include <stdbool.h>
#include "base/id.h"
#include "base/status.h"
#include "base/time.h"

#define JSON_OUT_DEPTH 16

typedef struct json_out {
    lanyard_buf *buf;
    lanyard_status failed;
    unsigned depth;
    char close[JSON_OUT_DEPTH]; /* what closes each open container */
    bool has_value[JSON_OUT_DEPTH];
} json_out;

json_out json_out_to(lanyard_buf *buf);

/* Every value takes the name of its member; NULL inside an array and for the outermost one. */
void json_object(json_out *json); /* the outermost, or inside an array */
void json_object_at(json_out *json, const char *name);
void json_array_at(json_out *json, const char *name);
void json_close(json_out *json); /* the innermost object or array */

void json_str(json_out *json, const char *name, lanyard_str text);
void json_text(json_out *json, const char *name, const char *text); /* NULL: null */
void json_int(json_out *json, const char *name, int64_t number);
void json_bool(json_out *json, const char *name, bool value);
void json_null(json_out *json, const char *name);
void json_id(json_out *json, const char *name, const srv_id *id);     /* nil: null */
void json_time(json_out *json, const char *name, srv_time time);      /* RFC 3339; 0: null */
void json_raw(json_out *json, const char *name, lanyard_str checked); /* is JSON already */

/* E_NO_MEMORY; E_INTERNAL: text that is not UTF-8, too deep, or something left open. */
SRV_CHECK srv_status json_out_done(const json_out *json);

#endif
