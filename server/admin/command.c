/* command.c - "lanyardd admin ...": a table of commands, each one request. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "admin/admin.h"
#include "admin/client.h"
#include "admin/table.h"
#include "base/crypto.h"
#include "base/json_out.h"
#include "base/text.h"

#define COMMAND_USAGE    2
#define COMMAND_FAILED   1
#define COMMAND_FILE_MAX 65536

/* What the words after the command become. */
typedef enum command_form {
    FORM_PLAIN,  /* nothing but options of the query */
    FORM_ID,     /* one word, which stands for {id} */
    FORM_ROLES,  /* a word for {id}, and one for {"roles":"..."} */
    FORM_FILE,   /* a file, which is the body */
    FORM_CLIENT, /* options that become a JSON body */
} command_form;

typedef struct command_row {
    const char *group;
    const char *verb;
    const char *method;
    const char *path; /* {id} is replaced */
    command_form form;
    const char *options; /* names, one space between; "now" and "verify-only" take no value */
    const char *columns; /* of the table */
    const char *help;
} command_row;

static const command_row command_rows[] = {
    { "users", "list", "GET", "/admin/v1/users", FORM_PLAIN, "find after limit",
      "id username email status roles created_at", "[--find TEXT] [--limit N] [--after ID]" },
    { "users", "show", "GET", "/admin/v1/users/{id}", FORM_ID, "", NULL, "USER" },
    { "users", "roles", "PATCH", "/admin/v1/users/{id}", FORM_ROLES, "", NULL,
      "USER \"ROLE ...\"" },
    { "users", "disable", "POST", "/admin/v1/users/{id}/disable", FORM_ID, "", NULL, "USER" },
    { "users", "enable", "POST", "/admin/v1/users/{id}/enable", FORM_ID, "", NULL, "USER" },
    { "users", "delete", "DELETE", "/admin/v1/users/{id}", FORM_ID, "", NULL, "USER" },
    { "sessions", "list", "GET", "/admin/v1/sessions", FORM_PLAIN, "user after limit",
      "id user_id created_at rotated_at ip device", "[--user USER] [--limit N] [--after ID]" },
    { "sessions", "end", "DELETE", "/admin/v1/sessions/{id}", FORM_ID, "", NULL, "SESSION" },
    { "sessions", "end-all", "DELETE", "/admin/v1/users/{id}/sessions", FORM_ID, "", NULL, "USER" },
    { "keys", "list", "GET", "/admin/v1/keys", FORM_PLAIN, "",
      "kid alg state created_at active_from retire_after", "" },
    { "keys", "rotate", "POST", "/admin/v1/keys/rotate", FORM_PLAIN, "now", NULL, "[--now]" },
    { "keys", "revoke", "POST", "/admin/v1/keys/{id}/revoke", FORM_ID, "", NULL, "KID" },
    { "keys", "import", "POST", "/admin/v1/keys", FORM_FILE, "now verify-only until", NULL,
      "FILE [--now | --verify-only --until 2027-01-31T00:00:00Z]" },
    { "clients", "list", "GET", "/admin/v1/clients", FORM_PLAIN, "",
      "id name scopes secrets created_at disabled_at", "" },
    { "clients", "create", "POST", "/admin/v1/clients", FORM_CLIENT, "id name scopes", NULL,
      "[--id ID] [--name TEXT] [--scopes \"SCOPE ...\"]" },
    { "clients", "secret", "POST", "/admin/v1/clients/{id}/secret", FORM_ID, "", NULL, "CLIENT" },
    { "clients", "disable", "POST", "/admin/v1/clients/{id}/disable", FORM_ID, "", NULL, "CLIENT" },
    { "clients", "enable", "POST", "/admin/v1/clients/{id}/enable", FORM_ID, "", NULL, "CLIENT" },
    { "clients", "delete", "DELETE", "/admin/v1/clients/{id}", FORM_ID, "", NULL, "CLIENT" },
    { "audit", "list", "GET", "/admin/v1/audit", FORM_PLAIN, "user before limit",
      "seq at event subject session_id ip data", "[--user USER] [--limit N] [--before SEQ]" },
};

#define COMMAND_ROWS (sizeof command_rows / sizeof *command_rows)

#define COMMAND_OPTIONS_MAX 4
#define COMMAND_WORDS_MAX   2

