/* time.h - microseconds since 1970, and who reads the clock.
 *
 * Below api/ and main.c time is an argument or the transaction's own now (store_now()), so that
 * tests walk with a clock of their own. srv_now() is called by main.c, http/, api/ and the default
 * clock of the SQLite store, and by nothing else. Timers use CLOCK_MONOTONIC.
 */
#ifndef SERVER_BASE_TIME_H
#define SERVER_BASE_TIME_H

#include <stddef.h>
#include <stdint.h>

typedef int64_t srv_time; /* microseconds since 1970, UTC */

#define SRV_SECOND ((srv_time)1000000)
#define SRV_MINUTE (60 * SRV_SECOND)
#define SRV_HOUR   (60 * SRV_MINUTE)
#define SRV_DAY    (24 * SRV_HOUR)

/* Where a part of the server gets its time from. NULL function: the wall clock. */
typedef struct srv_clock {
    srv_time (*now)(void *ctx);
    void *ctx;
} srv_clock;

/* The wall clock. */
srv_time srv_now(void);

/* What the clock says; a NULL function is the wall clock. */
srv_time srv_clock_now(const srv_clock *clock);

/* Microseconds of CLOCK_MONOTONIC, for waiting and measuring. */
int64_t srv_monotonic(void);

/* Seconds since 1970, rounded down: what stands in tokens. */
int64_t srv_time_seconds(srv_time time);

#define SRV_TIME_TEXT_MAX 32

/* RFC 3339 in UTC to the microsecond, "2026-11-23T10:02:11.000000Z"; NUL-terminated. */
void srv_time_write(srv_time time, char out[SRV_TIME_TEXT_MAX]);

#endif
