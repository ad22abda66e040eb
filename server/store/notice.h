/* notice.h - a hint that revocations may have been written: by this process, or, over PostgreSQL's
 * LISTEN on a connection of its own, by another. It is lost at times; who waits polls as well. */
#ifndef SERVER_STORE_NOTICE_H
#define SERVER_STORE_NOTICE_H

#include "store/store.h"

typedef struct store_notice store_notice;

#define NOTICE_CHANNEL "lanyard_tape"

/* Borrows opts. Connects when it first waits, and again whenever it has to. */
SRV_CHECK srv_status store_notice_new(const store_opts *opts, store_notice **made,
                                      srv_error *error);
void store_notice_free(store_notice *notice); /* NULL is fine */

void store_notice_wait(store_notice *notice, unsigned timeout_ms); /* one thread */
void store_notice_wake(store_notice *notice);                      /* any thread */

#endif
