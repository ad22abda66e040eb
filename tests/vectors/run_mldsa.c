/* run_mldsa.c - ML-DSA against published values: the examples of RFC 9964 as whole JWS, and
 * Wycheproof at the seam. Skipped where libcrypto has no ML-DSA: tests/next/run brings one. */
#include "support/support.h"
#include "crypto/pkey.h"

static const char *const names[] = { "ML-DSA-44", "ML-DSA-65", "ML-DSA-87" };

static lanyard_buf hex_of(const lanyard_value *object, const char *name)
{
    lanyard_buf bytes = buf_new();

    buf_put_hex(&bytes, json_str(object, name));
    return bytes;
}

/* The JWS verifies with the JWK, and its payload comes out. */
static bool example_verifies(const char *alg, const lanyard_value *jwk, lanyard_str jws)
{
    lanyard_key *key = NULL;
    lanyard_keyset *keys = NULL;
    lanyard_policy *policy = NULL;
    lanyard_buf payload = buf_new();
    lanyard_error err = { 0 };
    bool is_valid =
        lanyard_key_read(jwk->json.ptr, jwk->json.len, NULL, NULL, &key, &err) == LANYARD_OK &&
        lanyard_keyset_new(&key, 1, NULL, &keys, &err) == LANYARD_OK &&
        lanyard_policy_new(LANYARD_POLICY(.algs = alg), NULL, &policy, &err) == LANYARD_OK &&
        lanyard_jws_verify(policy, keys, jws.ptr, jws.len, NULL, &payload, &err) == LANYARD_OK &&
        payload.len > 0;

    lanyard_key_free(key);
    lanyard_keyset_free(keys);
    lanyard_policy_free(policy);
    lanyard_buf_done(&payload);
    return is_valid;
}

/* The seed makes that public key, and what it signs verifies. */
static bool example_has_its_seed(const char *alg, const lanyard_value *example)
{
    lanyard_buf seed = hex_of(example, "priv");
    lanyard_buf pub = hex_of(example, "raw_public_key");
    lanyard_buf message = hex_of(example, "raw_to_be_signed");
    lanyard_buf signature = hex_of(example, "raw_signature");
    lan_numbers numbers = {
        .kind = LAN_PKEY_AKP, .crv = alg, .seed = buf_bytes(&seed), .pub = buf_bytes(&pub)
    };
    lan_scheme scheme = { .padding = LAN_PADDING_NONE };
    lan_pkey *pkey = NULL;
    uint8_t own[4627];
    lan_bytes made = { own, signature.len };
    bool is_right =
        lan_pkey_from_numbers(&numbers, &pkey, NULL) == LANYARD_OK &&
        lan_pkey_verify(pkey, scheme, buf_bytes(&message), buf_bytes(&signature), NULL, NULL) ==
            LANYARD_OK &&
        lan_pkey_sign(pkey, scheme, buf_bytes(&message), NULL, own, NULL) == LANYARD_OK &&
        lan_pkey_verify(pkey, scheme, buf_bytes(&message), made, NULL, NULL) == LANYARD_OK;

    lan_pkey_free(pkey);
    lanyard_buf_done(&seed);
    lanyard_buf_done(&pub);
    lanyard_buf_done(&message);
    lanyard_buf_done(&signature);
    return is_right;
}

static void example_run(const char *alg)
{
    char path[1024];

    snprintf(path, sizeof path, "%s/mldsa-jose/examples/jose/examples/ML_DSA_%s.jose.json",
             vectors_folder(), alg + sizeof "ML-DSA-" - 1);

    lanyard_json *json = json_file_if(path);

    if (!json) {
        tap_skip(alg, "the examples of RFC 9964 are not here (2 cases)");
        return;
    }

    lanyard_value example = lanyard_json_root(json);
    lanyard_value jwk = json_need(&example, "jwk");

    tap_ok(example_verifies(alg, &jwk, json_str(&example, "jws")), "example_verifies", alg);
    tap_ok(example_has_its_seed(alg, &example), "example_has_its_seed", alg);
    lanyard_json_free(json);
}

/* JOSE knows no context: of the cases that have one, the signature must not verify without it. */
static bool wycheproof_holds(lan_pkey *pkey, const lanyard_value *test)
{
    lanyard_buf message = hex_of(test, "msg");
    lanyard_buf signature = hex_of(test, "sig");
    bool is_valid = str_is(json_str(test, "result"), "valid") && json_str(test, "ctx").len == 0;
    lan_scheme scheme = { .padding = LAN_PADDING_NONE };
    lanyard_status status =
        lan_pkey_verify(pkey, scheme, buf_bytes(&message), buf_bytes(&signature), NULL, NULL);

    lanyard_buf_done(&message);
    lanyard_buf_done(&signature);
    return status == (is_valid ? LANYARD_OK : LANYARD_E_SIGNATURE);
}

static size_t wycheproof_group(const char *alg, const lanyard_value *group, size_t *failed)
{
    lanyard_buf pub = hex_of(group, "publicKey");
    lan_numbers numbers = { .kind = LAN_PKEY_AKP, .crv = alg, .pub = buf_bytes(&pub) };
    lan_pkey *pkey = NULL;
    bool has_key = lan_pkey_from_numbers(&numbers, &pkey, NULL) == LANYARD_OK;
    lanyard_value tests = json_need(group, "tests");
    lanyard_value test;
    size_t cursor = 0;
    size_t count = 0;

    while (lanyard_value_next(&tests, &cursor, &test)) {
        bool holds =
            has_key ? wycheproof_holds(pkey, &test) : str_is(json_str(&test, "result"), "invalid");

        count++;
        if (holds)
            continue;
        (*failed)++;
        printf("# %s: case %ld\n", alg, (long)json_int(&test, "tcId", -1));
    }
    lan_pkey_free(pkey);
    lanyard_buf_done(&pub);
    return count;
}

static void wycheproof_run(const char *alg)
{
    char path[1024];
    char name[64];

    snprintf(path, sizeof path, "%s/wycheproof/mldsa_%s_verify_test.json", vectors_folder(),
             alg + sizeof "ML-DSA-" - 1);

    lanyard_json *json = json_file_if(path);

    if (!json) {
        tap_skip(alg, "Wycheproof's file is not here (200 cases or so)");
        return;
    }

    lanyard_value file = lanyard_json_root(json);
    lanyard_value groups = json_need(&file, "testGroups");
    lanyard_value group;
    size_t cursor = 0;
    size_t failed = 0;
    size_t count = 0;

    while (lanyard_value_next(&groups, &cursor, &group))
        count += wycheproof_group(alg, &group, &failed);
    snprintf(name, sizeof name, "wycheproof_agrees_in_all_%zu_cases", count);
    tap_ok(failed == 0 && (int64_t)count == json_int(&file, "numberOfTests", -1), name, alg);
    lanyard_json_free(json);
}

int main(void)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!lan_pkey_is_available(LAN_PKEY_AKP, names[i])) {
            tap_skip(names[i], "this libcrypto has no ML-DSA (3 tests)");
            continue;
        }
        example_run(names[i]);
        wycheproof_run(names[i]);
    }
    return tap_done();
}
