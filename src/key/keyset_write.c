/* keyset_write.c - a set becomes a JWK Set. */
#include "key/key_write.h"
#include "key/keyset.h"

/* A secret has no public part. */
static bool keyset_is_written(const lanyard_key *key, lanyard_key_part part)
{
    return part == LANYARD_KEY_PRIVATE || key->kty != LAN_KTY_OCT;
}

static lanyard_status keyset_add_key(const lanyard_key *key, lanyard_key_part part, lan_str before,
                                     lanyard_buf *out, lanyard_error *err)
{
    TRY(lan_buf_add(out, before, err));
    return lan_jwk_add(key, part == LANYARD_KEY_PRIVATE && key->is_private, out, err);
}

static lanyard_status keyset_add(const lanyard_keyset *keys, lanyard_key_part part,
                                 lanyard_buf *out, lanyard_error *err)
{
    lan_str before = LAN_STR("");

    TRY(lan_buf_add(out, LAN_STR("{\"keys\":["), err));
    for (size_t i = 0; i < keys->count; i++) {
        if (!keyset_is_written(keys->keys[i], part))
            continue;
        TRY(keyset_add_key(keys->keys[i], part, before, out, err));
        before = LAN_STR(",");
    }
    return lan_buf_add(out, LAN_STR("]}"), err);
}

lanyard_status lanyard_keyset_write(const lanyard_keyset *keys, lanyard_key_part part,
                                    lanyard_buf *out, lanyard_error *err)
{
    if (!keys || !out || (part != LANYARD_KEY_PUBLIC && part != LANYARD_KEY_PRIVATE))
        return lan_fail(err, LANYARD_E_ARGUMENT, "argument", 0);

    size_t start = out->len;
    lanyard_status status = keyset_add(keys, part, out, err);

    if (status != LANYARD_OK)
        lanyard_buf_cut(out, start);
    return status;
}
