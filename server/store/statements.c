/* statements.c - see statements.h. */
#include "store/statements.h"

#define STATEMENT(name, text) text,
static const char *const statement_texts[] = {
#include "store/statements.inc"
};
#undef STATEMENT

const char *store_statement_text(store_statement statement)
{
    return statement_texts[statement];
}
