/* serve.c - see serve.h. */
#include "serve/serve.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>
#include "base/log.h"
#include "base/text.h"
#include "serve/check.h"
#include "serve/chores.h"
#include "serve/parts.h"
#include "serve/place.h"

#define LISTEN_DEFAULT "127.0.0.1:8080"
#define PORTS_TRIED    100
#define DRAIN_MS       2500 /* of the three seconds that a stop may take */
#define STOP_MS        2900
#define WORKERS_SPARE  32
#define WORKERS_MOST   512

typedef struct serve_work {
    const srv_config *config;
    server_parts parts;
    server_chores chores;
    server_reload reload;
    http_listener *listener;
    http_listener *admin;
    http_listener *metrics;
    char admin_listen[PARTS_PATH_MAX];
} serve_work;

/* Keys and passwords of this process stay out of core files and of other processes' reach. */
static void serve_harden(void)
{
    const struct sigaction ignored = { .sa_handler = SIG_IGN };
    struct rlimit none = { 0, 0 };
    struct rlimit files;

    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    setrlimit(RLIMIT_CORE, &none);
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    sigaction(SIGPIPE, &ignored, NULL);
    sigaction(SIGXFSZ, &ignored, NULL); /* a limit of file size is a full disk: that write fails */
}

/* Every thread that is started later blocks them too: serve_wait() takes the first two, and
 * reload_start()'s thread the third. */
