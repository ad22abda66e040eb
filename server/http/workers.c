/* workers.c - see workers.h. */
#include "http/workers.h"

#include <sys/prctl.h>
#include <time.h>

#define WORKER_STACK  ((size_t)256 * 1024)
#define WORKER_IDLE_S 30
#define WORKERS_KEPT  2u

static void workers_push(workers_list *list, http_exchange *exchange)
{
    exchange->next = NULL;
    if (list->last)
        list->last->next = exchange;
    else
        list->first = exchange;
    list->last = exchange;
    list->count++;
}

static http_exchange *workers_pop(workers_list *list)
{
    http_exchange *first = list->first;

    if (!first)
        return NULL;
    list->first = first->next;
    if (!list->first)
        list->last = NULL;
    list->count--;
    return first;
}

static void *workers_thread(void *ctx);

static bool workers_spawn(http_workers *workers)
{
    pthread_attr_t attr;
    pthread_t thread;

    if (pthread_attr_init(&attr) != 0)
        return false;

    bool is_up = pthread_attr_setstacksize(&attr, WORKER_STACK) == 0 &&
                 pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED) == 0 &&
                 pthread_create(&thread, &attr, workers_thread, workers) == 0;

    pthread_attr_destroy(&attr);
    workers->count += is_up;
    workers->idle += is_up;
    return is_up;
}

/* The caller signals the news. Where no thread can be had, those that are there come to it later.
 */
static void workers_queue(http_workers *workers, http_exchange *exchange)
{
    workers_push(&workers->queue, exchange);
    if (workers->queue.count > workers->idle && workers->count < workers->most)
        (void)workers_spawn(workers);
}

/* Puts it aside, or back into the queue when there was news since the handler looked. */
static void workers_park(http_workers *workers, http_exchange *exchange, uint64_t wakes)
{
    int64_t now = srv_monotonic();

    if (exchange->parked == 0)
        exchange->parked = now;
    exchange->wake_at = now + exchange->response.park;
    pthread_mutex_lock(&workers->lock);
    if (wakes == workers->wakes && !workers->is_last_look) {
        workers_push(&workers->parked, exchange);
    } else {
        workers_queue(workers, exchange);
        pthread_cond_signal(&workers->news);
    }
    pthread_mutex_unlock(&workers->lock);
}

/* Runs the first of the queue, outside of the lock. */
static void workers_serve(http_workers *workers, lanyard_worker *worker)
{
    http_exchange *exchange = workers_pop(&workers->queue);
    uint64_t wakes = workers->wakes;

    exchange->request.is_last_look = workers->is_last_look;
    workers->idle--;
    pthread_mutex_unlock(&workers->lock);
    if (exchange->parked) {
        exchange->request.waited = srv_monotonic() - exchange->parked;
        exchange->request.now = srv_now();
    }
    workers->run(workers->ctx, exchange, worker);
    if (exchange->response.park > 0 && !exchange->request.is_last_look)
        workers_park(workers, exchange, wakes);
    else
        workers->done(workers->ctx, exchange);
    pthread_mutex_lock(&workers->lock);
    workers->idle++;
}

/* Until there is a request. false: the thread is to end. */
static bool workers_wait(http_workers *workers)
{
    while (!workers->queue.first && !workers->is_ending) {
        struct timespec until;

        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += WORKER_IDLE_S;
        if (pthread_cond_timedwait(&workers->news, &workers->lock, &until) != 0 &&
            !workers->queue.first && workers->count > WORKERS_KEPT)
            return false;
    }
    return workers->queue.first != NULL;
}

static void *workers_thread(void *ctx)
{
    http_workers *workers = ctx;
    lanyard_worker *worker = NULL;

    prctl(PR_SET_NAME, "worker"); /* or it would be called like the thread that it comes from */
    /* Without one everything works, only slower. */
    if (lanyard_worker_new(NULL, &worker, NULL) != LANYARD_OK)
        worker = NULL;
    pthread_mutex_lock(&workers->lock);
    while (workers_wait(workers))
        workers_serve(workers, worker);
    lanyard_worker_free(worker);
    workers->idle--;
    workers->count--;
    if (workers->count == 0)
        pthread_cond_signal(&workers->gone);
    pthread_mutex_unlock(&workers->lock);
    return NULL;
}

srv_status workers_start(http_workers *workers, unsigned most, srv_error *error)
{
    pthread_condattr_t attr;

    pthread_mutex_init(&workers->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&workers->news, &attr);
    pthread_condattr_destroy(&attr);
    pthread_cond_init(&workers->gone, NULL);
    workers->most = most;
    pthread_mutex_lock(&workers->lock);

    bool is_up = true;

    while (is_up && workers->count < most && workers->count < WORKERS_KEPT)
        is_up = workers_spawn(workers);
    pthread_mutex_unlock(&workers->lock);
    return is_up ? SRV_OK : srv_fail(error, SRV_E_NO_MEMORY, "cannot start the worker threads");
}

void workers_stop(http_workers *workers)
{
    if (workers->most == 0)
        return;
    pthread_mutex_lock(&workers->lock);
    workers->is_ending = true;
    pthread_cond_broadcast(&workers->news);
    while (workers->count > 0)
        pthread_cond_wait(&workers->gone, &workers->lock);
    pthread_mutex_unlock(&workers->lock);
    pthread_cond_destroy(&workers->gone);
    pthread_cond_destroy(&workers->news);
    pthread_mutex_destroy(&workers->lock);
}

bool workers_are_busy(http_workers *workers)
{
    pthread_mutex_lock(&workers->lock);

    bool are_busy = workers->count > workers->idle || workers->queue.count > 0;

    pthread_mutex_unlock(&workers->lock);
    return are_busy;
}

bool workers_add(http_workers *workers, http_exchange *exchange)
{
    pthread_mutex_lock(&workers->lock);

    bool has_room = workers->queue.count < WORKERS_QUEUE_MAX;

    if (has_room)
        workers_queue(workers, exchange);
    pthread_mutex_unlock(&workers->lock);
    /* Under the lock it would wake a thread that has to wait for the lock. */
    if (has_room)
        pthread_cond_signal(&workers->news);
    return has_room;
}

void workers_wake(http_workers *workers, bool for_good)
{
    http_exchange *exchange;

    pthread_mutex_lock(&workers->lock);
    workers->wakes++;
    workers->is_last_look = workers->is_last_look || for_good;
    while ((exchange = workers_pop(&workers->parked)) != NULL)
        workers_queue(workers, exchange);
    pthread_cond_broadcast(&workers->news);
    pthread_mutex_unlock(&workers->lock);
}

void workers_tick(http_workers *workers, int64_t now)
{
    pthread_mutex_lock(&workers->lock);

    workers_list all = workers->parked;
    http_exchange *exchange;

    workers->parked = (workers_list){ .count = 0 };
    while ((exchange = workers_pop(&all)) != NULL) {
        bool is_due = exchange->wake_at <= now;

        if (is_due) {
            workers_queue(workers, exchange);
            pthread_cond_signal(&workers->news);
        } else {
            workers_push(&workers->parked, exchange);
        }
    }
    pthread_mutex_unlock(&workers->lock);
}
