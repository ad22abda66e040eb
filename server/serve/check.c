/* check.c - see check.h. */
#include "serve/check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "http/socket.h"

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
    if (!http_socket_is_place(listen))
        return check_fail(name, "expected ADDR:PORT or unix:PATH", listen, error);
    if (is_shut && !http_socket_is_local(listen))
        return check_fail(name, "beyond this machine only with tls-cert, or behind-proxy", "",
                          error);
    return SRV_OK;
}

/* The value is not told: somebody may have put a password into it. */
static srv_status check_db(const char *db, srv_error *error)
{
    static const char *const kinds[] = { "sqlite:", "postgresql://", "postgres://" };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t len = strlen(kinds[i]);

        if (!db || (strncmp(db, kinds[i], len) == 0 && db[len] != '\0'))
            return SRV_OK;
    }
    return check_fail("db", "expected sqlite:PATH or postgresql://...", "", error);
}

static srv_status check_file(const char *name, const char *path, srv_error *error)
{
    char detail[SRV_DETAIL_MAX];

    if (!path || access(path, R_OK) == 0)
        return SRV_OK;
    snprintf(detail, sizeof detail, "%s: %.100s: %s", name, path, strerror(errno));
    return srv_fail(error, SRV_E_CONFIG, detail);
}

srv_status check_config(const srv_config *config, srv_error *error)
{
    bool has_tls = config->tls_cert != NULL;
    unsigned mode;

    if (config->listen)
        TRY(check_listen("listen", config->listen, !has_tls && !config->behind_proxy, error));
    if (config->metrics_listen) /* never TLS there */
        TRY(check_listen("metrics-listen", config->metrics_listen, !config->behind_proxy, error));
    TRY(check_mode(config->socket_mode, &mode, error));
    TRY(check_db(config->db, error));
    TRY(check_file("tls-cert", config->tls_cert, error));
    TRY(check_file("tls-key", config->tls_key, error));
    TRY(check_file("secret-file", config->secret_file, error));
    return check_file("compat-secret-file", config->compat_secret_file, error);
}
