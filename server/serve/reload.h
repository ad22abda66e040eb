/* reload.h - SIGHUP: the configuration is read again, and what of it can be taken over is. */
#ifndef SERVER_SERVE_RELOAD_H
#define SERVER_SERVE_RELOAD_H

#include <pthread.h>
#include <stdatomic.h>
#include "serve/parts.h"

/* Reads the configuration anew. */
typedef srv_status serve_reread(void *ctx, srv_config *config, srv_error *error);

typedef struct reload_kept { /* requests borrow texts of it, so it stays until the end */
    srv_config config;
    struct reload_kept *older;
} reload_kept;

typedef struct server_reload { /* CONFINED to its thread, but for is_over */
    const srv_config *started;
    server_parts *parts;
    http_listener *listener;
    serve_reread *reread;
    void *ctx;
    reload_kept *kept; /* the newest; NULL: none but started */
    pthread_t thread;
    bool has_thread;
    atomic_bool is_over;
} server_reload;

/* Starts the thread that takes SIGHUP, which every thread blocks. Each time it takes the
 * configuration over and logs which settings have changed and which wait for a restart; or refuses
 * all of it, and logs why. A thread of its own: a database that hangs may hold it up, but not
 * whoever waits for SIGTERM. */
SRV_CHECK srv_status reload_start(server_reload *reload, srv_error *error);
void reload_stop(server_reload *reload); /* when nothing else uses the listener's configuration */
void reload_done(server_reload *reload); /* when no request runs any more */

/* What may change of how the public listener works. */
void reload_http(const srv_config *config, http_opts *opts);

#endif
