/* check.c - see check.h. */
#include "serve/check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "http/socket.h"
#include "store/store.h"

#define MODE_DIGITS_MAX 4

static srv_status check_fail(const char *name, const char *what, const char *value,
                             srv_error *error)
{
    char detail[SRV_DETAIL_MAX];

    snprintf(detail, sizeof detail, "%s: %s%s%.80s", name, what, value[0] ? ", found " : "", value);
    return srv_fail(error, SRV_E_CONFIG, detail);
}

srv_status check_mode(const char *text, unsigned *mode, srv_error *error)
{
    size_t len = strlen(text);
    unsigned value = 0;
    bool is_octal = len > 0 && len <= MODE_DIGITS_MAX;

    for (size_t i = 0; is_octal && i < len; i++) {
        is_octal = text[i] >= '0' && text[i] <= '7';
        value = value * 8 + (unsigned)(text[i] - '0');
    }
    if (!is_octal)
        return check_fail("socket-mode", "expected octal digits such as 0660", text, error);
    *mode = value;
    return SRV_OK;
}

static srv_status check_listen(const char *name, const char *listen, bool is_shut, srv_error *error)
{
    if (!listen)
        return SRV_OK;
    if (!http_socket_is_place(listen))
        return check_fail(name, "expected ADDR:PORT or unix:PATH", listen, error);
    if (is_shut && !http_socket_is_local(listen))
        return check_fail(name, "beyond this machine only with tls-cert, or behind-proxy", "",
                          error);
    return SRV_OK;
}

static bool check_is_db(const char *db)
{
    static const char *const kinds[] = { "sqlite:", "postgresql://", "postgres://" };
    bool is_db = false;

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t len = strlen(kinds[i]);

        is_db = is_db || (strncmp(db, kinds[i], len) == 0 && db[len] != '\0');
    }
    return is_db;
}

/* The value is not told: somebody may have put a password into it. */
static srv_status check_db(const char *db, srv_error *error)
{
    if (!db)
        return SRV_OK;
    if (!check_is_db(db))
        return check_fail("db", "expected sqlite:PATH or postgresql://...", "", error);
    return store_check_environment(db, error);
}

static srv_status check_files(const srv_config *config, srv_error *error)
{
    const struct {
        const char *name;
        const char *path;
    } rows[] = {
        { "tls-cert", config->tls_cert },
        { "tls-key", config->tls_key },
        { "secret-file", config->secret_file },
        { "compat-secret-file", config->compat_secret_file },
    };
    char detail[SRV_DETAIL_MAX];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!rows[i].path || access(rows[i].path, R_OK) == 0)
            continue;
        snprintf(detail, sizeof detail, "%s: %.100s: %s", rows[i].name, rows[i].path,
                 strerror(errno));
        return srv_fail(error, SRV_E_CONFIG, detail);
    }
    return SRV_OK;
}

srv_status check_config(const srv_config *config, srv_error *error)
{
    bool is_behind = config->behind_proxy;
    unsigned mode;

    TRY(check_listen("listen", config->listen, !config->tls_cert && !is_behind, error));
    TRY(check_listen("metrics-listen", config->metrics_listen, !is_behind, error)); /* never TLS */
    TRY(check_mode(config->socket_mode, &mode, error));
    TRY(check_db(config->db, error));
    return check_files(config, error);
}
