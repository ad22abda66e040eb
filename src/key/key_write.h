/* key_write.h - what the writers of keys share. */
#ifndef LAN_KEY_KEY_WRITE_H
#define LAN_KEY_KEY_WRITE_H

#include "base/buf.h"
#include "key/key.h"

/* Does the key have that part? E_KEY_USE. */
lanyard_status lan_key_check_part(const lanyard_key *key, lanyard_key_part part,
                                  lanyard_error *err);

/* Appends the JWK of a part that the key has. */
lanyard_status lan_jwk_add(const lanyard_key *key, bool with_private, lanyard_buf *out,
                           lanyard_error *err);

#endif
