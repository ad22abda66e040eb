/* fuzz_keyset.c - any bytes as a JWK Set: every key is either there or skipped with a reason. */
#include <lanyard.h>
#include <stdlib.h>

static void check(int is_true)
{
    if (!is_true)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    lanyard_error err = { 0 };
    lanyard_keyset *set = NULL;
    lanyard_buf out;
    size_t position = 0;

    lanyard_status status = lanyard_keyset_read(data, len, NULL, NULL, &set, &err);

    if (status != LANYARD_OK) {
        check(err.status == status && err.where && err.detail[0] && err.offset <= len);
        return 0;
    }
    for (size_t i = 0; lanyard_keyset_skipped(set, i, &position, &err); i++)
        check(err.status != LANYARD_OK && err.where && err.offset <= len);
    lanyard_buf_init(&out, NULL, 1u << 22);
    check(lanyard_keyset_write(set, LANYARD_KEY_PRIVATE, &out, NULL) == LANYARD_OK);
    lanyard_buf_done(&out);
    lanyard_keyset_free(set);
    return 0;
}
