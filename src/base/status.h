/* status.h - how a failure is reported, and the one macro that returns. */
#ifndef LAN_BASE_STATUS_H
#define LAN_BASE_STATUS_H

#include <lanyard/error.h>
#include "base/bytes.h"

/* Calls a stage; hands its failure on. The only macro that returns (ADR-0003). */
#define TRY(call)                                                                                  \
    do {                                                                                           \
        lanyard_status try_status_ = (call);                                                       \
        if (try_status_ != LANYARD_OK)                                                             \
            return try_status_;                                                                    \
    } while (0)

/* Fills *err (NULL is fine) and returns status. detail is the status' own sentence until
 * lan_detail() says more. where must be static text. */
lanyard_status lan_fail(lanyard_error *err, lanyard_status status, const char *where,
                        size_t offset);

/* The same with a detail of its own. */
lanyard_status lan_fail_saying(lanyard_error *err, lanyard_status status, const char *where,
                               size_t offset, const char *detail);

/* Builds the detail piece by piece, cut at its end: the first call after lan_fail_saying() with ""
 * starts it. Bytes that are not plain ASCII are shown as '?'. err may be NULL. */
void lan_detail(lanyard_error *err, const char *text);
void lan_detail_str(lanyard_error *err, lan_str text);
void lan_detail_int(lanyard_error *err, int64_t number);

#endif
