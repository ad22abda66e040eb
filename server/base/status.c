/* status.c - see status.h. */
#include "base/status.h"

#include <stdio.h>

typedef struct status_row {
    int http;
    const char *code;
    const char *title;
} status_row;

#define STATUS_ROW(name, http, code, title) { http, code, title },
static const status_row status_rows[] = { SRV_STATUS_MAP(STATUS_ROW) };
#undef STATUS_ROW

#define STATUS_ROWS (sizeof status_rows / sizeof *status_rows)

static const status_row *status_row_of(srv_status status)
{
    return &status_rows[(size_t)status < STATUS_ROWS ? status : SRV_E_INTERNAL];
}

int srv_status_http(srv_status status)
{
    return status_row_of(status)->http;
}

const char *srv_status_code(srv_status status)
{
    return status_row_of(status)->code;
}

const char *srv_status_title(srv_status status)
{
    return status_row_of(status)->title;
}

srv_status srv_fail(srv_error *error, srv_status status, const char *detail)
{
    if (!error)
        return status;
    *error = (srv_error){ .status = status };
    snprintf(error->detail, sizeof error->detail, "%s", detail);
    return status;
}

srv_status srv_fail_lanyard(srv_error *error, lanyard_status status)
{
    if (status == LANYARD_E_NO_MEMORY)
        return srv_fail(error, SRV_E_NO_MEMORY, "no memory");
    return srv_fail(error, SRV_E_INTERNAL, lanyard_status_text(status));
}
