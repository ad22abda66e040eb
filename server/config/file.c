/* file.c - see file.h. */
#include "config/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/text.h"
#include "config/settings.h"

#define FILE_SETTINGS_MAX 64

typedef struct file_place { /* where a message points at */
    const char *path;
    unsigned line;
    const setting *seen[FILE_SETTINGS_MAX];
    size_t seen_count;
} file_place;

static srv_status file_fail(const file_place *place, const char *what, srv_error *error)
{
    char detail[SRV_DETAIL_MAX];

    snprintf(detail, sizeof detail, "%.60s:%u: %.80s", place->path, place->line, what);
    return srv_fail(error, SRV_E_CONFIG, detail);
}

static lanyard_str file_trim(lanyard_str text)
{
    while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t')) {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0 && strchr(" \t\r", text.ptr[text.len - 1]) && text.ptr[text.len - 1])
        text.len--;
    return text;
}

/* "value" loses its quotes; there are no escapes, so none may stand inside. */
static bool file_unquote(lanyard_str *value)
{
    bool is_quoted = value->len > 0 && value->ptr[0] == '"';

    if (is_quoted && (value->len < 2 || value->ptr[value->len - 1] != '"'))
        return false;
    if (is_quoted)
        *value = (lanyard_str){ value->ptr + 1, value->len - 2 };
    return value->len == 0 || !memchr(value->ptr, '"', value->len);
}

static srv_status file_note(file_place *place, const setting *row, srv_error *error)
{
    for (size_t i = 0; i < place->seen_count; i++) {
        if (place->seen[i] == row)
            return file_fail(place, "this setting stands above already", error);
    }
    if (place->seen_count == FILE_SETTINGS_MAX)
        return file_fail(place, "too many settings", error);
    place->seen[place->seen_count++] = row;
    return SRV_OK;
}

static srv_status file_line(file_place *place, lanyard_str line, srv_config *config,
                            srv_error *error)
{
    lanyard_str text = file_trim(line);
    const char *mark = text.len > 0 ? memchr(text.ptr, '=', text.len) : NULL;
    srv_error inner;

    if (text.len == 0 || text.ptr[0] == '#')
        return SRV_OK;
    if (!mark)
        return file_fail(place, "expected name = value", error);

    lanyard_str name = file_trim((lanyard_str){ text.ptr, (size_t)(mark - text.ptr) });
    lanyard_str value =
        file_trim((lanyard_str){ mark + 1, text.len - (size_t)(mark + 1 - text.ptr) });
    const setting *row = setting_find(name);

    if (!row)
        return file_fail(place, "no setting has this name", error);
    TRY(file_note(place, row, error));
    if (!file_unquote(&value))
        return file_fail(place, "a quote that is not closed, or one too many", error);

    srv_status status = setting_set(row, config, value, &inner);

    return status == SRV_OK ? SRV_OK : file_fail(place, inner.detail, error);
}

srv_status config_file_parse(const char *path, lanyard_str text, srv_config *config,
                             srv_error *error)
{
    file_place place = { .path = path };

    while (text.len > 0) {
        const char *end = memchr(text.ptr, '\n', text.len);
        size_t len = end ? (size_t)(end - text.ptr) : text.len;

        place.line++;
        TRY(file_line(&place, (lanyard_str){ text.ptr, len }, config, error));
        text.ptr += len + (end ? 1 : 0);
        text.len -= len + (end ? 1 : 0);
    }
    return SRV_OK;
}

srv_status config_file_read(const char *path, srv_config *config, srv_error *error)
{
    char detail[SRV_DETAIL_MAX];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *text = malloc(CONFIG_FILE_MAX + 1);
    ssize_t len = fd >= 0 && text ? read(fd, text, CONFIG_FILE_MAX + 1) : -1;
    srv_status status;

    snprintf(detail, sizeof detail, "%.100s: %s", path,
             len < 0 ? strerror(errno) : "longer than 64 KiB");
    if (len < 0 || len > CONFIG_FILE_MAX)
        status = srv_fail(error, SRV_E_CONFIG, detail);
    else
        status = config_file_parse(path, (lanyard_str){ text, (size_t)len }, config, error);
    if (fd >= 0)
        close(fd);
    free(text);
    return status;
}
