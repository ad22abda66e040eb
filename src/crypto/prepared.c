/* prepared.c - one key made ready for one scheme; see prepared.h.
 *
 * Making a handle ready fetches the algorithm, takes locks and allocates: 2 to 4 us, a fifth of a
 * verification with RSA. A worker does it once.
 */
#include "crypto/prepared.h"
#include <openssl/core_names.h>
#include "crypto/pkey_type.h"

static char *prepare_hash_name(lanyard_hash hash, char name[sizeof "SHA256"])
{
    memcpy(name,
           hash == LANYARD_SHA256   ? "SHA256"
           : hash == LANYARD_SHA384 ? "SHA384"
                                    : "SHA512",
           sizeof "SHA256");
    return name;
}

/* RFC 7518, 3.5: MGF1 with the same hash, and a salt as long as the hash. Set, and not left to
 * libcrypto: verifying, its default takes a salt of any length. */
static bool prepare_rsa(EVP_PKEY_CTX *context, lan_scheme scheme)
{
    char hash[sizeof "SHA256"];
    char pkcs1[] = OSSL_PKEY_RSA_PAD_MODE_PKCSV15;
    char pss[] = OSSL_PKEY_RSA_PAD_MODE_PSS;
    bool is_pss = scheme.padding == LAN_PADDING_PSS;
    int salt_len = (int)lan_hash_len(scheme.hash);
    char *name = prepare_hash_name(scheme.hash, hash);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, name, 0),
        OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, is_pss ? pss : pkcs1, 0),
        is_pss ? OSSL_PARAM_construct_int(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, &salt_len)
               : OSSL_PARAM_construct_end(),
        OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_MGF1_DIGEST, name, 0),
        OSSL_PARAM_construct_end(),
    };

    return EVP_PKEY_CTX_set_params(context, params) == 1;
}

static EVP_PKEY_CTX *prepare_of_hash(const lan_pkey *pkey, lan_scheme scheme,
                                     lan_direction direction)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, pkey->evp, NULL);

    if (!context)
        return NULL;

    int is_ready =
        direction == LAN_SIGN ? EVP_PKEY_sign_init(context) : EVP_PKEY_verify_init(context);

    if (is_ready == 1 && (scheme.padding == LAN_PADDING_NONE || prepare_rsa(context, scheme)))
        return context;
    EVP_PKEY_CTX_free(context);
    return NULL;
}

static EVP_MD_CTX *prepare_of_message(const lan_pkey *pkey, lan_direction direction)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    if (!context)
        return NULL;

    int is_ready = direction == LAN_SIGN
                       ? EVP_DigestSignInit_ex(context, NULL, NULL, NULL, NULL, pkey->evp, NULL)
                       : EVP_DigestVerifyInit_ex(context, NULL, NULL, NULL, NULL, pkey->evp, NULL);

    if (is_ready == 1)
        return context;
    EVP_MD_CTX_free(context);
    return NULL;
}

lanyard_status lan_prepare(const lan_pkey *pkey, lan_scheme scheme, lan_direction direction,
                           lan_prepared *prepared, lanyard_error *err)
{
    lan_prepared made = { NULL, NULL };

    if (scheme.hash)
        made.of_hash = prepare_of_hash(pkey, scheme, direction);
    else
        made.of_message = prepare_of_message(pkey, direction);
    if (!made.of_hash && !made.of_message)
        return lan_crypto_fail(err, LANYARD_E_CRYPTO, "key");
    *prepared = made;
    return LANYARD_OK;
}

void lan_prepared_done(lan_prepared *prepared)
{
    EVP_PKEY_CTX_free(prepared->of_hash);
    EVP_MD_CTX_free(prepared->of_message);
    *prepared = (lan_prepared){ NULL, NULL };
}
