/* test_pkey_der.c - keys from DER and to DER. */
#include "pkey_cases.h"
#include <openssl/core_names.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include "crypto/der_shape.h"
#include "crypto/pkey_type.h"

#define DER_MAX 65536u

static bool is_first_of_kind(const pkey_case *row)
{
    return row->kind != LAN_PKEY_RSA || row == pkey_cases;
}

static lanyard_status read_der(lan_bytes der, const char *passphrase, lan_pkey **pkey)
{
    lanyard_status status = lan_pkey_from_der(der, passphrase, pkey, NULL);

    assert_int_equal(ERR_peek_error(), 0);
    return status;
}

/* The same key, as libcrypto compares them. */
static void der_is_of(lan_bytes der, const char *passphrase, const lan_pkey *pkey, bool is_private)
{
    lan_pkey *again = NULL;

    assert_status(read_der(der, passphrase, &again), LANYARD_OK);
    assert_int_equal(EVP_PKEY_eq(again->evp, pkey->evp), 1);
    assert_int_equal(lan_pkey_is_private(again), is_private);
    assert_int_equal(again->signature_len, pkey->signature_len);
    lan_pkey_free(again);
}

static lanyard_buf written(const lan_pkey *pkey, bool with_private, const char *passphrase)
{
    lanyard_buf der;

    lanyard_buf_init(&der, NULL, DER_MAX);
    assert_status(lan_pkey_write_der(pkey, with_private, passphrase, &der, NULL), LANYARD_OK);
    assert_int_equal(ERR_peek_error(), 0);
    return der;
}

static lan_bytes bytes_of(const lanyard_buf *buf)
{
    return (lan_bytes){ (const uint8_t *)buf->ptr, buf->len };
}

static void read_accepts_what_write_made(void **state)
{
    (void)state;
    for (const pkey_case *row = pkey_cases; row < pkey_cases + PKEY_CASES; row++) {
        if (!is_first_of_kind(row) || !pkey_case_is_here(row))
            continue;
        for (int is_private = 0; is_private < 2; is_private++) {
            lanyard_buf der = written(pkey_known(row, 0), is_private, NULL);

            der_is_of(bytes_of(&der), NULL, pkey_known(row, 0), is_private);
            assert_int_equal(lan_der_is_public(bytes_of(&der)), !is_private);
            lanyard_buf_done(&der);
        }
    }
}

static void read_opens_an_encrypted_key_with_its_passphrase_alone(void **state)
{
    lan_pkey *pkey = pkey_known(&pkey_cases[10], 0);
    lan_pkey *again = NULL;
    lanyard_buf der = written(pkey, true, "correct horse");

    (void)state;
    assert_int_equal(lan_der_shape_of(bytes_of(&der)), LAN_DER_ENCRYPTED);
    der_is_of(bytes_of(&der), "correct horse", pkey, true);
    assert_status(read_der(bytes_of(&der), "correct hors", &again), LANYARD_E_KEY_PASSPHRASE);
    assert_status(read_der(bytes_of(&der), "", &again), LANYARD_E_KEY_PASSPHRASE);
    assert_status(read_der(bytes_of(&der), NULL, &again), LANYARD_E_KEY_PASSPHRASE);
    assert_false(lan_der_is_public(bytes_of(&der)));
    lanyard_buf_done(&der);
}

typedef int der_writer(const EVP_PKEY *evp, unsigned char **der);

static void traditional_is_read(const pkey_case *row, der_writer *writer, lan_der_shape shape,
                                bool is_private)
{
    unsigned char *der = NULL;
    lan_pkey *pkey = pkey_known(row, 0);
    int len = writer(pkey->evp, &der);
    lan_bytes bytes = { der, (size_t)len };

    assert_true(len > 0);
    assert_int_equal(lan_der_shape_of(bytes), shape);
    assert_int_equal(lan_der_is_public(bytes), !is_private);
    der_is_of(bytes, NULL, pkey, is_private);
    OPENSSL_free(der);
}

static void read_accepts_the_older_structures(void **state)
{
    (void)state;
    traditional_is_read(&pkey_cases[0], i2d_PrivateKey, LAN_DER_RSA_PRIVATE, true);
    traditional_is_read(&pkey_cases[0], i2d_PublicKey, LAN_DER_RSA_PUBLIC, false);
    for (size_t curve = 6; curve < 10; curve++)
        traditional_is_read(&pkey_cases[curve], i2d_PrivateKey, LAN_DER_EC_PRIVATE, true);
}

