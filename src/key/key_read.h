/* key_read.h - bytes to a key, in any format. */
#ifndef LAN_KEY_KEY_READ_H
#define LAN_KEY_KEY_READ_H

#include "base/opts.h"
#include "codec/json_read.h"
#include "key/key.h"

/* White space of text files. */
static inline bool lan_key_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* opts may be NULL. */
lanyard_status lan_key_read(lan_bytes data, const lanyard_key_opts *opts, const lanyard_mem *mem,
                            lanyard_key **key, lanyard_error *err);

/* The format that the shape of the bytes says, LANYARD_KEY_ANY when they look like none. Never a
 * secret. */
lanyard_key_format lan_key_format_of(lan_bytes data);

/* E_KEY_FORMAT above LANYARD_KEYSET_LEN_MAX; E_ARGUMENT for options that cannot be meant. */
lanyard_status lan_key_check_input(lan_bytes data, const lanyard_key_opts *opts,
                                   lanyard_error *err);

/* Memory for reading: wiped when it is done with. first: the caller's, to begin with; or NULL. */
lanyard_status lan_key_scratch(const lanyard_mem *mem, void *first, size_t first_len,
                               lan_arena *scratch, lanyard_error *err);

/* The JSON tree of a JWK or a JWK Set. */
lanyard_status lan_key_parse(lan_arena *scratch, lan_str text, lan_json *json, lanyard_error *err);

/* The caller's alg (E_ALG_UNKNOWN, E_KEY_USE, E_KEY_WEAK) and kid laid over a key. NULL: none. */
lanyard_status lan_key_apply(lanyard_key *key, const char *alg, const char *kid,
                             lanyard_error *err);

/* The first block that is a key or a certificate (RFC 7468). */
lanyard_status lan_pem_key_read(lan_str text, const char *passphrase, lan_arena *scratch,
                                lanyard_key *key, lanyard_error *err);

/* Does the text begin like an OpenSSH public key? */
bool lan_ssh_key_is(lan_str text);

/* One line: type, base64, comment (RFC 4253, 6.6; RFC 5656, 3.1; RFC 8709, 4). */
lanyard_status lan_ssh_key_read(lan_str text, lan_arena *scratch, lanyard_key *key,
                                lanyard_error *err);

/* Are the bytes what the base64 of such a line holds, of any type? */
bool lan_ssh_blob_is(lan_bytes blob);

#endif
