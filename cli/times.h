/* times.h - moments in UTC and durations in words, read and written. */
#ifndef LANYARD_CLI_TIMES_H
#define LANYARD_CLI_TIMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <lanyard.h>

#define TIME_TEXT_MAX 64

/* "2023-11-14T22:13:20Z", with any offset (RFC 3339); a fraction of a second is dropped. */
bool time_read_utc(const char *text, int64_t *moment);

/* The same, or seconds since 1970. */
bool time_read_moment(const char *text, int64_t *moment);

/* "900s", "15m", "2h", "7d", "1h30m". */
bool time_read_duration(const char *text, int64_t *seconds);

/* A whole number without sign, all of the text. */
bool time_read_number(const char *text, int64_t *number);

/* A claim that is a time, a fraction of a second dropped. False: not there, or no such time. */
bool time_read_claim(const lanyard_value *claims, const char *name, int64_t *moment);

/* Outside the years 0 to 9999: "beyond the calendar". */
void time_write_utc(int64_t moment, char out[TIME_TEXT_MAX]);

/* "3 minutes", "2 hours 5 minutes"; of a negative duration its length. */
void time_write_words(int64_t seconds, char out[TIME_TEXT_MAX]);

/* "in 3 minutes", "3 minutes ago", "now". */
void time_write_relative(int64_t moment, int64_t now, char out[TIME_TEXT_MAX]);

#endif
