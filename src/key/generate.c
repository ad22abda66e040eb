/* generate.c - new keys, each for one algorithm. */
#include "codec/base64url.h"
#include "codec/utf8.h"
#include "crypto/random.h"
#include "key/key_read.h"
#include "key/thumbprint.h"

#define RSA_BITS_DEFAULT 2048u
#define RSA_BITS_MAX     16384u
#define SECRET_BITS_MAX  524288u
#define KID_LEN          16u /* random bytes: 128 bits */

static lanyard_status generate_refuse(lanyard_error *err, const char *detail)
{
    return lan_fail_saying(err, LANYARD_E_ARGUMENT, "bits", 0, detail);
}

/* The bits to make: those asked for, when the algorithm allows them. */
static lanyard_status generate_bits(const lan_alg *alg, size_t asked, size_t *bits,
                                    lanyard_error *err)
{
    bool is_secret = alg->kty == LAN_KTY_OCT;
    size_t max = is_secret ? SECRET_BITS_MAX : RSA_BITS_MAX;

    if (!is_secret && alg->kty != LAN_KTY_RSA) {
        *bits = 0;
        return asked == 0 ? LANYARD_OK : generate_refuse(err, "the curve says how long a key is");
    }
    *bits = asked ? asked : is_secret ? alg->info.key_bits_min : RSA_BITS_DEFAULT;
    if (*bits % 8 != 0)
        return generate_refuse(err, "expected whole bytes");
    if (*bits >= alg->info.key_bits_min && *bits <= max)
        return LANYARD_OK;
    generate_refuse(err, "expected ");
    lan_detail_int(err, (int64_t)alg->info.key_bits_min);
    lan_detail(err, " to ");
    lan_detail_int(err, (int64_t)max);
    lan_detail(err, " bits, found ");
    lan_detail_int(err, (int64_t)*bits);
    return LANYARD_E_ARGUMENT;
}

static lanyard_status generate_secret(lanyard_key *key, size_t len, lan_arena *scratch,
                                      lanyard_error *err)
{
    uint8_t *secret = lan_arena_alloc(scratch, len);

    if (!secret)
        return lan_no_memory(err);
    TRY(lan_random(NULL, secret, len, err));
    return lan_key_set_secret(key, (lan_bytes){ secret, len }, err);
}

/* EdDSA names no curve: Ed25519 then. */
static const char *generate_curve(const lan_alg *alg)
{
    if (alg->kty == LAN_KTY_AKP)
        return alg->info.name;
    return alg->kty == LAN_KTY_OKP && !alg->info.crv[0] ? "Ed25519" : alg->info.crv;
}

static lanyard_status generate_key(lanyard_key *key, const lan_alg *alg, size_t bits,
                                   const lanyard_mem *mem, lanyard_error *err)
{
    lan_pkey *pkey = NULL;
    lan_arena scratch = { 0 };

    if (alg->kty != LAN_KTY_OCT) {
        TRY(lan_pkey_generate(lan_kty_kind(alg->kty), generate_curve(alg), bits, &pkey, err));
        return lan_key_set_pkey(key, pkey, err);
    }
    TRY(lan_key_scratch(mem, NULL, 0, &scratch, err));

    lanyard_status status = generate_secret(key, bits / 8, &scratch, err);

    lan_arena_done(&scratch);
    return status;
}

/* RFC 7638: the thumbprint; of a secret a random ID, since a weak one can be guessed from it. */
static lanyard_status generate_kid(lanyard_key *key, lanyard_error *err)
{
    uint8_t id[LANYARD_HASH_MAX];
    char text[LANYARD_HASH_MAX * 2];
    bool is_secret = key->kty == LAN_KTY_OCT;
    lan_bytes bytes = { id, is_secret ? KID_LEN : lan_hash_len(LANYARD_SHA256) };

    if (is_secret)
        TRY(lan_random(NULL, id, KID_LEN, err));
    else
        TRY(lan_key_thumbprint(key, LANYARD_SHA256, id, err));
    lan_base64url_encode(bytes, text);
    key->has_kid = true;
    return lan_arena_copy(&key->arena, (lan_str){ text, lan_base64url_encoded_len(bytes.len) },
                          &key->kid, err);
}

static lanyard_status generate_in(lanyard_key *key, const lan_alg *alg,
                                  const lanyard_keygen_opts *opts, const lanyard_mem *mem,
                                  lanyard_error *err)
{
    size_t bits = 0;

    TRY(generate_bits(alg, opts->bits, &bits, err));
    TRY(generate_key(key, alg, bits, mem, err));
    key->alg = alg;
    return opts->kid ? lan_key_apply(key, NULL, opts->kid, err) : generate_kid(key, err);
}

static lanyard_status generate_find(const lanyard_keygen_opts *opts, const lan_alg **alg,
                                    lanyard_error *err)
{
    if (!opts || !opts->alg)
        return lan_fail_saying(err, LANYARD_E_ARGUMENT, "argument", 0, "expected an algorithm");
    TRY(lan_opts_check(opts, sizeof *opts, err));
    if (opts->kid && !lan_utf8_is_valid(lanyard_str_of(opts->kid)))
        return lan_fail_saying(err, LANYARD_E_ARGUMENT, "argument", 0, "a kid that is not UTF-8");
    *alg = lan_alg_find(lanyard_str_of(opts->alg));
    if (!*alg)
        return lan_fail(err, LANYARD_E_ALG_UNKNOWN, "alg", 0);
    if ((*alg)->is_available && !(*alg)->is_available(*alg))
        return lan_fail(err, LANYARD_E_ALG_UNAVAILABLE, "alg", 0);
    return LANYARD_OK;
}

lanyard_status lanyard_key_generate(const lanyard_keygen_opts *opts, const lanyard_mem *mem,
                                    lanyard_key **key, lanyard_error *err)
{
    const lan_alg *alg = NULL;
    lanyard_key *self = NULL;

    if (!key)
        return lan_fail(err, LANYARD_E_ARGUMENT, "argument", 0);
    TRY(generate_find(opts, &alg, err));
    TRY(lan_key_new(mem, &self, err));

    lanyard_status status = generate_in(self, alg, opts, mem, err);

    if (status != LANYARD_OK) {
        lanyard_key_free(self);
        return status;
    }
    *key = self;
    return LANYARD_OK;
}
