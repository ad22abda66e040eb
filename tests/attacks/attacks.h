/* attacks.h - the language of the attack cases, piece by piece.
 *
 * A case is a base case, accepted, and what differs from it. Its fields:
 *   header, payload   JSON objects, taken as written, or bytes (below)
 *   header_part, payload_part, signature_part   the encoded part instead, as bytes
 *   sign              {"alg": A, "key": NAME} or {"alg": "HS256", "secret": bytes}
 *   signature         the bytes of the signature instead
 *   signature_edit    an edit of them
 *   edit              an edit with "part": "header", "payload" (before the signature is made),
 *                     "signature" or "token" (after)
 *   token             the whole text instead, as bytes
 *   keys              a list of keys (below), or {"set": JWK Set}
 *   policy, now       what the verifier is given
 * Bytes: a string; a list of bytes, joined; {"hex": H}, {"base64url_of": bytes}, {"decoded": B},
 *   {"repeat": bytes, "times": N}, {"key": NAME, "form": MEMBER of keys.json}, {"json": any}.
 * An edit, any of: {"prepend": bytes}, {"append": bytes}, {"insert": bytes, "at": N},
 *   {"set": bytes, "at": N}, {"keep": N}, {"drop": N}, {"flip": bit}, {"bits": N} (added to the
 *   last base64url digit), {"der": true} (R||S becomes DER).
 * A key: NAME of keys.json, or {"secret"|"jwk"|"pem"|"der"|"ssh"|"any": bytes or object, "alg",
 *   "kid", "allow_short"}.
 */
#ifndef TESTS_ATTACKS_H
#define TESTS_ATTACKS_H

#include "support/support.h"

/* One case, its base laid under it, and one of its values laid over it. */
typedef struct attack {
    char name[128];
    lanyard_value own;
    lanyard_value base; /* type LANYARD_JSON_NULL: none */
    lanyard_value varied;
    lanyard_str varied_name; /* "": nothing is varied */
} attack;

bool attack_field(const attack *self, const char *name, lanyard_value *value);

/* Secrets that must not turn up in any message: collected while a case is built. */
#define SECRETS_MAX 64
typedef struct secrets {
    lanyard_buf items[SECRETS_MAX];
    size_t count;
    lanyard_buf expected[SECRETS_MAX]; /* what a policy expects and the token does not say */
    size_t expected_count;
} secrets;

void secrets_add(secrets *self, lanyard_bytes bytes);
/* The issuers, audiences, subject and typ of a policy. */
void secrets_expect(secrets *self, const lanyard_value *policy, lanyard_str token);
void secrets_done(secrets *self);

/* text.c */
void keys_file_open(const char *path);
void keys_file_close(void);
lanyard_value keys_file_find(lanyard_str name);
void bytes_put(lanyard_buf *out, const lanyard_value *value);
void bytes_edit(lanyard_buf *bytes, const lanyard_value *edit);

/* recipe.c */
void recipe_token(const attack *self, lanyard_buf *token, secrets *hidden);

/* keys.c */
lanyard_status key_make(const lanyard_value *entry, lanyard_key **key, secrets *hidden,
                        lanyard_error *err);
lanyard_status keyset_make(const lanyard_value *keys, lanyard_keyset **set, secrets *hidden,
                           lanyard_error *err);
lanyard_key *key_private(lanyard_str name); /* of keys.json, to sign with; read once */
void keys_forget(void);
lanyard_limits policy_limits(const lanyard_value *policy);
lanyard_status policy_make(const lanyard_value *value, lanyard_policy **policy, lanyard_error *err);

/* scan.c: NULL, or what is wrong with an error */
const char *scan_error(const lanyard_error *err, const secrets *hidden);
const char *scan_text(lanyard_str text, const secrets *hidden);

/* paths.c: NULL, or how one of the ways to verify went wrong */
const char *verify_everywhere(const attack *self, const lanyard_policy *policy,
                              const lanyard_keyset *keys, lanyard_str token, int64_t now,
                              const secrets *hidden);
const char *expect_error(const attack *self, lanyard_status status, const lanyard_error *err);

/* api.c: the cases that are C */
typedef const char *(*api_case)(void);
api_case api_find(lanyard_str name);
size_t api_count(void);

#endif
