/* times.c - moments in UTC and durations in words; see times.h.
 *
 * How it works: a day is counted from 1 March of the year 0, so that the leap day is the last of
 * its year and months have the lengths 31 30 31 30 31, over and over; 400 years have 146097 days.
 */
#include "times.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MINUTE      60
#define HOUR        3600
#define DAY         86400
#define DAYS_400    146097 /* of 400 years */
#define DAYS_100    36524
#define DAYS_4      1461
#define DAYS_1970   719468         /* from 0000-03-01 to 1970-01-01 */
#define YEAR_0      (-62167219200) /* 0000-01-01T00:00:00Z */
#define YEAR_10000  253402300800
#define NUMBER_MAX  (INT64_MAX / 4) /* sums of two stay in range */
#define CLAIM_MAX   1e15            /* of a claim with a fraction */
#define FRACTION_AT 19              /* behind the seconds of an RFC 3339 time */

typedef struct unit_row {
    char letter;
    const char *name;
    int64_t seconds;
} unit_row;

static const unit_row unit_rows[] = {
    { 'd', "day", DAY },
    { 'h', "hour", HOUR },
    { 'm', "minute", MINUTE },
    { 's', "second", 1 },
};

#define UNITS (sizeof unit_rows / sizeof *unit_rows)

static bool time_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits from *text on, moved behind them. */
static bool time_take_number(const char **text, int64_t *number)
{
    int64_t value = 0;

    if (!time_is_digit(**text))
        return false;
    for (; time_is_digit(**text); (*text)++) {
        if (value > NUMBER_MAX / 10 - 1)
            return false;
        value = value * 10 + (**text - '0');
    }
    *number = value;
    return true;
}

bool time_read_number(const char *text, int64_t *number)
{
    return time_take_number(&text, number) && *text == '\0';
}

/* count digits at text[at], between min and max. */
static bool time_field(const char *text, size_t at, size_t count, int min, int max, int *value)
{
    *value = 0;
    for (size_t i = at; i < at + count; i++) {
        if (!time_is_digit(text[i]))
            return false;
        *value = *value * 10 + (text[i] - '0');
    }
    return *value >= min && *value <= max;
}

static int days_of_month(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && is_leap ? 29 : days[month - 1];
}

static int64_t days_from_date(int year, int month, int day)
{
    int from_march = (month + 9) % 12;
    int64_t years = month <= 2 ? year - 1 : year;
    int64_t era = years >= 0 ? years / 400 : -1;
    int64_t in_era = years - era * 400;
    int64_t in_year = (153 * from_march + 2) / 5 + day - 1;

    return era * DAYS_400 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - DAYS_1970;
}

/* The fraction, which is dropped, and the offset: "Z" or "+01:30". */
static bool time_read_offset(const char *text, int64_t *offset)
{
    int hours = 0;
    int minutes = 0;

    if (*text == '.') {
        text++;
        if (!time_is_digit(*text))
            return false;
        text += strspn(text, "0123456789");
    }
    if (*text == 'Z' || *text == 'z')
        return text[1] == '\0';
    if ((*text != '+' && *text != '-') || strlen(text) != 6 || text[3] != ':')
        return false;
    if (!time_field(text, 1, 2, 0, 23, &hours) || !time_field(text, 4, 2, 0, 59, &minutes))
        return false;
    *offset = (*text == '-' ? -1 : 1) * ((int64_t)hours * HOUR + (int64_t)minutes * MINUTE);
    return true;
}

bool time_read_utc(const char *text, int64_t *moment)
{
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
    int64_t offset = 0;

    if (strlen(text) <= FRACTION_AT || text[4] != '-' || text[7] != '-' ||
        (text[10] != 'T' && text[10] != 't' && text[10] != ' ') || text[13] != ':' ||
        text[16] != ':')
        return false;
    if (!time_field(text, 0, 4, 0, 9999, &year) || !time_field(text, 5, 2, 1, 12, &month) ||
        !time_field(text, 8, 2, 1, days_of_month(year, month), &day) ||
        !time_field(text, 11, 2, 0, 23, &hour) || !time_field(text, 14, 2, 0, 59, &minute) ||
        !time_field(text, 17, 2, 0, 60, &second) || !time_read_offset(text + FRACTION_AT, &offset))
        return false;
    *moment = days_from_date(year, month, day) * DAY + (int64_t)hour * HOUR +
              (int64_t)minute * MINUTE + second - offset;
    return true;
}

