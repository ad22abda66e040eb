/* test_oom_base.c - buffers and JSON documents without memory. */
#include "oom.h"
#include "codec/json_read.h"
#include <lanyard/buf.h>
#include <string.h>

static lanyard_status read_json(const lanyard_mem *mem, void *text)
{
    lanyard_json *json = oom_untouched();
    lanyard_error err = { 0 };
    lanyard_status status = lanyard_json_read(text, strlen(text), NULL, mem, &json, &err);

    lanyard_json_free(oom_made(status, &err, json));
    oom_check(status == LANYARD_OK || (err.where && err.detail[0]));
    return status;
}

static lanyard_status fill_buffer(const lanyard_mem *mem, void *arg)
{
    size_t *rounds = arg;
    lanyard_status status = LANYARD_OK;
    lanyard_buf buf;

    lanyard_buf_init(&buf, mem, 1u << 20);
    for (size_t i = 0; i < *rounds && status == LANYARD_OK; i++) {
        size_t len = buf.len;

        status = lanyard_buf_add(&buf, "twelve bytes", 12);
        oom_check(buf.len == (status == LANYARD_OK ? len + 12 : len));
        oom_check(buf.len <= buf.cap);
    }
    for (size_t i = 0; i < buf.len; i++)
        oom_check(buf.ptr[i] == "twelve bytes"[i % 12]);
    lanyard_buf_done(&buf);
    return status;
}

static lanyard_status write_string(const lanyard_mem *mem, void *arg)
{
    lanyard_str *text = arg;
    lanyard_buf buf;

    lanyard_buf_init(&buf, mem, 1u << 20);

    lanyard_status status = lanyard_json_write_str(&buf, *text);

    oom_check(status == LANYARD_OK || buf.len == 0);
    lanyard_buf_done(&buf);
    return status;
}

/* An arena that was wound back must work on after a failure. */
static lanyard_status rewind_arena(const lanyard_mem *mem, void *arg)
{
    lan_arena arena;

    (void)arg;
    TRY(lan_arena_init(&arena, mem, 64, 1u << 20, NULL));

    lan_mark mark = lan_arena_mark(&arena);
    lanyard_status status = LANYARD_OK;

    for (size_t round = 0; round < 2 && status == LANYARD_OK; round++) {
        for (size_t len = 50; len < 5000 && status == LANYARD_OK; len *= 2)
            status = lan_arena_alloc(&arena, len) ? LANYARD_OK : LANYARD_E_NO_MEMORY;
        lan_arena_rewind(&arena, mark);
        oom_check(lan_arena_alloc(&arena, 16));
        lan_arena_rewind(&arena, mark);
    }
    lan_arena_done(&arena);
    return status;
}

/* {"00":[],"01":[], ...}: many enough for names to be sorted and for the arena to grow. */
static void write_members(char *text, size_t count)
{
    *text++ = '{';
    for (size_t i = 0; i < count; i++)
        text += sprintf(text, "%s\"\\u0061%zu\":[[],\"\\n\"]", i ? "," : "", i);
    memcpy(text, "}", 2);
}

int main(void)
{
    static char short_text[] = "[1]";
    size_t rounds = 500;
    lanyard_str text = { "quote \" and more", 16 };
    char *long_text = malloc(20000);

    write_members(long_text, 300);
    OOM_WALK(read_json, short_text);
    OOM_WALK(read_json, long_text);
    OOM_WALK(fill_buffer, &rounds);
    OOM_WALK(write_string, &text);
    OOM_WALK(rewind_arena, NULL);
    free(long_text);
    return 0;
}
