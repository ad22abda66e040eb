/* notice.c - see notice.h. */
#include "store/notice.h"

#include <libpq-fe.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct store_notice {
    const store_opts *opts;
    int wake;     /* an eventfd */
    PGconn *conn; /* that listens; NULL: SQLite, deaf, or not connected */
    bool wants_conn;
    int64_t retry_at;
};

#define NOTICE_RETRY SRV_SECOND

srv_status store_notice_new(const store_opts *opts, store_notice **made, srv_error *error)
{
    store_notice *notice = calloc(1, sizeof *notice);

    if (!notice)
        return srv_fail(error, SRV_E_NO_MEMORY, "no memory");
    notice->opts = opts;
    notice->wants_conn = !opts->is_deaf && !opts->is_walk && strncmp(opts->url, "postgres", 8) == 0;
    notice->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (notice->wake < 0) {
        free(notice);
        return srv_fail(error, SRV_E_UNAVAILABLE, "no descriptor for notices");
    }
    *made = notice;
    return SRV_OK;
}

void store_notice_free(store_notice *notice)
{
    if (!notice)
        return;
    PQfinish(notice->conn);
    close(notice->wake);
    free(notice);
}

static void notice_hang_up(store_notice *notice)
{
    PQfinish(notice->conn);
    notice->conn = NULL;
    notice->retry_at = srv_monotonic() + NOTICE_RETRY;
}

/* true: it has just begun to listen, and may have missed something. */
static bool notice_listen(store_notice *notice)
{
    if (!notice->wants_conn || notice->conn || srv_monotonic() < notice->retry_at)
        return false;
    notice->conn = PQconnectdb(notice->opts->url);

    PGresult *result = PQstatus(notice->conn) == CONNECTION_OK
                           ? PQexec(notice->conn, "LISTEN " NOTICE_CHANNEL)
                           : NULL;
    bool is_listening = PQresultStatus(result) == PGRES_COMMAND_OK;

    PQclear(result);
    if (!is_listening)
        notice_hang_up(notice);
    return is_listening;
}

static void notice_read(store_notice *notice)
{
    if (!PQconsumeInput(notice->conn)) {
        notice_hang_up(notice);
        return;
    }
    for (PGnotify *heard = PQnotifies(notice->conn); heard; heard = PQnotifies(notice->conn))
        PQfreemem(heard);
}

void store_notice_wait(store_notice *notice, unsigned timeout_ms)
{
    if (notice_listen(notice))
        return;

    struct pollfd files[2] = {
        { .fd = notice->wake, .events = POLLIN },
        { .fd = notice->conn ? PQsocket(notice->conn) : -1, .events = POLLIN },
    };
    uint64_t count = 0;

    if (poll(files, 2, (int)timeout_ms) <= 0)
        return;
    if (files[0].revents && read(notice->wake, &count, sizeof count) < 0)
        return; /* somebody else's wake was read with it */
    if (files[1].revents)
        notice_read(notice);
}

void store_notice_wake(store_notice *notice)
{
    uint64_t one = 1;

    /* It only fails when it is set already. */
    if (write(notice->wake, &one, sizeof one) < 0)
        return;
}
