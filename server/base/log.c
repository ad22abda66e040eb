/* log.c - see log.h. */
#include "base/log.h"

#include <unistd.h>
#include "base/text.h"

#define LOG_LINE_MAX 4096

void log_begin(log_line *line, log_level level, const char *event)
{
    static const char *const names[] = { "info", "warning", "error" };

    lanyard_buf_init(&line->buf, NULL, LOG_LINE_MAX);
    line->json = json_out_to(&line->buf);
    json_object(&line->json);
    json_time(&line->json, "time", srv_now());
    json_text(&line->json, "level", names[level]);
    json_text(&line->json, "event", event);
}

void log_end(log_line *line)
{
    json_close(&line->json);
    if (json_out_done(&line->json) == SRV_OK &&
        lanyard_buf_add(&line->buf, "\n", 1) == LANYARD_OK) {
        ssize_t written = write(STDERR_FILENO, line->buf.ptr, line->buf.len);

        (void)written;
    }
    lanyard_buf_done(&line->buf);
}

void log_error(log_level level, const char *event, const srv_error *error)
{
    log_line line;

    log_begin(&line, level, event);
    json_text(&line.json, "code", srv_status_code(error->status));
    json_text(&line.json, "detail", error->detail);
    log_end(&line);
}
