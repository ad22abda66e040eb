/* number.c - JSON numbers as whole numbers or doubles; see number.h. */
#include "codec/number.h"
#include "base/text.h"
#include <locale.h>
#include <math.h>
#include <stdlib.h>

/* Beyond it a number is zero or does not fit, whatever its digits: no text is nearly that long. */
#define EXPONENT_CAP ((int64_t)1 << 40)

/* A double is told from its neighbors by 767 digits at most; one more says whether there are more.
 */
#define DOUBLE_DIGITS   770
#define DOUBLE_EXPONENT 100000 /* beyond it a double is zero or infinite */

/* A number taken apart. */
typedef struct number_parts {
    lan_str mantissa; /* digits and perhaps a point */
    int64_t exponent;
    bool is_negative;
} number_parts;

static int64_t number_exponent(lan_str text)
{
    bool is_negative = text.ptr[0] == '-';
    size_t at = is_negative || text.ptr[0] == '+' ? 1 : 0;
    int64_t exponent = 0;

    for (; at < text.len; at++)
        if (exponent < EXPONENT_CAP)
            exponent = exponent * 10 + (text.ptr[at] - '0');
    return is_negative ? -exponent : exponent;
}

static number_parts number_split(lan_str text)
{
    number_parts parts = { .is_negative = text.len > 0 && text.ptr[0] == '-' };
    size_t at = 0;

    if (parts.is_negative)
        text = lan_str_from(text, 1);
    while (at < text.len && text.ptr[at] != 'e' && text.ptr[at] != 'E')
        at++;
    parts.mantissa = (lan_str){ text.ptr, at };
    if (at < text.len)
        parts.exponent = number_exponent(lan_str_from(text, at + 1));
    return parts;
}

/* Digits before the point once the exponent has moved it. */
static int64_t number_whole_digits(const number_parts *parts)
{
    size_t before = 0;

    while (before < parts->mantissa.len && parts->mantissa.ptr[before] != '.')
        before++;
    return (int64_t)before + parts->exponent;
}

/* Adds one digit; false on overflow. */
static bool number_push(uint64_t *value, char digit)
{
    uint64_t add = (uint64_t)(digit - '0');

    if (*value > (UINT64_MAX - add) / 10)
        return false;
    *value = *value * 10 + add;
    return true;
}

static lan_whole number_signed(uint64_t magnitude, bool has_fraction, bool is_negative)
{
    const uint64_t limit = (uint64_t)INT64_MAX + 1; /* of what lies below zero */
    uint64_t next = has_fraction ? 1 : 0;
    lan_whole whole = { .has_fraction = has_fraction };

    if (is_negative) {
        whole.fits = magnitude <= limit - next;
        magnitude = whole.fits ? magnitude + next : 0;
        whole.floor = magnitude > 0 ? -(int64_t)(magnitude - 1) - 1 : 0;
        return whole;
    }
    whole.fits = magnitude < limit - next;
    whole.floor = whole.fits ? (int64_t)magnitude : 0;
    return whole;
}

static lan_whole number_to_whole(lan_str text)
{
    number_parts parts = number_split(text);
    int64_t whole_digits = number_whole_digits(&parts);
    uint64_t magnitude = 0;
    bool has_fraction = false;
    int64_t place = 0;

    for (size_t i = 0; i < parts.mantissa.len; i++) {
        char c = parts.mantissa.ptr[i];

        if (c == '.')
            continue;
        if (place++ >= whole_digits)
            has_fraction |= c != '0';
        else if (!number_push(&magnitude, c))
            return (lan_whole){ .fits = false };
    }
    /* The exponent may ask for zeros that are not written. */
    for (; magnitude != 0 && place < whole_digits; place++)
        if (!number_push(&magnitude, '0'))
            return (lan_whole){ .fits = false };
    return number_signed(magnitude, has_fraction, parts.is_negative);
}

#define SHORT_DIGITS 18u /* so many always fit in 64 bits */

/* Nothing but a few digits, as times are written; false for anything else. */
static bool number_is_short(lan_str text, int64_t *number)
{
    int64_t value = 0;

    if (text.len == 0 || text.len > SHORT_DIGITS)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        value = value * 10 + (text.ptr[i] - '0');
    }
    *number = value;
    return true;
}

lan_whole lan_number_to_whole(lan_str text)
{
    int64_t number = 0;

    return number_is_short(text, &number) ? (lan_whole){ .floor = number, .fits = true }
                                          : number_to_whole(text);
}

/* Writes the number as strtod reads it, short whatever its length: "-15e-1". What is cut off is
 * not zero, so the digit that stands for it only says which side of a tie the number is on. */
static void number_write(const number_parts *parts, char *out)
{
    int64_t power = number_whole_digits(parts);
    size_t count = 0;
    bool has_rest = false;

    if (parts->is_negative)
        *out++ = '-';
    for (size_t i = 0; i < parts->mantissa.len; i++) {
        char c = parts->mantissa.ptr[i];

        if (c == '.')
            continue;
        if (count == DOUBLE_DIGITS) {
            has_rest |= c != '0';
            continue;
        }
        power--;
        if (c != '0' || count > 0)
            out[count++] = c;
    }
    out[count++] = has_rest ? '1' : '0';
    power--;
    if (power > DOUBLE_EXPONENT)
        power = DOUBLE_EXPONENT;
    if (power < -DOUBLE_EXPONENT)
        power = -DOUBLE_EXPONENT;
    out[count++] = 'e';
    out[count + lan_int_to_text(power, out + count)] = '\0';
}

bool lan_number_to_double(lan_str text, double *number)
{
    number_parts parts = number_split(text);
    char copy[DOUBLE_DIGITS + LAN_INT_TEXT_MAX + 4];
    /* glibc's "C" locale is static: nothing is allocated, nothing can fail. */
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);

    if (!plain)
        return false;
    number_write(&parts, copy);

    /* The locale of this thread alone, for this one call. */
    locale_t before = uselocale(plain);
    double value = strtod(copy, NULL);

    uselocale(before);
    freelocale(plain);
    if (!isfinite(value))
        return false;
    *number = value;
    return true;
}
