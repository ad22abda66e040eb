/* keyset_read.c - a JWK Set (RFC 7517, 5), or one key as a set of one. */
#include "codec/json_read.h"
#include "key/jwk.h"
#include "key/key_read.h"
#include "key/keyset.h"

/* A set on its way. */
typedef struct keyset_reader {
    const lan_json *json;
    lan_arena *scratch;
    const lanyard_key_opts *opts;
    const lanyard_mem *mem;
    lanyard_keyset *set;
} keyset_reader;

static lanyard_status keyset_read_key(const keyset_reader *reader, uint32_t node, lanyard_key **key,
                                      lanyard_error *err)
{
    lan_mark mark = lan_arena_mark(reader->scratch);
    lanyard_key *self = NULL;

    TRY(lan_key_new(reader->mem, &self, err));
    self->allow_short = reader->opts && reader->opts->allow_short_key;

    lanyard_status status = lan_jwk_read(reader->json, node, reader->scratch, self, err);

    lan_arena_rewind(reader->scratch, mark);
    if (status == LANYARD_OK && reader->opts)
        status = lan_key_apply(self, reader->opts->alg, NULL, err);
    if (status != LANYARD_OK) {
        lanyard_key_free(self);
        return status;
    }
    *key = self;
    return LANYARD_OK;
}

/* RFC 7517, 5: a key that cannot be used is no reason to refuse the set; the machine's trouble is.
 */
static lanyard_status keyset_take(keyset_reader *reader, uint32_t node, size_t position,
                                  lanyard_error *err)
{
    lanyard_keyset *set = reader->set;
    lanyard_error why = { 0 };
    lanyard_key *key = NULL;
    lanyard_status status = keyset_read_key(reader, node, &key, &why);

    if (status == LANYARD_OK) {
        set->keys[set->count++] = key;
        return LANYARD_OK;
    }
    if (status == LANYARD_E_NO_MEMORY || status == LANYARD_E_CRYPTO) {
        if (err)
            *err = why;
        return status;
    }
    set->skipped[set->skipped_count++] = (lan_skipped){ position, why };
    return LANYARD_OK;
}

static bool keyset_is_same(const lanyard_key *left, const lanyard_key *right)
{
    return left->has_kid && right->has_kid && left->kty == right->kty && left->alg == right->alg &&
           lan_str_eq(left->kid, right->kid);
}

/* The key just read against those before it. */
static lanyard_status keyset_check_last(const lanyard_keyset *set, size_t offset,
                                        lanyard_error *err)
{
    const lanyard_key *last = set->keys[set->count - 1];

    if ((last->kty == LAN_KTY_OCT) != (set->keys[0]->kty == LAN_KTY_OCT))
        return lan_fail_saying(err, LANYARD_E_KEY_INVALID, "keys", offset,
                               "secrets mixed with public keys");
    for (size_t i = 0; i + 1 < set->count; i++)
        if (keyset_is_same(set->keys[i], last))
            return lan_fail_saying(err, LANYARD_E_KEY_INVALID, "key:kid", offset,
                                   "two keys with one kid, type and algorithm");
    return LANYARD_OK;
}

static lanyard_status keyset_fill(keyset_reader *reader, uint32_t array, lanyard_error *err)
{
    const lan_json_node *nodes = reader->json->nodes;
    size_t position = 0;

    for (uint32_t node = array + 1; node < nodes[array].next; node = nodes[node].next) {
        size_t before = reader->set->count;

        TRY(keyset_take(reader, node, position++, err));
        if (reader->set->count > before)
            TRY(keyset_check_last(reader->set, nodes[node].start, err));
    }
    return LANYARD_OK;
}

static lanyard_status keyset_read_array(keyset_reader *reader, uint32_t array, lanyard_error *err)
{
    const lan_json_node *node = &reader->json->nodes[array];

    if (node->type != LANYARD_JSON_ARRAY)
        return lan_fail_saying(err, LANYARD_E_KEY_FORMAT, "keys", node->start, "expected an array");
    if (node->count > LANYARD_KEYSET_KEYS_MAX)
        return lan_fail_saying(err, LANYARD_E_KEY_FORMAT, "keys", node->start,
                               "more than 1024 keys");
    TRY(lan_keyset_new(reader->mem, node->count, true, &reader->set, err));

    lanyard_status status = keyset_fill(reader, array, err);

    if (status != LANYARD_OK)
        lanyard_keyset_free(reader->set);
    return status;
}

/* One key as it is read anywhere: failing, not skipped. */
static lanyard_status keyset_read_one(lan_bytes data, const lanyard_key_opts *opts,
                                      const lanyard_mem *mem, lanyard_keyset **set,
                                      lanyard_error *err)
{
    lanyard_key *key = NULL;

    TRY(lan_key_read(data, opts, mem, &key, err));

    lanyard_status status = lanyard_keyset_new(&key, 1, mem, set, err);

    lanyard_key_free(key);
    return status;
}

static lanyard_status keyset_read_json(lan_bytes data, const lanyard_key_opts *opts,
                                       const lanyard_mem *mem, lan_arena *scratch,
                                       lanyard_keyset **set, lanyard_error *err)
{
    lan_json json = { 0 };
    keyset_reader reader = { .json = &json, .scratch = scratch, .opts = opts, .mem = mem };

    TRY(lan_key_parse(scratch, lan_str_of_bytes(data), &json, err));

    uint32_t array = lan_json_find(&json, 0, LAN_STR("keys"));

    if (array == LAN_JSON_NONE)
        return keyset_read_one(data, opts, mem, set, err);
    if (opts && opts->alg && !lan_alg_find(lanyard_str_of(opts->alg)))
        return lan_fail(err, LANYARD_E_ALG_UNKNOWN, "key:alg", 0);
    TRY(keyset_read_array(&reader, array, err));
    *set = reader.set;
    return LANYARD_OK;
}

static bool keyset_is_json(lan_bytes data, const lanyard_key_opts *opts)
{
    if (opts && opts->format != LANYARD_KEY_ANY)
        return opts->format == LANYARD_KEY_JWK;
    return lan_key_format_of(data) == LANYARD_KEY_JWK;
}

lanyard_status lanyard_keyset_read(const void *data, size_t len, const lanyard_key_opts *opts,
                                   const lanyard_mem *mem, lanyard_keyset **keys,
                                   lanyard_error *err)
{
    lan_bytes bytes = { data, len };
    lan_arena scratch = { 0 };

    if (!keys || (!data && len > 0))
        return lan_fail(err, LANYARD_E_ARGUMENT, "argument", 0);
    TRY(lan_opts_check(opts, sizeof *opts, err));
    TRY(lan_key_check_input(bytes, opts, err));
    if (!keyset_is_json(bytes, opts))
        return keyset_read_one(bytes, opts, mem, keys, err);
    TRY(lan_key_scratch(mem, NULL, 0, &scratch, err));

    lanyard_status status = keyset_read_json(bytes, opts, mem, &scratch, keys, err);

    lan_arena_done(&scratch);
    return status;
}
