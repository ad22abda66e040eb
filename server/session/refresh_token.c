/* refresh_token.c - see refresh_token.h. */
#include "session/refresh_token.h"

#include <string.h>
#include "base/text.h"

#define PREFIX_LEN (sizeof REFRESH_PREFIX - 1)
#define HEAD_LEN   (1 + SRV_ID_LEN + REFRESH_SECRET_LEN) /* before the generation */
#define VARINT_MAX 9                                     /* 63 bits, 7 a byte */
#define BYTES_MAX  (HEAD_LEN + VARINT_MAX + REFRESH_MAC_LEN)

_Static_assert(PREFIX_LEN + SRV_BASE64URL_LEN(BYTES_MAX) < REFRESH_TEXT_MAX, "room for the text");

/* Seven bits a byte, the lowest first; the high bit says that more follow. */
static size_t refresh_put_gen(int64_t gen, uint8_t *out)
{
    uint64_t rest = (uint64_t)gen;
    size_t len = 0;

    for (; rest > 0x7f; rest >>= 7)
        out[len++] = (uint8_t)(rest | 0x80);
    out[len++] = (uint8_t)rest;
    return len;
}

static int64_t refresh_get_gen(const uint8_t *bytes, size_t len)
{
    uint64_t gen = 0;

    for (size_t i = len; i > 0; i--)
        gen = gen << 7 | (bytes[i - 1] & 0x7f);
    return (int64_t)gen;
}

static srv_status refresh_mac(const refresh_key *key, const uint8_t *bytes, size_t len,
                              uint8_t mac[SRV_SHA256_LEN])
{
    return srv_hmac(key->key, (lanyard_bytes){ bytes, len }, mac);
}

srv_status refresh_token_write(const refresh_keys *keys, const refresh_token *token,
                               char out[REFRESH_TEXT_MAX])
{
    uint8_t bytes[BYTES_MAX];
    uint8_t mac[SRV_SHA256_LEN];

    if (keys->count == 0 || token->gen < 0)
        return SRV_E_INTERNAL;
    bytes[0] = keys->keys[0].kid;
    memcpy(bytes + 1, token->sid.bytes, SRV_ID_LEN);
    memcpy(bytes + 1 + SRV_ID_LEN, token->secret, REFRESH_SECRET_LEN);

    size_t len = HEAD_LEN + refresh_put_gen(token->gen, bytes + HEAD_LEN);

    TRY(refresh_mac(&keys->keys[0], bytes, len, mac));
    memcpy(bytes + len, mac, REFRESH_MAC_LEN);
    len += REFRESH_MAC_LEN;
    memcpy(out, REFRESH_PREFIX, PREFIX_LEN);
    srv_base64url_write((lanyard_bytes){ bytes, len }, out + PREFIX_LEN);
    out[PREFIX_LEN + SRV_BASE64URL_LEN(len)] = '\0';
    srv_wipe(bytes, sizeof bytes);
    srv_wipe(mac, sizeof mac);
    return SRV_OK;
}

static const refresh_key *refresh_find_key(const refresh_keys *keys, uint8_t kid)
{
    for (size_t i = 0; i < keys->count; i++)
        if (keys->keys[i].kid == kid)
            return &keys->keys[i];
    return NULL;
}

static srv_status refresh_check_mac(const refresh_keys *keys, const uint8_t *bytes, size_t len)
{
    const refresh_key *key = refresh_find_key(keys, bytes[0]);
    uint8_t mac[SRV_SHA256_LEN];

    if (!key)
        return SRV_E_INVALID_TOKEN;
    TRY(refresh_mac(key, bytes, len, mac));

    bool is_true = srv_equal(mac, bytes + len, REFRESH_MAC_LEN);

    srv_wipe(mac, sizeof mac);
    return is_true ? SRV_OK : SRV_E_INVALID_TOKEN;
}

srv_status refresh_token_read(const refresh_keys *keys, lanyard_str text, refresh_token *token)
{
    uint8_t bytes[BYTES_MAX];
    size_t len = 0;

    if (text.len < PREFIX_LEN || memcmp(text.ptr, REFRESH_PREFIX, PREFIX_LEN) != 0)
        return SRV_E_INVALID_TOKEN;
    text = (lanyard_str){ text.ptr + PREFIX_LEN, text.len - PREFIX_LEN };
    if (!srv_base64url_read(text, bytes, sizeof bytes, &len) || len <= HEAD_LEN + REFRESH_MAC_LEN)
        return SRV_E_INVALID_TOKEN;
    len -= REFRESH_MAC_LEN;
    TRY(refresh_check_mac(keys, bytes, len));
    /* With a true MAC we wrote it ourselves: the rest needs no more checks. */
    memcpy(token->sid.bytes, bytes + 1, SRV_ID_LEN);
    memcpy(token->secret, bytes + 1 + SRV_ID_LEN, REFRESH_SECRET_LEN);
    token->gen = refresh_get_gen(bytes + HEAD_LEN, len - HEAD_LEN);
    srv_wipe(bytes, sizeof bytes);
    return SRV_OK;
}

srv_status refresh_token_family(const refresh_token *token, uint8_t hash[SRV_SHA256_LEN])
{
    return srv_sha256(SRV_BYTES(token->secret), hash);
}
