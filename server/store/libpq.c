/* libpq.c - see libpq.h. */
#include "store/libpq.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define LIBPQ_FILE "libpq.so.5"

typedef struct libpq_symbol {
    const char *name;
    size_t at;
} libpq_symbol;

static const libpq_symbol libpq_symbols[] = {
#define LIBPQ_SYMBOL(name) { "PQ" #name, offsetof(libpq, name) },
    LIBPQ_EACH(LIBPQ_SYMBOL)
#undef LIBPQ_SYMBOL
};

static srv_status libpq_missing(srv_error *error)
{
    char detail[SRV_DETAIL_MAX];

    snprintf(detail, sizeof detail,
             "a PostgreSQL database needs " LIBPQ_FILE
             " (Debian: libpq5), and it cannot be loaded: "
             "%s",
             dlerror());
    return srv_fail(error, SRV_E_CONFIG, detail);
}

srv_status libpq_load(libpq *pq, srv_error *error)
{
    void *library = dlopen(LIBPQ_FILE, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

    if (!library)
        return libpq_missing(error);
    for (size_t i = 0; i < sizeof libpq_symbols / sizeof *libpq_symbols; i++) {
        void *function = dlsym(library, libpq_symbols[i].name);

        if (!function)
            return libpq_missing(error);
        memcpy((char *)pq + libpq_symbols[i].at, &function, sizeof function);
    }
    return SRV_OK;
}
