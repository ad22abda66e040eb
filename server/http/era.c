/* era.c - see era.h. */
#include "http/era.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PEM_MAX ((size_t)64 * 1024)

static srv_status era_read_pem(const char *path, char **text, srv_error *error)
{
    char detail[SRV_DETAIL_MAX];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *read_text = calloc(1, PEM_MAX + 1);
    ssize_t len = fd >= 0 && read_text ? read(fd, read_text, PEM_MAX + 1) : -1;

    if (fd >= 0)
        close(fd);
    if (len > 0 && len <= (ssize_t)PEM_MAX) {
        *text = read_text;
        return SRV_OK;
    }
    free(read_text);
    snprintf(detail, sizeof detail, "cannot read %.100s", path);
    return srv_fail(error, SRV_E_CONFIG, detail);
}

static srv_status era_read_tls(http_era *era, srv_error *error)
{
    const http_opts *opts = &era->opts;

    if (!opts->cert_path && !opts->key_path)
        return SRV_OK;
    if (!opts->cert_path || !opts->key_path)
        return srv_fail(error, SRV_E_CONFIG,
                        "a certificate needs its key, and a key its certificate");
    TRY(era_read_pem(opts->cert_path, &era->cert, error));
    return era_read_pem(opts->key_path, &era->key, error);
}

static void era_wipe(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
}

void era_free(http_era *era)
{
    if (!era)
        return;
    era_wipe(era->cert);
    era_wipe(era->key);
    free(era);
}

srv_status era_new(const http_opts *opts, http_era **made, srv_error *error)
{
    http_era *era = calloc(1, sizeof *era);

    if (!era)
        return srv_fail(error, SRV_E_NO_MEMORY, "no memory");
    era->opts = *opts;

    srv_status status = era_read_tls(era, error);

    if (status == SRV_OK)
        *made = era;
    else
        era_free(era);
    return status;
}

srv_status era_after(http_era *older, const http_opts *opts, http_era **made, srv_error *error)
{
    http_opts now = older->opts;

    now.trusted = opts->trusted;
    now.trusted_count = opts->trusted_count;
    now.trusts_local = opts->trusts_local;
    now.is_silent = opts->is_silent;
    if (opts->timeout_s > 0)
        now.timeout_s = opts->timeout_s;
    if (now.cert_path && opts->cert_path && opts->key_path) {
        now.cert_path = opts->cert_path;
        now.key_path = opts->key_path;
    }
    TRY(era_new(&now, made, error));
    (*made)->older = older;
    (*made)->number = older->number;
    return SRV_OK;
}

static enum MHD_Result era_refuse(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *data_len, void **context)
{
    (void)cls, (void)connection, (void)url, (void)method;
    (void)version, (void)data, (void)data_len, (void)context;
    return MHD_NO;
}

/* A daemon that serves nobody finds out. */
srv_status era_check(const http_era *era, srv_error *error)
{
    struct MHD_Daemon *probe;

    if (!era->cert)
        return SRV_OK;
    probe = MHD_start_daemon(MHD_USE_TLS | MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL, era_refuse,
                             NULL, MHD_OPTION_HTTPS_MEM_CERT, era->cert, MHD_OPTION_HTTPS_MEM_KEY,
                             era->key, MHD_OPTION_END);
    if (!probe)
        return srv_fail(error, SRV_E_CONFIG, "cannot listen with this certificate and key");
    MHD_stop_daemon(probe);
    return SRV_OK;
}

static bool era_is_same_text(const char *left, const char *right)
{
    return left && right ? strcmp(left, right) == 0 : left == right;
}

bool era_is_alike(const http_era *left, const http_era *right)
{
    return era_is_same_text(left->cert, right->cert) && era_is_same_text(left->key, right->key) &&
           left->opts.timeout_s == right->opts.timeout_s;
}

void era_inherit(http_era *fresh, http_era *older)
{
    era_wipe(fresh->cert);
    era_wipe(fresh->key);
    fresh->cert = older->cert;
    fresh->key = older->key;
    fresh->daemon = older->daemon;
    older->cert = older->key = NULL;
    older->daemon = NULL;
}
