/* buf.h - appending to a lanyard_buf, with the error filled in. */
#ifndef LAN_BASE_BUF_H
#define LAN_BASE_BUF_H

#include <lanyard/buf.h>
#include "base/status.h"

lanyard_status lan_buf_reserve(lanyard_buf *buf, size_t len, lanyard_error *err);
lanyard_status lan_buf_add(lanyard_buf *buf, lan_str text, lanyard_error *err);
lanyard_status lan_buf_add_int(lanyard_buf *buf, int64_t number, lanyard_error *err);

#endif
