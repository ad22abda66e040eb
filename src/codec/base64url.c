/* base64url.c - RFC 4648, 5, as JOSE uses it; see base64url.h.
 *
 * How it works: sixteen characters at a time become six-bit values by arithmetic on ranges, in
 * vectors that every compiler of ours has; then neighbors are joined three times, into lanes twice
 * as wide, until eight values are six bytes of a word. Foreign characters are gathered and looked
 * at once. What is left over at the end is copied to where it fills a block. Encoding is the same
 * way back.
 *
 *   |00aaaaaa|00bbbbbb|00cccccc|00dddddd|...  sixes
 *   |0000aaaa aabbbbbb|0000cccc ccdddddd|...  pairs
 *   |00000000 aaaaaabb bbbbcccc ccdddddd|...  quads
 */
#include "codec/base64url.h"
#include <endian.h>

#define LANES 16u
#define BLOCK 64u             /* characters */
#define BYTES (BLOCK / 4 * 3) /* what they stand for */

typedef uint8_t sixes __attribute__((vector_size(LANES)));
typedef int8_t signed_sixes __attribute__((vector_size(LANES)));
typedef uint16_t pairs __attribute__((vector_size(LANES)));
typedef uint32_t quads __attribute__((vector_size(LANES)));
typedef uint64_t words __attribute__((vector_size(LANES)));

/* Which of two neighbors lies in the low half of the wider lane: the machine's byte order. */
#define FIRST_IS_LOW (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

static inline words join_sixes(sixes from)
{
    pairs six = (pairs)from;
    quads pair = (quads)(FIRST_IS_LOW ? (six << 6 & 0x0fc0) | six >> 8
                                      : (six >> 2 & 0x0fc0) | (six & 0x003f));
    words quad = (words)(FIRST_IS_LOW ? (pair << 12 & 0xfff000) | pair >> 16
                                      : (pair >> 4 & 0xfff000) | (pair & 0x000fff));

    return FIRST_IS_LOW ? (quad & 0xffffff) << 24 | quad >> 32
                        : (quad >> 8 & 0xffffff000000) | (quad & 0xffffff);
}

static inline sixes split_words(words from)
{
    quads quad = (quads)(FIRST_IS_LOW ? from >> 24 | (from & 0xffffff) << 32
                                      : (from & 0xffffff000000) << 8 | (from & 0xffffff));
    pairs pair = (pairs)(FIRST_IS_LOW ? quad >> 12 | (quad & 0x000fff) << 16
                                      : (quad & 0xfff000) << 4 | (quad & 0x000fff));

    return (sixes)(FIRST_IS_LOW ? pair >> 6 | (pair & 0x003f) << 8
                                : (pair & 0x0fc0) << 2 | (pair & 0x003f));
}

/* Six bytes and the word whose low bits they are. */
static inline void word_to_bytes(uint64_t word, uint8_t *out)
{
    uint32_t first = htobe32((uint32_t)(word >> 16));
    uint16_t last = htobe16((uint16_t)word);

    memcpy(out, &first, sizeof first);
    memcpy(out + sizeof first, &last, sizeof last);
}

static inline uint64_t word_of_bytes(const uint8_t *in)
{
    uint32_t first = 0;
    uint16_t last = 0;

    memcpy(&first, in, sizeof first);
    memcpy(&last, in + sizeof first, sizeof last);
    return (uint64_t)be32toh(first) << 16 | be16toh(last);
}

/* Letters of both cases are told in one go: the bit between them counts as 26. The lanes of foreign
 * characters are set in *foreign. */
static inline sixes chars_to_sixes(sixes c, uint8_t sixty_two, uint8_t sixty_three, sixes *foreign)
{
    sixes letter = (c | 0x20) - 'a';
    sixes digit = c - '0';
    sixes is_letter = (sixes)(letter <= 25);
    sixes is_digit = (sixes)(digit <= 9);
    sixes is_minus = (sixes)(c == sixty_two);
    sixes is_under = (sixes)(c == sixty_three);
    sixes is_lower = (sixes)((c & 0x20) == 0x20);

    *foreign |= ~(is_letter | is_digit | is_minus | is_under);
    return (is_letter & (letter + (is_lower & 26))) | (is_digit & (digit + 52)) | (is_minus & 62) |
           (is_under & 63);
}

/* How far each range of characters lies from the one before it is added up, without a table. */
static inline sixes sixes_to_chars(sixes six)
{
    signed_sixes value = (signed_sixes)six; /* vectors compare best with signs */
    sixes offset = { 0 };

    offset += 'A';
    offset += (sixes)(value > 25) & ('a' - 26 - 'A');
    offset -= (sixes)(value > 51) & ('a' - 26 - ('0' - 52));
    offset -= (sixes)(value > 61) & ('0' - 52 - ('-' - 62));
    offset += (sixes)(value > 62) & ('_' - 63 - ('-' - 62));
    return six + offset;
}

