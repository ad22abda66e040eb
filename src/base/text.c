/* text.c - numbers to text and back, independent of any locale. */
#include "base/text.h"

size_t lan_int_to_text(int64_t number, char out[LAN_INT_TEXT_MAX])
{
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    char digits[LAN_INT_TEXT_MAX];
    size_t count = 0;
    size_t len = 0;

    do {
        digits[count++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (number < 0)
        out[len++] = '-';
    while (count > 0)
        out[len++] = digits[--count];
    return len;
}

bool lan_text_to_index(lan_str text, size_t *index)
{
    size_t number = 0;

    if (text.len == 0 || text.len > 9 || (text.len > 1 && text.ptr[0] == '0'))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        number = number * 10 + (size_t)(text.ptr[i] - '0');
    }
    *index = number;
    return true;
}
