/* serve.h - runs the server until a signal ends it. */
#ifndef SERVER_SERVE_SERVE_H
#define SERVER_SERVE_SERVE_H

#include "serve/reload.h"

/* Reads the configuration anew with reread at SIGHUP. Returns after SIGTERM or SIGINT, everything
 * closed. E_CONFIG, E_UNAVAILABLE, E_SCHEMA ... */
SRV_CHECK srv_status serve(const srv_config *config, serve_reread *reread, void *ctx,
                           srv_error *error);

#endif
