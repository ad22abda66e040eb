/* now.c - the one reader of the clock, offered to callers and called by nothing in here. */
#include <lanyard/jwt.h>
#include <time.h>

int64_t lanyard_now(void)
{
    struct timespec now = { 0 };

    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec;
}
