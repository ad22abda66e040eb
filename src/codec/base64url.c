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

#define BLOCK ((size_t)16)    /* characters in a vector */
#define BYTES (BLOCK / 4 * 3) /* what they stand for */

typedef uint8_t sixes __attribute__((vector_size(BLOCK)));
typedef int8_t signed_sixes __attribute__((vector_size(BLOCK)));
typedef uint16_t pairs __attribute__((vector_size(BLOCK)));
typedef uint32_t quads __attribute__((vector_size(BLOCK)));
typedef uint64_t words __attribute__((vector_size(BLOCK)));

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

/* Twelve bytes and the two words whose low six bytes they are. */
static inline void words_to_bytes(words from, uint8_t *out)
{
    uint64_t first = htobe64(from[0] << 16 | from[1] >> 32);
    uint32_t last = htobe32((uint32_t)from[1]);

    memcpy(out, &first, sizeof first);
    memcpy(out + sizeof first, &last, sizeof last);
}

static inline words bytes_to_words(const uint8_t *in)
{
    uint64_t first = 0;
    uint32_t last = 0;

    memcpy(&first, in, sizeof first);
    memcpy(&last, in + sizeof first, sizeof last);
    first = be64toh(first);
    return (words){ first >> 16, (first & 0xffff) << 32 | be32toh(last) };
}

/* The two characters in which alphabets differ, each in every lane; and the lanes in which a
 * character of none was seen. */
typedef struct base64_reader {
    sixes sixty_two;
    sixes sixty_three;
    sixes foreign;
} base64_reader;

static inline base64_reader reader_of(const char *last_two)
{
    return (base64_reader){ .sixty_two = (sixes){ 0 } + (uint8_t)last_two[0],
                            .sixty_three = (sixes){ 0 } + (uint8_t)last_two[1] };
}

static inline bool reader_saw_foreign(const base64_reader *reader)
{
    words found = (words)reader->foreign;

    return (found[0] | found[1]) != 0;
}

/* Letters of both cases are told in one go: the bit between them counts as 26. */
static inline sixes chars_to_sixes(base64_reader *reader, sixes c)
{
    sixes letter = (c | 0x20) - 'a';
    sixes digit = c - '0';
    sixes is_letter = (sixes)(letter <= 25);
    sixes is_digit = (sixes)(digit <= 9);
    sixes is_minus = (sixes)(c == reader->sixty_two);
    sixes is_under = (sixes)(c == reader->sixty_three);
    sixes is_lower = (sixes)((c & 0x20) == 0x20);

    reader->foreign |= ~(is_letter | is_digit | is_minus | is_under);
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

static inline void decode_block(base64_reader *reader, const char *text, uint8_t *out)
{
    sixes chars;

    memcpy(&chars, text, sizeof chars);
    words_to_bytes(join_sixes(chars_to_sixes(reader, chars)), out);
}

static inline void encode_block(const uint8_t *in, char *out)
{
    sixes chars = sixes_to_chars(split_words(bytes_to_words(in)));

    memcpy(out, &chars, sizeof chars);
}

static bool base64url_is_foreign(char c, const char *last_two)
{
    base64_reader reader = reader_of(last_two);

    chars_to_sixes(&reader, (sixes){ 0 } + (uint8_t)c);
    return reader_saw_foreign(&reader);
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
static lanyard_status decode_rest(base64_reader *reader, lan_str rest, uint8_t *out)
{
    size_t len = lan_base64url_decoded_len(rest.len);
    uint8_t bytes[BYTES];
    char filled[BLOCK];

    memset(filled, 'A', sizeof filled);
    memcpy(filled, rest.ptr, rest.len);
    decode_block(reader, filled, bytes);
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
    base64_reader reader = reader_of(last_two);
    lan_str rest = text;
    lanyard_status status = LANYARD_OK;

    for (; rest.len >= BLOCK; rest = lan_str_from(rest, BLOCK), out += BYTES)
        decode_block(&reader, rest.ptr, out);
    if (rest.len > 0)
        status = decode_rest(&reader, rest, out);
    if (reader_saw_foreign(&reader))
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
