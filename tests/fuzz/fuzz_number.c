/* fuzz_number.c - numbers against strtod, which rounds exactly, and whole numbers against long
 * arithmetic in decimal digits. */
#include "check.h"
#include "codec/number.h"
#include <errno.h>
#include <math.h>
#include <lanyard/json.h>

#define SHIFT_MAX 2000 /* exponents up to here are carried out digit by digit */

static bool is_number(lan_str text)
{
    lanyard_json *json = NULL;
    bool is_one = text.len > 0 &&
                  (text.ptr[0] == '-' || (text.ptr[0] >= '0' && text.ptr[0] <= '9')) &&
                  text.ptr[text.len - 1] >= '0' && text.ptr[text.len - 1] <= '9' &&
                  lanyard_json_read(text.ptr, text.len, NULL, NULL, &json, NULL) == LANYARD_OK;

    lanyard_json_free(json);
    return is_one;
}

static void check_double(const char *text, size_t len)
{
    double number = 0;
    double want = strtod(text, NULL);
    bool fits = lan_number_to_double((lan_str){ text, len }, &number);

    check(fits == (isfinite(want) != 0));
    check(!fits || memcmp(&number, &want, sizeof want) == 0);
}

/* Writes the digits before the point to whole, without leading zeros; returns whether any digit
 * behind it is not zero. */
static bool reference_shift(const char *mantissa, size_t len, long exponent, char *whole)
{
    const char *point = memchr(mantissa, '.', len);
    long before = point ? point - mantissa : (long)len;
    long digits = (long)len - (point ? 1 : 0);
    bool has_fraction = false;
    size_t filled = 0;

    for (long place = 0; place < digits || place < before + exponent; place++) {
        char c = '0';

        if (place < digits)
            c = mantissa[place < before ? place : place + 1];
        if (place >= before + exponent)
            has_fraction |= c != '0';
        else if (c != '0' || filled > 0)
            whole[filled++] = c;
    }
    whole[filled] = '\0';
    return has_fraction;
}

static void check_whole(const char *text, size_t len)
{
    lan_whole got = lan_number_to_whole((lan_str){ text, len });
    bool is_negative = text[0] == '-';
    const char *mantissa = text + is_negative;
    size_t mantissa_len = strcspn(mantissa, "eE");
    long exponent = mantissa[mantissa_len] ? strtol(mantissa + mantissa_len + 1, NULL, 10) : 0;

    if (exponent > SHIFT_MAX || exponent < -SHIFT_MAX)
        return;

    char *digits = malloc(len + SHIFT_MAX + 2);
    bool has_fraction = reference_shift(mantissa, mantissa_len, exponent, digits);

    errno = 0;

    unsigned long long value = digits[0] ? strtoull(digits, NULL, 10) : 0;
    __int128 floor = is_negative ? -(__int128)value - has_fraction : (__int128)value;
    bool fits = errno == 0 && floor >= INT64_MIN && floor + has_fraction <= INT64_MAX;

    free(digits);
    check(got.fits == fits);
    check(!fits || (got.floor == (int64_t)floor && got.has_fraction == has_fraction));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    lan_str text = { (const char *)data, len };

    if (!is_number(text))
        return 0;

    char *copy = malloc(len + 1);

    memcpy(copy, data, len);
    copy[len] = '\0';
    check_double(copy, len);
    check_whole(copy, len);
    free(copy);
    return 0;
}
