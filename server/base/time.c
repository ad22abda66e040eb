/* time.c - see time.h. */
#include "base/time.h"

#include <stdio.h>
#include <time.h>

static int64_t time_read(clockid_t clock)
{
    struct timespec spec = { 0 };

    clock_gettime(clock, &spec);
    return (int64_t)spec.tv_sec * SRV_SECOND + spec.tv_nsec / 1000;
}

srv_time srv_now(void)
{
    return time_read(CLOCK_REALTIME);
}

srv_time srv_clock_now(const srv_clock *clock)
{
    return clock->now ? clock->now(clock->ctx) : srv_now();
}

int64_t srv_monotonic(void)
{
    return time_read(CLOCK_MONOTONIC);
}

int64_t srv_time_seconds(srv_time time)
{
    int64_t seconds = time / SRV_SECOND;

    return time % SRV_SECOND < 0 ? seconds - 1 : seconds;
}

void srv_time_write(srv_time time, char out[SRV_TIME_TEXT_MAX])
{
    time_t seconds = (time_t)srv_time_seconds(time);
    struct tm parts = { 0 };
    char date[SRV_TIME_TEXT_MAX] = "";

    gmtime_r(&seconds, &parts);
    (void)strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(out, SRV_TIME_TEXT_MAX, "%.20s.%06dZ", date,
             (int)(time - (srv_time)seconds * SRV_SECOND));
}
