/* fuzz_times.c - the times and durations of the command line, beside libc's own calendar.
 *
 * The first sixteen bytes are two moments to be written, the rest is text to be read.
 */
#include <inttypes.h>
#include <string.h>
#include <time.h>
#include "../../cli/times.h"
#include "check.h"

#define TEXT_MAX   256u
#define BEYOND     "beyond the calendar"
#define YEAR_0     (-62167219200)
#define YEAR_10000 253402300800

static void judge_written(int64_t moment)
{
    char text[TIME_TEXT_MAX];
    char expected[TIME_TEXT_MAX] = BEYOND;
    time_t at = (time_t)moment;
    struct tm parts;
    int64_t read = 0;

    time_write_utc(moment, text);
    if (moment >= YEAR_0 && moment < YEAR_10000) {
        check(gmtime_r(&at, &parts));
        snprintf(expected, sizeof expected, "%04d-%02d-%02dT%02d:%02d:%02dZ",
                 (parts.tm_year + 1900) % 10000, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                 parts.tm_min, parts.tm_sec);
        check(time_read_utc(text, &read) && read == moment);
    }
    check(strcmp(text, expected) == 0);
}

/* The text keeps the form of RFC 3339, so libc's calendar must come to the same moment. */
static void judge_read_utc(const char *text)
{
    struct tm parts = { 0 };
    int64_t moment = 0;
    int hours = 0;
    int minutes = 0;

    if (!time_read_utc(text, &moment))
        return;
    check(sscanf(text, "%4d-%2d-%2d%*c%2d:%2d:%2d", &parts.tm_year, &parts.tm_mon, &parts.tm_mday,
                 &parts.tm_hour, &parts.tm_min, &parts.tm_sec) == 6);
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;

    size_t len = strlen(text);
    char last = text[len - 1];
    int64_t expected = timegm(&parts);

    if (last != 'Z' && last != 'z') {
        check(sscanf(text + len - 5, "%2d:%2d", &hours, &minutes) == 2);
        expected -= (text[len - 6] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    }
    check(moment == expected);
    judge_written(moment);
}

static void judge_read_number(const char *text)
{
    int64_t number = 0;
    int64_t moment = 0;
    char again[TIME_TEXT_MAX];

    if (!time_read_number(text, &number))
        return;
    snprintf(again, sizeof again, "%" PRId64, number);
    check(strcmp(again, text + strspn(text, "0") - (text[strspn(text, "0")] == '\0')) == 0);
    check(time_read_moment(text, &moment) && moment == number);
}

/* Parts of a number and a letter, added up in wider numbers. */
static void judge_read_duration(const char *text)
{
    int64_t seconds = 0;
    char words[TIME_TEXT_MAX];
    unsigned __int128 sum = 0;
    unsigned __int128 number = 0;

    if (!time_read_duration(text, &seconds))
        return;
    for (const char *at = text; *at; at++) {
        const char *unit = strchr("smhd", *at);
        static const unsigned of_unit[] = { 1, 60, 3600, 86400 };

        check(unit || (*at >= '0' && *at <= '9'));
        number = unit ? number * of_unit[unit - "smhd"] : number * 10 + (unsigned)(*at - '0');
        sum += unit ? number : 0;
        number = unit ? 0 : number;
    }
    check(seconds >= 0 && sum + number == (unsigned __int128)seconds);
    time_write_words(seconds, words);
    check(words[0] && strlen(words) < sizeof words);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    int64_t moments[2];
    char text[TEXT_MAX] = "";
    char words[TIME_TEXT_MAX];

    if (len < sizeof moments || len >= TEXT_MAX)
        return 0;
    memcpy(moments, data, sizeof moments);
    memcpy(text, data + sizeof moments, len - sizeof moments);
    judge_written(moments[0]);
    time_write_relative(moments[0], moments[1], words);
    check(words[0] && strlen(words) < sizeof words);
    judge_read_utc(text);
    judge_read_number(text);
    judge_read_duration(text);
    return 0;
}
