/* keyset_write.c - a set becomes a JWK Set. */
#include "key/key_write.h"
#include "key/keyset.h"

static lanyard_status keyset_add(const lanyard_keyset *keys, lanyard_key_part part,
                                 lanyard_buf *out, lanyard_error *err)
{
    lan_str before = LAN_STR("{\"keys\":[");

    for (size_t i = 0; i < keys->count; i++) {
        const lanyard_key *key = keys->keys[i];

        if (key->kty == LAN_KTY_OCT && part == LANYARD_KEY_PUBLIC)
            continue;
        TRY(lan_buf_add(out, before, err));
        TRY(lan_jwk_add(key, part == LANYARD_KEY_PRIVATE && key->is_private, out, err));
        before = LAN_STR(",");
    }
    if (before.len > 1)
        TRY(lan_buf_add(out, before, err));
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
