/* fuzz_verify.c - the whole verification.
 *
 * The first byte says what the rest is: any text as a token, or a list of changes to a token that
 * was issued, with a key of one of the families. Whatever is accepted must be, in its header and
 * payload, byte for byte one that was issued; nothing may be handed out with a refusal; and all
 * ways to verify must agree.
 */
#include <stdlib.h>
#include <string.h>
#include <lanyard.h>

#define NOW      1700000000
#define TEXT_MAX 2048

static const char secret[] = "a secret of at least 32 bytes, for HS256";
static const char claims[] = "{\"sub\":\"ada\",\"exp\":2000000000}";
static const char *const algs[] = { "HS256", "RS256", "PS256", "ES256", "EdDSA" };

#define ALGS (sizeof algs / sizeof *algs)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void must(int holds)
{
    if (!holds)
        abort();
}

/* What all inputs share: made at the first one. */
typedef struct stand {
    lanyard_policy *policy;
    lanyard_keyset *keys;
    lanyard_buf tokens[ALGS];
} stand;

/* The secret is always the same one, so that its token is, too; other keys are made. */
static lanyard_key *key_make(const char *alg)
{
    lanyard_key *key = NULL;
    lanyard_error err = { 0 };

    if (strcmp(alg, "HS256") == 0)
        must(!lanyard_key_read(secret, sizeof secret - 1, LANYARD_KEY(.format = LANYARD_KEY_SECRET),
                               NULL, &key, &err));
    else
        must(!lanyard_key_generate(LANYARD_KEYGEN(.alg = alg), NULL, &key, &err));
    return key;
}

static void token_issue(lanyard_key *key, const char *alg, lanyard_buf *token)
{
    lanyard_issuer *issuer = NULL;
    lanyard_error err = { 0 };

    lanyard_buf_init(token, NULL, TEXT_MAX);
    must(!lanyard_issuer_new(LANYARD_ISSUER(.key = key, .alg = alg), NULL, &issuer, &err) &&
         !lanyard_issue(issuer, LANYARD_CLAIMS(.json = claims, .json_len = sizeof claims - 1), NOW,
                        NULL, token, &err));
    lanyard_issuer_free(issuer);
}

static const stand *stand_get(void)
{
    static stand self;
    lanyard_key *keys[ALGS];
    lanyard_error err = { 0 };

    if (self.policy)
        return &self;
    for (size_t i = 0; i < ALGS; i++) {
        keys[i] = key_make(algs[i]);
        token_issue(keys[i], algs[i], &self.tokens[i]);
    }
    must(!lanyard_keyset_new(keys, ALGS, NULL, &self.keys, &err) &&
         !lanyard_policy_new(LANYARD_POLICY(.algs = "HS256 RS256 PS256 ES256 EdDSA"), NULL,
                             &self.policy, &err));
    for (size_t i = 0; i < ALGS; i++)
        lanyard_key_free(keys[i]);
    return &self;
}

/* ES256 and PS256 have more than one signature for a text: only what is signed counts. */
static int is_issued(const stand *self, const char *text, size_t len)
{
    for (size_t i = 0; i < ALGS; i++) {
        const lanyard_buf *token = &self->tokens[i];
        size_t signed_len = token->len;

        while (token->ptr[signed_len - 1] != '.')
            signed_len--;
        if (len == token->len && memcmp(text, token->ptr, signed_len) == 0)
            return 1;
    }
    return 0;
}

static lanyard_status judge(const stand *self, const char *text, size_t len)
{
    lanyard_token *token = NULL;
    lanyard_error err = { 0 };
    lanyard_status status =
        lanyard_verify(self->policy, self->keys, text, len, NOW, NULL, &token, &err);

    must((status == LANYARD_OK) == (token != NULL));
    if (status == LANYARD_OK)
        must(is_issued(self, text, len));
    else
        must(err.status == status && err.where && err.detail[0] && err.offset <= len &&
             lanyard_str_is_plain(lanyard_str_of(err.detail)));
    lanyard_token_free(token);
    return status;
}

static void agree(const stand *self, const char *text, size_t len, lanyard_status expected)
{
    lanyard_untrusted *untrusted = NULL;
    lanyard_token *token = NULL;
    lanyard_explanation said;
    lanyard_buf payload;
    lanyard_error err = { 0 };
    lanyard_status status = lanyard_untrusted_read(NULL, text, len, NULL, &untrusted, &err);

    if (status == LANYARD_OK)
        status = lanyard_untrusted_verify(&untrusted, self->policy, self->keys, NOW, &token, &err);
    must(status == expected);
    lanyard_token_free(token);
    lanyard_untrusted_free(untrusted);
    must(lanyard_explain(self->policy, self->keys, text, len, NOW, NULL, &said, &err) ==
             LANYARD_OK &&
         said.status == expected);
    lanyard_buf_init(&payload, NULL, TEXT_MAX);
    status = lanyard_jws_verify(self->policy, self->keys, text, len, NULL, &payload, &err);
    must((status == LANYARD_OK) == (expected == LANYARD_OK) && (payload.len == 0) == (status != 0));
    lanyard_buf_done(&payload);
}

/* Three bytes a change: what, where, which byte. */
static size_t change(char *text, size_t len, const uint8_t *changes, size_t changes_len)
{
    for (size_t i = 0; i + 2 < changes_len && len > 0; i += 3) {
        size_t at = changes[i + 1] % len;
        char byte = (char)changes[i + 2];

        if (changes[i] % 4 == 0) {
            text[at] = byte;
        } else if (changes[i] % 4 == 1 && len + 1 < TEXT_MAX) {
            memmove(text + at + 1, text + at, len++ - at);
            text[at] = byte;
        } else if (changes[i] % 4 == 2) {
            memmove(text + at, text + at + 1, --len - at);
        } else {
            text[at] = (char)(text[at] ^ (1 << (byte & 7)));
        }
    }
    return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const stand *self = stand_get();
    char text[TEXT_MAX];

    if (len == 0 || len > TEXT_MAX)
        return 0;
    if (data[0] % 2 == 0) {
        agree(self, (const char *)data + 1, len - 1, judge(self, (const char *)data + 1, len - 1));
        return 0;
    }

    const lanyard_buf *token = &self->tokens[data[0] / 2 % ALGS];
    size_t text_len = token->len;

    memcpy(text, token->ptr, text_len);
    text_len = change(text, text_len, data + 1, len - 1);
    agree(self, text, text_len, judge(self, text, text_len));
    return 0;
}
