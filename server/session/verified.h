/* verified.h - tokens whose signature was found true, so that it is not computed again each time.
 *
 * A signature costs tens of microseconds, a request of a proxy ten. An entry is the whole text
 * of a token and what it says; it counts for the very key set that verified it and is compared in
 * full, so nothing but that token finds it. What changes with time is never kept: the caller asks
 * the tape and looks at exp on every hit. Shared by all threads; bounded: a new token takes the
 * place of an old one.
 */
#ifndef SERVER_SESSION_VERIFIED_H
#define SERVER_SESSION_VERIFIED_H

#include "session/access.h"

typedef struct verified_tokens verified_tokens;

/* E_NO_MEMORY. */
SRV_CHECK srv_status verified_new(verified_tokens **made, srv_error *error);
void verified_free(verified_tokens *tokens); /* wipes; NULL is fine */

/* true: the text was verified by this key set, and *identity and kid are what it says. */
bool verified_find(verified_tokens *tokens, const lanyard_keyset *keys, lanyard_str text,
                   access_identity *identity, char kid[KID_MAX]);

/* Remembers it, if there is memory and the text is not unusually long. */
void verified_keep(verified_tokens *tokens, const lanyard_keyset *keys, lanyard_str text,
                   const access_identity *identity, const char *kid);

#endif
