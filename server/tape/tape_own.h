/* tape_own.h - what the files of tape/ share. */
#ifndef SERVER_TAPE_TAPE_OWN_H
#define SERVER_TAPE_TAPE_OWN_H

#include <pthread.h>
#include <stdatomic.h>
#include "tape/set.h"
#include "tape/tape.h"

struct srv_tape {
    srv_store *store;
    pthread_mutex_t poll_lock; /* one reads the store at a time */
    pthread_rwlock_t lock;     /* of set, fresh and is_blind */
    tape_set set;
    tape_set *fresh; /* while it is being loaded anew */
    bool is_blind;   /* something may be missing: refuse everything */

    pthread_mutex_t news_lock; /* of the position */
    pthread_cond_t news;
    tape_epoch epoch;
    int64_t seq;
    bool is_shut;

    _Atomic int64_t polled_at;
    pthread_t thread;
    bool has_thread;
    atomic_bool is_stopping;
};

#define TAPE_TRIM_LIMIT 400 /* entries removed at once */

/* What the thread of tape_start() keeps between its rounds. */
typedef struct tape_rounds {
    srv_time wall; /* when it began */
    int64_t monotonic;
    int64_t trim_at;  /* when what has expired is dropped next */
    bool is_trimming; /* there was more than a batch of it */
} tape_rounds;

tape_rounds tape_rounds_begin(void);
/* Polls; when it is time, drops a batch of what has expired. */
void tape_round(srv_tape *tape, tape_rounds *rounds);

/* Ends the thread of tape_start(), if there is one. */
void tape_stop(srv_tape *tape);

#endif
