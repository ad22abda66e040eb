/* refresh_token.h - "lr1." + base64url( kid 1 | sid 16 | family secret 16 | gen varint | MAC 16 ).
 *
 * The MAC is HMAC-SHA256 under the master's refresh key of that kid, over all before it, cut to 16
 * bytes: garbage is refused before the database is asked. It is deterministic: the same session and
 * generation give the same text. A stolen database forges nothing (no MAC key), a stolen key
 * neither (no family secret: the row holds its SHA-256).
 */
#ifndef SERVER_SESSION_REFRESH_TOKEN_H
#define SERVER_SESSION_REFRESH_TOKEN_H

#include "base/crypto.h"
#include "base/id.h"
#include "keyring/keyring.h"

#define REFRESH_PREFIX     "lr1."
#define REFRESH_SECRET_LEN 16
#define REFRESH_MAC_LEN    16
#define REFRESH_TEXT_MAX   96 /* with its NUL */

typedef struct refresh_token {
    srv_id sid;
    uint8_t secret[REFRESH_SECRET_LEN]; /* of the family */
    int64_t gen;
} refresh_token;

/* E_INTERNAL. */
SRV_CHECK srv_status refresh_token_write(const refresh_keys *keys, const refresh_token *token,
                                         char out[REFRESH_TEXT_MAX]);

/* E_INVALID_TOKEN: anything but a token with a true MAC, in the one spelling it has. */
SRV_CHECK srv_status refresh_token_read(const refresh_keys *keys, lanyard_str text,
                                        refresh_token *token);

/* What the row keeps. */
SRV_CHECK srv_status refresh_token_family(const refresh_token *token, uint8_t hash[SRV_SHA256_LEN]);

#endif
