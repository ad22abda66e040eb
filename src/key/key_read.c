/* key_read.c - bytes to a key: which format, then the options laid over it. */
#include "key/key_read.h"

static lanyard_status key_read_format(lanyard_key *key, lan_bytes data,
                                      const lanyard_key_opts *opts, lanyard_error *err)
{
    if (opts->format == LANYARD_KEY_SECRET)
        return lan_key_set_secret(key, data, err);
    return lan_fail(err, LANYARD_E_KEY_FORMAT, "key", 0);
}

/* The caller's alg and kid; what the key itself says must agree. */
static lanyard_status key_apply_opts(lanyard_key *key, const lanyard_key_opts *opts,
                                     lanyard_error *err)
{
    if (opts->kid) {
        TRY(lan_arena_copy(&key->arena, lanyard_str_of(opts->kid), &key->kid, err));
        key->has_kid = true;
    }
    if (!opts->alg)
        return LANYARD_OK;

    const lan_alg *alg = lan_alg_find(lanyard_str_of(opts->alg));

    if (!alg)
        return lan_fail(err, LANYARD_E_ALG_UNKNOWN, "key:alg", 0);

    lanyard_status status = lan_key_check_use(key, alg, LAN_TO_VERIFY);

    if (status == LANYARD_E_KEY_SHORT)
        return lan_fail(err, LANYARD_E_KEY_WEAK, "key", 0);
    if (status != LANYARD_OK)
        return lan_fail_saying(err, LANYARD_E_KEY_USE, "key:alg", 0,
                               "the key is not for that algorithm");
    key->alg = alg;
    return LANYARD_OK;
}

lanyard_status lan_key_read(lan_bytes data, const lanyard_key_opts *opts, const lanyard_mem *mem,
                            lanyard_key **key, lanyard_error *err)
{
    static const lanyard_key_opts none = { .size = sizeof none };
    const lanyard_key_opts *asked = opts ? opts : &none;
    lanyard_key *self = NULL;

    TRY(lan_key_new(mem, &self, err));
    self->allow_short = asked->allow_short_key != 0;

    lanyard_status status = key_read_format(self, data, asked, err);

    if (status == LANYARD_OK)
        status = key_apply_opts(self, asked, err);
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
