/* output.h - text on its way out: gathered, then written whole.
 *
 * A text that ran out of memory is remembered as broken, so that callers add without checking and
 * ask once, at the end.
 */
#ifndef LANYARD_CLI_OUTPUT_H
#define LANYARD_CLI_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <lanyard.h>

typedef struct cli_out {
    lanyard_buf buf;
    bool is_broken;
    bool is_colored;
    bool is_terminal;
    bool is_utf8;
    size_t columns; /* of the terminal, or 80 */
} cli_out;

typedef enum cli_style { STYLE_HEAD, STYLE_GOOD, STYLE_BAD, STYLE_FAINT } cli_style;

/* Colors only on a terminal that can, and never where NO_COLOR is set (no-color.org). */
void out_init(cli_out *out, int fd);
void out_done(cli_out *out);

void out_add(cli_out *out, const void *data, size_t len);
void out_text(cli_out *out, const char *text);
void out_int(cli_out *out, int64_t number);
void out_pad(cli_out *out, size_t count);
void out_print(cli_out *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
void out_styled(cli_out *out, cli_style style, const char *text);

/* Text of others, fit for a terminal: what is not printable UTF-8 stands as \xNN. */
void out_foreign(cli_out *out, lanyard_str text);

/* JSON. A member puts the comma that it needs in front of itself. */
void out_json_str(cli_out *out, lanyard_str text);
void out_json_item(cli_out *out); /* the comma alone, if one is needed */
void out_json_name(cli_out *out, const char *name);
void out_json_base64url(cli_out *out, lanyard_str bytes); /* as a string */
void out_json_member(cli_out *out, const char *name, const char *text);
void out_json_member_int(cli_out *out, const char *name, int64_t number);
void out_json_member_bool(cli_out *out, const char *name, bool is_true);

/* Writes everything to the descriptor. 0, or the errno of what went wrong. */
int out_write(int fd, const void *data, size_t len);

#endif
