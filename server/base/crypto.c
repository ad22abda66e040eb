/* crypto.c - see crypto.h. */
#include "base/crypto.h"

#include <string.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#define SEAL_NONCE 12
#define SEAL_TAG   16

srv_status srv_random(void *out, size_t len)
{
    return len <= INT32_MAX && RAND_bytes(out, (int)len) == 1 ? SRV_OK : SRV_E_INTERNAL;
}

srv_status srv_sha256(lanyard_bytes data, uint8_t out[SRV_SHA256_LEN])
{
    return EVP_Digest(data.ptr, data.len, out, NULL, EVP_sha256(), NULL) == 1 ? SRV_OK
                                                                              : SRV_E_INTERNAL;
}

srv_status srv_hmac(const uint8_t key[SRV_KEY_LEN], lanyard_bytes data, uint8_t out[SRV_SHA256_LEN])
{
    return HMAC(EVP_sha256(), key, SRV_KEY_LEN, data.ptr, data.len, out, NULL) ? SRV_OK
                                                                               : SRV_E_INTERNAL;
}

static bool crypto_derive(EVP_KDF_CTX *ctx, lanyard_bytes master, const char *purpose,
                          uint8_t out[SRV_KEY_LEN])
{
    char digest[] = "SHA256";
    uint8_t info[64];
    lanyard_str label = lanyard_str_of(purpose);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)master.ptr,
                                          master.len),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, label.len),
        OSSL_PARAM_construct_end(),
    };

    if (!ctx || label.len > sizeof info)
        return false;
    memcpy(info, label.ptr, label.len);
    return EVP_KDF_derive(ctx, out, SRV_KEY_LEN, params) == 1;
}

srv_status srv_derive(lanyard_bytes master, const char *purpose, uint8_t out[SRV_KEY_LEN])
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
    bool is_made = crypto_derive(ctx, master, purpose, out);

    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
    return is_made ? SRV_OK : SRV_E_INTERNAL;
}

static bool crypto_seal(EVP_CIPHER_CTX *ctx, const uint8_t *key, lanyard_bytes plain,
                        lanyard_bytes bound, uint8_t *out)
{
    uint8_t *text = out + SEAL_NONCE;
    int len = 0;

    return ctx && plain.len <= INT32_MAX && bound.len <= INT32_MAX &&
           EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, out) == 1 &&
           EVP_EncryptUpdate(ctx, NULL, &len, bound.ptr, (int)bound.len) == 1 &&
           EVP_EncryptUpdate(ctx, text, &len, plain.ptr, (int)plain.len) == 1 &&
           EVP_EncryptFinal_ex(ctx, text + len, &len) == 1 &&
           EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, SEAL_TAG, text + plain.len) == 1;
}

srv_status srv_seal(const uint8_t key[SRV_KEY_LEN], lanyard_bytes plain, lanyard_bytes bound,
                    uint8_t *out)
{
    TRY(srv_random(out, SEAL_NONCE));

    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    bool is_sealed = crypto_seal(ctx, key, plain, bound, out);

    EVP_CIPHER_CTX_free(ctx);
    return is_sealed ? SRV_OK : SRV_E_INTERNAL;
}

static bool crypto_open(EVP_CIPHER_CTX *ctx, const uint8_t *key, lanyard_bytes sealed,
                        lanyard_bytes bound, uint8_t *out)
{
    size_t plain_len = sealed.len - SRV_SEAL_COST;
    const uint8_t *text = sealed.ptr + SEAL_NONCE;
    uint8_t tag[SEAL_TAG];
    int len = 0;

    memcpy(tag, text + plain_len, SEAL_TAG);
    return ctx && sealed.len <= INT32_MAX && bound.len <= INT32_MAX &&
           EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, sealed.ptr) == 1 &&
           EVP_DecryptUpdate(ctx, NULL, &len, bound.ptr, (int)bound.len) == 1 &&
           EVP_DecryptUpdate(ctx, out, &len, text, (int)plain_len) == 1 &&
           EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, SEAL_TAG, tag) == 1 &&
           EVP_DecryptFinal_ex(ctx, out + len, &len) == 1;
}

srv_status srv_open(const uint8_t key[SRV_KEY_LEN], lanyard_bytes sealed, lanyard_bytes bound,
                    uint8_t *out)
{
    if (sealed.len < SRV_SEAL_COST)
        return SRV_E_INVALID;

    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    bool is_open = crypto_open(ctx, key, sealed, bound, out);

    EVP_CIPHER_CTX_free(ctx);
    if (!is_open)
        srv_wipe(out, sealed.len - SRV_SEAL_COST);
    return is_open ? SRV_OK : SRV_E_INVALID;
}

/* Eight bytes, which libcrypto takes one by one. The compiler must believe that the difference
 * changes, so it cannot leave the loop early. */
static uint64_t crypto_differ(const uint8_t *left, const uint8_t *right, uint64_t difference)
{
    uint64_t words[2];

    memcpy(&words[0], left, sizeof words[0]);
    memcpy(&words[1], right, sizeof words[1]);
    difference |= words[0] ^ words[1];
    __asm__ __volatile__("" : "+r"(difference));
    return difference;
}

bool srv_equal(const void *left, const void *right, size_t len)
{
    const uint8_t *a = left;
    const uint8_t *b = right;
    size_t whole = len - len % sizeof(uint64_t);
    uint64_t difference = 0;

    for (size_t at = 0; at < whole; at += sizeof difference)
        difference = crypto_differ(a + at, b + at, difference);
    difference |= (uint64_t)CRYPTO_memcmp(a + whole, b + whole, len - whole);
    return difference == 0;
}

void srv_wipe(void *ptr, size_t len)
{
    OPENSSL_cleanse(ptr, len);
}
