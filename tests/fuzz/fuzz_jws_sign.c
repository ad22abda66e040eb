/* fuzz_jws_sign.c - any header and payload for lanyard_jws_sign(), with a NUL between them.
 *
 * The first byte chooses the key. What is signed carries the header as it was given, with "alg"
 * put first where it was missing, and its payload byte for byte; a verifier accepts it, but for an
 * extension that it must understand and a kid that is not the key's. A refusal appends nothing.
 */
#include <string.h>
#include <lanyard.h>
#include "check.h"

#define LEN_MAX  2000u
#define TEXT_MAX 8192u

typedef struct signer {
    const char *alg;
    lanyard_key *key;
    lanyard_keyset *keys;
} signer;

typedef struct stand {
    lanyard_policy *policy;
    signer signers[3];
} stand;

static const stand *stand_get(void)
{
    static stand self = { .signers = {
                              { .alg = "HS256" }, { .alg = "EdDSA" }, { .alg = "ES256" } } };
    lanyard_error err = { 0 };

    if (self.policy)
        return &self;
    for (size_t i = 0; i < 3; i++) {
        signer *at = &self.signers[i];

        check(lanyard_key_generate(LANYARD_KEYGEN(.alg = at->alg, .kid = "k"), NULL, &at->key,
                                   &err) == LANYARD_OK);
        check(lanyard_keyset_new(&at->key, 1, NULL, &at->keys, &err) == LANYARD_OK);
    }
    check(lanyard_policy_new(LANYARD_POLICY(.algs = "HS256 EdDSA ES256"), NULL, &self.policy,
                             &err) == LANYARD_OK);
    return &self;
}

static void judge_header(const lanyard_buf *text, lanyard_str given, const char *alg)
{
    lanyard_untrusted *untrusted = NULL;
    lanyard_error err = { 0 };
    char first[32];
    int first_len = snprintf(first, sizeof first, "\"alg\":\"%s\"", alg);

    check(lanyard_untrusted_read(NULL, text->ptr, text->len, NULL, &untrusted, &err) == LANYARD_OK);

    lanyard_str header = lanyard_untrusted_header(untrusted);

    if (!lanyard_str_equal(header, given)) {
        const char *brace = memchr(given.ptr, '{', given.len);
        size_t before = (size_t)(brace - given.ptr) + 1;
        size_t added = header.len - given.len;

        check(brace && header.len > given.len && added >= (size_t)first_len &&
              added <= (size_t)first_len + 1);
        check(memcmp(header.ptr, given.ptr, before) == 0 &&
              memcmp(header.ptr + before, first, (size_t)first_len) == 0 &&
              memcmp(header.ptr + before + added, given.ptr + before, given.len - before) == 0);
    }
    lanyard_untrusted_free(untrusted);
}

static void judge_payload(const stand *self, const signer *by, const lanyard_buf *text,
                          lanyard_bytes given)
{
    lanyard_buf payload;
    lanyard_error err = { 0 };

    lanyard_buf_init(&payload, NULL, TEXT_MAX);

    lanyard_status status =
        lanyard_jws_verify(self->policy, by->keys, text->ptr, text->len, NULL, &payload, &err);

    check(status == LANYARD_OK || status == LANYARD_E_CRIT_UNKNOWN ||
          status == LANYARD_E_KEY_NOT_FOUND);
    if (status == LANYARD_OK)
        check(payload.len == given.len &&
              (given.len == 0 || memcmp(payload.ptr, given.ptr, given.len) == 0));
    else
        check(payload.len == 0);
    lanyard_buf_done(&payload);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const stand *self = stand_get();
    const uint8_t *end = len > 0 ? memchr(data + 1, 0, len - 1) : NULL;
    lanyard_buf text;
    lanyard_error err = { 0 };

    if (!end || len > LEN_MAX)
        return 0;

    const signer *by = &self->signers[data[0] % 3];
    lanyard_str header = { (const char *)data + 1, (size_t)(end - data) - 1 };
    lanyard_bytes payload = { end + 1, len - (size_t)(end + 1 - data) };

    lanyard_buf_init(&text, NULL, TEXT_MAX);

    lanyard_status status =
        lanyard_jws_sign(by->key, LANYARD_JWS(.header = header.ptr, .header_len = header.len),
                         payload, NULL, &text, &err);

    if (status == LANYARD_OK) {
        judge_header(&text, header, by->alg);
        judge_payload(self, by, &text, payload);
    } else {
        check(text.len == 0 && err.status == status && err.offset <= header.len);
    }
    lanyard_buf_done(&text);
    return 0;
}
