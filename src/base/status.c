/* status.c - the table of statuses read, and errors filled in. */
#include "base/status.h"
#include "base/text.h"

typedef struct status_row {
    lanyard_status status;
    const char *name;
    const char *text;
    int http;
    const char *bearer;
} status_row;

#define STATUS_ROW(name, number, sentence, http, bearer)                                           \
    { LANYARD_##name, #name, sentence, http, bearer },
static const status_row status_rows[] = { LANYARD_STATUS_MAP(STATUS_ROW) };
static const status_row status_unknown = { LANYARD_OK, "E_UNKNOWN", "an unknown status", 500,
                                           NULL };

#define STATUS_COUNT (sizeof status_rows / sizeof *status_rows)

static const status_row *status_find(lanyard_status status)
{
    for (size_t i = 0; i < STATUS_COUNT; i++)
        if (status_rows[i].status == status)
            return &status_rows[i];
    return &status_unknown;
}

lanyard_status lan_fail_saying(lanyard_error *err, lanyard_status status, const char *where,
                               size_t offset, const char *detail)
{
    if (!err)
        return status;
    *err = (lanyard_error){ .status = status, .where = where, .offset = offset };
    lan_detail(err, detail);
    return status;
}

lanyard_status lan_fail(lanyard_error *err, lanyard_status status, const char *where, size_t offset)
{
    return lan_fail_saying(err, status, where, offset, status_find(status)->text);
}

void lan_detail_str(lanyard_error *err, lan_str text)
{
    if (!err)
        return;
    size_t end = strlen(err->detail);

    for (size_t i = 0; i < text.len && end + 1 < sizeof err->detail; i++) {
        char c = text.ptr[i];
        err->detail[end++] = (char)(c >= 0x20 && c < 0x7f ? c : '?');
        err->detail[end] = '\0';
    }
}

void lan_detail(lanyard_error *err, const char *text)
{
    lan_detail_str(err, lanyard_str_of(text));
}

void lan_detail_int(lanyard_error *err, int64_t number)
{
    char digits[LAN_INT_TEXT_MAX];
    size_t len = lan_int_to_text(number, digits);

    lan_detail_str(err, (lan_str){ digits, len });
}

const char *lanyard_status_name(lanyard_status status)
{
    return status_find(status)->name;
}

const char *lanyard_status_text(lanyard_status status)
{
    return status_find(status)->text;
}

int lanyard_status_http(lanyard_status status)
{
    return status_find(status)->http;
}

const char *lanyard_status_bearer(lanyard_status status)
{
    return status_find(status)->bearer;
}

lanyard_status lanyard_status_at(size_t index)
{
    return index < STATUS_COUNT ? status_rows[index].status : LANYARD_OK;
}

const char *lanyard_version(void)
{
    return LANYARD_VERSION;
}
