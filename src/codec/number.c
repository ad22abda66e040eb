/* number.c - JSON numbers as whole numbers or doubles; see number.h. */
#define _GNU_SOURCE /* strtod_l */
#include "codec/number.h"
#include <locale.h>
#include <math.h>
#include <stdlib.h>

#define EXPONENT_CAP 100000 /* beyond it every number is zero or does not fit */
#define DOUBLE_TEXT  64

/* A number taken apart: digits without the point, and where the point stands in them. */
typedef struct number_parts {
    lan_str mantissa; /* digits and perhaps a point */
    long exponent;
    bool is_negative;
} number_parts;

static number_parts number_split(lan_str text)
{
    number_parts parts = { 0 };
    size_t at = 0;
    bool is_minus = false;

    parts.is_negative = text.len > 0 && text.ptr[0] == '-';
    at = parts.is_negative ? 1 : 0;
    parts.mantissa = lan_str_from(text, at);
    while (at < text.len && text.ptr[at] != 'e' && text.ptr[at] != 'E')
        at++;
    parts.mantissa.len = at - (parts.is_negative ? 1 : 0);
    if (at == text.len)
        return parts;
    at++;
    is_minus = text.ptr[at] == '-';
    if (text.ptr[at] == '-' || text.ptr[at] == '+')
        at++;
    for (; at < text.len; at++)
        if (parts.exponent < EXPONENT_CAP)
            parts.exponent = parts.exponent * 10 + (text.ptr[at] - '0');
    if (is_minus)
        parts.exponent = -parts.exponent;
    return parts;
}

/* Digits before the point once the exponent has moved it. */
static long number_whole_digits(const number_parts *parts)
{
    const char *point =
        parts->mantissa.len ? memchr(parts->mantissa.ptr, '.', parts->mantissa.len) : NULL;
    size_t before = point ? (size_t)(point - parts->mantissa.ptr) : parts->mantissa.len;

    return (before > EXPONENT_CAP ? 2 * EXPONENT_CAP : (long)before) + parts->exponent;
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
    uint64_t below = magnitude + (is_negative && has_fraction ? 1 : 0);
    lan_whole whole = { .has_fraction = has_fraction };

    if (is_negative) {
        whole.fits = below <= (uint64_t)INT64_MAX + 1;
        whole.floor = whole.fits && below > 0 ? -(int64_t)(below - 1) - 1 : 0;
        return whole;
    }
    whole.fits = magnitude < (uint64_t)INT64_MAX + (has_fraction ? 0 : 1);
    whole.floor = whole.fits ? (int64_t)magnitude : 0;
    return whole;
}

lan_whole lan_number_to_whole(lan_str text)
{
    number_parts parts = number_split(text);
    long whole_digits = number_whole_digits(&parts);
    uint64_t magnitude = 0;
    bool has_fraction = false;
    long place = 0;

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

bool lan_number_to_double(lan_str text, double *number)
{
    char copy[DOUBLE_TEXT];
    char *whole = copy;
    bool is_long = text.len >= sizeof copy;

    /* strtod_l wants a NUL at the end; JSON text is followed by at least its document's end, and
     * every document here is copied with a NUL behind it, so a long number is read in place. */
    if (is_long)
        whole = (char *)(uintptr_t)text.ptr;
    else
        memcpy(copy, text.ptr, text.len);
    if (!is_long)
        copy[text.len] = '\0';

    /* glibc's "C" locale is static: nothing is allocated, nothing can fail. */
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);

    if (!plain)
        return false;

    double value = strtod_l(whole, NULL, plain);

    freelocale(plain);
    if (!isfinite(value))
        return false;
    *number = value;
    return true;
}
