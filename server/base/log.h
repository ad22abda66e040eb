/* log.h - one JSON object a line, to standard error.
 *
 *     log_line line;
 *     log_begin(&line, LOG_INFO, "listening");
 *     json_text(&line.json, "address", address);
 *     log_end(&line);
 *
 * A line is written by one write(), so lines of several threads do not mix. No token, password or
 * secret is ever given to it: nothing of a request but method, route and address.
 */
#ifndef SERVER_BASE_LOG_H
#define SERVER_BASE_LOG_H

#include "base/json_out.h"

typedef enum log_level { LOG_INFO, LOG_WARNING, LOG_ERROR } log_level;

typedef struct log_line { /* CONFINED */
    lanyard_buf buf;
    json_out json;
} log_line;

/* Starts a line: time, level, event. Members follow by json_*(&line->json, ...). */
void log_begin(log_line *line, log_level level, const char *event);
/* Writes it. What cannot be written is lost: logging never fails a request. */
void log_end(log_line *line);

/* A whole line about something that failed. */
void log_error(log_level level, const char *event, const srv_error *error);

#endif