/* One whole block. Returns whether any character is foreign. */
static bool decode_block(const char *restrict text, const char *last_two, uint8_t *restrict out)
{
    sixes foreign = { 0 };

    for (size_t at = 0; at < BLOCK; at += LANES, out += LANES / 4 * 3) {
        sixes chars;

        memcpy(&chars, text + at, sizeof chars);

        words joined =
            join_sixes(chars_to_sixes(chars, (uint8_t)last_two[0], (uint8_t)last_two[1], &foreign));

        word_to_bytes(joined[0], out);
        word_to_bytes(joined[1], out + LANES / 8 * 3);
    }

    words found = (words)foreign;

    return (found[0] | found[1]) != 0;
}

static void encode_block(const uint8_t *in, char *out)
{
    for (size_t at = 0; at < BLOCK; at += LANES, in += LANES / 4 * 3) {
        words joined = { word_of_bytes(in), word_of_bytes(in + LANES / 8 * 3) };
        sixes chars = sixes_to_chars(split_words(joined));

        memcpy(out + at, &chars, sizeof chars);
    }
}

static bool base64url_is_foreign(char c, const char *last_two)
{
    sixes foreign = { 0 };

    chars_to_sixes((sixes){ (uint8_t)c }, (uint8_t)last_two[0], (uint8_t)last_two[1], &foreign);
    return foreign[0] != 0;
}

static lanyard_status base64url_blame(lan_str text, const char *last_two, size_t *bad)
{
    size_t at = 0;

    while (!base64url_is_foreign(text.ptr[at], last_two))
        at++;
    *bad = at;
    while (at < text.len && text.ptr[at] == '=')
        at++;
    /* Padding is one named strictness: only at the end, and not more than two. */
    return at == text.len && at - *bad <= 2 && *bad < at ? LANYARD_E_BASE64_PADDING
                                                         : LANYARD_E_BASE64_CHAR;
}

/* What does not fill a block: filled up with zeros, which are written 'A'. */
static lanyard_status decode_rest(lan_str rest, const char *last_two, uint8_t *out,
                                  bool *is_foreign)
{
    size_t len = lan_base64url_decoded_len(rest.len);
    uint8_t bytes[BYTES];
    char filled[BLOCK];

    memset(filled, 'A', sizeof filled);
    memcpy(filled, rest.ptr, rest.len);
    *is_foreign |= decode_block(filled, last_two, bytes);
    memcpy(out, bytes, len);

    /* Leftover bits must be zero, or two spellings would decode to the same bytes. */
    uint8_t leftover = bytes[len];

    lan_cleanse(filled, sizeof filled);
    lan_cleanse(bytes, sizeof bytes);
    if (rest.len % 4 == 1)
        return LANYARD_E_BASE64_LENGTH;
    return leftover == 0 ? LANYARD_OK : LANYARD_E_BASE64_BITS;
}

static lanyard_status decode_alphabet(lan_str text, const char *last_two, uint8_t *out,
                                      size_t *out_len, size_t *bad)
{
    bool is_foreign = false;
    size_t done = 0;
    lanyard_status status = LANYARD_OK;

    for (; text.len - done >= BLOCK; done += BLOCK)
        is_foreign |= decode_block(text.ptr + done, last_two, out + done / 4 * 3);
    if (text.len > done)
        status = decode_rest(lan_str_from(text, done), last_two, out + done / 4 * 3, &is_foreign);
    if (is_foreign)
        return base64url_blame(text, last_two, bad);
    if (status != LANYARD_OK) {
        *bad = text.len - 1;
        return status;
    }
    *out_len = lan_base64url_decoded_len(text.len);
    return LANYARD_OK;
}

lanyard_status lan_base64url_decode(lan_str text, uint8_t *out, size_t *out_len, size_t *bad)
{
    return decode_alphabet(text, "-_", out, out_len, bad);
}

lanyard_status lan_base64_decode(lan_str text, uint8_t *out, size_t *out_len, size_t *bad)
{
    size_t len = text.len;

    if (len % 4 != 0) {
        *bad = len;
        return LANYARD_E_BASE64_LENGTH;
    }
    for (size_t i = 0; i < 2 && len > 0 && text.ptr[len - 1] == '='; i++)
        len--;
    return decode_alphabet((lan_str){ text.ptr, len }, "+/", out, out_len, bad);
}

void lan_base64url_encode(lan_bytes bytes, char *out)
{
    uint8_t filled[BYTES] = { 0 };
    char chars[BLOCK];
    size_t done = 0;

    for (; bytes.len - done >= BYTES; done += BYTES, out += BLOCK)
        encode_block(bytes.ptr + done, out);
    if (bytes.len == done)
        return;
    memcpy(filled, bytes.ptr + done, bytes.len - done);
    encode_block(filled, chars);
    memcpy(out, chars, lan_base64url_encoded_len(bytes.len - done));
    lan_cleanse(filled, sizeof filled);
    lan_cleanse(chars, sizeof chars);
}

lanyard_status lan_base64url_add(lanyard_buf *out, lan_bytes bytes, lanyard_error *err)
{
    size_t len = lan_base64url_encoded_len(bytes.len);

    TRY(lan_buf_reserve(out, len, err));
    if (len > 0)
        lan_base64url_encode(bytes, out->ptr + out->len);
    out->len += len;
    return LANYARD_OK;
}
