/* fuzz_jwk.c - any bytes as a key of a format told by its shape; what is read can be written, and
 * reads back as the same. */
#include <lanyard.h>
#include <stdlib.h>
#include <string.h>

#define JWK_MAX (1u << 20)

static void check(int is_true)
{
    if (!is_true)
        abort();
}

static void write_again(const lanyard_key *key, lanyard_buf *out)
{
    lanyard_key_part part = lanyard_key_is_private(key) ? LANYARD_KEY_PRIVATE : LANYARD_KEY_PUBLIC;

    check(lanyard_key_write_jwk(key, part, out, NULL) == LANYARD_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    lanyard_key_opts opts = { .size = sizeof opts, .allow_short_key = 1 };
    lanyard_error err = { 0 };
    lanyard_key *key = NULL;
    lanyard_key *again = NULL;
    lanyard_buf first;
    lanyard_buf second;

    lanyard_status status = lanyard_key_read(data, len, &opts, NULL, &key, &err);

    if (status != LANYARD_OK) {
        check(err.status == status && err.where && err.detail[0] && err.offset <= len);
        return 0;
    }
    lanyard_buf_init(&first, NULL, JWK_MAX);
    lanyard_buf_init(&second, NULL, JWK_MAX);
    write_again(key, &first);
    check(lanyard_key_read(first.ptr, first.len, &opts, NULL, &again, NULL) == LANYARD_OK);
    write_again(again, &second);
    check(first.len == second.len && memcmp(first.ptr, second.ptr, first.len) == 0);
    lanyard_buf_done(&first);
    lanyard_buf_done(&second);
    lanyard_key_free(key);
    lanyard_key_free(again);
    return 0;
}
