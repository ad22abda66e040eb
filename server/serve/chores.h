/* chores.h - what is due by itself: keys each second, dead rows each minute, news for those who
 * wait for revocations. Two threads. */
#ifndef SERVER_SERVE_CHORES_H
#define SERVER_SERVE_CHORES_H

#include <pthread.h>
#include "serve/parts.h"

typedef struct server_chores {
    server_parts *parts;
    http_listener *listener;
    pthread_t house;
    pthread_t watch;
    bool has_house;
    bool has_watch;
    pthread_mutex_t lock; /* of is_ending, with ended */
    pthread_cond_t ended;
    bool is_ending;
    srv_id swept; /* how far the walk over the sessions came */
} server_chores;

SRV_CHECK srv_status chores_start(server_chores *chores, server_parts *parts,
                                  http_listener *listener, srv_error *error);
/* Ends the wait of tape_await() too, so it comes when no request needs the tape any more. */
void chores_stop(server_chores *chores);

#endif
