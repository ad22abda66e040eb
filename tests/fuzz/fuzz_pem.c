/* fuzz_pem.c - any bytes as PEM blocks, as a key file, and as a secret. */
#include <lanyard.h>
#include <stdlib.h>
#include <string.h>
#include "codec/pem.h"

static void check(int is_true)
{
    if (!is_true)
        abort();
}

/* What is read can be written, and reads back as the same. */
static void check_block(lan_arena *arena, const lan_pem *block)
{
    lanyard_buf out;
    lan_pem again = { 0 };
    size_t at = 0;

    lanyard_buf_init(&out, NULL, 1u << 22);
    check(lan_pem_add(&out, block->label, block->der, NULL) == LANYARD_OK);
    check(lan_pem_next(arena, (lan_str){ out.ptr, out.len }, &at, &again, NULL) == LANYARD_OK);
    check(again.der.len == block->der.len &&
          memcmp(again.der.ptr, block->der.ptr, again.der.len) == 0);
    lanyard_buf_done(&out);
}

static void read_as(const uint8_t *data, size_t len, lanyard_key_format format)
{
    lanyard_key_opts opts = {
        .size = sizeof opts, .format = format, .passphrase = "open", .allow_short_key = 1
    };
    lanyard_key *key = NULL;

    if (lanyard_key_read(data, len, &opts, NULL, &key, NULL) == LANYARD_OK)
        lanyard_key_free(key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    lan_str text = { (const char *)data, len };
    lan_arena arena = { 0 };
    lan_pem block = { 0 };
    size_t at = 0;

    check(lan_arena_init(&arena, NULL, 4096, 1u << 26, NULL) == LANYARD_OK);
    while (lan_pem_next(&arena, text, &at, &block, NULL) == LANYARD_OK) {
        check(at <= len && block.start < at && block.der.len > 0);
        check_block(&arena, &block);
    }
    lan_arena_done(&arena);
    read_as(data, len, LANYARD_KEY_PEM);
    read_as(data, len, LANYARD_KEY_SECRET);
    return 0;
}
