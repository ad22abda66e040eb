/* pem.h - PEM (RFC 7468): a label and the DER between two lines of dashes.
 *
 * Strict where it matters: labels that match, base64 with its padding, nothing else inside. Lines
 * may have any length and end with LF, CR LF or CR; text before a block is passed over.
 */
#ifndef LAN_CODEC_PEM_H
#define LAN_CODEC_PEM_H

#include "base/arena.h"
#include "base/buf.h"

typedef struct lan_pem {
    lan_str label; /* "PUBLIC KEY", borrowed from the text */
    lan_bytes der; /* in the arena */
    size_t start;  /* byte of the text at which the block begins */
} lan_pem;

/* Is there a line that begins a block? */
bool lan_pem_is_in(lan_str text);

/* The next block from *at on; moves *at behind it. E_NOT_FOUND when there is none (err is left
 * alone), E_KEY_FORMAT (a broken block), E_KEY_UNSUPPORTED (encrypted the old way, RFC 1421),
 * E_NO_MEMORY. */
lanyard_status lan_pem_next(lan_arena *arena, lan_str text, size_t *at, lan_pem *block,
                            lanyard_error *err);

/* Appends a block, in lines of 64. */
lanyard_status lan_pem_add(lanyard_buf *out, lan_str label, lan_bytes der, lanyard_error *err);

#endif
