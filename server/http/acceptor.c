/* acceptor.c - see acceptor.h. */
#include "http/acceptor.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#define NAP_MS 20

static void acceptor_nap(void)
{
    const struct timespec nap = { .tv_nsec = NAP_MS * 1000000L };

    nanosleep(&nap, NULL);
}

/* No descriptor or no memory is left: that passes. */
static bool acceptor_is_short(int reason)
{
    return reason == EMFILE || reason == ENFILE || reason == ENOBUFS || reason == ENOMEM;
}

/* Nearly everything that accept() says is about a connection that is gone already. */
static void acceptor_step(http_acceptor *acceptor)
{
    struct sockaddr_storage from;
    struct sockaddr *address = (struct sockaddr *)&from;
    socklen_t len = sizeof from;
    int fd = accept(acceptor->fd, address, &len);

    if (fd >= 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && fcntl(fd, F_SETFL, O_NONBLOCK) == 0)
        acceptor->take(acceptor->ctx, fd, address, len);
    else if (fd >= 0)
        close(fd);
    else if (acceptor_is_short(errno))
        acceptor_nap();
}

static void *acceptor_thread(void *ctx)
{
    http_acceptor *acceptor = ctx;

    while (!atomic_load(&acceptor->is_shut)) {
        if (acceptor->has_room(acceptor->ctx))
            acceptor_step(acceptor);
        else
            acceptor_nap();
    }
    return NULL;
}

bool acceptor_start(http_acceptor *acceptor)
{
    acceptor->is_started = pthread_create(&acceptor->thread, NULL, acceptor_thread, acceptor) == 0;
    return acceptor->is_started;
}

void acceptor_end(http_acceptor *acceptor)
{
    if (!acceptor->is_started)
        return;
    atomic_store(&acceptor->is_shut, true);
    shutdown(acceptor->fd, SHUT_RDWR); /* wakes the thread */
    pthread_join(acceptor->thread, NULL);
    acceptor->is_started = false;
}
