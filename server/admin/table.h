/* table.h - what the socket answered, for people. */
#ifndef SERVER_ADMIN_TABLE_H
#define SERVER_ADMIN_TABLE_H

#include <stdio.h>
#include "base/status.h"

/* Columns of {"items":[...]}, each as wide as its longest value; of any other object its members,
 * one a line. columns: names of members, NULL behind the last; NULL: the members of the object.
 * E_UNAVAILABLE: the text is no such JSON. */
SRV_CHECK srv_status table_print(FILE *out, lanyard_str json, const char *const *columns,
                                 srv_error *error);

#endif
