/* workers.c - engine workers, lent to one call at a time.
 *
 * A worker keeps what was prepared for the keys used last. It may be used by one thread at a time,
 * so a call takes one out and puts it back; the lock of the interpreter guards the shelf.
 */
#include "core.h"

lanyard_worker *core_worker_take(core_state *state)
{
    lanyard_worker *worker = NULL;

    if (state->idle_count > 0)
        return state->idle[--state->idle_count];
    /* Without one everything works, only slower. */
    if (lanyard_worker_new(NULL, &worker, NULL) != LANYARD_OK)
        return NULL;
    return worker;
}

void core_worker_give(core_state *state, lanyard_worker *worker)
{
    if (worker && state->idle_count < CORE_WORKERS)
        state->idle[state->idle_count++] = worker;
    else
        lanyard_worker_free(worker);
}

void core_workers_done(core_state *state)
{
    while (state->idle_count > 0)
        lanyard_worker_free(state->idle[--state->idle_count]);
}
