/* import.c - a key from elsewhere becomes one of the ring's. */
#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "keyring/ring.h"

#define IMPORT_JWK_MAX 16384

/* What a key that names no algorithm is taken for. */
static const struct {
    const char *kty;
    const char *crv;
    const char *alg;
} import_usual[] = {
    { "OKP", "Ed25519", "EdDSA" }, { "EC", "P-256", "ES256" }, { "EC", "P-384", "ES384" },
    { "EC", "P-521", "ES512" },    { "RSA", "", "RS256" },     { "oct", "", "HS256" },
};

static const char *import_alg(const lanyard_key *key)
{
    if (lanyard_key_alg(key)[0] != '\0')
        return lanyard_key_alg(key);
    for (size_t i = 0; i < sizeof import_usual / sizeof *import_usual; i++) {
        if (strcmp(import_usual[i].kty, lanyard_key_kty(key)) == 0 &&
            strcmp(import_usual[i].crv, lanyard_key_crv(key)) == 0)
            return import_usual[i].alg;
    }
    return NULL;
}

static srv_status import_kid(const lanyard_key *key, char kid[KID_MAX])
{
    lanyard_buf name;
    bool is_named = false;

    if (lanyard_key_kid(key).len > 0)
        return srv_copy(lanyard_key_kid(key), kid, KID_MAX) ? SRV_OK : SRV_E_INVALID;
    /* The thumbprint of a secret would let it be guessed. */
    if (strcmp(lanyard_key_kty(key), "oct") == 0)
        return SRV_E_INVALID;
    lanyard_buf_init(&name, NULL, KID_MAX);
    if (lanyard_key_write_thumbprint(key, LANYARD_SHA256, 0, &name, NULL) == LANYARD_OK)
        is_named = srv_copy((lanyard_str){ name.ptr, name.len }, kid, KID_MAX);
    lanyard_buf_done(&name);
    return is_named ? SRV_OK : SRV_E_INVALID;
}

/* The same key, with kid and alg said; part: what of it is kept. */
static srv_status import_name(const lanyard_key *key, const char *alg, lanyard_key_part part,
                              lanyard_key **named)
{
    char kid[KID_MAX];
    lanyard_buf jwk;

    TRY(import_kid(key, kid));
    lanyard_buf_init(&jwk, NULL, IMPORT_JWK_MAX);

    lanyard_status status = lanyard_key_write_jwk(key, part, &jwk, NULL);

    if (status == LANYARD_OK)
        status = lanyard_key_read(jwk.ptr, jwk.len,
                                  LANYARD_KEY(.format = LANYARD_KEY_JWK, .alg = alg, .kid = kid),
                                  NULL, named, NULL);
    lanyard_buf_done(&jwk);
    return status == LANYARD_OK ? SRV_OK : SRV_E_INVALID;
}

static srv_status import_check(const keyring *ring, const lanyard_key *key, srv_time until,
                               srv_error *error)
{
    const char *alg = import_alg(key);

    if (!alg)
        return srv_fail(error, SRV_E_INVALID, "no algorithm is known for this type of key");
    if (until != 0)
        return SRV_OK;
    if (ring->rules.given_kid)
        return srv_fail(error, SRV_E_INVALID, "this server signs with the secret it was given");
    if (!lanyard_key_is_private(key))
        return srv_fail(error, SRV_E_INVALID,
                        "a public key cannot sign: say until when it verifies");
    if (strcmp(alg, ring->alg) != 0)
        return srv_fail(error, SRV_E_INVALID, "the key is for another algorithm than the server's");
    return SRV_OK;
}

static srv_status import_named(keyring *ring, const lanyard_key *named, srv_time until,
                               bool at_once, srv_error *error)
{
    signing_key_row *row = calloc(1, sizeof *row);

    if (!row)
        return srv_fail(error, SRV_E_NO_MEMORY, "no memory for a key");

    srv_status status = sealed_from_key(&ring->masters, named, row, error);

    if (status == SRV_OK)
        status = ring_import_row(ring, row, until, at_once, error);
    free(row);
    return status;
}

srv_status keyring_import(keyring *ring, const lanyard_key *key, srv_time until, bool at_once,
                          srv_error *error)
{
    bool is_secret = strcmp(lanyard_key_kty(key), "oct") == 0;
    lanyard_key_part part = until == 0 || is_secret ? LANYARD_KEY_PRIVATE : LANYARD_KEY_PUBLIC;
    lanyard_key *named = NULL;

    TRY(import_check(ring, key, until, error));
    if (import_name(key, import_alg(key), part, &named) != SRV_OK)
        return srv_fail(error, SRV_E_INVALID, "the key cannot be used (a secret needs a kid)");

    srv_status status = import_named(ring, named, until, at_once, error);

    lanyard_key_free(named);
    return status;
}
