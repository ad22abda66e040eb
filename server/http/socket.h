/* socket.h - a listening socket from "ADDR:PORT" or "unix:PATH". */
#ifndef SERVER_HTTP_SOCKET_H
#define SERVER_HTTP_SOCKET_H

#include <stdbool.h>
#include "base/status.h"

#define SOCKET_NAME_MAX 256

typedef struct http_socket {
    int fd;
    bool is_unix;
    char path[SOCKET_NAME_MAX]; /* of a Unix socket; "" */
    char name[SOCKET_NAME_MAX]; /* "127.0.0.1:8081", "[::1]:80", "unix:PATH" */
} http_socket;

/* Binds and listens; ports_tried 0 is one. What a killed process left at a path is removed, a
 * socket that somebody answers on is not. E_CONFIG: no such address; E_UNAVAILABLE: in use. */
SRV_CHECK srv_status http_socket_open(const char *listen, unsigned ports_tried, unsigned mode,
                                      http_socket *made, srv_error *error);
/* Closes it, and removes the path. */
void http_socket_close(http_socket *socket);

/* true: it is written as one of the two. */
bool http_socket_is_place(const char *listen);
/* true: only this machine reaches it. */
bool http_socket_is_local(const char *listen);

#endif
