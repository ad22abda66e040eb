/* base64url.h - RFC 4648, 5, as JOSE uses it: no padding, and one spelling for one value.
 *
 * Both directions run in a time that depends on the length only, so keys may pass through. */
#ifndef LAN_CODEC_BASE64URL_H
#define LAN_CODEC_BASE64URL_H

#include "base/buf.h"

/* Bytes that text_len characters decode to, at most. */
static inline size_t lan_base64url_decoded_len(size_t text_len)
{
    return text_len / 4 * 3 + (text_len % 4 * 3) / 4;
}

static inline size_t lan_base64url_encoded_len(size_t len)
{
    return len / 3 * 4 + (len % 3 * 4 + 2) / 3;
}

/* Writes the decoded bytes to out, which has room for lan_base64url_decoded_len(text.len).
 * E_BASE64_CHAR, E_BASE64_PADDING, E_BASE64_LENGTH, E_BASE64_BITS, with *bad the first
 * offending character; out's contents are then of no use. */
lanyard_status lan_base64url_decode(lan_str text, uint8_t *out, size_t *out_len, size_t *bad);

/* Writes exactly lan_base64url_encoded_len(bytes.len) characters. */
void lan_base64url_encode(lan_bytes bytes, char *out);

lanyard_status lan_base64url_add(lanyard_buf *out, lan_bytes bytes, lanyard_error *err);

/* RFC 4648, 4, with padding and nothing else between: of x5c and PEM. Rules as above but for the
 * alphabet and the required padding. */
lanyard_status lan_base64_decode(lan_str text, uint8_t *out, size_t *out_len, size_t *bad);

#endif
