/* test_header.c - the JOSE header: its members, "crit" and "b64". */
#include "kit.h"

typedef struct header_row {
    const char *header;
    lanyard_status status;
    const char *where;
} header_row;

static void header_is_judged(const header_row *row, size_t count)
{
    lanyard_key *key = kit_secret(KIT_SECRET, NULL, NULL);

    for (size_t i = 0; i < count; i++) {
        lanyard_buf text = kit_token("{\"alg\":\"HS256\"}", "{}");
        lanyard_buf forged;
        lanyard_buf signature;
        lanyard_error err = { 0 };
        const char *payload = ".e30";

        /* The signature is right for the very bytes of the header, so that nothing else can fail.
         */
        lanyard_buf_init(&forged, NULL, 4096);
        lanyard_buf_init(&signature, NULL, 64);
        lanyard_buf_cut(&text, 0);
        ASSERT_OK(lanyard_jws_sign(
            key, NULL, (lanyard_bytes){ (const uint8_t *)row[i].header, strlen(row[i].header) },
            NULL, &text, &err));

        const char *start = memchr(text.ptr, '.', text.len);
        const char *end = memchr(start + 1, '.', text.len - (size_t)(start + 1 - text.ptr));

        ASSERT_OK(lanyard_buf_add(&forged, start + 1, (size_t)(end - start - 1)));
        ASSERT_OK(lanyard_buf_add(&forged, payload, strlen(payload)));
        ASSERT_OK(lanyard_sign_bytes(key, "HS256",
                                     (lanyard_bytes){ (const uint8_t *)forged.ptr, forged.len },
                                     NULL, &signature, &err));
        lanyard_buf_cut(&text, 0);
        ASSERT_OK(lanyard_jws_sign(key, NULL,
                                   (lanyard_bytes){ (const uint8_t *)signature.ptr, signature.len },
                                   NULL, &text, &err));
        start = memchr(text.ptr, '.', text.len);
        end = memchr(start + 1, '.', text.len - (size_t)(start + 1 - text.ptr));
        ASSERT_OK(lanyard_buf_add(&forged, ".", 1));
        ASSERT_OK(lanyard_buf_add(&forged, start + 1, (size_t)(end - start - 1)));

        lanyard_status status = kit_verify(
            LANYARD_POLICY(.algs = "HS256", .allow = LANYARD_ALLOW_NO_EXP), &forged, KIT_NOW, &err);

        if (status != row[i].status)
            print_error("%s\n", row[i].header);
        assert_int_equal(status, row[i].status);
        if (row[i].where)
            assert_string_equal(err.where, row[i].where);
        lanyard_buf_done(&text);
        lanyard_buf_done(&forged);
        lanyard_buf_done(&signature);
    }
    lanyard_key_free(key);
}

#define JUDGE(rows) header_is_judged(rows, sizeof rows / sizeof *rows)

static void header_accepts_what_the_rfc_accepts(void **state)
{
    static const header_row rows[] = {
        { "{\"alg\":\"HS256\"}", LANYARD_OK, NULL },
        { "{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}", LANYARD_OK, NULL },
        { "{\"alg\":\"HS256\",\"typ\":\"jwt\"}", LANYARD_OK, NULL },
        { "{\"alg\":\"HS256\",\"typ\":\"application/JWT\"}", LANYARD_OK, NULL },
        { "{\"alg\":\"\\u0048S256\"}", LANYARD_OK, NULL },
        { "{\"alg\":\"HS256\",\"jku\":\"https://evil.example\",\"jwk\":{},\"zip\":\"DEF\"}",
          LANYARD_OK, NULL },
    };

    (void)state;
    JUDGE(rows);
}

