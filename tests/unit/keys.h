/* keys.h - keys for tests: examples printed in RFCs, and files that the openssl program makes. */
#ifndef TESTS_UNIT_KEYS_H
#define TESTS_UNIT_KEYS_H

#include "asserts.h"
#include <lanyard.h>
#include <stdio.h>
#include <unistd.h>

/* RFC 7515, A.3. */
#define P256_X "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define P256_Y "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
#define P256_D "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"
/* RFC 8037, A.1. */
#define ED25519_X "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
#define ED25519_D "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
/* RFC 7638, 3.1. */
#define RSA_N                                                                                      \
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_"      \
    "BJECPeb"                                                                                      \
    "WKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_"            \
    "FDW2QvzqY368Q"                                                                                \
    "QMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-"                         \
    "bFTWhAI4vMQFh6WeZu0fM4lFd2"                                                                   \
    "NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"

#define P256_PUBLIC    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" P256_X "\",\"y\":\"" P256_Y "\"}"
#define ED25519_PUBLIC "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED25519_X "\"}"
#define RSA_PUBLIC     "{\"kty\":\"RSA\",\"n\":\"" RSA_N "\",\"e\":\"AQAB\"}"
#define ED25519_PRIVATE                                                                            \
    "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED25519_X "\",\"d\":\"" ED25519_D "\"}"
#define P256_PRIVATE                                                                               \
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" P256_X "\",\"y\":\"" P256_Y "\",\"d\":\"" P256_D  \
    "\"}"
/* Of 2048 bits, for tests that need an RSA key and not a new one. */
#define RSA_PRIVATE                                                                                \
    "{\"kty\":\"RSA\","                                                                            \
    "\"n\":\""                                                                                     \
    "psyZ18xfzh5YlvdAuANwuVP7O1SJRO9FYxJmyq0RdZPf-hp2kpOLVilxPUrdOQB-hl83cttU5Aah"                 \
    "ERMUp_1MXhOoj9cDXPIGbFxxpftUEI5TCCnjsMxk__wbYMhn-luBp3suUp-vwLAQD9cfd41ckc2p"                 \
    "QRRDqI4lVqFZ32DUUQlGxR6ms6OgA7EMClldEwZV5L_zkY3GGipbsBu-nQ9fr7ZmMzjMi2mJ7bUR"                 \
    "A3EC2AjoMxu5X6tde4r2w7IWoQdb6caaMkL9Rflmf3rWBhWrD-9YD3hM5SwyeutZxu-KL5OQ6dDz"                 \
    "t17EtN0ByZxcCREpuPcHh1K_WFcmp1-H0J55yw\","                                                    \
    "\"e\":\"AQAB\","                                                                              \
    "\"d\":\""                                                                                     \
    "FsUWeU2WhIpC-LTfGl-p2zraMIK9THJHbBteeet_VygtKrTDHAZVPplgsofORFJLc2d7J8xGPeyj"                 \
    "vzN2Heqnqq4PVDd7Z4xIkTFbeFejZbEwJ4ykXwXAAev2BtPE0fn87JKVw8S11t2SC7-HtafQC71i"                 \
    "DhbIl7Fz6mwTWzmaMkeT-kanoYRupNOk4x9SyY9XS4QciQjz8eIHucoCqmBomz-mTZE5UUTDR9Cp"                 \
    "CsUoqELdXLj6KcaVDe3C2-I8-jjNwjCb1drhjdYHcKTh0W2Xi_91mdDbTD8KozIQf43Tu0yMVHAu"                 \
    "aZSE88qN7wLoRn39S9nKdijDysxXumHpaXnzcQ\","                                                    \
    "\"p\":\""                                                                                     \
    "0rqw0cJRCfv-m1LIC0lpl__S-PtZZhQpdUaugWIs4xu9BVjkXuMyI807Nt7kLZlttAU7Iua2lc-Y"                 \
    "9fEyeJr11cKKenXVC6URJePYF1Zvp4WxghIyU8-IFJFUTkSJCrm4IJM6DGOhNR-bgNYhsdIqybos"                 \
    "TB16kAc3SMMcavjcC_s\","                                                                       \
    "\"q\":\""                                                                                     \
    "yqHsyGs7qUQUbLe7upPMiD7-HhQx24r2MfHwn8gfvI4-cCQgPRzcfTdw22AMXr1eOQM3tUEmmk2Q"                 \
    "xu5PHp5cfqRiZSuXPLxJ-jm8dMQRSlvBzaeWmwLji1eMx_YbuEyv6ZQU8M4rdD9ML0_Z-MOlsqco"                 \
    "Su5dwkeFO6eyCvZAkHE\","                                                                       \
    "\"dp\":\""                                                                                    \
    "qKvoJi2cQhqjI94x4t7jF1gcnVBKsWtH9-gYe9WCSlKEjMgnG1BNbNy0Hepwx5L8fVCGkhwLX4Ro"                 \
    "Ucu681BNn8j0oKq6WXTJcgOajquP-Y4IlC1OfUkrChN9YJx4-M3I9MIDf7ErcuMWzBwZokSwHQHY"                 \
    "vSAHX0t3U9VgZLtHHos\","                                                                       \
    "\"dq\":\""                                                                                    \
    "GN_JvkyTlVK7IyFm1R-BkxQQg8a83BNx522ouSSK6M2ZUpDMuFPLqT9eBkADJLogT-VaOFDYGUb-"                 \
    "R71HTx3ngtBRF9RDC3ydpC7kOH09FiCvaLxy23J-VkOYD4_hlT0stwKrk2fro6iFhKVLv6Lcu1KT"                 \
    "uqcKMWgwLcOHMptKD7E\","                                                                       \
    "\"qi\":\""                                                                                    \
    "eSTVKNJvJ8cqOYPKpd63myPIFXDI77wCbroUbX0FZjivddqckK_TD3mnyWtQIv-CyFO4W8R7SSeD"                 \
    "h-1RN4W7Huyy86AGJIvhBgRDqRgxvL0wq5eWv48mLHm0OEf4O_pRdAMGqvwQU3g4V8H1kHEKM48t"                 \
    "VRL9Zw6mSdArY0ytS4Q\"}"
