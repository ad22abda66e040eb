/* pkey_write.c - keys to DER: SPKI, PKCS#8, and that encrypted; see pkey.h. */
#include <limits.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include "crypto/pkey_type.h"

LAN_DROP(PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free)
LAN_DROP(X509_SIG, X509_SIG_free)

/* Of PBKDF2 with HMAC-SHA-256: what OWASP's password storage sheet asks for (2023). */
#define WRITE_ITERATIONS 600000

/* Takes what an i2d function made, and wipes it: it may be a private key. */
static lanyard_status write_add(unsigned char *der, int len, lanyard_buf *out, lanyard_error *err)
{
    if (len <= 0)
        return lan_crypto_fail(err, LANYARD_E_CRYPTO, "key");

    lanyard_status status =
        lan_buf_add(out, lan_str_of_bytes((lan_bytes){ der, (size_t)len }), err);

    OPENSSL_clear_free(der, (size_t)len);
    return status;
}

static lanyard_status write_sealed(PKCS8_PRIV_KEY_INFO *plain, const char *passphrase,
                                   lanyard_buf *out, lanyard_error *err)
{
    size_t passphrase_len = strlen(passphrase);
    unsigned char *der = NULL;

    if (passphrase_len > INT_MAX)
        return lan_fail(err, LANYARD_E_ARGUMENT, "passphrase", 0);

    /* -1: PBES2, with the cipher that is said and HMAC-SHA-256. */
    lan_auto(X509_SIG) *sealed = PKCS8_encrypt(
        -1, EVP_aes_256_cbc(), passphrase, (int)passphrase_len, NULL, 0, WRITE_ITERATIONS, plain);

    if (!sealed)
        return lan_crypto_fail(err, LANYARD_E_CRYPTO, "key");

    int len = i2d_X509_SIG(sealed, &der);

    return write_add(der, len, out, err);
}

static lanyard_status write_private(const lan_pkey *pkey, const char *passphrase, lanyard_buf *out,
                                    lanyard_error *err)
{
    lan_auto(PKCS8_PRIV_KEY_INFO) *plain = EVP_PKEY2PKCS8(pkey->evp);
    unsigned char *der = NULL;

    if (!plain)
        return lan_crypto_fail(err, LANYARD_E_CRYPTO, "key");
    if (passphrase)
        return write_sealed(plain, passphrase, out, err);

    int len = i2d_PKCS8_PRIV_KEY_INFO(plain, &der);

    return write_add(der, len, out, err);
}

static lanyard_status write_public(const lan_pkey *pkey, lanyard_buf *out, lanyard_error *err)
{
    unsigned char *der = NULL;
    int len = i2d_PUBKEY(pkey->evp, &der);

    return write_add(der, len, out, err);
}

lanyard_status lan_pkey_write_der(const lan_pkey *pkey, bool with_private, const char *passphrase,
                                  lanyard_buf *out, lanyard_error *err)
{
    if (with_private && !pkey->is_private)
        return lan_fail(err, LANYARD_E_KEY_USE, "key", 0);
    lan_errors_begin();

    lanyard_status status =
        with_private ? write_private(pkey, passphrase, out, err) : write_public(pkey, out, err);

    lan_errors_end();
    return status;
}