bool time_read_moment(const char *text, int64_t *moment)
{
    return time_read_number(text, moment) || time_read_utc(text, moment);
}

bool time_read_claim(const lanyard_value *claims, const char *name, int64_t *moment)
{
    lanyard_value value;
    double number = 0;

    if (lanyard_value_member(claims, lanyard_str_of(name), &value) != LANYARD_OK)
        return false;
    if (lanyard_value_int(&value, moment) == LANYARD_OK)
        return true;
    if (lanyard_value_num(&value, &number) != LANYARD_OK || number < -CLAIM_MAX ||
        number > CLAIM_MAX)
        return false;
    *moment = (int64_t)number;
    return true;
}

static const unit_row *unit_find(char letter)
{
    for (size_t i = 0; i < UNITS; i++)
        if (unit_rows[i].letter == letter)
            return &unit_rows[i];
    return NULL;
}

bool time_read_duration(const char *text, int64_t *seconds)
{
    int64_t sum = 0;

    if (!*text)
        return false;
    while (*text) {
        int64_t number = 0;
        const unit_row *unit = NULL;

        if (!time_take_number(&text, &number))
            return false;
        unit = unit_find(*text);
        if (!unit || number > (NUMBER_MAX - sum) / unit->seconds)
            return false;
        sum += number * unit->seconds;
        text++;
    }
    *seconds = sum;
    return true;
}

void time_write_utc(int64_t moment, char out[TIME_TEXT_MAX])
{
    if (moment < YEAR_0 || moment >= YEAR_10000) {
        snprintf(out, TIME_TEXT_MAX, "beyond the calendar");
        return;
    }

    int64_t since = moment - YEAR_0; /* never negative, so that division cuts downward */
    int64_t days = since / DAY + (YEAR_0 / DAY) + DAYS_1970;
    int64_t of_day = since % DAY;
    int64_t era = days >= 0 ? days / DAYS_400 : -1;
    int64_t in_era = days - era * DAYS_400;
    int64_t year =
        (in_era - in_era / (DAYS_4 - 1) + in_era / DAYS_100 - in_era / (DAYS_400 - 1)) / 365;
    int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
    int64_t from_march = (5 * in_year + 2) / 153;
    int64_t day = in_year - (153 * from_march + 2) / 5 + 1;
    int64_t month = from_march < 10 ? from_march + 3 : from_march - 9;

    snprintf(out, TIME_TEXT_MAX,
             "%04" PRId64 "-%02" PRId64 "-%02" PRId64 "T%02" PRId64 ":%02" PRId64 ":%02" PRId64 "Z",
             year + era * 400 + (month <= 2 ? 1 : 0), month, day, of_day / HOUR,
             of_day % HOUR / MINUTE, of_day % MINUTE);
}

void time_write_words(int64_t seconds, char out[TIME_TEXT_MAX])
{
    uint64_t left = seconds < 0 ? 0 - (uint64_t)seconds : (uint64_t)seconds;
    size_t first = 0;
    int len = 0;

    while (first < UNITS - 1 && left < (uint64_t)unit_rows[first].seconds)
        first++;
    /* Two units at most, and seconds only by themselves. */
    for (size_t i = first; i < UNITS && i < first + 2; i++) {
        uint64_t count = left / (uint64_t)unit_rows[i].seconds;

        left %= (uint64_t)unit_rows[i].seconds;
        if (i > first && (count == 0 || unit_rows[i].seconds == 1))
            return;
        len += snprintf(out + len, TIME_TEXT_MAX - (size_t)len, "%s%" PRIu64 " %s%s",
                        i > first ? " " : "", count, unit_rows[i].name, count == 1 ? "" : "s");
    }
}

void time_write_relative(int64_t moment, int64_t now, char out[TIME_TEXT_MAX])
{
    char words[TIME_TEXT_MAX];
    int64_t between = 0;

    if (__builtin_sub_overflow(moment, now, &between))
        between = moment < now ? INT64_MIN : INT64_MAX;
    if (between == 0) {
        snprintf(out, TIME_TEXT_MAX, "now");
        return;
    }
    time_write_words(between, words);
    snprintf(out, TIME_TEXT_MAX, between > 0 ? "in %.50s" : "%.50s ago", words);
}