static int write_certificate(const EVP_PKEY *evp, unsigned char **der)
{
    X509 *certificate = X509_new();
    EVP_PKEY *signer = (EVP_PKEY *)(uintptr_t)evp;
    X509_NAME *name = X509_get_subject_name(certificate);

    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1), 1);
    assert_non_null(X509_gmtime_adj(X509_getm_notBefore(certificate), 0));
    assert_non_null(X509_gmtime_adj(X509_getm_notAfter(certificate), 3600));
    assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                                (const unsigned char *)"lanyard", -1, -1, 0),
                     1);
    assert_int_equal(X509_set_issuer_name(certificate, name), 1);
    assert_int_equal(X509_set_pubkey(certificate, signer), 1);
    assert_true(X509_sign(certificate, signer, EVP_sha256()) > 0);

    int len = i2d_X509(certificate, der);

    X509_free(certificate);
    return len;
}

static void read_accepts_the_key_of_a_certificate(void **state)
{
    (void)state;
    traditional_is_read(&pkey_cases[0], write_certificate, LAN_DER_CERTIFICATE, false);
    traditional_is_read(&pkey_cases[6], write_certificate, LAN_DER_CERTIFICATE, false);
}

static void read_refuses_a_byte_more_or_less(void **state)
{
    static const size_t rows[] = { 0, 6, 10 };

    (void)state;
    for (size_t i = 0; i < COUNT(rows) * 2; i++) {
        lanyard_buf der = written(pkey_known(&pkey_cases[rows[i / 2]], 0), i % 2, NULL);
        lan_pkey *pkey = NULL;

        for (size_t len = 0; len < der.len; len++)
            assert_status(read_der((lan_bytes){ (const uint8_t *)der.ptr, len }, NULL, &pkey),
                          LANYARD_E_KEY_FORMAT);
        assert_status(lanyard_buf_add(&der, "", 1), LANYARD_OK);
        assert_status(read_der(bytes_of(&der), NULL, &pkey), LANYARD_E_KEY_FORMAT);
        lanyard_buf_done(&der);
    }
}

/* Whatever a changed byte makes of a key: it is refused, or it is another key that was checked. */
static void read_survives_a_changed_byte(void **state)
{
    static const size_t rows[] = { 6, 10 };

    (void)state;
    for (size_t i = 0; i < COUNT(rows) * 2; i++) {
        const lan_pkey *original = pkey_known(&pkey_cases[rows[i / 2]], 0);
        lanyard_buf der = written(original, i % 2, NULL);

        for (size_t at = 0; at < der.len; at++) {
            lan_pkey *pkey = NULL;

            der.ptr[at] ^= 1;
            if (read_der(bytes_of(&der), NULL, &pkey) == LANYARD_OK)
                assert_int_equal(pkey->type->kind, original->type->kind);
            lan_pkey_free(pkey);
            der.ptr[at] ^= 1;
        }
        lanyard_buf_done(&der);
    }
}

/* Keys that libcrypto can hold and we do not take. */
typedef struct foreign_case {
    const char *why;
    const char *name;
    OSSL_PARAM params[3];
} foreign_case;

static EVP_PKEY *foreign_make(const foreign_case *row)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, row->name, NULL);
    EVP_PKEY *evp = NULL;

    assert_int_equal(EVP_PKEY_keygen_init(context), 1);
    assert_int_equal(EVP_PKEY_CTX_set_params(context, row->params), 1);
    assert_int_equal(EVP_PKEY_generate(context, &evp), 1);
    EVP_PKEY_CTX_free(context);
    return evp;
}

static void foreign_is_refused(const foreign_case *row, der_writer *writer, lanyard_status expected)
{
    EVP_PKEY *evp = foreign_make(row);
    unsigned char *der = NULL;
    int len = writer(evp, &der);
    lan_pkey *pkey = NULL;

    assert_true(len > 0);

    lanyard_status status = read_der((lan_bytes){ der, (size_t)len }, NULL, &pkey);

    if (status != expected)
        fail_msg("%s: %s", row->why, lanyard_status_name(status));
    OPENSSL_free(der);
    EVP_PKEY_free(evp);
}

static int write_spki(const EVP_PKEY *evp, unsigned char **der)
{
    return i2d_PUBKEY(evp, der);
}

static int write_pkcs8(const EVP_PKEY *evp, unsigned char **der)
{
    PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(evp);
    int len = i2d_PKCS8_PRIV_KEY_INFO(info, der);

    PKCS8_PRIV_KEY_INFO_free(info);
    return len;
}

