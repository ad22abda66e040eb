/* draft.c - a token being written; see draft.h. */
#include "jose/draft.h"
#include "codec/base64url.h"

lanyard_status lan_draft_alg(const lanyard_key *key, const char *name, const lan_alg **alg,
                             lanyard_error *err)
{
    const lan_alg *row = key->alg;

    if (name)
        row = lan_alg_find(lanyard_str_of(name));
    else if (!row && key->kty == LAN_KTY_OCT)
        row = lan_alg_find(LAN_STR("HS256"));
    if (!row && name)
        return lan_fail(err, LANYARD_E_ALG_UNKNOWN, "alg", 0);
    if (!row)
        return lan_fail_saying(err, LANYARD_E_KEY_USE, "key:alg", 0,
                               "the key names no algorithm, so one must be said");

    lanyard_status status = lan_key_check_use(key, row, LAN_TO_SIGN);

    if (status == LANYARD_E_KEY_SHORT) {
        lan_fail_saying(err, status, "key", 0, "the key has ");
        lan_detail_int(err, (int64_t)key->bits);
        lan_detail(err, " bits, ");
        lan_detail(err, row->info.name);
        lan_detail(err, " needs ");
        lan_detail_int(err, (int64_t)row->info.key_bits_min);
        return status;
    }
    if (status != LANYARD_OK) {
        lan_fail_saying(err, LANYARD_E_KEY_USE, "key", 0, "the key cannot sign with ");
        lan_detail(err, row->info.name);
        return LANYARD_E_KEY_USE;
    }
    *alg = row;
    return LANYARD_OK;
}

size_t lan_draft_len(const lanyard_key *key, const lan_alg *alg, size_t header_len,
                     size_t payload_len)
{
    return lan_base64url_encoded_len(header_len) + 1 + lan_base64url_encoded_len(payload_len) + 1 +
           lan_base64url_encoded_len(lan_signature_len(alg, key));
}

lanyard_status lan_draft_begin(const lanyard_key *key, const lan_alg *alg, size_t header_len,
                               size_t payload_len, lanyard_buf *out, lan_draft *draft,
                               lanyard_error *err)
{
    size_t header_room = lan_base64url_encoded_len(header_len);
    size_t payload_room = lan_base64url_encoded_len(payload_len);

    TRY(lan_buf_reserve(out, lan_draft_len(key, alg, header_len, payload_len), err));

    char *start = out->ptr + out->len;

    *draft = (lan_draft){ .key = key,
                          .alg = alg,
                          .out = out,
                          .header_len = header_len,
                          .payload_len = payload_len,
                          .header = start + (header_room - header_len),
                          .payload = start + header_room + 1 + (payload_room - payload_len) };
    return LANYARD_OK;
}

static char *draft_encode(const char *raw, size_t len, char *to)
{
    lan_base64url_encode((lan_bytes){ (const uint8_t *)raw, len }, to);
    return to + lan_base64url_encoded_len(len);
}

lanyard_status lan_draft_finish(lan_draft *draft, lanyard_worker *worker, lanyard_error *err)
{
    uint8_t signature[LAN_SIGNATURE_MAX];
    char *start = draft->out->ptr + draft->out->len;
    char *end = draft_encode(draft->header, draft->header_len, start);

    *end++ = '.';
    end = draft_encode(draft->payload, draft->payload_len, end);

    lan_str signing_input = { start, (size_t)(end - start) };

    TRY(draft->alg->sign(draft->alg, draft->key, lan_bytes_of(signing_input), worker, signature,
                         err));
    *end++ = '.';
    end = draft_encode((const char *)signature, lan_signature_len(draft->alg, draft->key), end);
    draft->out->len += (size_t)(end - start);
    return LANYARD_OK;
}