#define SECRET_32 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

#define OUTPUT_MAX 65536

/* Runs a command line, whose output must fit and which must succeed; a NUL follows the output. */
static inline size_t run_command(const char *command, char out[OUTPUT_MAX])
{
    FILE *pipe = popen(command, "r");
    size_t len = 0;

    assert_non_null(pipe);
    len = fread(out, 1, OUTPUT_MAX - 1, pipe);
    assert_int_equal(pclose(pipe), 0);
    out[len] = '\0';
    return len;
}

/* Gives bytes to a command line on its standard input. */
static inline size_t pipe_through(const char *command, const void *data, size_t len,
                                  char out[OUTPUT_MAX])
{
    char path[] = "/tmp/lanyard-test-XXXXXX";
    char line[1024];
    int file = mkstemp(path);

    assert_true(file >= 0);
    assert_int_equal(write(file, data, len), (ssize_t)len);
    close(file);
    assert_true((size_t)snprintf(line, sizeof line, "{ %s; } <%s", command, path) < sizeof line);
    len = run_command(line, out);
    unlink(path);
    return len;
}

static inline lanyard_key *read_key_len(const void *data, size_t len, const lanyard_key_opts *opts)
{
    lanyard_error err = { 0 };
    lanyard_key *key = NULL;

    if (lanyard_key_read(data, len, opts, NULL, &key, &err) != LANYARD_OK)
        fail_msg("%s: %s at %s, %zu", lanyard_status_name(err.status), err.detail, err.where,
                 err.offset);
    return key;
}

static inline lanyard_key *read_key(const char *text)
{
    return read_key_len(text, strlen(text), NULL);
}

/* A private key of an algorithm, a new one where that costs little. */
static inline lanyard_key *key_of_alg(const lanyard_alg_info *alg)
{
    lanyard_key *key = NULL;

    if (strcmp(alg->kty, "RSA") == 0)
        return read_key_len(RSA_PRIVATE, strlen(RSA_PRIVATE), LANYARD_KEY(.alg = alg->name));
    assert_status(lanyard_key_generate(LANYARD_KEYGEN(.alg = alg->name), NULL, &key, NULL),
                  LANYARD_OK);
    return key;
}

/* The refusal of a text; a key that is read all the same fails the test. */
static inline lanyard_error refusal_of(const void *data, size_t len, const lanyard_key_opts *opts)
{
    lanyard_error err = { 0 };
    lanyard_key *key = NULL;
    lanyard_status status = lanyard_key_read(data, len, opts, NULL, &key, &err);

    lanyard_key_free(key);
    assert_int_equal(status, err.status);
    if (status != LANYARD_OK) {
        assert_non_null(err.where);
        assert_true(err.detail[0] != '\0');
    }
    return err;
}

static inline lanyard_error refusal_of_text(const char *text)
{
    return refusal_of(text, strlen(text), NULL);
}

/* The JWK of a part as a NUL-terminated text, to be freed. */
static inline char *jwk_of(const lanyard_key *key, lanyard_key_part part)
{
    lanyard_buf out;
    char *text = NULL;

    lanyard_buf_init(&out, NULL, OUTPUT_MAX);
    assert_status(lanyard_key_write_jwk(key, part, &out, NULL), LANYARD_OK);
    assert_status(lanyard_buf_add(&out, "", 1), LANYARD_OK);
    text = strdup(out.ptr);
    lanyard_buf_done(&out);
    return text;
}

/* Are the two keys the same, private parts included? */
static inline void assert_same_key(const lanyard_key *left, const lanyard_key *right)
{
    lanyard_key_part part = lanyard_key_is_private(left) ? LANYARD_KEY_PRIVATE : LANYARD_KEY_PUBLIC;
    char *left_text = jwk_of(left, part);
    char *right_text = jwk_of(right, part);

    assert_int_equal(lanyard_key_is_private(left), lanyard_key_is_private(right));
    assert_string_equal(left_text, right_text);
    free(left_text);
    free(right_text);
}

#endif
