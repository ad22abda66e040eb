/* pkey_der.c - keys from DER, whichever structure carries them; see pkey.h. */
#include <limits.h>
#include <openssl/decoder.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include "crypto/der_shape.h"
#include "crypto/pkey_type.h"

LAN_DROP(OSSL_DECODER_CTX, OSSL_DECODER_CTX_free)
LAN_DROP(X509, X509_free)
LAN_DROP(X509_SIG, X509_SIG_free)

/* What libcrypto's decoder is told of a shape. */
typedef struct der_reader {
    const char *structure;
    const char *name; /* NULL: the OID says it */
    int selection;
} der_reader;

static const der_reader der_readers[] = {
    [LAN_DER_PKCS8] = { "PrivateKeyInfo", NULL, EVP_PKEY_KEYPAIR },
    [LAN_DER_RSA_PRIVATE] = { "type-specific", "RSA", EVP_PKEY_KEYPAIR },
    [LAN_DER_RSA_PUBLIC] = { "type-specific", "RSA", EVP_PKEY_PUBLIC_KEY },
    [LAN_DER_EC_PRIVATE] = { "type-specific", "EC", EVP_PKEY_KEYPAIR },
    [LAN_DER_SPKI] = { "SubjectPublicKeyInfo", NULL, EVP_PKEY_PUBLIC_KEY },
};

static lanyard_status der_decode(lan_bytes der, lan_der_shape shape, EVP_PKEY **evp,
                                 lanyard_error *err)
{
    const der_reader *reader = &der_readers[shape];
    const char *name = reader->name ? reader->name : lan_der_algorithm(der, shape);
    const unsigned char *next = der.ptr;
    size_t left = der.len;

    if (!name)
        return lan_fail(err, LANYARD_E_KEY_UNSUPPORTED, "key", 0);

    lan_auto(OSSL_DECODER_CTX) *context = OSSL_DECODER_CTX_new_for_pkey(
        evp, "DER", reader->structure, name, reader->selection, NULL, NULL);

    if (!context)
        return lan_crypto_fail(err, LANYARD_E_CRYPTO, "key");
    if (OSSL_DECODER_CTX_get_num_decoders(context) == 0)
        return lan_fail(err, LANYARD_E_ALG_UNAVAILABLE, "key", 0);
    if (OSSL_DECODER_from_data(context, &next, &left) != 1 || left != 0)
        return lan_crypto_fail(err, LANYARD_E_KEY_INVALID, "key");
    return LANYARD_OK;
}

static lanyard_status der_certificate(lan_bytes der, EVP_PKEY **evp, lanyard_error *err)
{
    const unsigned char *next = der.ptr;
    lan_auto(X509) *certificate = d2i_X509(NULL, &next, (long)der.len);

    if (!certificate || next != der.ptr + der.len)
        return lan_crypto_fail(err, LANYARD_E_KEY_FORMAT, "key");
    *evp = X509_get_pubkey(certificate);
    return *evp ? LANYARD_OK : lan_crypto_fail(err, LANYARD_E_KEY_UNSUPPORTED, "key");
}

/* A wrong passphrase shows in the padding, or, once in 256 times, in that no key comes out. */
static lanyard_status der_decrypted(unsigned char *plain, int len, EVP_PKEY **evp,
                                    lanyard_error *err)
{
    lan_bytes inner = { plain, (size_t)len };

    if (lan_der_shape_of(inner) != LAN_DER_PKCS8)
        return lan_fail(err, LANYARD_E_KEY_PASSPHRASE, "key", 0);
    return der_decode(inner, LAN_DER_PKCS8, evp, err);
}

static lanyard_status der_decrypt(lan_bytes der, const char *passphrase, EVP_PKEY **evp,
                                  lanyard_error *err)
{
    const unsigned char *next = der.ptr;
    lan_auto(X509_SIG) *sealed = d2i_X509_SIG(NULL, &next, (long)der.len);
    const X509_ALGOR *algorithm = NULL;
    const ASN1_OCTET_STRING *contents = NULL;
    unsigned char *plain = NULL;
    int len = 0;

    if (!sealed || next != der.ptr + der.len)
        return lan_crypto_fail(err, LANYARD_E_KEY_FORMAT, "key");
    if (!passphrase)
        return lan_fail_saying(err, LANYARD_E_KEY_PASSPHRASE, "key", 0,
                               "an encrypted key, and no passphrase");
    X509_SIG_get0(sealed, &algorithm, &contents);
    if (!PKCS12_pbe_crypt(algorithm, passphrase, (int)strlen(passphrase),
                          ASN1_STRING_get0_data(contents), ASN1_STRING_length(contents), &plain,
                          &len, 0))
        return lan_crypto_fail(err, LANYARD_E_KEY_PASSPHRASE, "key");

    lanyard_status status = der_decrypted(plain, len, evp, err);

    OPENSSL_clear_free(plain, (size_t)len);
    return status;
}

static lanyard_status der_read(lan_bytes der, const char *passphrase, lan_pkey **pkey,
                               lanyard_error *err)
{
    lan_der_shape shape = der.len <= INT_MAX ? lan_der_shape_of(der) : LAN_DER_NONE;
    lan_auto(EVP_PKEY) *evp = NULL;

    if (shape == LAN_DER_NONE)
        return lan_fail(err, LANYARD_E_KEY_FORMAT, "key", 0);
    if (shape == LAN_DER_CERTIFICATE)
        TRY(der_certificate(der, &evp, err));
    else if (shape == LAN_DER_ENCRYPTED)
        TRY(der_decrypt(der, passphrase, &evp, err));
    else
        TRY(der_decode(der, shape, &evp, err));
    return lan_pkey_admit(evp, pkey, err);
}

lanyard_status lan_pkey_from_der(lan_bytes der, const char *passphrase, lan_pkey **pkey,
                                 lanyard_error *err)
{
    lan_errors_begin();

    lanyard_status status = der_read(der, passphrase, pkey, err);

    lan_errors_end();
    return status;
}

bool lan_der_is_public(lan_bytes der)
{
    lan_der_shape shape = lan_der_shape_of(der);

    return shape == LAN_DER_RSA_PUBLIC || shape == LAN_DER_SPKI || shape == LAN_DER_CERTIFICATE;
}
