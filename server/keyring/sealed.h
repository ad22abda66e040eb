/* sealed.h - a key becomes a row of the store, and a row a key again.
 *
 * The private JWK is sealed under a key that is derived from the master key, bound to kid and
 * algorithm: a row cannot be passed off as another.
 */
#ifndef SERVER_KEYRING_SEALED_H
#define SERVER_KEYRING_SEALED_H

#include "keyring/master.h"
#include "store/rows.h"

/* Fills kid, alg, public_jwk and, of a private key or secret, sealed. E_INVALID: the key says no
 * algorithm or no kid, or is too large. */
SRV_CHECK srv_status sealed_from_key(const master_keys *masters, const lanyard_key *key,
                                     signing_key_row *row, srv_error *error);

/* The public part; of a secret, which has none, all of it. */
SRV_CHECK srv_status sealed_public(const master_keys *masters, const signing_key_row *row,
                                   lanyard_key **key, srv_error *error);

/* The private part. E_INVALID: no master key opens it. */
SRV_CHECK srv_status sealed_private(const master_keys *masters, const signing_key_row *row,
                                    lanyard_key **key, srv_error *error);

#endif
