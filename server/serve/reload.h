/* reload.h - SIGHUP: the configuration is read again, and what of it can be taken over is. */
#ifndef SERVER_SERVE_RELOAD_H
#define SERVER_SERVE_RELOAD_H

#include "serve/parts.h"

/* Reads the configuration anew. */
typedef srv_status serve_reread(void *ctx, srv_config *config, srv_error *error);

typedef struct reload_kept { /* requests borrow texts of it, so it stays until the end */
    srv_config config;
    struct reload_kept *older;
} reload_kept;

typedef struct server_reload { /* CONFINED to the thread that takes signals */
    const srv_config *started;
    server_parts *parts;
    http_listener *listener;
    serve_reread *reread;
    void *ctx;
    reload_kept *kept; /* the newest; NULL: none but started */
} server_reload;

/* Takes it over and logs which settings have changed and which wait for a restart; or refuses all
 * of it, and logs why. */
void reload_run(server_reload *reload);
void reload_done(server_reload *reload);

/* What may change of how the public listener works. */
void reload_http(const srv_config *config, http_opts *opts);

#endif
