/* opts.c - option structs that may be of a newer caller; see opts.h. */
#include "base/opts.h"

/* No release will add more; a size above is no size, and not to be followed through memory. */
#define OPTS_GROWTH_MAX 4096u

lanyard_status lan_opts_check(const void *opts, size_t ours, lanyard_error *err)
{
    size_t size = 0;

    if (!opts)
        return LANYARD_OK;
    memcpy(&size, opts, sizeof size);
    if (size < ours || size - ours > OPTS_GROWTH_MAX)
        return lan_fail_saying(err, LANYARD_E_ARGUMENT, "argument", 0,
                               "an option struct without its size");
    for (size_t i = ours; i < size; i++)
        if (((const uint8_t *)opts)[i] != 0)
            return lan_fail_saying(err, LANYARD_E_ARGUMENT, "argument", 0,
                                   "an option of a newer release");
    return LANYARD_OK;
}
