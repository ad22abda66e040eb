/* refusal.c - saying no; see refusal.h. */
#include "refusal.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "hints.h"
#include "times.h"

#define SENTENCE_MAX 512
#define WORD_SHOWN   30
#define ELLIPSIS     "..."
#define ELLIPSIS_LEN 3u

int refuse_exit(lanyard_status status)
{
    static const lanyard_status refused[] = { LANYARD_E_KEY_WEAK, LANYARD_E_KEY_USE,
                                              LANYARD_E_CLAIMS, LANYARD_E_HEADER };

    if (status == LANYARD_OK)
        return CLI_ACCEPTED;
    if (status < LANYARD_E_ARGUMENT)
        return CLI_REFUSED;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (refused[i] == status)
            return CLI_REFUSED;
    return CLI_TROUBLE;
}

/* "lanyard encode: " in front of everything that is said. */
static void refuse_prefix(cli_run *run)
{
    out_text(&run->err, "lanyard");
    if (run->command)
        out_print(&run->err, " %s", run->command->name);
    out_text(&run->err, ": ");
}

void refuse_add_warnings(cli_run *run)
{
    if (run->warnings.buf.len == 0)
        return;
    out_json_name(&run->err, "warnings");
    out_text(&run->err, "[");
    out_add(&run->err, run->warnings.buf.ptr, run->warnings.buf.len);
    out_text(&run->err, "]");
}

static int refuse_say(cli_run *run, int exit_status, const char *kind, const char *sentence)
{
    if (run->is_json) {
        out_text(&run->err, "{");
        out_json_member_bool(&run->err, "accepted", false);
        out_json_member_int(&run->err, "exit", exit_status);
        out_json_member(&run->err, "status", kind);
        out_json_member(&run->err, "message", sentence);
        refuse_add_warnings(run);
        out_text(&run->err, "}\n");
        return exit_status;
    }
    refuse_prefix(run);
    out_foreign(&run->err, lanyard_str_of(sentence));
    out_text(&run->err, "\n");
    return exit_status;
}

int refuse_usage(cli_run *run, const char *format, ...)
{
    char sentence[SENTENCE_MAX];
    va_list values;

    va_start(values, format);
    (void)vsnprintf(sentence, sizeof sentence, format, values);
    va_end(values);
    refuse_say(run, CLI_USAGE, "usage", sentence);
    if (!run->is_json && run->command)
        out_print(&run->err, "Try: lanyard help %s\n", run->command->name);
    return CLI_USAGE;
}

int refuse_word(cli_run *run, const char *what, const char *word, const char *suggestion)
{
    /* A long word may be a token that slipped there. */
    const char *rest = strlen(word) > WORD_SHOWN ? "..." : "";

    if (suggestion)
        return refuse_usage(run, "%s %.*s%s; did you mean %s?", what, WORD_SHOWN, word, rest,
                            suggestion);
    return refuse_usage(run, "%s %.*s%s", what, WORD_SHOWN, word, rest);
}

int refuse_trouble(cli_run *run, const char *format, ...)
{
    char sentence[SENTENCE_MAX];
    va_list values;

    va_start(values, format);
    (void)vsnprintf(sentence, sizeof sentence, format, values);
    va_end(values);
    return refuse_say(run, CLI_TROUBLE, "trouble", sentence);
}

int refuse_no_memory(cli_run *run)
{
    return refuse(run, &(lanyard_error){ .status = LANYARD_E_NO_MEMORY, .where = "memory" }, NULL);
}

void warn(cli_run *run, const char *format, ...)
{
    char sentence[SENTENCE_MAX];
    va_list values;

    va_start(values, format);
    (void)vsnprintf(sentence, sizeof sentence, format, values);
    va_end(values);
    if (run->is_json) {
        out_json_item(&run->warnings);
        out_json_str(&run->warnings, lanyard_str_of(sentence));
        return;
    }
    out_styled(&run->err, STYLE_HEAD, "warning:");
    out_text(&run->err, " ");
    out_foreign(&run->err, lanyard_str_of(sentence));
    out_text(&run->err, "\n");
}

void refuse_flush_warnings(cli_run *run)
{
    if (run->err.buf.len > 0 || run->warnings.buf.len == 0)
        return;
    out_text(&run->err, "{");
    refuse_add_warnings(run);
    out_text(&run->err, "}\n");
}

/* The time that failed, for humans. */
static bool refuse_time(const cli_run *run, const lanyard_error *error, char *utc, char *words)
{
    if (error->value == 0 || strncmp(error->where, "claim:", 6) != 0)
        return false;
    time_write_utc(error->value, utc);
    time_write_relative(error->value, run->now, words);
    return true;
}

/* What a file is called. */
static const char *refuse_name(const char *name)
{
    return strcmp(name, "-") == 0 ? "standard input" : name;
}

