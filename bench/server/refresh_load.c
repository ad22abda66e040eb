/* refresh_load.c - clients that refresh a session each, again and again, on one thread: what they
 * take of the cores that they share with the server is little.
 *
 *   refresh_load PORT FILE SECONDS       FILE: a refresh token a line, a client each
 *
 * Prints requests a second, the p99 of their latency in ms, and how many were not answered 200. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include "bare.h"

#define CLIENTS_MAX 256
#define TOKEN_MAX   512
#define ANSWER_MAX  8192
#define SLOTS       100000 /* of 10 us each; what takes longer is in the last */

typedef struct client {
    int fd;
    char token[TOKEN_MAX];
    char answer[ANSWER_MAX];
    size_t len;
    double asked_at;
} client;

typedef struct tally {
    long answered;
    long refused;
    long slots[SLOTS];
} tally;

static void ask(client *one)
{
    char text[TOKEN_MAX + 256];
    size_t body = strlen("{\"refresh_token\":\"\"}") + strlen(one->token);
    int len = snprintf(text, sizeof text,
                       "POST /v1/refresh HTTP/1.1\r\nHost: bench\r\n"
                       "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n"
                       "{\"refresh_token\":\"%s\"}",
                       body, one->token);

    one->len = 0;
    one->asked_at = now();
    need(send(one->fd, text, (size_t)len, 0) == len, "the server took no request");
}

static void join(client *one, int port, int poll)
{
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)port),
                              .sin_addr = { htonl(INADDR_LOOPBACK) } };
    struct epoll_event event = { .events = EPOLLIN, .data = { .ptr = one } };
    int yes = 1;

    one->fd = socket(AF_INET, SOCK_STREAM, 0);
    need(one->fd >= 0 && connect(one->fd, (struct sockaddr *)&to, sizeof to) == 0, "no connection");
    setsockopt(one->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    need(epoll_ctl(poll, EPOLL_CTL_ADD, one->fd, &event) == 0, "no epoll");
}

/* Whether all of the answer is there. */
static int is_whole(const client *one)
{
    const char *end = strstr(one->answer, "\r\n\r\n");
    const char *length = strcasestr(one->answer, "\r\nContent-Length:");

    if (!end)
        return 0;
    need(length && length < end, "an answer without Content-Length");
    return one->len >= (size_t)(end + 4 - one->answer) + strtoul(length + 17, NULL, 10);
}

static void count(tally *all, double seconds)
{
    long slot = (long)(seconds * 1e5);

    all->answered++;
    all->slots[slot < SLOTS ? slot : SLOTS - 1]++;
}

/* The token of the answer is the next to be shown; of a refusal the old one stays. */
static void keep(client *one, tally *all)
{
    const char *token = strstr(one->answer, "\"refresh_token\":\"");
    size_t len = token ? strcspn(token + 17, "\"") : TOKEN_MAX;

    if (strncmp(one->answer, "HTTP/1.1 200", 12) != 0 || len >= TOKEN_MAX) {
        all->refused++;
        return;
    }
    memcpy(one->token, token + 17, len);
    one->token[len] = '\0';
}

static void hear(client *one, tally *all)
{
    ssize_t got = recv(one->fd, one->answer + one->len, ANSWER_MAX - 1 - one->len, 0);

    need(got > 0, "the server closed a connection, or its answer is too long");
    one->len += (size_t)got;
    one->answer[one->len] = '\0';
    if (!is_whole(one))
        return;
    count(all, now() - one->asked_at);
    keep(one, all);
    ask(one);
}

static double p99_ms(const tally *all)
{
    long seen = 0;
    long slot = 0;

    while (slot < SLOTS - 1 && (seen += all->slots[slot]) < all->answered * 99 / 100)
        slot++;
    return (double)slot / 100;
}

static int read_tokens(const char *path, client *clients)
{
    FILE *file = fopen(path, "r");
    int found = 0;

    need(file != NULL, path);
    while (found < CLIENTS_MAX && fgets(clients[found].token, TOKEN_MAX, file)) {
        clients[found].token[strcspn(clients[found].token, "\n")] = '\0';
        found++;
    }
    (void)fclose(file);
    return found;
}

int main(int argc, char **argv)
{
    static client clients[CLIENTS_MAX];
    static tally all;
    struct epoll_event events[CLIENTS_MAX];

    need(argc == 4, "usage: refresh_load PORT FILE SECONDS");

    double seconds = strtod(argv[3], NULL);
    int poll = epoll_create1(0);
    int found = read_tokens(argv[2], clients);

    for (int i = 0; i < found; i++)
        join(&clients[i], (int)strtol(argv[1], NULL, 10), poll);
    for (int i = 0; i < found; i++)
        ask(&clients[i]);
    for (double end = now() + seconds; now() < end;) {
        int ready = epoll_wait(poll, events, CLIENTS_MAX, 100);

        for (int i = 0; i < ready; i++)
            hear(events[i].data.ptr, &all);
    }
    printf("%.0f %.2f %ld\n", (double)all.answered / seconds, p99_ms(&all), all.refused);
    return 0;
}
