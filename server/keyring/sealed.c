/* sealed.c - see sealed.h. */
#include "keyring/sealed.h"

#include <stdio.h>
#include <string.h>
#include "base/defense.h"
#include "base/text.h"

#define SEALED_PURPOSE "seal signing keys"
#define SEALED_PLAIN   (SEALED_KEY_MAX - SRV_SEAL_COST)

typedef struct sealed_name { /* what the sealed bytes are bound to */
    char text[KID_MAX + ALG_MAX + 16];
    size_t len;
} sealed_name;

static sealed_name sealed_name_of(const signing_key_row *row)
{
    sealed_name name;
    int len = snprintf(name.text, sizeof name.text, "signing key %s %s", row->alg,
                       DEFENDS(41) ? row->kid : "");

    name.len = (size_t)len;
    return name;
}

static srv_status sealed_with(const master_key *master, const signing_key_row *row,
                              lanyard_bytes plain, uint8_t *out)
{
    sealed_name name = sealed_name_of(row);
    uint8_t key[SRV_KEY_LEN];

    TRY(srv_derive(SRV_BYTES(master->key), SEALED_PURPOSE, key));

    srv_status status =
        srv_seal(key, plain, (lanyard_bytes){ (const uint8_t *)name.text, name.len }, out);

    srv_wipe(key, sizeof key);
    return status;
}

static srv_status sealed_open_with(const master_key *master, const signing_key_row *row,
                                   uint8_t *out)
{
    sealed_name name = sealed_name_of(row);
    uint8_t key[SRV_KEY_LEN];

    TRY(srv_derive(SRV_BYTES(master->key), SEALED_PURPOSE, key));

    srv_status status = srv_open(key, (lanyard_bytes){ row->sealed, row->sealed_len },
                                 (lanyard_bytes){ (const uint8_t *)name.text, name.len }, out);

    srv_wipe(key, sizeof key);
    return status;
}

static srv_status sealed_write_private(const master_keys *masters, const lanyard_key *key,
                                       signing_key_row *row)
{
    lanyard_buf jwk;

    lanyard_buf_init(&jwk, NULL, SEALED_PLAIN);

    srv_status status = SRV_E_INVALID;

    if (lanyard_key_write_jwk(key, LANYARD_KEY_PRIVATE, &jwk, NULL) == LANYARD_OK) {
        row->sealed_len = jwk.len + SRV_SEAL_COST;
        status = sealed_with(&masters->keys[0], row,
                             (lanyard_bytes){ (const uint8_t *)jwk.ptr, jwk.len }, row->sealed);
    }
    lanyard_buf_done(&jwk);
    return status;
}

static bool sealed_is_secret(const char *kty)
{
    return strcmp(kty, "oct") == 0;
}

static srv_status sealed_write_public(const lanyard_key *key, signing_key_row *row)
{
    lanyard_buf jwk;
    bool is_written = false;

    lanyard_buf_init(&jwk, NULL, sizeof row->public_jwk);
    if (lanyard_key_write_jwk(key, LANYARD_KEY_PUBLIC, &jwk, NULL) == LANYARD_OK)
        is_written =
            srv_copy((lanyard_str){ jwk.ptr, jwk.len }, row->public_jwk, sizeof row->public_jwk);
    lanyard_buf_done(&jwk);
    return is_written ? SRV_OK : SRV_E_INVALID;
}

srv_status sealed_from_key(const master_keys *masters, const lanyard_key *key, signing_key_row *row,
                           srv_error *error)
{
    lanyard_str kid = lanyard_key_kid(key);

    if (kid.len == 0 || !lanyard_str_is_plain(kid) || !srv_copy(kid, row->kid, sizeof row->kid))
        return srv_fail(error, SRV_E_INVALID, "the key has no usable kid");
    if (lanyard_key_alg(key)[0] == '\0' ||
        !srv_copy(lanyard_str_of(lanyard_key_alg(key)), row->alg, sizeof row->alg))
        return srv_fail(error, SRV_E_INVALID, "the key says no algorithm");
    row->public_jwk[0] = '\0';
    row->sealed_len = 0;
    if (!sealed_is_secret(lanyard_key_kty(key)) && sealed_write_public(key, row) != SRV_OK)
        return srv_fail(error, SRV_E_INVALID, "the key is too large");
    if (lanyard_key_is_private(key) && sealed_write_private(masters, key, row) != SRV_OK)
        return srv_fail(error, SRV_E_INVALID, "the key cannot be sealed: is it too large?");
    return SRV_OK;
}

static srv_status sealed_read_jwk(const signing_key_row *row, const void *jwk, size_t len,
                                  lanyard_key **key, srv_error *error)
{
    lanyard_status status = lanyard_key_read(
        jwk, len, LANYARD_KEY(.format = LANYARD_KEY_JWK, .alg = row->alg, .kid = row->kid), NULL,
        key, NULL);

    if (status == LANYARD_OK)
        return SRV_OK;
    if (status == LANYARD_E_NO_MEMORY)
        return srv_fail_lanyard(error, status);
    return srv_fail(error, SRV_E_INVALID, "a stored key is no JWK");
}

srv_status sealed_public(const master_keys *masters, const signing_key_row *row, lanyard_key **key,
                         srv_error *error)
{
    if (row->public_jwk[0] == '\0')
        return sealed_private(masters, row, key, error);
    return sealed_read_jwk(row, row->public_jwk, strlen(row->public_jwk), key, error);
}

srv_status sealed_private(const master_keys *masters, const signing_key_row *row, lanyard_key **key,
                          srv_error *error)
{
    uint8_t jwk[SEALED_PLAIN];
    srv_status status = SRV_E_INVALID;

    if (row->sealed_len < SRV_SEAL_COST || row->sealed_len > SEALED_KEY_MAX)
        return srv_fail(error, SRV_E_INVALID, "a stored key has no private part");
    for (size_t i = 0; status != SRV_OK && i < masters->count; i++)
        status = sealed_open_with(&masters->keys[i], row, jwk);
    status = status == SRV_OK
                 ? sealed_read_jwk(row, jwk, row->sealed_len - SRV_SEAL_COST, key, error)
                 : srv_fail(error, SRV_E_INVALID, "the master key does not open the stored keys");
    srv_wipe(jwk, sizeof jwk);
    return status;
}
