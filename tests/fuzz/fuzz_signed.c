/* fuzz_signed.c - what lies behind the signature: any header and payload under one that holds.
 *
 * The first byte says what the rest is: a header and a payload with a NUL between them, or changes
 * to those of a usual token, five bytes each. They are signed here, not by the library, which would
 * refuse to sign most of them. The key set has a key of every family. Whatever is accepted must
 * satisfy the policy in every claim and in its header, read again by name; and no refusal may
 * blame the signature of a token that names the right algorithm.
 */
#include <ctype.h>
#include <string.h>
#include <lanyard.h>
#include "check.h"
#include "codec/base64url.h"
#include "crypto/mac.h"

#define NOW      1700000000
#define LEEWAY   5
#define MAX_AGE  1000
#define PART_MAX 2048u
#define TEXT_MAX 8192u
#define ISSUER   "https://idp.example"

static const char secret[] = "a secret of at least 32 bytes, for HS256";
static const char usual_header[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"HS256\"}";
static const char usual_payload[] =
    "{\"iss\":\"" ISSUER "\",\"aud\":[\"other\",\"orders\"],\"sub\":\"ada\",\"exp\":1700000900,"
    "\"nbf\":1699999999,\"iat\":1699999999.5,\"jti\":\"1\",\"more\":{\"deep\":[1,null,true]}}";
static const char *const algs[] = { "RS256", "PS256", "ES256", "EdDSA" };

typedef struct part {
    char bytes[PART_MAX];
    size_t len;
} part;

/* What all inputs share: made at the first one. */
typedef struct stand {
    lanyard_policy *policy;
    lanyard_keyset *keys;
    lan_mac_state mac;
} stand;

static const stand *stand_get(void)
{
    static stand self;
    lanyard_key *keys[1 + sizeof algs / sizeof *algs] = { NULL };
    lanyard_error err = { 0 };

    if (self.policy)
        return &self;
    check(lanyard_key_read(secret, sizeof secret - 1,
                           LANYARD_KEY(.format = LANYARD_KEY_SECRET, .kid = "HS256"), NULL,
                           &keys[0], &err) == LANYARD_OK);
    for (size_t i = 0; i < sizeof algs / sizeof *algs; i++)
        check(lanyard_key_generate(LANYARD_KEYGEN(.alg = algs[i], .kid = algs[i]), NULL,
                                   &keys[i + 1], &err) == LANYARD_OK);
    check(lanyard_keyset_new(keys, sizeof keys / sizeof *keys, NULL, &self.keys, &err) ==
          LANYARD_OK);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        lanyard_key_free(keys[i]);
    check(
        lanyard_policy_new(LANYARD_POLICY(.algs = "HS256 RS256 PS256 ES256 EdDSA",
                                          .issuers = LANYARD_LIST("https://other.example", ISSUER),
                                          .audiences = LANYARD_LIST("orders"), .subject = "ada",
                                          .required = LANYARD_LIST("jti"), .leeway_s = LEEWAY,
                                          .max_age_s = MAX_AGE),
                           NULL, &self.policy, &err) == LANYARD_OK);
    lan_mac_prepare(&self.mac, LANYARD_SHA256,
                    (lan_bytes){ (const uint8_t *)secret, sizeof secret - 1 });
    return &self;
}

/* Two bytes where, one how, two what. */
static void part_change(part *self, const uint8_t *change)
{
    size_t at = (change[0] | (size_t)change[1] << 8) % (self->len + 1);
    size_t cut = change[3] % 16u;

    if (change[2] % 4 == 0 && self->len < PART_MAX) {
        memmove(self->bytes + at + 1, self->bytes + at, self->len++ - at);
        self->bytes[at] = (char)change[4];
    } else if (change[2] % 4 == 1 && at + cut <= self->len) {
        memmove(self->bytes + at, self->bytes + at + cut, self->len - at - cut);
        self->len -= cut;
    } else if (change[2] % 4 == 2 && at + cut <= self->len && self->len + cut <= PART_MAX) {
        memmove(self->bytes + at + cut, self->bytes + at, self->len - at);
        self->len += cut;
    } else if (at < self->len) {
        self->bytes[at] = (char)change[4];
    }
}

static void parts_read(const uint8_t *data, size_t len, part *header, part *payload)
{
    const uint8_t *end = memchr(data, 0, len);

    header->len = end ? (size_t)(end - data) : len;
    payload->len = end ? len - header->len - 1 : 0;
    memcpy(header->bytes, data, header->len);
    if (end)
        memcpy(payload->bytes, end + 1, payload->len);
}

static void parts_change(const uint8_t *data, size_t len, part *header, part *payload)
{
    header->len = sizeof usual_header - 1;
    payload->len = sizeof usual_payload - 1;
    memcpy(header->bytes, usual_header, header->len);
    memcpy(payload->bytes, usual_payload, payload->len);
    for (size_t i = 0; i + 5 <= len; i += 5)
        part_change(data[i + 2] & 0x80 ? header : payload, data + i);
}

static size_t text_add(char *text, size_t len, const void *bytes, size_t bytes_len)
{
    lan_base64url_encode((lan_bytes){ bytes, bytes_len }, text + len);
    return len + lan_base64url_encoded_len(bytes_len);
}

static size_t text_write(const stand *self, const part *header, const part *payload, char *text)
{
    uint8_t mac[LANYARD_HASH_MAX];
    size_t len = text_add(text, 0, header->bytes, header->len);

    text[len++] = '.';
    len = text_add(text, len, payload->bytes, payload->len);
    lan_mac(&self->mac, (lan_bytes){ (const uint8_t *)text, len }, mac);
    text[len++] = '.';
    return text_add(text, len, mac, 32);
}

static int is_text(const lanyard_value *value, const char *expected)
{
    return value->type == LANYARD_JSON_STRING &&
           lanyard_str_equal(value->text, lanyard_str_of(expected));
}

/* A media type, application/ being understood where no slash is. */
static int is_jwt(const lanyard_value *typ)
{
    static const char full[] = "application/jwt";
    size_t skipped = memchr(typ->text.ptr, '/', typ->text.len) ? 0 : sizeof "application/" - 1;

    if (typ->type != LANYARD_JSON_STRING || typ->text.len != sizeof full - 1 - skipped)
        return 0;
    for (size_t i = 0; i < typ->text.len; i++)
        if (tolower((unsigned char)typ->text.ptr[i]) != full[skipped + i])
            return 0;
    return 1;
}

static void judge_header(const lanyard_token *token)
{
    lanyard_str text = lanyard_token_header(token);
    lanyard_json *json = NULL;
    lanyard_value value;
    lanyard_error err = { 0 };

    check(lanyard_json_read(text.ptr, text.len, NULL, NULL, &json, &err) == LANYARD_OK);

    lanyard_value root = lanyard_json_root(json);

    check(lanyard_value_member(&root, lanyard_str_of("alg"), &value) == LANYARD_OK &&
          is_text(&value, "HS256"));
    if (lanyard_value_member(&root, lanyard_str_of("kid"), &value) == LANYARD_OK)
        check(is_text(&value, "HS256"));
    if (lanyard_value_member(&root, lanyard_str_of("typ"), &value) == LANYARD_OK)
        check(is_jwt(&value));
    if (lanyard_value_member(&root, lanyard_str_of("b64"), &value) == LANYARD_OK)
        check(value.type != LANYARD_JSON_FALSE);
    check(lanyard_value_member(&root, lanyard_str_of("crit"), &value) == LANYARD_E_NOT_FOUND);
    lanyard_json_free(json);
}

static int is_for_orders(const lanyard_token *token)
{
    lanyard_str path = lanyard_str_of("aud");
    lanyard_value aud;
    lanyard_value item;
    int found = 0;
    size_t cursor = 0;

    check(lanyard_token_find(token, &path, 1, &aud) == LANYARD_OK);
    if (aud.type == LANYARD_JSON_STRING)
        return is_text(&aud, "orders");
    check(aud.type == LANYARD_JSON_ARRAY);
    while (lanyard_value_next(&aud, &cursor, &item)) {
        check(item.type == LANYARD_JSON_STRING);
        found = found || is_text(&item, "orders");
    }
    return found;
}

static void judge_claims(const lanyard_token *token)
{
    lanyard_str text;
    double when = 0;

    check(lanyard_token_claim_str(token, "iss", &text) == LANYARD_OK &&
          (lanyard_str_equal(text, lanyard_str_of(ISSUER)) ||
           lanyard_str_equal(text, lanyard_str_of("https://other.example"))));
    check(lanyard_token_claim_str(token, "sub", &text) == LANYARD_OK &&
          lanyard_str_equal(text, lanyard_str_of("ada")));
    check(lanyard_token_claim_str(token, "jti", &text) == LANYARD_OK);
    check(is_for_orders(token));
    check(lanyard_token_claim_num(token, "exp", &when) == LANYARD_OK && when > NOW - LEEWAY);
    if (lanyard_token_claim_num(token, "nbf", &when) != LANYARD_E_NOT_FOUND)
        check(when <= NOW + LEEWAY);
    check(lanyard_token_claim_num(token, "iat", &when) == LANYARD_OK && when <= NOW + LEEWAY &&
          when >= NOW - MAX_AGE - LEEWAY);
}

/* Of the header as it was read; "" for none. */
static int is_hs256_of_ours(const char *text, size_t len)
{
    lanyard_untrusted *untrusted = NULL;
    lanyard_str alg = { 0 };
    lanyard_error err = { 0 };
    int is_ours = lanyard_untrusted_read(NULL, text, len, NULL, &untrusted, &err) == LANYARD_OK &&
                  lanyard_untrusted_header_str(untrusted, "alg", &alg) == LANYARD_OK &&
                  lanyard_str_equal(alg, lanyard_str_of("HS256"));

    lanyard_untrusted_free(untrusted);
    return is_ours;
}

static void judge(const stand *self, const part *payload, const char *text, size_t len)
{
    lanyard_token *token = NULL;
    lanyard_error err = { 0 };
    lanyard_status status =
        lanyard_verify(self->policy, self->keys, text, len, NOW, NULL, &token, &err);

    check((status == LANYARD_OK) == (token != NULL));
    if (token) {
        lanyard_str seen = lanyard_token_payload(token);

        check(seen.len == payload->len && memcmp(seen.ptr, payload->bytes, seen.len) == 0);
        check(strcmp(lanyard_token_alg(token), "HS256") == 0);
        check(lanyard_token_key_index(token) == 0);
        judge_header(token);
        judge_claims(token);
    } else {
        check(err.status == status && err.where && err.detail[0] && err.offset <= len);
        check(status != LANYARD_E_SIGNATURE || !is_hs256_of_ours(text, len));
    }
    lanyard_token_free(token);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static part header;
    static part payload;
    static char text[TEXT_MAX];
    const stand *self = stand_get();

    if (len == 0 || len > PART_MAX)
        return 0;
    if (data[0] % 2 == 0)
        parts_read(data + 1, len - 1, &header, &payload);
    else
        parts_change(data + 1, len - 1, &header, &payload);
    judge(self, &payload, text, text_write(self, &header, &payload, text));
    return 0;
}
