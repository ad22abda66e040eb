/* things.h - what the walks over tokens work on, made with plenty of memory; and the operations
 * that more than one program walks. */
#ifndef TESTS_OOM_THINGS_H
#define TESTS_OOM_THINGS_H

#include <lanyard.h>
#include "oom.h"

#define OOM_TEXT_MAX (1u << 20)

/* RFC 8037, A.2. */
#define ED25519_X "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"

/* The same key with a certificate that it signed itself. */
#define ED25519_X5C                                                                                \
    "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED25519_X "\",\"x5c\":[\""                     \
    "MIIBLjCB4aADAgECAhQUeSLLpxteq6uF/lkoD1Fm81I/6jAFBgMrZXAwDDEKMAgGA1UEAwwBazAgFw0yNjExMjQx"     \
    "MjM1MzVaGA8yMTI2MTAzMTEyMzUzNVowDDEKMAgGA1UEAwwBazAqMAUGAytlcAMhANdamAGCsQq31Uv+08lkBzoO"     \
    "4XLz2qYjJa8CGmj3B1Eao1MwUTAdBgNVHQ4EFgQUWyeqVYkXl3DkdXWxYqHe2XuL/G0wHwYDVR0jBBgwFoAUWyeq"     \
    "VYkXl3DkdXWxYqHe2XuL/G0wDwYDVR0TAQH/BAUwAwEB/zAFBgMrZXADQQApCO0Scbm3xMHLcqsknmAiRRC6jHZS"     \
    "OovmBDdHCkPj8pAQAnA9b73qAuDWGNjHIcqGcniE/hB98VV2zFqlI/sA\"]}"

typedef struct oom_things {
    lanyard_key *key;
    lanyard_keyset *keys; /* key alone */
    lanyard_policy *policy;
    lanyard_issuer *issuer;
    lanyard_worker *worker; /* NULL where none stands by */
    lanyard_buf token;      /* signed with key */
    char header[4096];      /* of more members than have room on the stack */
    char claims[4096]; /* of more values than have room in what a token is read into at first */
} oom_things;

/* Takes the key over, which is one of that algorithm; all but the worker. */
void things_make(oom_things *things, lanyard_key *key, const char *alg);
void things_done(oom_things *things);

lanyard_status things_make_issuer(const lanyard_issuer_opts *opts, const lanyard_mem *mem);
/* Of things: their token, with their worker. */
oom_operation things_verify_token;
oom_operation things_verify_jws;

#endif
