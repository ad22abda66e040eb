/* fuzz_claims.c - any bytes as the payload of a token whose signature holds.
 *
 * What is accepted has an exp that is later than now. What lanyard_issue() takes as claims, a
 * verifier that asks for nothing accepts: nothing is issued that nobody could read.
 */
#include <stdlib.h>
#include <string.h>
#include <lanyard.h>

#define NOW      1700000000
#define TEXT_MAX (1u << 16)

static const char secret[] = "a secret of at least 32 bytes, for HS256";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void must(int holds)
{
    if (!holds)
        abort();
}

typedef struct stand {
    lanyard_policy *strict;
    lanyard_policy *lenient;
    lanyard_keyset *keys;
    lanyard_key *key;
    lanyard_issuer *issuer;
} stand;

static const stand *stand_get(void)
{
    static stand self;
    lanyard_error err = { 0 };

    if (self.strict)
        return &self;
    must(!lanyard_key_read(secret, sizeof secret - 1, LANYARD_KEY(.format = LANYARD_KEY_SECRET),
                           NULL, &self.key, &err) &&
         !lanyard_keyset_new(&self.key, 1, NULL, &self.keys, &err) &&
         !lanyard_issuer_new(LANYARD_ISSUER(.key = self.key), NULL, &self.issuer, &err) &&
         !lanyard_policy_new(LANYARD_POLICY(.algs = "HS256"), NULL, &self.strict, &err) &&
         !lanyard_policy_new(LANYARD_POLICY(.algs = "HS256", .allow = LANYARD_ALLOW_NO_EXP |
                                                                      LANYARD_ALLOW_ANY_AUD |
                                                                      LANYARD_ALLOW_FUTURE_IAT),
                             NULL, &self.lenient, &err));
    return &self;
}

static lanyard_status verify(const stand *self, const lanyard_policy *policy,
                             const lanyard_buf *text, lanyard_token **token)
{
    lanyard_error err = { 0 };
    lanyard_status status =
        lanyard_verify(policy, self->keys, text->ptr, text->len, NOW, NULL, token, &err);

    must((status == LANYARD_OK) == (*token != NULL) && status != LANYARD_E_SIGNATURE);
    return status;
}

static void verify_payload(const stand *self, lanyard_bytes payload)
{
    lanyard_token *token = NULL;
    lanyard_buf text;
    lanyard_error err = { 0 };
    double exp = 0;

    lanyard_buf_init(&text, NULL, TEXT_MAX);
    must(lanyard_jws_sign(self->key, NULL, payload, NULL, &text, &err) == LANYARD_OK);
    if (verify(self, self->strict, &text, &token) == LANYARD_OK)
        must(lanyard_token_claim_num(token, "exp", &exp) == LANYARD_OK && exp >= NOW);
    lanyard_token_free(token);
    lanyard_buf_done(&text);
}

/* A refusal of time is the clock's, not the reader's. */
static int is_about_time(lanyard_status status)
{
    return status == LANYARD_E_EXPIRED || status == LANYARD_E_NOT_YET_VALID ||
           status == LANYARD_E_ISSUED_LATER;
}

static void verify_issued(const stand *self, lanyard_bytes payload)
{
    lanyard_token *token = NULL;
    lanyard_buf text;
    lanyard_error err = { 0 };

    lanyard_buf_init(&text, NULL, TEXT_MAX);
    if (lanyard_issue(self->issuer,
                      LANYARD_CLAIMS(.json = (const char *)payload.ptr, .json_len = payload.len),
                      NOW, NULL, &text, &err) == LANYARD_OK) {
        lanyard_status status = verify(self, self->lenient, &text, &token);

        must(status == LANYARD_OK || is_about_time(status));
        if (token) {
            lanyard_str seen = lanyard_token_payload(token);

            must(seen.len == payload.len && memcmp(seen.ptr, payload.ptr, seen.len) == 0);
        }
    }
    lanyard_token_free(token);
    lanyard_buf_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const stand *self = stand_get();
    lanyard_bytes payload = { data, len };

    if (len == 0 || len > 8000)
        return 0;
    verify_payload(self, payload);
    verify_issued(self, payload);
    return 0;
}
