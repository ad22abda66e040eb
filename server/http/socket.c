/* socket.c - see socket.h. */
#include "http/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/text.h"

#define SOCKET_BACKLOG  1024
#define UNIX_PREFIX     "unix:"
#define PORT_DIGITS_MAX 5

typedef union socket_place {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un local;
} socket_place;

static srv_status socket_fail(srv_error *error, srv_status status, const char *what,
                              const char *listen)
{
    char detail[SRV_DETAIL_MAX];

    snprintf(detail, sizeof detail, "%s: %.100s", what, listen);
    return srv_fail(error, status, detail);
}

static bool socket_read_port(const char *text, uint16_t *port)
{
    int64_t value = 0;

    if (!srv_number_read(lanyard_str_of(text), PORT_DIGITS_MAX, &value) || value > UINT16_MAX)
        return false;
    *port = (uint16_t)value;
    return true;
}

static bool socket_read_inet(const char *listen, socket_place *place, socklen_t *len)
{
    char host[64] = "";
    const char *colon = strrchr(listen, ':');
    uint16_t port = 0;

    if (!colon || (size_t)(colon - listen) >= sizeof host || !socket_read_port(colon + 1, &port))
        return false;
    *place = (socket_place){ .v4 = { .sin_family = AF_INET, .sin_port = htons(port) } };
    *len = sizeof place->v4;
    memcpy(host, listen, (size_t)(colon - listen));
    if (inet_pton(AF_INET, host, &place->v4.sin_addr) == 1)
        return true;

    size_t host_len = strlen(host);

    if (host_len < 3 || host[0] != '[' || host[host_len - 1] != ']')
        return false;
    host[host_len - 1] = '\0';
    *place = (socket_place){ .v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) } };
    *len = sizeof place->v6;
    return inet_pton(AF_INET6, host + 1, &place->v6.sin6_addr) == 1;
}

bool http_socket_is_place(const char *listen)
{
    socket_place place;
    size_t prefix = strlen(UNIX_PREFIX);
    socklen_t len;

    if (strncmp(listen, UNIX_PREFIX, prefix) != 0)
        return socket_read_inet(listen, &place, &len);
    len = (socklen_t)strlen(listen + prefix);
    return len > 0 && len < sizeof place.local.sun_path;
}

bool http_socket_is_local(const char *listen)
{
    socket_place place;
    socklen_t len;

    if (strncmp(listen, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0)
        return true;
    if (!socket_read_inet(listen, &place, &len))
        return false;
    if (place.any.sa_family == AF_INET)
        return ntohl(place.v4.sin_addr.s_addr) >> 24 == 127;
    return IN6_IS_ADDR_LOOPBACK(&place.v6.sin6_addr);
}

/* Somebody answers there. */
static bool socket_is_alive(const struct sockaddr_un *local)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is_alive = fd >= 0 && connect(fd, (const struct sockaddr *)local, sizeof *local) == 0;

    if (fd >= 0)
        close(fd);
    return is_alive;
}

static srv_status socket_clear(const struct sockaddr_un *local, srv_error *error)
{
    struct stat found;

    if (lstat(local->sun_path, &found) != 0)
        return SRV_OK;
    if (!S_ISSOCK(found.st_mode))
        return socket_fail(error, SRV_E_CONFIG, "something else is there", local->sun_path);
    if (socket_is_alive(local))
        return socket_fail(error, SRV_E_UNAVAILABLE, "in use", local->sun_path);
    unlink(local->sun_path);
    return SRV_OK;
}

static srv_status socket_open_unix(const char *path, unsigned mode, http_socket *made,
                                   srv_error *error)
{
    socket_place place = { .local = { .sun_family = AF_UNIX } };

    if (!srv_copy(lanyard_str_of(path), place.local.sun_path, sizeof place.local.sun_path) ||
        path[0] == '\0')
        return socket_fail(error, SRV_E_CONFIG, "expected a path of 1 to 107 bytes, found", path);
    TRY(socket_clear(&place.local, error));

    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    /* Nobody can connect before listen(), so the mode is right from the first moment. */
    if (fd < 0 || bind(fd, &place.any, sizeof place.local) != 0 || chmod(path, mode) != 0 ||
        listen(fd, SOCKET_BACKLOG) != 0) {
        if (fd >= 0)
            close(fd);
        return socket_fail(error, SRV_E_CONFIG, strerror(errno), path);
    }
    *made = (http_socket){ .fd = fd, .is_unix = true };
    snprintf(made->path, sizeof made->path, "%s", path);
    snprintf(made->name, sizeof made->name, UNIX_PREFIX "%s", path);
    return SRV_OK;
}

/* 0, or what errno says. */
static int socket_bind_inet(const socket_place *place, socklen_t len, int *made)
{
    int fd = socket(place->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;

    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        bind(fd, &place->any, len) == 0 && listen(fd, SOCKET_BACKLOG) == 0) {
        *made = fd;
        return 0;
    }

    int reason = errno;

    if (fd >= 0)
        close(fd);
    return reason;
}

static void socket_name_inet(http_socket *made)
{
    socket_place place = { .v6 = { .sin6_family = AF_INET6 } };
    socklen_t len = sizeof place;
    char host[INET6_ADDRSTRLEN] = "";

    if (getsockname(made->fd, &place.any, &len) != 0)
        return;
    if (place.any.sa_family == AF_INET) {
        inet_ntop(AF_INET, &place.v4.sin_addr, host, sizeof host);
        snprintf(made->name, sizeof made->name, "%s:%u", host, ntohs(place.v4.sin_port));
        return;
    }
    inet_ntop(AF_INET6, &place.v6.sin6_addr, host, sizeof host);
    snprintf(made->name, sizeof made->name, "[%s]:%u", host, ntohs(place.v6.sin6_port));
}

static srv_status socket_open_inet(const char *listen, unsigned ports_tried, http_socket *made,
                                   srv_error *error)
{
    socket_place place;
    socklen_t len;
    http_socket opened = { .fd = -1 };

    if (!socket_read_inet(listen, &place, &len))
        return socket_fail(error, SRV_E_CONFIG, "expected ADDR:PORT or unix:PATH, found", listen);

    in_port_t *port = place.any.sa_family == AF_INET ? &place.v4.sin_port : &place.v6.sin6_port;
    int reason = socket_bind_inet(&place, len, &opened.fd);

    for (unsigned i = 1; i < ports_tried && reason == EADDRINUSE; i++) {
        *port = htons((uint16_t)(ntohs(*port) + 1));
        reason = socket_bind_inet(&place, len, &opened.fd);
    }
    if (reason != 0)
        return socket_fail(error, reason == EADDRINUSE ? SRV_E_UNAVAILABLE : SRV_E_CONFIG,
                           strerror(reason), listen);
    socket_name_inet(&opened);
    *made = opened;
    return SRV_OK;
}

srv_status http_socket_open(const char *listen, unsigned ports_tried, unsigned mode,
                            http_socket *made, srv_error *error)
{
    size_t prefix = strlen(UNIX_PREFIX);

    if (strncmp(listen, UNIX_PREFIX, prefix) == 0)
        return socket_open_unix(listen + prefix, mode ? mode : 0600, made, error);
    return socket_open_inet(listen, ports_tried, made, error);
}

void http_socket_close(http_socket *socket)
{
    if (socket->fd < 0)
        return;
    close(socket->fd);
    socket->fd = -1;
    if (socket->is_unix)
        unlink(socket->path);
}
