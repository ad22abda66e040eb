/* lanyard/buf.h - a growing output buffer, born with a ceiling.
 *
 * CONFINED. Yours: declare one, lanyard_buf_init() it, read ptr and len, lanyard_buf_done() it.
 * A call that fails leaves the buffer as it was. What it held is wiped when it grows or is done.
 */
#ifndef LANYARD_BUF_H
#define LANYARD_BUF_H

#include <lanyard/mem.h>
#include <lanyard/status.h>

LANYARD_BEGIN

typedef struct lanyard_buf {
    char *ptr; /* len bytes; not NUL-terminated; NULL while empty */
    size_t len;
    size_t cap;
    size_t max;
    lanyard_alloc alloc;
} lanyard_buf;

/* A buffer that never holds more than max bytes. mem may be NULL; no memory is taken yet. */
LANYARD_API void lanyard_buf_init(lanyard_buf *buf, const lanyard_mem *mem, size_t max);

/* Room for len more bytes. E_BUFFER_FULL, E_NO_MEMORY, E_ARGUMENT (NULL). */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_buf_reserve(lanyard_buf *buf, size_t len);

/* Appends. data does not lie in the buffer itself, which may move.
 * E_BUFFER_FULL, E_NO_MEMORY, E_ARGUMENT (NULL). */
LANYARD_API LANYARD_CHECK lanyard_status lanyard_buf_add(lanyard_buf *buf, const void *data,
                                                         size_t len);

/* Forgets (and wipes) the contents from len on, keeps the memory. */
LANYARD_API void lanyard_buf_cut(lanyard_buf *buf, size_t len);

/* Wipes and gives back the memory; the buffer is empty and usable again. NULL is fine. */
LANYARD_API void lanyard_buf_done(lanyard_buf *buf);

LANYARD_END
#endif
