/* admin.h - what the administrator may do, over a Unix socket (0600): one table of routes like
 * api/route.h, and the commands of lanyardd that speak to it.
 */
#ifndef SERVER_ADMIN_ADMIN_H
#define SERVER_ADMIN_ADMIN_H

#include "account/account.h"
#include "http/message.h"
#include "keyring/keyring.h"
#include "session/session.h"

typedef struct srv_admin { /* shared by all threads; borrows everything */
    srv_store *store;
    srv_tape *tape;
    const sessions *sessions;
    const accounts *accounts;
    keyring *ring;
} srv_admin;

/* Answers one request of the socket: an http_handler with the admin as ctx. */
void admin_handle(void *ctx, const http_request *request, http_response *response);

/* lanyardd admin users|sessions|keys|clients|audit ...: speaks to the socket, prints a table or,
 * with --json, what it got. The exit status. */
int admin_command(const char *socket_path, int argc, char **argv);

#endif
