/* json_names.h - no name twice in an object (RFC 7515, 4; RFC 7519, 4). */
#ifndef LAN_CODEC_JSON_NAMES_H
#define LAN_CODEC_JSON_NAMES_H

#include "codec/json_read.h"

/* E_JSON_DUPLICATE at the value of the first member whose name stood before; E_NO_MEMORY. The
 * object is closed. */
lanyard_status lan_json_check_names(lan_arena *arena, const lan_json_node *nodes, uint32_t object,
                                    lan_str source, lan_json_fault *fault);

/* Bytes of arena that all objects of a document of so many values take at most. */
size_t lan_json_names_mem(size_t values);

#endif
