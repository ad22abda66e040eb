/* list.h - a user's sessions that have not ended, the oldest first.
 *
 * Expired ones are among them: an access token may outlive an idle limit, and a clock that is set
 * back must not bring a session to life that was to end with the others.
 */
#ifndef SERVER_SESSION_LIST_H
#define SERVER_SESSION_LIST_H

#include "store/store.h"

typedef struct session_item {
    srv_id id;
    bool is_live; /* not expired */
} session_item;

typedef struct session_list {
    srv_id keep; /* left out; nil: none */
    srv_time now;
    session_item *items;
    size_t count;
    size_t cap;
    bool has_failed;
} session_list;

/* E_NO_MEMORY. */
SRV_CHECK srv_status session_list_read(store_txn *txn, const srv_id *user_id, session_list *list);
/* The live ones alone, and not the count newest of them. E_NO_MEMORY. */
SRV_CHECK srv_status session_list_read_beyond(store_txn *txn, const srv_id *user_id, unsigned count,
                                              session_list *list);
void session_list_done(session_list *list);

#endif
