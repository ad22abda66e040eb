/* notice.c - see notice.h.
 *
 * How it works. Who waits must poll the database in time, so nothing here waits for PostgreSQL: the
 * connection goes from DIALING to ASKING to HEARING, one step each time that its socket is ready.
 */
#include "store/notice.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "store/postgres.h"

#define NOTICE_RETRY SRV_SECOND
#define NOTICE_LIMIT (5 * SRV_SECOND)

typedef enum notice_state {
    NOTICE_DIALING,
    NOTICE_ASKING, /* LISTEN was sent */
    NOTICE_HEARING
} notice_state;

struct store_notice {
    const store_opts *opts;
    libpq pq;     /* when it wants_conn */
    int wake;     /* an eventfd */
    PGconn *conn; /* NULL: SQLite, deaf, or not even begun */
    notice_state state;
    short events; /* that its socket waits for */
    bool wants_conn;
    int64_t retry_at;
    int64_t give_up_at; /* when it does not hear by then */
};

srv_status store_notice_new(const store_opts *opts, store_notice **made, srv_error *error)
{
    bool wants_conn = !opts->is_deaf && !opts->is_walk && strncmp(opts->url, "postgres", 8) == 0;
    libpq pq = { 0 };

    if (wants_conn)
        TRY(libpq_load(&pq, error));

    store_notice *notice = calloc(1, sizeof *notice);

    if (!notice)
        return srv_fail(error, SRV_E_NO_MEMORY, "no memory");
    notice->opts = opts;
    notice->pq = pq;
    notice->wants_conn = wants_conn;
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
    if (notice->conn)
        notice->pq.finish(notice->conn);
    close(notice->wake);
    free(notice);
}

static void notice_hang_up(store_notice *notice)
{
    notice->pq.finish(notice->conn);
    notice->conn = NULL;
    notice->retry_at = srv_monotonic() + NOTICE_RETRY;
}

static void notice_dial(store_notice *notice)
{
    int64_t now = srv_monotonic();

    if (notice->conn && notice->state != NOTICE_HEARING && now >= notice->give_up_at)
        notice_hang_up(notice);
    if (!notice->wants_conn || notice->conn || now < notice->retry_at)
        return;
    notice->conn = store_postgres_dial(&notice->pq, notice->opts->url, false);
    notice->state = NOTICE_DIALING;
    notice->events = POLLOUT;
    notice->give_up_at = now + NOTICE_LIMIT;
    if (notice->pq.status(notice->conn) == CONNECTION_BAD)
        notice_hang_up(notice);
}

static void notice_go_on_dialing(store_notice *notice)
{
    switch (notice->pq.connectPoll(notice->conn)) {
    case PGRES_POLLING_READING:
        notice->events = POLLIN;
        return;
    case PGRES_POLLING_OK:
        notice->state = NOTICE_ASKING;
        notice->events = POLLIN;
        if (!notice->pq.sendQuery(notice->conn, "LISTEN " NOTICE_CHANNEL))
            notice_hang_up(notice);
        return;
    case PGRES_POLLING_FAILED:
        notice_hang_up(notice);
        return;
    default:
        notice->events = POLLOUT;
    }
}

/* Reads as far as it goes without waiting. */
static void notice_read_answer(store_notice *notice)
{
    while (!notice->pq.isBusy(notice->conn)) {
        PGresult *result = notice->pq.getResult(notice->conn);
        bool is_over = !result;
        bool is_bad = !is_over && notice->pq.resultStatus(result) != PGRES_COMMAND_OK;

        notice->pq.clear(result);
        if (is_over)
            notice->state = NOTICE_HEARING;
        else if (is_bad)
            notice_hang_up(notice);
        if (is_over || is_bad)
            return;
    }
}

static void notice_step(store_notice *notice)
{
    if (notice->state == NOTICE_DIALING) {
        notice_go_on_dialing(notice);
        return;
    }
    if (!notice->pq.consumeInput(notice->conn)) {
        notice_hang_up(notice);
        return;
    }
    if (notice->state == NOTICE_ASKING)
        notice_read_answer(notice);
    for (PGnotify *heard = notice->pq.notifies(notice->conn); heard;
         heard = notice->pq.notifies(notice->conn))
        notice->pq.freemem(heard);
}

/* It ends with every step, so that what was written before LISTEN stood is not missed. */
void store_notice_wait(store_notice *notice, unsigned timeout_ms)
{
    notice_dial(notice);

    struct pollfd files[2] = {
        { .fd = notice->wake, .events = POLLIN },
        { .fd = notice->conn ? notice->pq.socket(notice->conn) : -1, .events = notice->events },
    };
    uint64_t count = 0;

    if (poll(files, 2, (int)timeout_ms) <= 0)
        return;
    if (files[0].revents && read(notice->wake, &count, sizeof count) < 0)
        return; /* somebody else's wake was read with it */
    if (files[1].revents)
        notice_step(notice);
}

void store_notice_wake(store_notice *notice)
{
    uint64_t one = 1;

    /* It only fails when it is set already. */
    if (write(notice->wake, &one, sizeof one) < 0)
        return;
}