static void header_refuses_members_of_the_wrong_type(void **state)
{
    static const header_row rows[] = {
        { "[]", LANYARD_E_HEADER_TYPE, "header" },
        { "\"HS256\"", LANYARD_E_HEADER_TYPE, "header" },
        { "null", LANYARD_E_HEADER_TYPE, "header" },
        { "{}", LANYARD_E_ALG_MISSING, "header:alg" },
        { "{\"ALG\":\"HS256\"}", LANYARD_E_ALG_MISSING, "header:alg" },
        { "{\"alg\":null}", LANYARD_E_HEADER_MEMBER, "header:alg" },
        { "{\"alg\":256}", LANYARD_E_HEADER_MEMBER, "header:alg" },
        { "{\"alg\":[\"HS256\"]}", LANYARD_E_HEADER_MEMBER, "header:alg" },
        { "{\"alg\":{\"a\":1}}", LANYARD_E_HEADER_MEMBER, "header:alg" },
        { "{\"alg\":\"HS256\",\"kid\":1}", LANYARD_E_HEADER_MEMBER, "header:kid" },
        { "{\"alg\":\"HS256\",\"typ\":true}", LANYARD_E_HEADER_MEMBER, "header:typ" },
        { "{\"alg\":\"HS256\",\"cty\":{}}", LANYARD_E_HEADER_MEMBER, "header:cty" },
        { "{\"alg\":\"HS256\",\"alg\":\"none\"}", LANYARD_E_JSON_DUPLICATE, "header" },
        { "{\"alg\":\"HS256\",\"al\\u0067\":\"none\"}", LANYARD_E_JSON_DUPLICATE, "header" },
        { "{\"alg\":\"HS256\"}x", LANYARD_E_JSON_SYNTAX, "header" },
        { "\xef\xbb\xbf{\"alg\":\"HS256\"}", LANYARD_E_JSON_SYNTAX, "header" },
    };

    (void)state;
    JUDGE(rows);
}

static void header_refuses_every_spelling_of_another_algorithm(void **state)
{
    static const header_row rows[] = {
        { "{\"alg\":\"none\"}", LANYARD_E_ALG_UNKNOWN, "header:alg" },
        { "{\"alg\":\"None\"}", LANYARD_E_ALG_UNKNOWN, "header:alg" },
        { "{\"alg\":\"none\\u0000\"}", LANYARD_E_ALG_UNKNOWN, "header:alg" },
        { "{\"alg\":\"\"}", LANYARD_E_ALG_UNKNOWN, "header:alg" },
        { "{\"alg\":\"HS256\\u0000\"}", LANYARD_E_ALG_UNKNOWN, "header:alg" },
        { "{\"alg\":\"HS256 \"}", LANYARD_E_ALG_UNKNOWN, "header:alg" },
        { "{\"alg\":\"hs256\"}", LANYARD_E_ALG_UNKNOWN, "header:alg" },
        { "{\"alg\":\"HS25\"}", LANYARD_E_ALG_UNKNOWN, "header:alg" },
        { "{\"alg\":\"HS384\"}", LANYARD_E_ALG_REFUSED, "header:alg" },
        { "{\"alg\":\"HS512\"}", LANYARD_E_ALG_REFUSED, "header:alg" },
    };

    (void)state;
    JUDGE(rows);
}

static void header_refuses_crit_and_b64(void **state)
{
    static const header_row rows[] = {
        { "{\"alg\":\"HS256\",\"crit\":[\"x\"],\"x\":1}", LANYARD_E_CRIT_UNKNOWN, "header:crit" },
        { "{\"alg\":\"HS256\",\"crit\":[\"b64\"],\"b64\":false}", LANYARD_E_CRIT_UNKNOWN,
          "header:crit" },
        { "{\"alg\":\"HS256\",\"crit\":[]}", LANYARD_E_CRIT_INVALID, "header:crit" },
        { "{\"alg\":\"HS256\",\"crit\":null}", LANYARD_E_CRIT_INVALID, "header:crit" },
        { "{\"alg\":\"HS256\",\"crit\":\"x\",\"x\":1}", LANYARD_E_CRIT_INVALID, "header:crit" },
        { "{\"alg\":\"HS256\",\"crit\":[1]}", LANYARD_E_CRIT_INVALID, "header:crit" },
        { "{\"alg\":\"HS256\",\"crit\":[\"x\"]}", LANYARD_E_CRIT_INVALID, "header:crit" },
        { "{\"alg\":\"HS256\",\"crit\":[\"x\",\"x\"],\"x\":1}", LANYARD_E_CRIT_INVALID,
          "header:crit" },
        { "{\"alg\":\"HS256\",\"crit\":[\"alg\"]}", LANYARD_E_CRIT_INVALID, "header:crit" },
        { "{\"alg\":\"HS256\",\"b64\":false}", LANYARD_E_B64, "header:b64" },
        { "{\"alg\":\"HS256\",\"b64\":true}", LANYARD_E_B64, "header:b64" },
        { "{\"alg\":\"HS256\",\"b64\":\"false\"}", LANYARD_E_B64, "header:b64" },
    };

    (void)state;
    JUDGE(rows);
}

