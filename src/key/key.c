/* key.c - one key: made, counted, asked; see key.h. */
#include "key/key.h"

#define KEY_FIRST 2048u
#define KEY_MAX   (1024u * 1024u)

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

lanyard_status lan_key_check_use(const lanyard_key *key, const lan_alg *alg, lan_purpose purpose)
{
    uint32_t op = purpose == LAN_TO_SIGN ? LAN_OP_SIGN : LAN_OP_VERIFY;

    if (key->kty != alg->kty || (alg->info.crv[0] && strcmp(alg->info.crv, key->crv) != 0))
        return LANYARD_E_KEY_UNFIT;
    if (key->alg && key->alg != alg)
        return LANYARD_E_KEY_UNFIT;
    /* RFC 7517, 4.2 and 4.3: what the key says it is for. */
    if (key->use == LAN_USE_ENC || (key->ops && !(key->ops & op)))
        return LANYARD_E_KEY_UNFIT;
    if (purpose == LAN_TO_SIGN && !key->is_private)
        return LANYARD_E_KEY_UNFIT;
    return key_is_short(key, alg) ? LANYARD_E_KEY_SHORT : LANYARD_OK;
}

int lanyard_key_fits(const lanyard_key *key, const char *alg)
{
    const lan_alg *row = lan_alg_find(lanyard_str_of(alg));

    return row && lan_key_check_use(key, row, LAN_TO_VERIFY) == LANYARD_OK;
}

const char *lanyard_key_kty(const lanyard_key *key)
{
    static const char *const names[] = { "oct", "RSA", "EC", "OKP", "AKP" };

    return names[key->kty];
}

const char *lanyard_key_crv(const lanyard_key *key)
{
    return key->crv;
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
    static const char *const names[] = { "", "sig", "enc" };

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
