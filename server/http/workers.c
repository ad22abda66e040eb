/* workers.c - see workers.h. */
#include "http/workers.h"

#include <stdlib.h>

#define WORKER_STACK ((size_t)256 * 1024)

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

/* Waits for a request. NULL: the end. was_busy: this thread had one before. */
static http_exchange *workers_next(http_workers *workers, bool was_busy, uint64_t *wakes)
{
    http_exchange *next;

    pthread_mutex_lock(&workers->lock);
    workers->busy -= was_busy;
    while (!workers->queue.first && !workers->is_ending)
        pthread_cond_wait(&workers->news, &workers->lock);
    next = workers_pop(&workers->queue);
    *wakes = workers->wakes;
    workers->busy += next != NULL;
    if (next)
        next->request.is_last_look = workers->is_last_look;
    pthread_mutex_unlock(&workers->lock);
    return next;
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
        workers_push(&workers->queue, exchange);
        pthread_cond_signal(&workers->news);
    }
    pthread_mutex_unlock(&workers->lock);
}

static void workers_work(http_workers *workers, lanyard_worker *worker)
{
    http_exchange *exchange;
    uint64_t wakes;
    bool was_busy = false;

    while ((exchange = workers_next(workers, was_busy, &wakes)) != NULL) {
        was_busy = true;
        if (exchange->parked) {
            exchange->request.waited = srv_monotonic() - exchange->parked;
            exchange->request.now = srv_now();
        }
        workers->run(workers->ctx, exchange, worker);
        if (exchange->response.park > 0 && !exchange->request.is_last_look)
            workers_park(workers, exchange, wakes);
        else
            workers->done(workers->ctx, exchange);
    }
}

static void *workers_thread(void *ctx)
{
    lanyard_worker *worker = NULL;

    /* Without one everything works, only slower. */
    if (lanyard_worker_new(NULL, &worker, NULL) != LANYARD_OK)
        worker = NULL;
    workers_work(ctx, worker);
    lanyard_worker_free(worker);
    return NULL;
}

static bool workers_spawn(http_workers *workers, unsigned count)
{
    pthread_attr_t attr;
    bool is_up = pthread_attr_init(&attr) == 0;

    if (!is_up)
        return false;
    is_up = pthread_attr_setstacksize(&attr, WORKER_STACK) == 0;
    while (is_up && workers->count < count) {
        is_up =
            pthread_create(&workers->threads[workers->count], &attr, workers_thread, workers) == 0;
        workers->count += is_up;
    }
    pthread_attr_destroy(&attr);
    return is_up;
}

srv_status workers_start(http_workers *workers, unsigned count, srv_error *error)
{
    workers->threads = calloc(count, sizeof *workers->threads);
    pthread_mutex_init(&workers->lock, NULL);
    pthread_cond_init(&workers->news, NULL);
    if (workers->threads && workers_spawn(workers, count))
        return SRV_OK;
    workers_stop(workers);
    return srv_fail(error, SRV_E_NO_MEMORY, "cannot start the worker threads");
}

void workers_stop(http_workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    workers->is_ending = true;
    pthread_cond_broadcast(&workers->news);
    pthread_mutex_unlock(&workers->lock);
    for (unsigned i = 0; i < workers->count; i++)
        pthread_join(workers->threads[i], NULL);
    free(workers->threads);
    pthread_cond_destroy(&workers->news);
    pthread_mutex_destroy(&workers->lock);
}

bool workers_are_busy(http_workers *workers)
{
    pthread_mutex_lock(&workers->lock);

    bool are_busy = workers->busy > 0 || workers->queue.count > 0;

    pthread_mutex_unlock(&workers->lock);
    return are_busy;
}

bool workers_add(http_workers *workers, http_exchange *exchange)
{
    pthread_mutex_lock(&workers->lock);

    bool has_room = workers->queue.count < WORKERS_QUEUE_MAX;

    if (has_room)
        workers_push(&workers->queue, exchange);
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
        workers_push(&workers->queue, exchange);
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

        workers_push(is_due ? &workers->queue : &workers->parked, exchange);
        if (is_due)
            pthread_cond_signal(&workers->news);
    }
    pthread_mutex_unlock(&workers->lock);
}
