/* text.c - numbers to text and back, independent of any locale. */
#include "base/text.h"

size_t lan_int_to_text(int64_t number, char out[LAN_INT_TEXT_MAX])
{
    static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                                "25262728293031323334353637383940414243444546474849"
                                "50515253545556575859606162636465666768697071727374"
                                "75767778798081828384858687888990919293949596979899";
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    char text[LAN_INT_TEXT_MAX];
    size_t at = sizeof text;

    for (; rest >= 10; rest /= 100) {
        at -= 2;
        memcpy(text + at, pairs + rest % 100 * 2, 2);
    }
    if (rest > 0 || at == sizeof text)
        text[--at] = (char)('0' + rest);
    if (number < 0)
        text[--at] = '-';
    memcpy(out, text + at, sizeof text - at);
    return sizeof text - at;
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
