/* opts.h - option structs that may be of an older or a newer caller (house rule: size first). */
#ifndef LAN_BASE_OPTS_H
#define LAN_BASE_OPTS_H

#include "base/status.h"

/* Is a caller's option struct one we can read? Its first member is its size: ours or a newer one
 * whose tail is zero. NULL is fine. This being the first release, there is no smaller one. */
lanyard_status lan_opts_check(const void *opts, size_t ours, lanyard_error *err);

#endif