static void serve_block(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static srv_status serve_listen(serve_work *work, srv_error *error)
{
    const srv_config *config = work->config;
    unsigned workers = parts_hash_slots(config) + WORKERS_SPARE;
    http_opts opts = { .listen = config->listen ? config->listen : LISTEN_DEFAULT,
                       .ports_tried = config->listen ? 0 : PORTS_TRIED,
                       .trusts_local = config->behind_proxy,
                       .workers = workers < WORKERS_MOST ? workers : WORKERS_MOST,
                       .handler = api_handle,
                       .is_quick = api_is_quick,
                       .refuse = api_refuse,
                       .ctx = &work->parts.api };

    reload_http(config, &opts);
    TRY(check_mode(config->socket_mode, &opts.socket_mode, error));
    return http_listen(&opts, &work->listener, error);
}

static srv_status serve_metrics_body(serve_work *work, http_response *response)
{
    response->status = 200;
    response->content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    return api_metrics(&work->parts.api, work->listener, work->parts.hashes, &response->body);
}

static srv_status serve_version_body(http_response *response)
{
    json_out json = json_out_to(&response->body);

    response->status = 200;
    response->content_type = "application/json";
    json_object(&json);
    json_text(&json, "version", lanyard_version());
    json_close(&json);
    return json_out_done(&json);
}

/* Handles /metrics and /version. false: it is neither. */
static bool serve_about(serve_work *work, const http_request *request, http_response *response)
{
    bool is_metrics = lanyard_str_equal(request->path, SRV_STR("/metrics"));
    bool is_version = lanyard_str_equal(request->path, SRV_STR("/version"));

    if (!lanyard_str_equal(request->method, SRV_STR("GET")) || (!is_metrics && !is_version))
        return false;
    response->route = is_metrics ? "/metrics" : "/version";
    if ((is_metrics ? serve_metrics_body(work, response) : serve_version_body(response)) != SRV_OK)
        http_problem(request, response, SRV_E_NO_MEMORY, NULL);
    return true;
}

static void serve_metrics(void *ctx, const http_request *request, http_response *response)
{
    if (!serve_about(ctx, request, response))
        http_problem(request, response, SRV_E_NOT_FOUND, NULL);
}

static void serve_admin(void *ctx, const http_request *request, http_response *response)
{
    serve_work *work = ctx;

    if (!serve_about(work, request, response))
        admin_handle(&work->parts.admin, request, response);
}

static srv_status serve_listen_metrics(serve_work *work, srv_error *error)
{
    http_opts opts = { .listen = work->config->metrics_listen,
                       .threads = 1,
                       .workers = 2,
                       .connections_max = 64,
                       .is_silent = true,
                       .handler = serve_metrics,
                       .ctx = work };

    return opts.listen ? http_listen(&opts, &work->metrics, error) : SRV_OK;
}

static srv_status serve_listen_admin(serve_work *work, srv_error *error)
{
    const srv_config *config = work->config;
    http_opts opts = { .listen = work->admin_listen,
                       .threads = 1,
                       .workers = 4,
                       .connections_max = 64,
                       .handler = serve_admin,
                       .ctx = work };

    if (config->admin_socket)
        snprintf(work->admin_listen, sizeof work->admin_listen, "unix:%.4000s",
                 config->admin_socket);
    else
        snprintf(work->admin_listen, sizeof work->admin_listen, "unix:%.4000s/admin.sock",
                 config->data);
    return http_listen(&opts, &work->admin, error);
}

static srv_status serve_start(serve_work *work, srv_error *error)
{
    TRY(parts_open(work->config, &work->parts, error));
    TRY(serve_listen(work, error));
    TRY(serve_listen_metrics(work, error));
    TRY(serve_listen_admin(work, error));
    TRY(chores_start(&work->chores, &work->parts, work->listener, error));
    return place_tell(work->config->data, http_address(work->listener), error);
}

static void serve_wait(void)
{
    sigset_t ends;
    int signal_number = 0;

    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    while (sigwait(&ends, &signal_number) != 0)
        continue;
}

static void serve_tell(const serve_work *work, const char *event)
{
    log_line line;

    log_begin(&line, LOG_INFO, event);
    json_text(&line.json, "version", lanyard_version());
    json_text(&line.json, "address", http_address(work->listener));
    json_text(&line.json, "store", store_kind(work->parts.store));
    json_text(&line.json, "issuer", work->parts.issuer);
    log_end(&line);
}

static void serve_give_up(int signal_number)
{
    (void)signal_number;
    _exit(0);
}

/* A thread may wait for a database that hangs, and then nobody can wait for the thread: the process
 * ends under it, as by a crash, which costs nobody anything that was acknowledged. */
static void serve_limit_stop(void)
{
    const struct sigaction at_once = { .sa_handler = serve_give_up };
    const struct itimerval limit = {
        .it_value = { .tv_sec = STOP_MS / 1000, .tv_usec = STOP_MS % 1000 * 1000L },
    };

    sigaction(SIGALRM, &at_once, NULL);
    setitimer(ITIMER_REAL, &limit, NULL);
}

static void serve_shut(serve_work *work)
{
    http_shut(work->listener);
    http_shut(work->admin);
    http_shut(work->metrics);
}

/* What still runs after the drain uses everything: the process ends under it, too. */
static void serve_stop(serve_work *work)
{
    srv_error error;
    bool is_quiet;

    serve_shut(work);
    reload_stop(&work->reload);
    /* The watcher wakes parked requests of the listener, so it goes first. */
    if (work->chores.parts)
        chores_stop(&work->chores);
    is_quiet = http_close(work->listener, DRAIN_MS);
    is_quiet = http_close(work->admin, 100) && is_quiet;
    is_quiet = http_close(work->metrics, 100) && is_quiet;
    if (work->parts.tape && parts_mark(&work->parts, &error) != SRV_OK)
        log_error(LOG_WARNING, "chores_failed", &error);
    if (!is_quiet)
        _exit(0);
    parts_close(&work->parts);
    reload_done(&work->reload);
}

static srv_status serve_run(serve_work *work, srv_error *error)
{
    TRY(serve_start(work, error));
    serve_tell(work, "started");
    printf("lanyardd %s listens on %s\n", lanyard_version(), http_address(work->listener));
    (void)fflush(stdout); /* nobody need read it: it stands in DATA/address and the log, too */
    work->reload.listener = work->listener;
    TRY(reload_start(&work->reload, error));
    serve_wait();
    serve_limit_stop();
    serve_tell(work, "stopping");
    return SRV_OK;
}

srv_status serve(const srv_config *config, serve_reread *reread, void *ctx, srv_error *error)
{
    serve_work *work = calloc(1, sizeof *work);
    int lock = -1;

    if (!work)
        return srv_fail(error, SRV_E_NO_MEMORY, "no memory");
    work->config = config;
    work->reload =
        (server_reload){ .started = config, .parts = &work->parts, .reread = reread, .ctx = ctx };
    serve_harden();
    serve_block();

    srv_status status = check_config(config, error);

    if (status == SRV_OK)
        status = place_take(config->data, &lock, error);
    if (status == SRV_OK)
        status = serve_run(work, error);
    serve_stop(work);
    if (lock >= 0)
        place_give(lock);
    free(work);
    return status;
}
