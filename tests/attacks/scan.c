/* scan.c - what an error may say: short, plain, and nothing of a key, a MAC or what a policy
 * expects; see attacks.h. */
#include "attacks/attacks.h"

static bool scan_leaks(lanyard_str text, lanyard_bytes secret)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    lanyard_buf shown = buf_new();
    bool leaks = text_leaks(text, secret);

    buf_put_base64url(&shown, secret);
    leaks |= text_leaks(text, buf_bytes(&shown));
    for (size_t letters = 0; letters < 32; letters += 16) {
        lanyard_buf_cut(&shown, 0);
        for (size_t i = 0; i < secret.len; i++) {
            buf_put(&shown, &digits[letters + secret.ptr[i] / 16], 1);
            buf_put(&shown, &digits[letters + secret.ptr[i] % 16], 1);
        }
        leaks |= text_leaks(text, buf_bytes(&shown));
    }
    lanyard_buf_done(&shown);
    return leaks;
}

const char *scan_text(lanyard_str text, const secrets *hidden)
{
    if (!lanyard_str_is_plain(text))
        return "a message with control characters";
    for (size_t i = 0; i < hidden->count; i++)
        if (scan_leaks(text, buf_bytes(&hidden->items[i])))
            return "a message that shows a key or a computed MAC";
    for (size_t i = 0; i < hidden->expected_count; i++)
        if (text_contains(text, buf_str(&hidden->expected[i])))
            return "a message that shows what the policy expects";
    return NULL;
}

const char *scan_error(const lanyard_error *err, const secrets *hidden)
{
    if (!err->where || !*err->where)
        return "an error without a place";
    if (!memchr(err->detail, '\0', sizeof err->detail))
        return "a message longer than 119 bytes";
    if (!*err->detail)
        return "an error without a message";
    return scan_text(lanyard_str_of(err->detail), hidden);
}