typedef struct command_line { /* borrowed from argv */
    const command_row *row;
    const char *names[COMMAND_OPTIONS_MAX];
    const char *values[COMMAND_OPTIONS_MAX]; /* "true" of those without one */
    size_t options;
    const char *words[COMMAND_WORDS_MAX];
    size_t count; /* of words */
    bool is_json;
} command_line;

static void command_list(FILE *out)
{
    for (size_t i = 0; i < COMMAND_ROWS; i++) {
        const command_row *row = &command_rows[i];

        fprintf(out, "  lanyardd admin %s %s%s%s\n", row->group, row->verb, row->help[0] ? " " : "",
                row->help);
    }
    fprintf(out, "\nEach takes --json; \"list\" may be left out; USER is an id, a user name or an "
                 "address.\n");
}

static int command_usage(const char *what, const char *word)
{
    fprintf(stderr, "lanyardd admin: %s%s\n\n", what, word);
    command_list(stderr);
    return COMMAND_USAGE;
}

static bool command_has_word(const char *words, const char *word, size_t len)
{
    while (*words) {
        size_t span = strcspn(words, " ");

        if (span == len && memcmp(words, word, len) == 0)
            return true;
        words += words[span] == ' ' ? span + 1 : span;
    }
    return false;
}

/* "list" may be left out. */
static const command_row *command_find(int argc, char **argv, int *used)
{
    for (size_t i = 0; i < COMMAND_ROWS; i++) {
        const command_row *row = &command_rows[i];
        bool is_bare = argc < 2 || argv[1][0] == '-';

        if (argc < 1 || strcmp(row->group, argv[0]) != 0)
            continue;
        if (is_bare ? strcmp(row->verb, "list") == 0 : strcmp(row->verb, argv[1]) == 0) {
            *used = is_bare ? 1 : 2;
            return row;
        }
    }
    return NULL;
}

static bool command_read_option(command_line *line, int argc, char **argv, int *at)
{
    const char *name = argv[*at] + 2;
    bool is_flag = strcmp(name, "now") == 0 || strcmp(name, "verify-only") == 0;

    if (strcmp(name, "json") == 0) {
        line->is_json = true;
        return true;
    }
    if (!command_has_word(line->row->options, name, strlen(name)) ||
        line->options == COMMAND_OPTIONS_MAX || (!is_flag && *at + 1 >= argc))
        return false;
    line->names[line->options] = name;
    line->values[line->options++] = is_flag ? "true" : argv[++*at];
    return true;
}

static const char *command_option(const command_line *line, const char *name)
{
    for (size_t i = 0; i < line->options; i++) {
        if (strcmp(line->names[i], name) == 0)
            return line->values[i];
    }
    return NULL;
}

/* What is wrong, or NULL. There is such a command. */
static const char *command_read(command_line *line, int argc, char **argv)
{
    static const size_t words[] = {
        [FORM_PLAIN] = 0, [FORM_ID] = 1, [FORM_ROLES] = 2, [FORM_FILE] = 1, [FORM_CLIENT] = 0
    };
    int at = 0;

    line->row = command_find(argc, argv, &at);
    for (; at < argc; at++) {
        const char *word = argv[at];

        if (strncmp(word, "--", 2) == 0) {
            if (!command_read_option(line, argc, argv, &at))
                return "an option that is not one of this command, or has no value";
        } else if (line->count == words[line->row->form]) {
            return "too many words";
        } else {
            line->words[line->count++] = word;
        }
    }
    return line->count == words[line->row->form] ? NULL : "a word is missing";
}

static lanyard_status command_escape(lanyard_buf *out, const char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
    lanyard_status status = LANYARD_OK;

    for (; status == LANYARD_OK && *text; text++) {
        unsigned char byte = (unsigned char)*text;
        char escaped[] = { '%', digits[byte >> 4], digits[byte & 15] };

        status = strchr(plain, *text) ? lanyard_buf_add(out, text, 1)
                                      : lanyard_buf_add(out, escaped, sizeof escaped);
    }
    return status;
}

static bool command_digits(const char **text, int count, int *number)
{
    *number = 0;
    for (; count > 0; count--, (*text)++) {
        if (**text < '0' || **text > '9')
            return false;
        *number = *number * 10 + (**text - '0');
    }
    return true;
}

