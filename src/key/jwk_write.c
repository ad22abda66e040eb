/* jwk_write.c - a key becomes a JWK, its public part or all of it. */
#include "base/buf.h"
#include "codec/base64url.h"
#include "key/jwk.h"
#include "key/key_read.h"
#include "key/key_write.h"

void lan_jwk_write_base64url(lan_writer *writer, lan_bytes bytes)
{
    size_t len = lan_base64url_encoded_len(bytes.len);

    writer->len += len;
    if (!writer->at)
        return;
    lan_base64url_encode(bytes, writer->at);
    writer->at += len;
}

lanyard_status lan_jwk_numbers_of(const lanyard_key *key, bool with_private, lan_arena *scratch,
                                  lan_jwk_numbers *numbers, lanyard_error *err)
{
    *numbers = (lan_jwk_numbers){
        .of = { .n = key->n, .e = key->e, .x = key->x, .y = key->y, .pub = key->pub }
    };
    if (!with_private)
        return LANYARD_OK;
    numbers->k = key->secret;
    return key->kty == LAN_KTY_OCT ? LANYARD_OK
                                   : lan_pkey_numbers(key->pkey, true, scratch, &numbers->of, err);
}

static void jwk_write_member(lan_writer *writer, const char *name, lan_str value)
{
    lan_write(writer, LAN_STR(","));
    lan_write_json_name(writer, lanyard_str_of(name));
    lan_write_json_str(writer, value);
}

/* The public half does what its own half of the pair does: verify where the other signs. */
static uint32_t jwk_ops_of(const lanyard_key *key, bool with_private)
{
    const lan_jwk_op *op = NULL;
    uint32_t ops = 0;

    for (size_t i = 0; (op = lan_jwk_op_at(i)) != NULL; i++)
        if (key->ops & op->bit)
            ops |= with_private ? op->bit : op->public_bit;
    return ops;
}

static void jwk_write_ops(lan_writer *writer, const lanyard_key *key, bool with_private)
{
    uint32_t ops = jwk_ops_of(key, with_private);
    const lan_jwk_op *op = NULL;
    const char *before = "";

    if (!key->ops)
        return;
    lan_write(writer, LAN_STR(",\"key_ops\":["));
    for (size_t i = 0; (op = lan_jwk_op_at(i)) != NULL; i++) {
        if (!(ops & op->bit))
            continue;
        lan_write(writer, lanyard_str_of(before));
        lan_write_json_str(writer, lanyard_str_of(op->name));
        before = ",";
    }
    lan_write(writer, LAN_STR("]"));
}

static void jwk_write_numbers(lan_writer *writer, const lanyard_key *key, bool with_private,
                              lan_jwk_numbers *numbers)
{
    const lan_jwk_member *member = NULL;

    for (size_t i = 0; (member = lan_jwk_member_at(i)) != NULL; i++) {
        const lan_bytes *bytes = lan_jwk_field(numbers, member);

        if (member->kty != key->kty || bytes->len == 0 || (member->is_private && !with_private))
            continue;
        lan_write(writer, LAN_STR(","));
        lan_write_json_name(writer, lanyard_str_of(member->name));
        lan_write(writer, LAN_STR("\""));
        lan_jwk_write_base64url(writer, *bytes);
        lan_write(writer, LAN_STR("\""));
    }
}

void lan_jwk_write(lan_writer *writer, const lanyard_key *key, bool with_private,
                   lan_jwk_numbers *numbers)
{
    const char *crv = lanyard_key_crv(key);

    lan_write(writer, LAN_STR("{\"kty\":"));
    lan_write_json_str(writer, lanyard_str_of(lan_kty_name(key->kty)));
    if (key->has_kid)
        jwk_write_member(writer, "kid", key->kid);
    if (key->use != LAN_USE_NONE)
        jwk_write_member(writer, "use", key->use_text);
    jwk_write_ops(writer, key, with_private);
    if (key->alg)
        jwk_write_member(writer, "alg", lanyard_str_of(key->alg->info.name));
    if (crv[0])
        jwk_write_member(writer, "crv", lanyard_str_of(crv));
    jwk_write_numbers(writer, key, with_private, numbers);
    lan_write(writer, LAN_STR("}"));
}

lanyard_status lan_key_check_part(const lanyard_key *key, lanyard_key_part part, lanyard_error *err)
{
    if (part != LANYARD_KEY_PUBLIC && part != LANYARD_KEY_PRIVATE)
        return lan_fail_saying(err, LANYARD_E_ARGUMENT, "argument", 0, "a part nobody knows");
    if (part == LANYARD_KEY_PRIVATE && !key->is_private)
        return lan_fail_saying(err, LANYARD_E_KEY_USE, "key", 0,
                               "a public key has no private part");
    if (part == LANYARD_KEY_PUBLIC && key->kty == LAN_KTY_OCT)
        return lan_fail_saying(err, LANYARD_E_KEY_USE, "key", 0, "a secret has no public part");
    return LANYARD_OK;
}

/* Counts, makes room, writes. */
static lanyard_status jwk_append(const lanyard_key *key, bool with_private,
                                 lan_jwk_numbers *numbers, lanyard_buf *out, lanyard_error *err)
{
    lan_writer writer = { 0 };

    lan_jwk_write(&writer, key, with_private, numbers);
    TRY(lan_buf_reserve(out, writer.len, err));
    writer = (lan_writer){ .at = out->ptr + out->len };
    lan_jwk_write(&writer, key, with_private, numbers);
    out->len += writer.len;
    return LANYARD_OK;
}

lanyard_status lan_jwk_add(const lanyard_key *key, bool with_private, lanyard_buf *out,
                           lanyard_error *err)
{
    lanyard_mem mem = { .alloc = key->arena.alloc };
    lan_jwk_numbers numbers = { 0 };
    lan_arena scratch = { 0 };

    TRY(lan_key_scratch(&mem, NULL, 0, &scratch, err));

    lanyard_status status = lan_jwk_numbers_of(key, with_private, &scratch, &numbers, err);

    if (status == LANYARD_OK)
        status = jwk_append(key, with_private, &numbers, out, err);
    lan_arena_done(&scratch);
    return status;
}

lanyard_status lanyard_key_write_jwk(const lanyard_key *key, lanyard_key_part part,
                                     lanyard_buf *out, lanyard_error *err)
{
    if (!key || !out)
        return lan_fail(err, LANYARD_E_ARGUMENT, "argument", 0);
    TRY(lan_key_check_part(key, part, err));
    return lan_jwk_add(key, part == LANYARD_KEY_PRIVATE, out, err);
}