static void typ_is_compared_as_a_media_type(void **state)
{
    static const struct {
        const char *expected;
        const char *header;
        lanyard_status status;
    } rows[] = {
        { "at+jwt", "{\"alg\":\"HS256\",\"typ\":\"at+jwt\"}", LANYARD_OK },
        { "at+jwt", "{\"alg\":\"HS256\",\"typ\":\"AT+JWT\"}", LANYARD_OK },
        { "at+jwt", "{\"alg\":\"HS256\",\"typ\":\"application/at+jwt\"}", LANYARD_OK },
        { "application/at+jwt", "{\"alg\":\"HS256\",\"typ\":\"at+jwt\"}", LANYARD_OK },
        { "at+jwt", "{\"alg\":\"HS256\",\"typ\":\"JWT\"}", LANYARD_E_TYP },
        { "at+jwt", "{\"alg\":\"HS256\"}", LANYARD_E_TYP },
        { "at+jwt", "{\"alg\":\"HS256\",\"typ\":\"at+jwt \"}", LANYARD_E_TYP },
        { "at+jwt", "{\"alg\":\"HS256\",\"typ\":\"text/at+jwt\"}", LANYARD_E_TYP },
        { NULL, "{\"alg\":\"HS256\",\"typ\":\"at+jwt\"}", LANYARD_E_TYP },
        { NULL, "{\"alg\":\"HS256\",\"typ\":\"\"}", LANYARD_E_TYP },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        lanyard_buf text = kit_token(rows[i].header, "{}");
        lanyard_error err = { 0 };

        assert_int_equal(kit_verify(LANYARD_POLICY(.algs = "HS256", .typ = rows[i].expected,
                                                   .allow = LANYARD_ALLOW_NO_EXP),
                                    &text, KIT_NOW, &err),
                         rows[i].status);
        if (rows[i].status != LANYARD_OK)
            assert_int_equal(err.failed, LANYARD_FAILED_TYP);
        lanyard_buf_done(&text);
    }
}

static void padding_is_refused_unless_allowed(void **state)
{
    lanyard_buf text = kit_token(NULL, "{\"a\":1}");
    lanyard_error err = { 0 };
    lanyard_policy_opts opts = { .size = sizeof opts,
                                 .algs = "HS256",
                                 .allow = LANYARD_ALLOW_NO_EXP };

    (void)state;
    ASSERT_OK(lanyard_buf_add(&text, "=", 1));
    ASSERT_STATUS(kit_verify(&opts, &text, KIT_NOW, &err), E_BASE64_PADDING);
    assert_int_equal(err.offset, text.len - 1);
    opts.allow |= LANYARD_ALLOW_PADDING;
    ASSERT_OK(kit_verify(&opts, &text, KIT_NOW, &err));
    ASSERT_OK(lanyard_buf_add(&text, "=", 1));
    ASSERT_STATUS(kit_verify(&opts, &text, KIT_NOW, &err), E_BASE64_PADDING);
    lanyard_buf_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header_accepts_what_the_rfc_accepts),
        cmocka_unit_test(header_refuses_members_of_the_wrong_type),
        cmocka_unit_test(header_refuses_every_spelling_of_another_algorithm),
        cmocka_unit_test(header_refuses_crit_and_b64),
        cmocka_unit_test(typ_is_compared_as_a_media_type),
        cmocka_unit_test(padding_is_refused_unless_allowed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
