/* sign_bytes.c - signatures over bare bytes, without any header. */
#include "base/buf.h"
#include "key/key.h"

static lanyard_status bytes_find_alg(const lanyard_key *key, const char *name, lan_purpose purpose,
                                     const lan_alg **alg, lanyard_error *err)
{
    *alg = name ? lan_alg_find(lanyard_str_of(name)) : key->alg;
    if (!*alg && name)
        return lan_fail(err, LANYARD_E_ALG_UNKNOWN, "alg", 0);
    if (!*alg)
        return lan_fail_saying(err, LANYARD_E_ARGUMENT, "argument", 0,
                               "expected an algorithm: the key names none");

    lanyard_status status = lan_key_check_use(key, *alg, purpose);

    if (status == LANYARD_E_KEY_SHORT)
        return lan_key_fail_short(key, *alg, status, "key", 0, err);
    if (status != LANYARD_OK)
        return lan_fail(err, LANYARD_E_KEY_USE, "key", 0);
    return LANYARD_OK;
}

lanyard_status lanyard_sign_bytes(const lanyard_key *key, const char *alg, lanyard_bytes message,
                                  lanyard_worker *worker, lanyard_buf *signature,
                                  lanyard_error *err)
{
    const lan_alg *row = NULL;

    if (!key || !signature || (!message.ptr && message.len > 0))
        return lan_fail(err, LANYARD_E_ARGUMENT, "argument", 0);
    TRY(bytes_find_alg(key, alg, LAN_TO_SIGN, &row, err));

    size_t len = lan_signature_len(row, key);

    TRY(lan_buf_reserve(signature, len, err));
    TRY(row->sign(row, key, message, worker, (uint8_t *)signature->ptr + signature->len, err));
    signature->len += len;
    return LANYARD_OK;
}

lanyard_status lanyard_check_bytes(const lanyard_key *key, const char *alg, lanyard_bytes message,
                                   lanyard_bytes signature, lanyard_worker *worker,
                                   lanyard_error *err)
{
    const lan_alg *row = NULL;

    if (!key || (!message.ptr && message.len > 0) || (!signature.ptr && signature.len > 0))
        return lan_fail(err, LANYARD_E_ARGUMENT, "argument", 0);
    TRY(bytes_find_alg(key, alg, LAN_TO_VERIFY, &row, err));
    if (signature.len != lan_signature_len(row, key))
        return lan_fail(err, LANYARD_E_SIGNATURE, "signature", 0);
    return row->verify(row, key, message, signature, worker, err);
}