static void read_refuses_keys_of_other_kinds(void **state)
{
    size_t bits = 1024;
    char p224[] = "secp224r1";
    char brainpool[] = "brainpoolP256r1";
    char p256[] = "prime256v1";
    char written_out[] = "explicit";
    const foreign_case rows[] = {
        { "X25519", "X25519", { OSSL_PARAM_construct_end() } },
        { "X448", "X448", { OSSL_PARAM_construct_end() } },
        { "RSASSA-PSS",
          "RSA-PSS",
          { OSSL_PARAM_construct_size_t(OSSL_PKEY_PARAM_RSA_BITS, &bits),
            OSSL_PARAM_construct_end() } },
        { "P-224",
          "EC",
          { OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, p224, 0),
            OSSL_PARAM_construct_end() } },
        { "brainpool",
          "EC",
          { OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, brainpool, 0),
            OSSL_PARAM_construct_end() } },
        { "P-256 written out",
          "EC",
          { OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, p256, 0),
            OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_EC_ENCODING, written_out, 0),
            OSSL_PARAM_construct_end() } },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        foreign_is_refused(&rows[i], write_spki, LANYARD_E_KEY_UNSUPPORTED);
        foreign_is_refused(&rows[i], write_pkcs8, LANYARD_E_KEY_UNSUPPORTED);
    }
}

static void read_refuses_an_rsa_key_of_three_primes(void **state)
{
    size_t bits = 2048;
    size_t primes = 3;
    const foreign_case row = { "three primes",
                               "RSA",
                               { OSSL_PARAM_construct_size_t(OSSL_PKEY_PARAM_RSA_BITS, &bits),
                                 OSSL_PARAM_construct_size_t(OSSL_PKEY_PARAM_RSA_PRIMES, &primes),
                                 OSSL_PARAM_construct_end() } };

    (void)state;
    foreign_is_refused(&row, i2d_PrivateKey, LANYARD_E_KEY_UNSUPPORTED);
    foreign_is_refused(&row, write_pkcs8, LANYARD_E_KEY_UNSUPPORTED);
}

static void read_refuses_what_is_no_key(void **state)
{
    static const uint8_t set[] = { 0x31, 0 };
    static const uint8_t empty[] = { 0x30, 0 };
    static const uint8_t indefinite[] = { 0x30, 0x80, 0, 0 };
    static const uint8_t long_form[] = { 0x30, 0x81, 6, 2, 1, 5, 2, 1, 3 };
    static const uint8_t huge[] = { 0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 2, 1, 5 };
    static const lan_bytes rows[] = {
        { NULL, 0 },
        { set, sizeof set },
        { empty, sizeof empty },
        { indefinite, sizeof indefinite },
        { long_form, sizeof long_form },
        { huge, sizeof huge },
        { (const uint8_t *)"{\"kty\":\"oct\"}", 13 },
    };
    lan_pkey *pkey = NULL;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_status(read_der(rows[i], NULL, &pkey), LANYARD_E_KEY_FORMAT);
        assert_false(lan_der_is_public(rows[i]));
    }
}

static void write_refuses_the_private_half_of_a_public_key(void **state)
{
    lanyard_buf der = written(pkey_known(&pkey_cases[6], 0), false, NULL);
    lan_pkey *pkey = NULL;
    size_t len = der.len;

    (void)state;
    assert_status(read_der(bytes_of(&der), NULL, &pkey), LANYARD_OK);
    assert_status(lan_pkey_write_der(pkey, true, NULL, &der, NULL), LANYARD_E_KEY_USE);
    assert_int_equal(der.len, len);
    lan_pkey_free(pkey);
    lanyard_buf_done(&der);
}

static void write_refuses_to_pass_the_ceiling(void **state)
{
    lanyard_buf der;

    (void)state;
    lanyard_buf_init(&der, NULL, 10);
    assert_status(lan_pkey_write_der(pkey_known(&pkey_cases[6], 0), false, NULL, &der, NULL),
                  LANYARD_E_BUFFER_FULL);
    assert_int_equal(der.len, 0);
    lanyard_buf_done(&der);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read_accepts_what_write_made),
        cmocka_unit_test(read_opens_an_encrypted_key_with_its_passphrase_alone),
        cmocka_unit_test(read_accepts_the_older_structures),
        cmocka_unit_test(read_accepts_the_key_of_a_certificate),
        cmocka_unit_test(read_refuses_a_byte_more_or_less),
        cmocka_unit_test(read_survives_a_changed_byte),
        cmocka_unit_test(read_refuses_keys_of_other_kinds),
        cmocka_unit_test(read_refuses_an_rsa_key_of_three_primes),
        cmocka_unit_test(read_refuses_what_is_no_key),
        cmocka_unit_test(write_refuses_the_private_half_of_a_public_key),
        cmocka_unit_test(write_refuses_to_pass_the_ceiling),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
