/* tables.c - see tables.h. */
#include "store/tables.h"

#include <string.h>

#define TABLE(name, columns)                                                                       \
    {                                                                                              \
#name, columns, STATEMENT_ALL_##name, STATEMENT_PUT_##name, STATEMENT_CLEAR_##name         \
    }
static const store_table tables[] = {
    TABLE(meta, "xb"),
    TABLE(users, "dxixjttti"),
    TABLE(emails, "ddxxti"),
    TABLE(credentials, "ddixbjttt"),
    TABLE(sessions, "ddxibtttttitxxxxxxixbx"),
    TABLE(oauth_clients, "xxxbbtt"),
    TABLE(signing_keys, "xxjbittt"),
    TABLE(revocations, "iibtt"),
    TABLE(audit, "itidddxj"),
};
#undef TABLE

const store_table *store_table_at(size_t index)
{
    return index < sizeof tables / sizeof *tables ? &tables[index] : NULL;
}

static store_type table_type(char letter)
{
    switch (letter) {
    case 'i':
        return STORE_INT;
    case 'd':
        return STORE_ID;
    case 'b':
        return STORE_BYTES;
    case 'j':
        return STORE_JSON;
    case 't':
        return STORE_TIME;
    default:
        return STORE_TEXT;
    }
}

void store_table_values(const store_table *table, const store_result *result,
                        store_value values[TABLE_COLUMNS_MAX])
{
    const store_driver *driver = result->conn->driver;

    for (int i = 0; table->columns[i]; i++) {
        store_value *value = &values[i];

        *value = (store_value){ .type = table_type(table->columns[i]) };
        value->is_null = driver->column_is_null(result, i);
        if (value->is_null)
            continue;
        if (value->type == STORE_INT || value->type == STORE_TIME)
            value->number = driver->column_number(result, i);
        else
            value->bytes = driver->column_bytes(result, i);
    }
}
