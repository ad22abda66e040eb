/* registry.c - the table of all algorithms, made of the families that the build names. */
#include <lanyard/alg.h>
#include "key/row.h"

#define FAMILY(name) extern const lan_alg lan_alg_##name[];
#include "families.inc"
#undef FAMILY

#define FAMILY(name) lan_alg_##name,
static const lan_alg *const registry[] = {
#include "families.inc"
    NULL,
};
#undef FAMILY

const lan_alg *lan_alg_at(size_t index)
{
    for (const lan_alg *const *family = registry; *family; family++)
        for (const lan_alg *row = *family; row->info.name; row++)
            if (index-- == 0)
                return row;
    return NULL;
}

const lan_alg *lan_alg_find(lan_str name)
{
    for (const lan_alg *const *family = registry; *family; family++)
        for (const lan_alg *row = *family; row->info.name; row++)
            if (lan_str_eq(lanyard_str_of(row->info.name), name))
                return row;
    return NULL;
}

const lanyard_alg_info *lanyard_alg_at(size_t index)
{
    const lan_alg *row = lan_alg_at(index);

    return row ? &row->info : NULL;
}

const lanyard_alg_info *lanyard_alg_find(const char *name)
{
    const lan_alg *row = lan_alg_find(lanyard_str_of(name));

    return row ? &row->info : NULL;
}

int lanyard_alg_is_available(const char *name)
{
    const lan_alg *row = lan_alg_find(lanyard_str_of(name));

    return row && (!row->is_available || row->is_available(row));
}