static void refuse_json(cli_run *run, int exit_status, const lanyard_error *error, const char *name,
                        const char *hint)
{
    char utc[TIME_TEXT_MAX];
    char words[TIME_TEXT_MAX];
    cli_out *out = &run->err;

    out_text(out, "{");
    out_json_member_bool(out, "accepted", false);
    out_json_member_int(out, "exit", exit_status);
    out_json_member(out, "status", lanyard_status_name(error->status));
    out_json_member_int(out, "number", error->status);
    out_json_member(out, "message", lanyard_status_text(error->status));
    if (name)
        out_json_member(out, "file", refuse_name(name));
    out_json_member(out, "where", error->where);
    out_json_member_int(out, "offset", (int64_t)error->offset);
    if (error->detail[0])
        out_json_member(out, "detail", error->detail);
    if (refuse_time(run, error, utc, words)) {
        out_json_member(out, "utc", utc);
        out_json_member(out, "words", words);
    }
    if (hint)
        out_json_member(out, "hint", hint);
    refuse_add_warnings(run);
    out_text(out, "}\n");
}

static void refuse_text(cli_run *run, int exit_status, const lanyard_error *error, const char *name,
                        const char *hint)
{
    char utc[TIME_TEXT_MAX];
    char words[TIME_TEXT_MAX];
    cli_out *out = &run->err;

    refuse_prefix(run);
    if (name) {
        out_foreign(out, lanyard_str_of(refuse_name(name)));
        out_text(out, ": ");
    } else if (exit_status == CLI_REFUSED) {
        out_styled(out, STYLE_BAD, "refused:");
        out_text(out, " ");
    }
    out_print(out, "%s (%s, %s", lanyard_status_text(error->status),
              lanyard_status_name(error->status), error->where);
    if (error->status < LANYARD_E_ALG_UNKNOWN || error->offset > 0)
        out_print(out, ", byte %zu", error->offset);
    out_text(out, ")\n");
    if (error->detail[0] && strcmp(error->detail, lanyard_status_text(error->status)) != 0) {
        out_text(out, "  ");
        out_foreign(out, lanyard_str_of(error->detail));
        out_text(out, "\n");
    }
    if (refuse_time(run, error, utc, words))
        out_print(out, "  %s: %s, %s\n", error->where + 6, utc, words);
    if (hint)
        out_print(out, "  hint: %s\n", hint);
}

static int refuse_hinting(cli_run *run, int exit_status, const lanyard_error *error,
                          const char *name, const char *hint)
{
    if (run->is_json)
        refuse_json(run, exit_status, error, name, hint);
    else
        refuse_text(run, exit_status, error, name, hint);
    return exit_status;
}

int refuse_as(cli_run *run, int exit_status, const lanyard_error *error, const char *name)
{
    return refuse_hinting(run, exit_status, error, name,
                          hint_find(run, error, (lanyard_str){ "", 0 }));
}

int refuse(cli_run *run, const lanyard_error *error, const char *name)
{
    return refuse_as(run, refuse_exit(error->status), error, name);
}

/* One column for each byte, so that the caret stands right. */
static void excerpt_bytes(cli_out *out, lanyard_str part)
{
    for (size_t i = 0; i < part.len; i++) {
        char c = part.ptr[i];

        out_add(out, c >= ' ' && c <= '~' ? &c : "?", 1);
    }
}

void excerpt_write(cli_out *out, lanyard_str token, size_t offset, size_t indent)
{
    size_t width = out->columns - indent - ELLIPSIS_LEN - ELLIPSIS_LEN - 1;
    size_t first = offset > width / 2 ? offset - width / 2 : 0;
    lanyard_str part = { 0 };

    if (token.len == 0 || offset > token.len)
        return;
    part = (lanyard_str){ token.ptr + first, token.len - first };
    if (part.len > width)
        part.len = width;
    out_pad(out, indent);
    if (first > 0)
        out_text(out, ELLIPSIS);
    excerpt_bytes(out, part);
    if (first + part.len < token.len)
        out_text(out, ELLIPSIS);
    out_text(out, "\n");
    out_pad(out, indent + (first > 0 ? ELLIPSIS_LEN : 0) + offset - first);
    out_styled(out, STYLE_BAD, "^");
    out_text(out, "\n");
}

int refuse_token(cli_run *run, const lanyard_error *error, lanyard_str token)
{
    int exit_status =
        refuse_hinting(run, refuse_exit(error->status), error, NULL, hint_find(run, error, token));

    /* Only for who sits there: a refused token may be good elsewhere, and logs are read. */
    if (!run->is_json && run->err.is_terminal && error->status < LANYARD_E_ALG_UNKNOWN)
        excerpt_write(&run->err, token, error->offset, 2);
    return exit_status;
}
