/* buf.c - a growing output buffer, born with a ceiling; see lanyard/buf.h. */
#include "base/buf.h"
#include "base/arena.h"
#include "base/text.h"

#define BUF_FIRST 256u

void lanyard_buf_init(lanyard_buf *buf, const lanyard_mem *mem, size_t max)
{
    *buf = (lanyard_buf){ .max = max };
    if (mem)
        buf->alloc = mem->alloc;
}

/* Doubling, so that appending stays linear; exact when one reservation is larger. */
static size_t buf_next_cap(const lanyard_buf *buf, size_t needed)
{
    size_t cap = buf->cap < BUF_FIRST / 2 ? BUF_FIRST : buf->cap * 2;

    if (cap < needed)
        cap = needed;
    return cap > buf->max ? buf->max : cap;
}

lanyard_status lanyard_buf_reserve(lanyard_buf *buf, size_t len)
{
    if (!buf)
        return LANYARD_E_ARGUMENT;
    if (len > buf->max || buf->len > buf->max - len)
        return LANYARD_E_BUFFER_FULL;
    if (len <= buf->cap - buf->len)
        return LANYARD_OK;

    size_t cap = buf_next_cap(buf, buf->len + len);
    char *grown = lan_alloc(&buf->alloc, cap);

    if (!grown)
        return LANYARD_E_NO_MEMORY;
    if (buf->len > 0)
        memcpy(grown, buf->ptr, buf->len);
    lan_cleanse(buf->ptr, buf->cap);
    lan_alloc_free(&buf->alloc, buf->ptr, buf->cap);
    buf->ptr = grown;
    buf->cap = cap;
    return LANYARD_OK;
}

lanyard_status lanyard_buf_add(lanyard_buf *buf, const void *data, size_t len)
{
    if (!buf || (!data && len > 0))
        return LANYARD_E_ARGUMENT;
    TRY(lanyard_buf_reserve(buf, len));
    if (len > 0)
        memcpy(buf->ptr + buf->len, data, len);
    buf->len += len;
    return LANYARD_OK;
}

void lanyard_buf_cut(lanyard_buf *buf, size_t len)
{
    if (!buf || len >= buf->len)
        return;
    lan_cleanse(buf->ptr + len, buf->len - len);
    buf->len = len;
}

void lanyard_buf_done(lanyard_buf *buf)
{
    if (!buf || !buf->ptr)
        return;
    lan_cleanse(buf->ptr, buf->cap);
    lan_alloc_free(&buf->alloc, buf->ptr, buf->cap);
    buf->ptr = NULL;
    buf->len = 0;
    buf->cap = 0;
}

lanyard_status lan_buf_reserve(lanyard_buf *buf, size_t len, lanyard_error *err)
{
    lanyard_status status = lanyard_buf_reserve(buf, len);

    return status == LANYARD_OK ? LANYARD_OK : lan_fail(err, status, "buffer", buf->len);
}

lanyard_status lan_buf_add(lanyard_buf *buf, lan_str text, lanyard_error *err)
{
    TRY(lan_buf_reserve(buf, text.len, err));
    return lanyard_buf_add(buf, text.ptr, text.len);
}

lanyard_status lan_buf_add_int(lanyard_buf *buf, int64_t number, lanyard_error *err)
{
    char digits[LAN_INT_TEXT_MAX];
    size_t len = lan_int_to_text(number, digits);

    return lan_buf_add(buf, (lan_str){ digits, len }, err);
}
