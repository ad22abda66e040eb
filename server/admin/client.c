/* client.c - see client.h.
 *
 * HTTP/1.0 with "Connection: close": no chunks, no keep-alive, and the answer ends with the
 * connection. The peer is our own server on a socket of our own user.
 */
#include "admin/client.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CLIENT_ANSWER_MAX (64u << 20)
#define CLIENT_CHUNK      16384

static srv_status client_fail(const char *path, const char *what, srv_error *error)
{
    char detail[SRV_DETAIL_MAX];

    snprintf(detail, sizeof detail, "%.60s: %.40s (is lanyardd running?)", path, what);
    return srv_fail(error, SRV_E_UNAVAILABLE, detail);
}

static srv_status client_connect(const char *path, int *made, srv_error *error)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    size_t len = strlen(path);

    if (len >= sizeof address.sun_path)
        return client_fail(path, "the path of a socket is at most 107 bytes", error);
    memcpy(address.sun_path, path, len + 1);

    int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (file < 0)
        return client_fail(path, strerror(errno), error);
    if (connect(file, (const struct sockaddr *)&address, sizeof address) != 0) {
        int why = errno;

        close(file);
        return client_fail(path, strerror(why), error);
    }
    *made = file;
    return SRV_OK;
}

static bool client_send(int file, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(file, text, len, MSG_NOSIGNAL);

        if (sent < 0 && errno != EINTR)
            return false;
        if (sent > 0) {
            text += sent;
            len -= (size_t)sent;
        }
    }
    return true;
}

static bool client_receive(int file, lanyard_buf *out)
{
    for (;;) {
        if (lanyard_buf_reserve(out, CLIENT_CHUNK) != LANYARD_OK)
            return false;

        ssize_t got = recv(file, out->ptr + out->len, CLIENT_CHUNK, 0);

        if (got == 0)
            return true;
        if (got > 0)
            out->len += (size_t)got;
        else if (errno != EINTR)
            return false;
    }
}

/* "HTTP/1.1 200 ...", header lines, an empty line, the body; the body is left in the buffer. */
static bool client_split(lanyard_buf *text, int *status)
{
    if (text->len < 13 || memcmp(text->ptr, "HTTP/1.", 7) != 0)
        return false;

    int found = 0;

    for (int i = 9; i < 12; i++) {
        if (text->ptr[i] < '0' || text->ptr[i] > '9')
            return false;
        found = found * 10 + (text->ptr[i] - '0');
    }
    for (size_t at = 12; at + 4 <= text->len; at++) {
        if (memcmp(text->ptr + at, "\r\n\r\n", 4) != 0)
            continue;
        memmove(text->ptr, text->ptr + at + 4, text->len - at - 4);
        lanyard_buf_cut(text, text->len - at - 4);
        *status = found;
        return true;
    }
    return false;
}

static bool client_talk(int file, const char *head, lanyard_str body, client_answer *answer)
{
    return client_send(file, head, strlen(head)) && client_send(file, body.ptr, body.len) &&
           client_receive(file, &answer->body) && client_split(&answer->body, &answer->status);
}

srv_status client_ask(const char *socket_path, const char *method, const char *target,
                      const char *type, lanyard_str body, client_answer *answer, srv_error *error)
{
    char head[4096];
    int file = -1;
    int len = snprintf(head, sizeof head,
                       "%s %s HTTP/1.0\r\nHost: admin\r\nConnection: close\r\n"
                       "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n",
                       method, target, type, body.len);

    if (len < 0 || (size_t)len >= sizeof head)
        return srv_fail(error, SRV_E_INVALID, "what was asked for is too long");
    TRY(client_connect(socket_path, &file, error));
    lanyard_buf_init(&answer->body, NULL, CLIENT_ANSWER_MAX);

    bool is_good = client_talk(file, head, body, answer);

    close(file);
    if (is_good)
        return SRV_OK;
    lanyard_buf_done(&answer->body);
    return client_fail(socket_path, "the answer cannot be read", error);
}
