/* key_read.c - bytes to a key: which format, then the options laid over it. */
#include "key/key_read.h"
#include "codec/pem.h"
#include "codec/utf8.h"
#include "key/jwk.h"

#define SCRATCH_FIRST   4096u
#define SCRATCH_MAX     0x2000000u /* the tree of the longest set fits */
#define DER_SEQUENCE    0x30       /* the first byte of every key in DER */
#define JSON_VALUES_MAX 65536u

lanyard_status lan_key_scratch(const lanyard_mem *mem, void *first, size_t first_len,
                               lan_arena *scratch, lanyard_error *err)
{
    lanyard_mem plain = { .alloc = mem ? mem->alloc : (lanyard_alloc){ 0 },
                          .first = first,
                          .first_len = first_len };

    return lan_arena_init(scratch, &plain, first ? 0 : SCRATCH_FIRST, SCRATCH_MAX, err);
}

lanyard_status lan_key_parse(lan_arena *scratch, lan_str text, lan_json *json, lanyard_error *err)
{
    lanyard_limits limits = { .json_values = JSON_VALUES_MAX };

    return lan_json_parse_saying(scratch, text, &limits, "key", json, err);
}

lanyard_status lan_key_check_input(lan_bytes data, const lanyard_key_opts *opts, lanyard_error *err)
{
    if (opts && (uint32_t)opts->format > LANYARD_KEY_SECRET)
        return lan_fail_saying(err, LANYARD_E_ARGUMENT, "argument", 0, "a format nobody knows");
    if (opts && opts->kid && !lan_utf8_is_valid(lanyard_str_of(opts->kid)))
        return lan_fail_saying(err, LANYARD_E_ARGUMENT, "argument", 0, "a kid that is not UTF-8");
    if (data.len > LANYARD_KEYSET_LEN_MAX)
        return lan_fail_saying(err, LANYARD_E_KEY_FORMAT, "key", 0, "a text of more than 1 MiB");
    return LANYARD_OK;
}

lanyard_key_format lan_key_format_of(lan_bytes data)
{
    lan_str text = lan_str_of_bytes(data);
    size_t at = 0;

    if (data.len > 0 && data.ptr[0] == DER_SEQUENCE)
        return LANYARD_KEY_DER;
    while (at < text.len && lan_key_is_space(text.ptr[at]))
        at++;
    if (at < text.len && (text.ptr[at] == '{' || text.ptr[at] == '['))
        return LANYARD_KEY_JWK;
    if (lan_ssh_key_is(text))
        return LANYARD_KEY_SSH;
    return lan_pem_is_in(text) ? LANYARD_KEY_PEM : LANYARD_KEY_ANY;
}

static lanyard_status key_read_jwk(lanyard_key *key, lan_bytes data, lan_arena *scratch,
                                   lanyard_error *err)
{
    lan_json json = { 0 };

    TRY(lan_key_parse(scratch, lan_str_of_bytes(data), &json, err));
    return lan_jwk_read(&json, 0, scratch, key, err);
}

static lanyard_status key_read_der(lanyard_key *key, lan_bytes data, const char *passphrase,
                                   lanyard_error *err)
{
    lan_pkey *pkey = NULL;

    TRY(lan_pkey_from_der(data, passphrase, &pkey, err));
    return lan_key_set_pkey(key, pkey, err);
}

static lanyard_status key_read_format(lanyard_key *key, lan_bytes data,
                                      const lanyard_key_opts *opts, lan_arena *scratch,
                                      lanyard_error *err)
{
    bool is_said = opts->format != LANYARD_KEY_ANY;

    switch (is_said ? opts->format : lan_key_format_of(data)) {
    case LANYARD_KEY_JWK:
        return key_read_jwk(key, data, scratch, err);
    case LANYARD_KEY_PEM:
        return lan_pem_key_read(lan_str_of_bytes(data), opts->passphrase, scratch, key, err);
    case LANYARD_KEY_DER:
        return key_read_der(key, data, opts->passphrase, err);
    case LANYARD_KEY_SSH:
        return lan_ssh_key_read(lan_str_of_bytes(data), scratch, key, err);
    case LANYARD_KEY_SECRET:
        return lan_key_set_secret(key, data, err);
    default:
        return lan_fail_saying(err, LANYARD_E_KEY_FORMAT, "key", 0,
                               "neither a JWK nor PEM, DER or an OpenSSH public key");
    }
}

static lanyard_status key_apply_alg(lanyard_key *key, const char *name, lanyard_error *err)
{
    const lan_alg *alg = lan_alg_find(lanyard_str_of(name));

    if (!alg)
        return lan_fail(err, LANYARD_E_ALG_UNKNOWN, "key:alg", 0);

    lanyard_status status = lan_key_check_any_use(key, alg);

    if (status == LANYARD_E_KEY_SHORT)
        return lan_key_fail_short(key, alg, LANYARD_E_KEY_WEAK, "key", 0, err);
    if (status != LANYARD_OK)
        return lan_fail_saying(err, LANYARD_E_KEY_USE, "key:alg", 0,
                               "the key is not for that algorithm");
    key->alg = alg;
    return LANYARD_OK;
}

lanyard_status lan_key_apply(lanyard_key *key, const char *alg, const char *kid, lanyard_error *err)
{
    if (kid) {
        TRY(lan_arena_copy(&key->arena, lanyard_str_of(kid), &key->kid, err));
        key->has_kid = true;
    }
    return alg ? key_apply_alg(key, alg, err) : LANYARD_OK;
}

/* What was read on the way is wiped, however it ends. */
static lanyard_status key_fill(lanyard_key *key, lan_bytes data, const lanyard_key_opts *opts,
                               const lanyard_mem *mem, lanyard_error *err)
{
    _Alignas(LAN_ALIGN) uint8_t stack[SCRATCH_FIRST];
    lan_arena scratch = { 0 };

    TRY(lan_key_scratch(mem, stack, sizeof stack, &scratch, err));
    key->allow_short = opts->allow_short_key != 0;

    lanyard_status status = key_read_format(key, data, opts, &scratch, err);

    lan_arena_done(&scratch);
    return status == LANYARD_OK ? lan_key_apply(key, opts->alg, opts->kid, err) : status;
}

lanyard_status lan_key_read(lan_bytes data, const lanyard_key_opts *opts, const lanyard_mem *mem,
                            lanyard_key **key, lanyard_error *err)
{
    static const lanyard_key_opts none = { .size = sizeof none };
    lanyard_key *self = NULL;

    TRY(lan_key_check_input(data, opts, err));
    TRY(lan_key_new(mem, &self, err));

    lanyard_status status = key_fill(self, data, opts ? opts : &none, mem, err);

    if (status != LANYARD_OK) {
        lanyard_key_free(self);
        return status;
    }
    *key = self;
    return LANYARD_OK;
}

lanyard_status lanyard_key_read(const void *data, size_t len, const lanyard_key_opts *opts,
                                const lanyard_mem *mem, lanyard_key **key, lanyard_error *err)
{
    if (!key || (!data && len > 0))
        return lan_fail(err, LANYARD_E_ARGUMENT, "argument", 0);
    TRY(lan_opts_check(opts, sizeof *opts, err));
    return lan_key_read((lan_bytes){ data, len }, opts, mem, key, err);
}