/* Reads fields of digits, each with its mark behind; how many there were. */
static int command_fields(const char *text, int fields[6], const char **rest)
{
    static const char marks[] = "--T::Z";
    int count = 0;

    while (count < 6 && command_digits(&text, count == 0 ? 4 : 2, &fields[count])) {
        bool is_marked = *text == marks[count];

        count++;
        text += is_marked;
        if (!is_marked)
            break;
    }
    *rest = text;
    return count;
}

/* "2027-01-31T00:00:00Z" or "2027-01-31" as seconds, in text. false: neither, or no such day. */
static bool command_until(const char *text, char out[24])
{
    int fields[6] = { 0 };
    const char *rest;
    int count = command_fields(text, fields, &rest);
    bool is_whole =
        *rest == '\0' && rest > text && (count == 6 ? rest[-1] == 'Z' : rest[-1] != 'T');
    struct tm parts = { .tm_year = fields[0] - 1900,
                        .tm_mon = fields[1] - 1,
                        .tm_mday = fields[2],
                        .tm_hour = fields[3],
                        .tm_min = fields[4],
                        .tm_sec = fields[5] };
    const struct tm given = parts;
    long long seconds = timegm(&parts);

    if (!is_whole || (count != 6 && count != 3) || parts.tm_mon != given.tm_mon ||
        parts.tm_mday != given.tm_mday || parts.tm_hour != given.tm_hour ||
        parts.tm_min != given.tm_min || parts.tm_sec != given.tm_sec)
        return false;
    snprintf(out, 24, "%lld", seconds);
    return true;
}

static lanyard_status command_add_option(lanyard_buf *out, char mark, const char *name,
                                         const char *value)
{
    lanyard_status status = lanyard_buf_add(out, &mark, 1);

    if (status == LANYARD_OK)
        status = lanyard_buf_add(out, name, strlen(name));
    if (status == LANYARD_OK)
        status = lanyard_buf_add(out, "=", 1);
    return status == LANYARD_OK ? command_escape(out, value) : status;
}

static lanyard_status command_add_query(const command_line *line, lanyard_buf *out)
{
    lanyard_status status = LANYARD_OK;
    char mark = '?';

    for (size_t i = 0; status == LANYARD_OK && i < line->options; i++) {
        char seconds[24];
        const char *name = line->names[i];
        bool is_until = strcmp(name, "until") == 0;

        if (line->row->form == FORM_CLIENT || strcmp(name, "verify-only") == 0)
            continue;
        if (is_until && !command_until(line->values[i], seconds))
            return LANYARD_E_ARGUMENT;
        status = command_add_option(out, mark, name, is_until ? seconds : line->values[i]);
        mark = '&';
    }
    return status;
}

/* Path with its id, and query; a NUL behind. */
static lanyard_status command_target(const command_line *line, lanyard_buf *out)
{
    const char *path = line->row->path;
    const char *mark = strstr(path, "{id}");
    size_t before = mark ? (size_t)(mark - path) : strlen(path);
    lanyard_status status = lanyard_buf_add(out, path, before);

    if (mark && status == LANYARD_OK)
        status = command_escape(out, line->words[0]);
    if (mark && status == LANYARD_OK)
        status = lanyard_buf_add(out, mark + 4, strlen(mark + 4));
    if (status == LANYARD_OK)
        status = command_add_query(line, out);
    return status == LANYARD_OK ? lanyard_buf_add(out, "", 1) : status;
}

static srv_status command_read_file(const char *path, lanyard_buf *out, srv_error *error)
{
    int file = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = 1;

    if (file < 0)
        return srv_fail(error, SRV_E_INVALID, strerror(errno));
    while (got > 0 && lanyard_buf_reserve(out, 1) == LANYARD_OK) {
        got = read(file, out->ptr + out->len, out->cap - out->len);
        out->len += got > 0 ? (size_t)got : 0;
    }
    if (file != STDIN_FILENO)
        close(file);
    return got == 0 ? SRV_OK : srv_fail(error, SRV_E_INVALID, "the file cannot be read");
}

static srv_status command_write_json(const command_line *line, lanyard_buf *out)
{
    json_out json = json_out_to(out);

    json_object(&json);
    if (line->row->form == FORM_ROLES)
        json_text(&json, "roles", line->words[1]);
    for (size_t i = 0; line->row->form == FORM_CLIENT && i < line->options; i++)
        json_text(&json, line->names[i], line->values[i]);
    json_close(&json);
    return json_out_done(&json);
}

