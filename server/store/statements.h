/* statements.h - the numbers of the statements in statements.inc. */
#ifndef SERVER_STORE_STATEMENTS_H
#define SERVER_STORE_STATEMENTS_H

#include "base/defense.h"

#define STATEMENT(name, text) STATEMENT_##name,
typedef enum store_statement {
#include "store/statements.inc"
    STATEMENTS
} store_statement;
#undef STATEMENT

/* As written there. Static text. */
const char *store_statement_text(store_statement statement);

#endif
