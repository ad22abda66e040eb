/* bundle.c - see bundle.h. */
#include "store/bundle.h"

#include <errno.h>
#include <semaphore.h>
#include <stdlib.h>
#include <time.h>

typedef struct bundle_call {
    store_call *call;
    sem_t wake;
    bool is_taken;           /* off the list */
    struct bundle_call *led; /* the bundle that this caller is to lead, itself the first of it */
    struct bundle_call *next;
} bundle_call;

struct store_bundle {
    store_pool *pool;
    pthread_mutex_t lock;
    bundle_call *first; /* NULL while no bundle is under way */
    bundle_call **last;
    bool is_under_way;
};

srv_status store_bundle_new(store_pool *pool, store_bundle **made, srv_error *error)
{
    store_bundle *bundle = calloc(1, sizeof *bundle);

    if (!bundle)
        return srv_fail(error, SRV_E_NO_MEMORY, "no memory");
    bundle->pool = pool;
    bundle->last = &bundle->first;
    pthread_mutex_init(&bundle->lock, NULL);
    *made = bundle;
    return SRV_OK;
}

void store_bundle_free(store_bundle *bundle)
{
    if (!bundle)
        return;
    pthread_mutex_destroy(&bundle->lock);
    free(bundle);
}

/* The next bundle, for its first caller to lead: those on the list up to one of another statement.
 * NULL: the list is empty. */
static bundle_call *bundle_take(store_bundle *bundle)
{
    bundle_call *leader = bundle->first;
    bundle_call **end = &bundle->first;

    for (int i = 0;
         i < STORE_CALLS_MAX && *end && (*end)->call->statement == leader->call->statement; i++) {
        (*end)->is_taken = true;
        end = &(*end)->next;
    }
    bundle->first = *end;
    if (!bundle->first)
        bundle->last = &bundle->first;
    *end = NULL;
    if (leader)
        leader->led = leader;
    return leader;
}

static void bundle_fail(bundle_call *led, srv_status status, bool is_lost)
{
    for (; led; led = led->next) {
        led->call->status = status;
        led->call->is_lost = is_lost;
    }
}

/* Each its own transaction: what made the bundle fail fails alone. */
static void bundle_run_each(store_conn *conn, bundle_call *led)
{
    for (; led; led = led->next) {
        store_call *call = led->call;

        conn->fault = FAULT_NONE;
        call->status = conn->driver->run_set(conn, &call, 1);
        call->is_lost = conn->fault != FAULT_NONE;
        if (conn->fault >= FAULT_LOST) {
            bundle_fail(led->next, SRV_E_UNAVAILABLE, false);
            return;
        }
    }
}

static void bundle_run(store_bundle *bundle, bundle_call *led)
{
    store_call *calls[STORE_CALLS_MAX];
    size_t count = 0;
    store_conn *conn = NULL;
    srv_status status = store_pool_take(bundle->pool, &conn, NULL);

    if (status != SRV_OK) {
        bundle_fail(led, status, false);
        return;
    }
    for (const bundle_call *each = led; each; each = each->next)
        calls[count++] = each->call;
    status = conn->driver->run_set(conn, calls, count);
    if (status != SRV_OK && conn->fault >= FAULT_LOST)
        bundle_fail(led, status, true);
    else if (status != SRV_OK)
        bundle_run_each(conn, led);
    store_pool_give(bundle->pool, conn);
}

static void bundle_lead(store_bundle *bundle, bundle_call *led)
{
    bundle_run(bundle, led);
    pthread_mutex_lock(&bundle->lock);

    bundle_call *next_leader = bundle_take(bundle);

    if (!next_leader)
        bundle->is_under_way = false;
    pthread_mutex_unlock(&bundle->lock);
    if (next_leader)
        sem_post(&next_leader->wake);
    for (bundle_call *each = led->next; each;) {
        bundle_call *next = each->next; /* the caller's stack: gone once it wakes */

        sem_post(&each->wake);
        each = next;
    }
}

/* true: it leads at once. false: it stands on the list. */
static bool bundle_add(store_bundle *bundle, bundle_call *mine)
{
    pthread_mutex_lock(&bundle->lock);

    bool leads = !bundle->is_under_way;

    *bundle->last = mine;
    bundle->last = &mine->next;
    if (leads) {
        bundle->is_under_way = true;
        bundle_take(bundle);
    }
    pthread_mutex_unlock(&bundle->lock);
    return leads;
}

/* true: it was on the list still. */
static bool bundle_give_up(store_bundle *bundle, const bundle_call *mine)
{
    pthread_mutex_lock(&bundle->lock);

    bool was_waiting = !mine->is_taken;
    bundle_call **at = &bundle->first;

    while (was_waiting && *at != mine)
        at = &(*at)->next;
    if (was_waiting) {
        *at = mine->next;
        if (!*at)
            bundle->last = at;
    }
    pthread_mutex_unlock(&bundle->lock);
    return was_waiting;
}

/* Until it leads or has its result. false: nobody took it in time. */
static bool bundle_wait(store_bundle *bundle, bundle_call *mine)
{
    struct timespec until;
    int failed;

    /* Of the clock that sem_timedwait() has. A step of it ends one wait early or late. */
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += (bundle->pool->opts->wait_ms + 999) / 1000;
    do
        failed = sem_timedwait(&mine->wake, &until);
    while (failed && errno == EINTR);
    if (failed && bundle_give_up(bundle, mine))
        return false;
    while (failed && sem_wait(&mine->wake) != 0) /* a signal came */
        continue;
    return true;
}

srv_status store_bundle_run(store_bundle *bundle, store_call *call)
{
    bundle_call mine = { .call = call };

    call->is_lost = false;
    sem_init(&mine.wake, 0, 0);
    if (!bundle_add(bundle, &mine) && !bundle_wait(bundle, &mine))
        call->status = SRV_E_UNAVAILABLE;
    if (mine.led)
        bundle_lead(bundle, mine.led);
    sem_destroy(&mine.wake);
    return call->status;
}
