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

/* Ends the thread of tape_start(), if there is one. */
void tape_stop(srv_tape *tape);

#endif
