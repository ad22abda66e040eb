/* key_read.h - bytes to a key, in any format. */
#ifndef LAN_KEY_KEY_READ_H
#define LAN_KEY_KEY_READ_H

#include "base/opts.h"
#include "key/key.h"

/* opts may be NULL. */
lanyard_status lan_key_read(lan_bytes data, const lanyard_key_opts *opts, const lanyard_mem *mem,
                            lanyard_key **key, lanyard_error *err);

#endif
