/* client.h - one request over the administrator's socket, from the other side. */
#ifndef SERVER_ADMIN_CLIENT_H
#define SERVER_ADMIN_CLIENT_H

#include "base/status.h"

typedef struct client_answer {
    int status;       /* of HTTP */
    lanyard_buf body; /* wiped by lanyard_buf_done() */
} client_answer;

/* Asks, and reads the whole answer. target: path and query, escaped. E_UNAVAILABLE: nobody listens
 * there, or the answer cannot be read. */
SRV_CHECK srv_status client_ask(const char *socket_path, const char *method, const char *target,
                                const char *type, lanyard_str body, client_answer *answer,
                                srv_error *error);

#endif
