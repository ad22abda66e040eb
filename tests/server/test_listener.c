/* test_listener.c - connections are dealt out to all event threads; worker threads come with what
 * waits for them. */
#include "asserts.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/text.h"
#include "http/listener.h"

#define CLIENTS 8
#define WAITERS 6u

typedef struct fixture {
    http_listener *listener;
    unsigned short port;
    atomic_uint waiting;
    atomic_bool goes_on;
} fixture;

/* "/thread" tells who answers; "/wait" answers when so many others wait, too. */
static void answer(void *ctx, const http_request *request, http_response *response)
{
    fixture *test = ctx;
    char text[32];

    if (lanyard_str_equal(request->path, SRV_STR("/wait"))) {
        atomic_fetch_add(&test->waiting, 1);
        for (int i = 0; i < 500 && atomic_load(&test->waiting) < WAITERS; i++)
            usleep(10000);
    }
    snprintf(text, sizeof text, "%lu.", (unsigned long)pthread_self());
    response->status = 200;
    response->content_type = "text/plain";
    assert_int_equal(lanyard_buf_add(&response->body, text, strlen(text)), LANYARD_OK);
}

static bool is_quick(void *ctx, const http_request *request)
{
    (void)ctx;
    return lanyard_str_equal(request->path, SRV_STR("/thread"));
}

static int open_fixture(void **state)
{
    fixture *test = calloc(1, sizeof *test);
    const http_opts opts = { .listen = "127.0.0.1:0",
                             .threads = 2,
                             .workers = WAITERS,
                             .is_silent = true,
                             .handler = answer,
                             .is_quick = is_quick,
                             .ctx = test };
    srv_error error = { 0 };

    assert_non_null(test);
    assert_srv(http_listen(&opts, &test->listener, &error), SRV_OK);
    test->port = (unsigned short)atoi(strrchr(http_address(test->listener), ':') + 1);
    *state = test;
    return 0;
}

static int close_fixture(void **state)
{
    fixture *test = *state;

    assert_true(http_close(test->listener, 1000));
    free(test);
    return 0;
}

/* Sockets first, then connections: libmicrohttpd deals out by the number of the descriptor, and
 * those of the listener are to follow one another as in a process that has no client in it. */
static void connect_all(const fixture *test, int *fds, unsigned count)
{
    struct sockaddr_in place = { .sin_family = AF_INET,
                                 .sin_port = htons(test->port),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

    for (unsigned i = 0; i < count; i++) {
        fds[i] = socket(AF_INET, SOCK_STREAM, 0);
        assert_true(fds[i] >= 0);
    }
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(connect(fds[i], (const struct sockaddr *)&place, sizeof place), 0);
}

static void ask(int fd, const char *path)
{
    char text[128];
    int len = snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path);

    assert_int_equal(write(fd, text, (size_t)len), len);
}

/* The thread that answered. */
static unsigned long answered_by(int fd)
{
    char text[2048] = "";
    size_t len = 0;
    const char *body = NULL;

    while (!body || !strchr(body, '.')) {
        ssize_t got = read(fd, text + len, sizeof text - 1 - len);

        assert_true(got > 0);
        len += (size_t)got;
        body = strstr(text, "\r\n\r\n");
    }
    assert_ptr_equal(strstr(text, "HTTP/1.1 200"), text);
    return strtoul(body + 4, NULL, 10);
}

static void connections_are_dealt_out(void **state)
{
    const fixture *test = *state;
    int fds[CLIENTS];
    unsigned long threads[CLIENTS];
    unsigned as_the_first = 0;

    connect_all(test, fds, CLIENTS);
    for (int i = 0; i < CLIENTS; i++) {
        ask(fds[i], "/thread");
        threads[i] = answered_by(fds[i]);
        as_the_first += threads[i] == threads[0];
    }
    assert_in_range(as_the_first, CLIENTS / 2 - 1, CLIENTS / 2 + 1);
    for (int i = 0; i < CLIENTS; i++) {
        ask(fds[i], "/thread"); /* whose a connection is, it stays */
        assert_int_equal(answered_by(fds[i]), threads[i]);
        close(fds[i]);
    }
}

static void as_many_workers_come_as_requests_wait(void **state)
{
    const fixture *test = *state;
    int fds[WAITERS];

    connect_all(test, fds, WAITERS);
    for (unsigned i = 0; i < WAITERS; i++)
        ask(fds[i], "/wait");
    for (unsigned i = 0; i < WAITERS; i++) {
        (void)answered_by(fds[i]);
        close(fds[i]);
    }
    assert_int_equal(atomic_load(&test->waiting), WAITERS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(connections_are_dealt_out, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(as_many_workers_come_as_requests_wait, open_fixture,
                                        close_fixture),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
