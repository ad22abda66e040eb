/* key_write.c - a key becomes DER or PEM. */
#include "key/key_write.h"
#include "codec/pem.h"

#define DER_MAX 0x10000u /* the DER of the longest key fits */

static lanyard_status key_check_write(const lanyard_key *key, lanyard_key_part part,
                                      const char *passphrase, const lanyard_buf *out,
                                      lanyard_error *err)
{
    if (!key || !out)
        return lan_fail(err, LANYARD_E_ARGUMENT, "argument", 0);
    if (passphrase && part == LANYARD_KEY_PUBLIC)
        return lan_fail_saying(err, LANYARD_E_ARGUMENT, "argument", 0,
                               "a passphrase for a public key");
    return lan_key_check_part(key, part, err);
}

lanyard_status lanyard_key_write_der(const lanyard_key *key, lanyard_key_part part,
                                     lanyard_buf *out, lanyard_error *err)
{
    TRY(key_check_write(key, part, NULL, out, err));
    if (key->kty == LAN_KTY_OCT)
        return lan_buf_add(out, lan_str_of_bytes(key->secret), err);
    return lan_pkey_write_der(key->pkey, part == LANYARD_KEY_PRIVATE, NULL, out, err);
}

static lan_str key_pem_label(lanyard_key_part part, const char *passphrase)
{
    if (part == LANYARD_KEY_PUBLIC)
        return LAN_STR("PUBLIC KEY");
    return passphrase ? LAN_STR("ENCRYPTED PRIVATE KEY") : LAN_STR("PRIVATE KEY");
}

lanyard_status lanyard_key_write_pem(const lanyard_key *key, lanyard_key_part part,
                                     const char *passphrase, lanyard_buf *out, lanyard_error *err)
{
    lanyard_buf der = { 0 };

    TRY(key_check_write(key, part, passphrase, out, err));
    if (key->kty == LAN_KTY_OCT)
        return lan_fail_saying(err, LANYARD_E_KEY_USE, "key", 0, "a secret has no PEM");
    lanyard_buf_init(&der, &(lanyard_mem){ .alloc = key->arena.alloc }, DER_MAX);

    lanyard_status status =
        lan_pkey_write_der(key->pkey, part == LANYARD_KEY_PRIVATE, passphrase, &der, err);

    if (status == LANYARD_OK)
        status = lan_pem_add(out, key_pem_label(part, passphrase),
                             (lan_bytes){ (const uint8_t *)der.ptr, der.len }, err);
    lanyard_buf_done(&der);
    return status;
}