static srv_status command_body(const command_line *line, lanyard_buf *out, srv_error *error)
{
    if (line->row->form == FORM_FILE)
        return command_read_file(line->words[0], out, error);
    if (line->row->form == FORM_ROLES || line->row->form == FORM_CLIENT)
        return command_write_json(line, out);
    return SRV_OK;
}

static int command_show(const command_line *line, const client_answer *answer)
{
    const char *columns[16] = { NULL };
    char names[160] = "";
    char *rest = NULL;
    size_t count = 0;
    lanyard_str text = { answer->body.ptr, answer->body.len };
    bool is_good = answer->status < 300;

    if (line->is_json) {
        fprintf(is_good ? stdout : stderr, "%.*s\n", (int)text.len, text.ptr);
        return is_good ? 0 : COMMAND_FAILED;
    }
    if (line->row->columns)
        snprintf(names, sizeof names, "%s", line->row->columns);
    for (char *name = strtok_r(names, " ", &rest); name && count < 15;
         name = strtok_r(NULL, " ", &rest))
        columns[count++] = name;
    if (table_print(is_good ? stdout : stderr, text, is_good && count > 0 ? columns : NULL, NULL) !=
        SRV_OK)
        fprintf(stderr, "lanyardd admin: status %d\n", answer->status);
    return is_good ? 0 : COMMAND_FAILED;
}

static int command_run(const char *socket_path, const command_line *line, const lanyard_buf *target,
                       const lanyard_buf *body)
{
    client_answer answer = { .status = 0 };
    srv_error error = { .status = SRV_OK };
    const char *type =
        line->row->form == FORM_FILE ? "application/octet-stream" : "application/json";

    if (client_ask(socket_path, line->row->method, target->ptr, type,
                   (lanyard_str){ body->ptr ? body->ptr : "", body->len }, &answer,
                   &error) != SRV_OK) {
        fprintf(stderr, "lanyardd admin: %s\n", error.detail);
        return COMMAND_FAILED;
    }

    int status = command_show(line, &answer);

    lanyard_buf_done(&answer.body);
    return status;
}

/* An import that would sign by mistake is worse than one that must be said in full. */
static const char *command_contradicts(const command_line *line)
{
    bool is_verify_only = command_option(line, "verify-only") != NULL;
    bool has_until = command_option(line, "until") != NULL;

    if (is_verify_only != has_until)
        return "--verify-only and --until go together";
    return is_verify_only && command_option(line, "now")
               ? "--now is for a key that signs, and not for one that only verifies"
               : NULL;
}

static int command_do(const char *socket_path, int argc, char **argv)
{
    command_line line = { .row = NULL };
    srv_error error = { .status = SRV_OK };
    const char *wrong = command_read(&line, argc, argv);
    lanyard_buf target;
    lanyard_buf body;

    if (wrong)
        return command_usage("", wrong);
    if (command_contradicts(&line))
        return command_usage("", command_contradicts(&line));
    lanyard_buf_init(&target, NULL, 2048);
    lanyard_buf_init(&body, NULL, COMMAND_FILE_MAX);

    int status = COMMAND_FAILED;

    if (command_target(&line, &target) != LANYARD_OK)
        status = command_usage("", "a word is too long, or no time such as 2027-01-31T00:00:00Z");
    else if (command_body(&line, &body, &error) != SRV_OK)
        fprintf(stderr, "lanyardd admin: %s\n", error.detail);
    else
        status = command_run(socket_path, &line, &target, &body);
    lanyard_buf_done(&target);
    lanyard_buf_done(&body);
    return status;
}

static bool command_is_help(const char *word)
{
    return strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

int admin_command(const char *socket_path, int argc, char **argv)
{
    char what[128] = "a command is missing";
    int used = 0;

    if (argc > 0 && (command_is_help(argv[0]) || command_is_help(argv[argc - 1]))) {
        command_list(stdout);
        return 0;
    }
    if (command_find(argc, argv, &used))
        return command_do(socket_path, argc, argv);
    if (argc > 0)
        snprintf(what, sizeof what, "no command is called %.40s%s%.40s", argv[0],
                 argc > 1 ? " " : "", argc > 1 ? argv[1] : "");
    return command_usage("", what);
}
