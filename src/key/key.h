/* key.h - a key from the inside: typed once, immutable, counted; see lanyard/key.h.
 *
 * The fields of the types stand side by side and never share memory: a key of one type read as
 * another finds nothing, not somebody else's bytes.
 */
#ifndef LAN_KEY_KEY_H
#define LAN_KEY_KEY_H

#include "base/arena.h"
#include "base/refs.h"
#include "crypto/mac.h"
#include "crypto/pkey.h"
#include "key/row.h"

/* Bits of key_ops (RFC 7517, 4.3). */
#define LAN_OP_SIGN        0x001u
#define LAN_OP_VERIFY      0x002u
#define LAN_OP_ENCRYPT     0x004u
#define LAN_OP_DECRYPT     0x008u
#define LAN_OP_WRAP        0x010u
#define LAN_OP_UNWRAP      0x020u
#define LAN_OP_DERIVE      0x040u
#define LAN_OP_DERIVE_BITS 0x080u
#define LAN_OP_OTHER       0x100u /* a word nobody registered, or an empty list: good for nothing */

typedef enum lan_use { LAN_USE_NONE, LAN_USE_SIG, LAN_USE_ENC, LAN_USE_OTHER } lan_use;

struct lanyard_key {
    lan_refs refs;
    lan_arena arena; /* the key is its first object */
    lan_kty kty;
    const char *crv;    /* static; "" where there is none; of AKP its algorithm */
    const lan_alg *alg; /* the one it is for, or NULL */
    lan_str kid;
    bool has_kid;
    lan_use use;
    lan_str use_text; /* as it stands in the JWK */
    uint32_t ops;     /* LAN_OP_ bits; 0: it says nothing */
    bool is_private;
    bool allow_short;
    size_t bits;
    size_t signature_len; /* where the key decides it (RSA, OKP); 0 where the row does */

    lan_bytes secret;     /* oct */
    lan_mac_state mac[3]; /* oct: of SHA-256, SHA-384, SHA-512 */

    lan_pkey *pkey; /* all others */

    /* Public numbers in JOSE's form, for writing, thumbprints and comparing. */
    lan_bytes n, e; /* RSA: minimal, no leading zero */
    lan_bytes x, y; /* EC: of the field's width; OKP: x alone */
    lan_bytes pub;  /* AKP */
};

static inline const lan_mac_state *lan_key_mac(const lanyard_key *key, lanyard_hash hash)
{
    return &key->mac[hash == LANYARD_SHA256 ? 0 : hash == LANYARD_SHA384 ? 1 : 2];
}

/* A new key in an arena of its own, everything zero, one reference. */
lanyard_status lan_key_new(const lanyard_mem *mem, lanyard_key **key, lanyard_error *err);

/* An HMAC secret; E_KEY_PUBLIC_SECRET, E_KEY_WEAK (empty). */
lanyard_status lan_key_set_secret(lanyard_key *key, lan_bytes secret, lanyard_error *err);

/* An asymmetric key; takes pkey, also when it fails. E_KEY_WEAK, E_KEY_UNSUPPORTED. */
lanyard_status lan_key_set_pkey(lanyard_key *key, lan_pkey *pkey, lanyard_error *err);

/* The same from JOSE's numbers. */
lanyard_status lan_key_set_numbers(lanyard_key *key, const lan_numbers *numbers,
                                   lanyard_error *err);

/* For tables that are read by type. */
const char *lan_kty_name(lan_kty kty);
lan_pkey_kind lan_kty_kind(lan_kty kty); /* of all but oct */

typedef enum lan_purpose { LAN_TO_SIGN, LAN_TO_VERIFY } lan_purpose;

/* May this key be used with that algorithm for that? Compares rows, types, curves, use, key_ops
 * and length. LANYARD_OK, E_KEY_UNFIT or E_KEY_SHORT; no error filled in. */
lanyard_status lan_key_check_use(const lanyard_key *key, const lan_alg *alg, lan_purpose purpose);

/* The same for whichever of the two: may the key be used with the algorithm at all? */
lanyard_status lan_key_check_any_use(const lanyard_key *key, const lan_alg *alg);

/* Says that the key is too short: "a secret of 40 bits where HS256 needs 256". */
lanyard_status lan_key_fail_short(const lanyard_key *key, const lan_alg *alg, lanyard_status status,
                                  const char *where, size_t offset, lanyard_error *err);

/* Every signature of the pair has exactly this length. */
static inline size_t lan_signature_len(const lan_alg *alg, const lanyard_key *key)
{
    return alg->info.signature_len ? alg->info.signature_len : key->signature_len;
}

#define LAN_SIGNATURE_MAX 4627u /* ML-DSA-87; RSA of 16384 bits has 2048 */

#endif
