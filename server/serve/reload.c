/* reload.c - see reload.h. */
#include "serve/reload.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "config/settings.h"
#include "serve/check.h"

void reload_http(const srv_config *config, http_opts *opts)
{
    opts->cert_path = config->tls_cert;
    opts->key_path = config->tls_key;
    opts->trusted = config->trusted;
    opts->trusted_count = config->trusted_count;
    opts->timeout_s = (unsigned)config->timeout_s;
    opts->is_silent = strcmp(config->log, "requests") != 0;
}

/* A listener speaks TLS from its start or not at all. */
static bool reload_waits(const server_reload *reload, const setting *row, const srv_config *fresh)
{
    bool is_tls = strncmp(row->name, "tls-", 4) == 0;
    bool is_switched = !reload->started->tls_cert != !fresh->tls_cert;

    return row->is_live ? is_tls && is_switched : true;
}

/* The names of what differs: from the last configuration, or, of what waits for a restart, from
 * the one that this process started with. */
static void reload_name(const server_reload *reload, const srv_config *fresh, bool waits,
                        json_out *json)
{
    const srv_config *last = reload->kept ? &reload->kept->config : reload->started;
    const setting *row;

    json_array_at(json, waits ? "needs_restart" : "changed");
    for (size_t i = 0; (row = setting_at(i)) != NULL; i++) {
        if (reload_waits(reload, row, fresh) == waits &&
            !setting_is_same(row, waits ? reload->started : last, fresh))
            json_text(json, NULL, row->name);
    }
    json_close(json);
}

static void reload_tell(const server_reload *reload, const srv_config *fresh, bool is_new_tls)
{
    log_line line;

    log_begin(&line, LOG_INFO, "reloaded");
    reload_name(reload, fresh, false, &line.json);
    reload_name(reload, fresh, true, &line.json);
    if (is_new_tls)
        json_text(&line.json, "certificate", "new");
    log_end(&line);
}

/* All or nothing: what can be refused comes first. */
static srv_status reload_try(server_reload *reload, srv_config *fresh, bool *is_new_tls,
                             srv_error *error)
{
    http_opts opts = { .trusts_local = reload->started->behind_proxy };

    TRY(check_config(fresh, error));
    reload_http(fresh, &opts);
    return http_reload(reload->listener, &opts, is_new_tls, error);
}

/* It is told when it counts. */
static void reload_take(server_reload *reload, reload_kept *fresh, bool is_new_tls)
{
    srv_error error = { .status = SRV_OK };

    /* What the database did not answer is asked again each second and each minute. */
    if (parts_take(reload->parts, &fresh->config, &error) != SRV_OK)
        log_error(LOG_WARNING, "chores_failed", &error);
    reload_tell(reload, &fresh->config, is_new_tls);
    fresh->older = reload->kept;
    reload->kept = fresh;
}

static void reload_refuse(const srv_error *error)
{
    log_line line;

    log_begin(&line, LOG_ERROR, "reload_failed");
    json_text(&line.json, "code", srv_status_code(error->status));
    json_text(&line.json, "detail", error->detail);
    json_text(&line.json, "effect", "the configuration before stays");
    log_end(&line);
}

static void reload_run(server_reload *reload)
{
    srv_error error = { .status = SRV_E_NO_MEMORY };
    reload_kept *fresh = calloc(1, sizeof *fresh);
    bool is_new_tls = false;
    srv_status status =
        fresh ? reload->reread(reload->ctx, &fresh->config, &error) : SRV_E_NO_MEMORY;

    if (status == SRV_OK)
        status = reload_try(reload, &fresh->config, &is_new_tls, &error);
    if (status == SRV_OK) {
        reload_take(reload, fresh, is_new_tls);
        return;
    }
    reload_refuse(&error);
    if (fresh)
        config_done(&fresh->config);
    free(fresh);
}

static void *reload_thread(void *ctx)
{
    server_reload *reload = ctx;
    sigset_t hangup;
    int signal_number = 0;

    sigemptyset(&hangup);
    sigaddset(&hangup, SIGHUP);
    for (;;) {
        if (sigwait(&hangup, &signal_number) != 0)
            continue;
        if (atomic_load(&reload->is_over))
            return NULL;
        reload_run(reload);
    }
}

srv_status reload_start(server_reload *reload, srv_error *error)
{
    reload->has_thread = pthread_create(&reload->thread, NULL, reload_thread, reload) == 0;
    return reload->has_thread ? SRV_OK : srv_fail(error, SRV_E_NO_MEMORY, "cannot start a thread");
}

void reload_stop(server_reload *reload)
{
    if (!reload->has_thread)
        return;
    atomic_store(&reload->is_over, true);
    pthread_kill(reload->thread, SIGHUP);
    pthread_join(reload->thread, NULL);
    reload->has_thread = false;
}

void reload_done(server_reload *reload)
{
    while (reload->kept) {
        reload_kept *older = reload->kept->older;

        config_done(&reload->kept->config);
        free(reload->kept);
        reload->kept = older;
    }
}
