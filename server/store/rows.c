/* rows.c - the words for numbers that stand in the database; see rows.h. */
#include "store/rows.h"

#define ROW_CASE(prefix, name, text)                                                               \
    case prefix##name:                                                                             \
        return text;

const char *end_reason_text(end_reason reason)
{
#define END_CASE(name, number, text) ROW_CASE(END_, name, text)
    switch (reason) {
        END_REASON_MAP(END_CASE)
    }
    return "";
}

const char *tape_kind_text(tape_kind kind)
{
#define TAPE_CASE(name, number, text) ROW_CASE(TAPE_, name, text)
    switch (kind) {
        TAPE_KIND_MAP(TAPE_CASE)
    }
    return "";
}

const char *audit_event_text(audit_event event)
{
#define AUDIT_CASE(name, number, text) ROW_CASE(AUDIT_, name, text)
    switch (event) {
        AUDIT_EVENT_MAP(AUDIT_CASE)
    }
    return "unknown";
}
