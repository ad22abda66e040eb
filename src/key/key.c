/* key.c - one key: made, counted, asked; see key.h. */
#include "key/key.h"

#define KEY_FIRST 2048u
#define KEY_MAX   0x100000u

lanyard_status lan_key_new(const lanyard_mem *mem, lanyard_key **key, lanyard_error *err)
{
    lanyard_mem plain = { .alloc = mem ? mem->alloc : (lanyard_alloc){ 0 } };
    lan_arena arena = { 0 };

    TRY(lan_arena_init(&arena, &plain, KEY_FIRST, KEY_MAX, err));

    lanyard_key *self = lan_arena_alloc(&arena, sizeof *self);

    *self = (lanyard_key){ .crv = "" };
    self->arena = arena;
    lan_refs_init(&self->refs);
    *key = self;
    return LANYARD_OK;
}

lanyard_key *lanyard_key_ref(const lanyard_key *key)
{
    /* The count is the one thing about a key that changes. */
    lanyard_key *counted = (lanyard_key *)(uintptr_t)key;

    lan_refs_take(&counted->refs);
    return counted;
}

void lanyard_key_free(lanyard_key *key)
{
    if (!key || !lan_refs_drop(&key->refs))
        return;
    lan_pkey_free(key->pkey);
    lan_arena_done(&key->arena);
}

static bool key_is_short(const lanyard_key *key, const lan_alg *alg)
{
    return key->bits < alg->info.key_bits_min && !key->allow_short;
}

/* RFC 7517, 4.2 and 4.3: what the key says it is for. */
static bool key_allows(const lanyard_key *key, uint32_t ops)
{
    if (key->use == LAN_USE_ENC || key->use == LAN_USE_OTHER)
        return false;
    return !key->ops || (key->ops & ops);
}

static lanyard_status key_check_ops(const lanyard_key *key, const lan_alg *alg, uint32_t ops)
{
    if (key->kty != alg->kty || (alg->info.crv[0] && strcmp(alg->info.crv, key->crv) != 0))
        return LANYARD_E_KEY_UNFIT;
    if ((key->alg && key->alg != alg) || !key_allows(key, ops))
        return LANYARD_E_KEY_UNFIT;
    return key_is_short(key, alg) ? LANYARD_E_KEY_SHORT : LANYARD_OK;
}

lanyard_status lan_key_check_use(const lanyard_key *key, const lan_alg *alg, lan_purpose purpose)
{
    if (purpose == LAN_TO_SIGN && !key->is_private)
        return LANYARD_E_KEY_UNFIT;
    return key_check_ops(key, alg, purpose == LAN_TO_SIGN ? LAN_OP_SIGN : LAN_OP_VERIFY);
}

lanyard_status lan_key_check_any_use(const lanyard_key *key, const lan_alg *alg)
{
    return key_check_ops(key, alg, LAN_OP_VERIFY | (key->is_private ? LAN_OP_SIGN : 0));
}

lanyard_status lan_key_fail_short(const lanyard_key *key, const lan_alg *alg, lanyard_status status,
                                  const char *where, size_t offset, lanyard_error *err)
{
    lanyard_status failed = lan_fail_saying(err, status, where, offset, "");

    lan_detail(err, key->kty == LAN_KTY_OCT ? "a secret of " : "a key of ");
    lan_detail_int(err, (int64_t)key->bits);
    lan_detail(err, " bits where ");
    lan_detail(err, alg->info.name);
    lan_detail(err, " needs ");
    lan_detail_int(err, (int64_t)alg->info.key_bits_min);
    return failed;
}

int lanyard_key_fits(const lanyard_key *key, const char *alg)
{
    const lan_alg *row = lan_alg_find(lanyard_str_of(alg));

    return row && lan_key_check_any_use(key, row) == LANYARD_OK;
}

static const struct {
    const char *name;
    lan_pkey_kind kind;
} key_types[] = { [LAN_KTY_OCT] = { .name = "oct" },
                  [LAN_KTY_RSA] = { "RSA", LAN_PKEY_RSA },
                  [LAN_KTY_EC] = { "EC", LAN_PKEY_EC },
                  [LAN_KTY_OKP] = { "OKP", LAN_PKEY_OKP },
                  [LAN_KTY_AKP] = { "AKP", LAN_PKEY_AKP } };

const char *lan_kty_name(lan_kty kty)
{
    return key_types[kty].name;
}

lan_pkey_kind lan_kty_kind(lan_kty kty)
{
    return key_types[kty].kind;
}

const char *lanyard_key_kty(const lanyard_key *key)
{
    return lan_kty_name(key->kty);
}

const char *lanyard_key_crv(const lanyard_key *key)
{
    /* An AKP key is told apart by its "alg": it has no curve (RFC 9964). */
    return key->kty == LAN_KTY_AKP ? "" : key->crv;
}

const char *lanyard_key_alg(const lanyard_key *key)
{
    return key->alg ? key->alg->info.name : "";
}

lanyard_str lanyard_key_kid(const lanyard_key *key)
{
    return key->has_kid ? key->kid : LAN_STR("");
}

const char *lanyard_key_use(const lanyard_key *key)
{
    static const char *const names[] = { "", "sig", "enc", "other" };

    return names[key->use];
}

size_t lanyard_key_bits(const lanyard_key *key)
{
    return key->bits;
}

int lanyard_key_is_private(const lanyard_key *key)
{
    return key->is_private;
}
