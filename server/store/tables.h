/* tables.h - every table as columns with types: for who copies whole databases, and nobody else.
 *
 * A column is a letter: i INT, d ID, b BYTES, x TEXT, j JSON, t TIME. The order of the tables is
 * one in which rows may be added: users before what refers to them.
 */
#ifndef SERVER_STORE_TABLES_H
#define SERVER_STORE_TABLES_H

#include "store/driver.h"

#define TABLE_COLUMNS_MAX 24

typedef struct store_table {
    const char *name;
    const char *columns;
    store_statement read;  /* all rows, in the order of their key */
    store_statement add;   /* one row, its columns as parameters */
    store_statement clear; /* all rows */
} store_table;

/* Iterate from 0; NULL past the end. */
const store_table *store_table_at(size_t index);

/* The row's columns as values, borrowed from the result. */
void store_table_values(const store_table *table, const store_result *result,
                        store_value values[TABLE_COLUMNS_MAX]);

#endif
